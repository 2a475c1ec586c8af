/* SPDX-License-Identifier: BSD-2-Clause */
/* The reader of lanes: rings of slots, one a CPU, that BPF programs fill (struct record_lane). */
#ifndef TCPW_PROBE_LANES_H
#define TCPW_PROBE_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

/* What to do with a record, valid during the call: 0 to go on, else stop behind this one. */
typedef int (*record_fn)(void *ctx, const void *record, size_t size);

struct lanes {
	struct record_lane *lane;        /* count of them */
	const union record_slot *slots;  /* of all lanes, one behind the other */
	uint64_t *read;                  /* of each lane: the position to be read next */
	uint64_t *awaited;               /* of each lane: see lanes__await() */
	uint32_t count;
	uint32_t slots_per_lane;         /* a power of two */
};

/* A lane's slots if all together may take bytes: a power of two, never less than a few. */
uint32_t lanes__slots(uint64_t bytes, uint32_t count);

/*
 * Of how many bytes, by the terms of lanes__slots(), would count lanes have had room for `lost` records
 * more, whichever lane they were for? With a reader as fast: what waits is never more than what waited
 * and what was lost until then. A power of two, at most RING_BYTES_MAX; 0: none.
 */
#define RING_BYTES_MAX (1ULL << 30)
uint64_t lanes__enough(uint32_t slots_per_lane, uint32_t count, uint64_t lost);

/* The next power of two up to RING_BYTES_MAX, or 0. */
uint64_t ring_size(uint64_t bytes);

/*
 * Hand every published record to fn, all lanes merged by time, and free its slot. A record that is
 * still being written ends its lane for now. 0, or what fn returned.
 */
int lanes__consume(struct lanes *l, record_fn fn, void *ctx);

/* Note the positions that are taken now; true once all before them were consumed. */
void lanes__await(struct lanes *l);
bool lanes__reached(const struct lanes *l);

/* Positions that are taken and not consumed. */
uint64_t lanes__left(const struct lanes *l);

#endif
