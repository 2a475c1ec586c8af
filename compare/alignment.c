// SPDX-License-Identifier: BSD-2-Clause
/*
 * How well calls and intervals fit: by the number of intervals whose printed rtt, rttvar and cwnd
 * are those at the call (a receiver prints none); then by what is possible, since no test begins
 * before its streams are established; then by the number of intervals that get a call, and last by
 * the scatter, which tells little of intervals of one length.
 */
#include "alignment.h"

#include <math.h>
#include <stdlib.h>

static bool is_equal(const struct interval *iv, const struct reading *r)
{
	const uint32_t want = 1U << READ_RTT | 1U << READ_RTTVAR;

	return (iv->figures & FIGURE_RTT) && (r->have & want) == want &&
	       iv->rtt == r->value[READ_RTT] && iv->rttvar == r->value[READ_RTTVAR] &&
	       (!(r->have >> READ_CWND & 1) || iv->cwnd == r->value[READ_CWND]);
}

struct alignment alignment__try(const struct aligned_stream *s, unsigned int count, int shift,
				const int *number)
{
	const struct stream_captures *sc = s->calls;
	struct alignment a = { .shift = shift };
	long double sum = 0, squares = 0, mean;
	int64_t first = 0;

	for (unsigned int k = 0; k < count; k++) {
		int mark = shift + number[k];
		int64_t d;

		if (mark < 0 || mark >= (int)sc->count)
			continue;
		d = (int64_t)sc->captures[mark].t_ns - s->intervals[k].end_ns;
		if (!a.overlap++)
			first = d;
		sum += d - first;
		squares += (long double)(d - first) * (d - first);
		a.equal += is_equal(&s->intervals[k], &sc->captures[mark].of[WITNESS_PROBE]);
	}
	if (a.overlap) {
		mean = sum / a.overlap;
		a.scatter_ns = sqrtl(fmaxl(0, squares / a.overlap - mean * mean));
		a.possible = first + mean >= sc->established_ns;
		/* of a flow not seen to begin, only that tells a wrong number of calls */
		if (!sc->established_ns)
			a.possible = a.overlap > 1 && a.scatter_ns <= ALIGNMENT_SCATTER_MAX_NS;
	}
	return a;
}

bool alignment__better(const struct alignment *a, const struct alignment *b, int expected)
{
	if (a->equal != b->equal)
		return a->equal > b->equal;
	if (a->possible != b->possible)
		return a->possible;
	if (a->overlap != b->overlap)
		return a->overlap > b->overlap;
	/* scatters that differ by less than half say nothing */
	if (a->scatter_ns < b->scatter_ns / 2 - 1000)
		return true;
	if (b->scatter_ns < a->scatter_ns / 2 - 1000)
		return false;
	return abs(a->shift - expected) < abs(b->shift - expected);
}
