/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A quantity over time, thinned while it streams: the extremes of each slice of time are kept, and
 * the last value before a slice without any: a line of steps keeps it through the pause.
 */
#ifndef TCPW_COMPARE_SERIES_H
#define TCPW_COMPARE_SERIES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct series_point {
	uint64_t t_ns, value;
};

/* Grows to at most `slices` slices; when time outgrows them, each two become one. */
struct series {
	unsigned int slices; /* even; set before the first point */
	unsigned int count;  /* slices in use */
	uint64_t start_ns, width_ns;
	struct series_slice *slice;
};

struct series_slice {
	bool used;
	struct series_point low, high, last;
};

/* Times must not decrease by more than a slice. 0 or -ENOMEM. */
int series__add(struct series *s, uint64_t t_ns, uint64_t value);
void series__free(struct series *s);

/* Call fn for the kept points in order of time. */
void series__each(const struct series *s, void (*fn)(const struct series_point *p, void *arg),
		  void *arg);

#endif
