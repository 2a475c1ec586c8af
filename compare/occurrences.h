/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How often something happened over time: counted by slices of time while it streams, so that a
 * run of any length takes constant memory and nothing is left out.
 */
#ifndef TCPW_COMPARE_OCCURRENCES_H
#define TCPW_COMPARE_OCCURRENCES_H

#include <stdint.h>

#define OCCURRENCES_SLICES 2000 /* even; when time outgrows them, each two become one */

struct occurrences_slice {
	uint64_t first_ns, count; /* the earliest one in it */
};

/* Zeroed is a good start. */
struct occurrences {
	uint64_t total;
	uint64_t start_ns, width_ns;
	unsigned int count; /* slices in use */
	struct occurrences_slice *slice;
};

/*
 * One happened at t_ns; none may come that is before start_ns, which is the same in each call. 0 or
 * -ENOMEM.
 */
int occurrences__add(struct occurrences *o, uint64_t start_ns, uint64_t t_ns);
void occurrences__free(struct occurrences *o);

/* Call fn for each slice in which something happened, in order of time. */
void occurrences__each(const struct occurrences *o,
		       void (*fn)(const struct occurrences_slice *s, void *arg), void *arg);

#endif
