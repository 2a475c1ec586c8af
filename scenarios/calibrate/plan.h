/* SPDX-License-Identifier: BSD-2-Clause */
/* What the path was asked to be, and what a measurement says of it. */
#ifndef TCPW_CALIBRATE_PLAN_H
#define TCPW_CALIBRATE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "ends.h"

struct plan {
	const char *netns[ENDS], *address[ENDS];
	uint64_t rtt_ns, jitter_ns; /* jitter: up to that much more each way */
	uint64_t late_ns;	    /* what the machine may add to the best of all tries */
	uint64_t patience_ns;	    /* what the path has not shown by then, it cannot */
	uint64_t rate_bit;	    /* 0: no bottleneck; counted in bytes of IP */
	uint64_t queue_bytes, burst_bytes;
	uint64_t mark_queue_bytes; /* of a longer queue ECT packets are marked; 0: never */
	double loss, loss_burst, duplicate, mark; /* shares, not percent */
	double reorder;
	uint64_t reorder_ns;
	unsigned int mtu;
	bool limited[DIRECTIONS];  /* where the bottleneck is */
	bool impaired[DIRECTIONS]; /* where loss, reordering, duplicates and marks hold */
};

#define WHY_MAX 256

/* Every measurement returns 0, 1 if the path is out of bounds, with why[], or -errno. */
enum { OUT_OF_BOUNDS = 1 };

/* Nanoseconds that so many bytes take on the bottleneck, 0 without one. */
static inline uint64_t plan__line_ns(const struct plan *p, uint64_t bytes)
{
	return p->rate_bit ? (uint64_t)((double)bytes * 8e9 / p->rate_bit) : 0;
}

#endif
