/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One direction's schedule: a queue before a bottleneck, then a delay. Pure arithmetic on a virtual
 * clock: what is served when follows from the arrivals alone, not from when the relay gets to run.
 */
#ifndef TCPW_RELAY_LINE_H
#define TCPW_RELAY_LINE_H

#include <stdbool.h>
#include <stdint.h>

struct line {
	uint64_t rate_bit, queue_bytes; /* rate 0: neither bottleneck nor queue */
	uint64_t delay_ns;
	uint64_t busy_until_ns; /* the last bit of what was admitted leaves the bottleneck */
	uint64_t remainder;	/* of that instant, in 1 / rate_bit ns: nothing is rounded away */
	uint64_t last_release_ns;
};

/* Bytes waiting for, or in, the bottleneck; a packet half sent counts half. */
uint64_t line__backlog(const struct line *l, uint64_t now_ns);

/*
 * A packet of bytes arrives at now_ns: false if the queue has no room for it. Else *release_ns is
 * when it has crossed the line, never before one that was admitted earlier.
 */
bool line__admit(struct line *l, uint64_t now_ns, uint32_t bytes, uint64_t jitter_ns,
		 uint64_t *release_ns);

#endif
