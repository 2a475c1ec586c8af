/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TCP flows of the path, numbered in the order of their first SYN, and where each stands: its
 * initial sequence numbers, and how far its bytes have been carried.
 */
#ifndef TCPW_RELAY_FLOW_TABLE_H
#define TCPW_RELAY_FLOW_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "packet.h"

#define FLOWS_MAX 262144
#define NO_FLOW	  UINT32_MAX

/* One direction of a flow. Offsets count its payload from 0; a SYN has none. */
struct half {
	bool known; /* isn is */
	uint32_t isn;
	uint64_t high; /* offset behind the last byte that was carried */
	uint32_t syns, fins;
	uint64_t acks; /* segments without bytes of their own: pure ACKs, RSTs */
};

struct flow_entry {
	uint16_t family;
	uint16_t port[DIRS]; /* [DIR_C2S]: of the end in the client's namespace */
	uint8_t address[DIRS][16];
	struct half half[DIRS]; /* by direction of the packets */
};

struct flow_table;

int flow_table__new(struct flow_table **t); /* 0 or -ENOMEM */

/*
 * The flow of a segment, by number; a new one if its 4-tuple is new, or if a SYN with another
 * sequence number begins anew on a known one. *is_new says so. NO_FLOW if there are FLOWS_MAX.
 */
uint32_t flow_table__find(struct flow_table *t, const struct packet *p, enum direction dir,
			  bool *is_new);
struct flow_entry *flow_table__at(struct flow_table *t, uint32_t flow);
uint32_t flow_table__count(const struct flow_table *t);
void flow_table__free(struct flow_table *t);

/* Where the segment's payload begins in h; negative before the first byte. Learns the ISN. */
int64_t half__offset(struct half *h, const struct packet *p);

#endif
