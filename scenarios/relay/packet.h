/* SPDX-License-Identifier: BSD-2-Clause */
/* An IP packet as bytes: what the ledger tells of it, and the two bits that a path may change. */
#ifndef TCPW_RELAY_PACKET_H
#define TCPW_RELAY_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SACK_BLOCKS_MAX 4 /* RFC 2018: what fits into 40 bytes of options */

enum tcp_flag {
	FLAG_FIN = 1,
	FLAG_SYN = 2,
	FLAG_RST = 4,
	FLAG_PSH = 8,
	FLAG_ACK = 16,
	FLAG_URG = 32,
	FLAG_ECE = 64,
	FLAG_CWR = 128
};

#define ECN_CE 3

struct packet {
	uint16_t family;  /* AF_INET, AF_INET6 */
	uint8_t protocol; /* IPPROTO_* behind extension headers */
	uint8_t ecn;
	bool tcp;   /* the members below the line are valid */
	bool local; /* never leaves a link: multicast, broadcast, link-local */
	uint16_t ip_len;
	uint8_t source[16], destination[16]; /* IPv4: the first four bytes */
	/* --- */
	uint16_t source_port, destination_port;
	uint32_t seq, ack;
	uint16_t len; /* payload */
	uint16_t window;
	uint8_t flags;
	bool timestamps;
	uint32_t tsval, tsecr;
	uint8_t sacks;
	uint32_t sack[SACK_BLOCKS_MAX][2];
};

/* 0, or -EBADMSG: no IP packet, or not all of one. A segment that makes no sense has tcp false. */
int packet__parse(struct packet *p, const uint8_t *data, size_t size);

/* Set CE in a packet that was parsed; the IPv4 header's checksum follows. */
void packet__mark_ce(uint8_t *data);

#endif
