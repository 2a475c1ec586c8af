/* SPDX-License-Identifier: BSD-2-Clause */
/* What relay.c, arrival.c and departure.c share, and nobody else sees. */
#ifndef TCPW_RELAY_RELAY_STATE_H
#define TCPW_RELAY_RELAY_STATE_H

#include "chooser.h"
#include "clockwork.h"
#include "line.h"
#include "parcels.h"
#include "relay.h"

enum { ORDERED, HELD, QUEUES };

struct relay {
	const struct path_config *config;
	struct tun *tun;
	struct spool *spool;
	struct chooser chooser;
	struct flow_table *flows;
	struct parcel_pool *pool;
	struct line line[DIRS];
	struct parcel_queue queue[DIRS][QUEUES];
	struct clockwork clockwork;
	struct lateness lateness;
	struct relay_counts counts;
	uint64_t packets[DIRS];
	uint64_t data_since_ns; /* blackouts count from here; 0: not yet */
};

/* Write a packet to a device. What it returned, as write(2). */
ssize_t relay__write(const struct tun *t, const uint8_t *data, size_t size);
/* The packet is dealt with. record NULL: it is not in the ledger. */
void relay__settle(struct relay *r, struct record *record, enum fate fate, uint64_t out);
/* Write what is due to the device behind dir. True if there may be more to do at once. */
bool relay__deliver_due(struct relay *r, enum direction dir);
/* Read one packet that came by the device dir and judge it: 1, 0 if there is none, or -errno. */
int relay__take(struct relay *r, enum direction dir);

#endif
