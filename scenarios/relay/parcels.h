/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets on their way: a pool of fixed size, and queues in the order of release. Nothing is
 * allocated after the start.
 */
#ifndef TCPW_RELAY_PARCELS_H
#define TCPW_RELAY_PARCELS_H

#include <stdint.h>

#include "record.h"

#define PARCEL_BYTES 2048
#define PARCELS_MAX  65536

struct parcel {
	struct parcel *next;
	uint64_t release_ns;
	struct record *record, *copy; /* NULL: not in the ledger */
	uint16_t size;
	bool twice; /* a copy goes right behind */
	uint8_t data[PARCEL_BYTES];
};

struct parcel_queue {
	struct parcel *head, **tail;
};

struct parcel_pool;

int parcel_pool__new(struct parcel_pool **pool);	    /* 0 or -ENOMEM */
struct parcel *parcel_pool__take(struct parcel_pool *pool); /* NULL: PARCELS_MAX are on their way */
void parcel_pool__give(struct parcel_pool *pool, struct parcel *p);
void parcel_pool__free(struct parcel_pool *pool);

void parcel_queue__init(struct parcel_queue *q);
/* p->release_ns is not before that of any in q. */
void parcel_queue__push(struct parcel_queue *q, struct parcel *p);
struct parcel *parcel_queue__pop(struct parcel_queue *q); /* q is not empty */

#endif
