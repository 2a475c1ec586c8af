/* SPDX-License-Identifier: BSD-2-Clause */
/* How iperf3's calls and its printed intervals may belong together, and which way fits better. */
#ifndef TCPW_COMPARE_ALIGNMENT_H
#define TCPW_COMPARE_ALIGNMENT_H

#include "captures.h"
#include "iperf3.h"

/* One stream: its intervals of an epoch, and all calls that the probe saw. */
struct aligned_stream {
	const struct interval *intervals;
	const struct stream_captures *calls;
	/* calls that the probe came too late for, and which it saw of another stream */
	int missed;
	int64_t short_ns; /* stream__short_ns() */
};

struct alignment {
	int shift;	      /* the call of the first interval */
	unsigned int overlap; /* intervals with a call */
	unsigned int equal;   /* of these: what is printed is what was handed out at the call */
	/* time 0 is not before the stream was established, and calls and readings are in order */
	bool possible;
	double scatter_ns; /* of call minus printed end */
};

/* Calls that scatter more than this are not those of the intervals. */
#define ALIGNMENT_SCATTER_MAX_NS 100e6

/* Interval k of count has the call number shift + number[k]. */
struct alignment alignment__try(const struct aligned_stream *s, unsigned int count, int shift,
				const int *number);

/* Is a to be preferred to b? expected: the shift to prefer where nothing else tells. */
bool alignment__better(const struct alignment *a, const struct alignment *b, int expected);

#endif
