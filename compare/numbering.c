// SPDX-License-Identifier: BSD-2-Clause
/*
 * Numbers iperf3's calls across the gaps that a late iperf3 leaves (check_intervals.c).
 *
 * iperf_stats_callback() goes over all streams in one pass: for each it reads the clock, which is
 * the end of the interval, and asks for its tcp_info. iperf_print_intermediate() prints this
 * interval of all streams, or of none. So a printed interval is of the same pass in all streams.
 * Without a gap it is of the pass behind that of the interval before; across a gap one or more
 * passes were not printed, and how many has to be found. (Call n of a stream was made in pass n.)
 *
 * Only order proves it. In each stream the reading of pass p lies behind the call of pass p - 1 and
 * before that of pass p. An interval is printed with its own reading, as its end; one behind a gap
 * also with that of the last pass that was not printed, as its start. All count from one instant
 * (iperf_init_test(), iperf_reset_stats()), the offset. So with the true offset the first call
 * behind a reading is that reading's, however long iperf3 was kept from making it. Being near
 * tells nothing: a starved iperf3 comes to its call milliseconds late, and the interval behind a
 * stall, which lasts until the next timer is due, may be shorter than that.
 *
 * The offset is at most the least of all calls minus readings; with such a one the first call
 * behind a reading is its own or a later one: an upper bound of its pass. The bounds by all
 * readings of all streams together give the highest numbers that the order allows. If a call then
 * lies before its reading, the offset was too high, and is lowered to that. Otherwise the numbers
 * are possible; whether lower ones are, too, is seen by lowering the offset to where the next bound
 * falls, until the first intervals, whose passes are given, would have to fall with it. Of the
 * possible ones the one that fits best is taken (alignment.c), of equals the highest.
 */
#include "numbering.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define NO_BOUND (INT_MAX / 2)

struct numbering {
	const struct aligned_stream *streams;
	unsigned int n, count, given;
	bool gaps;
	/* before each interval: the least number of unprinted passes, 0: no gap */
	int *unprinted;
	int *limit, *pass, *best; /* pass: tried; best: minus shift */
};

/*
 * Before interval k iperf3 left a gap if all streams have one; each pass that was not printed ended
 * an interval shorter than short_ns.
 */
static int least_unprinted(const struct numbering *nb, unsigned int k)
{
	int64_t least = 0;

	for (unsigned int i = 0; i < nb->n && k; i++) {
		const struct aligned_stream *s = &nb->streams[i];
		int64_t gap = s->intervals[k].start_ns - s->intervals[k - 1].end_ns;

		if (!interval__is_gap(s->intervals, k, s->short_ns))
			return 0;
		if (gap / s->short_ns + 1 > least)
			least = gap / s->short_ns + 1;
	}
	return least;
}

struct numbering *numbering__new(const struct aligned_stream *streams, unsigned int n,
				 unsigned int count)
{
	struct numbering *nb = calloc(1, sizeof(*nb));

	if (!nb)
		return NULL;
	nb->streams = streams;
	nb->n = n;
	nb->count = count;
	nb->unprinted = calloc(4 * (size_t)count + 1, sizeof(int));
	if (!nb->unprinted) {
		numbering__free(nb);
		return NULL;
	}
	nb->limit = nb->unprinted + count;
	nb->pass = nb->limit + count;
	nb->best = nb->pass + count;
	for (unsigned int k = 0; k < count; k++) {
		nb->unprinted[k] = least_unprinted(nb, k);
		nb->gaps |= nb->unprinted[k] > 0;
		nb->best[k] = k;
	}
	return nb;
}

void numbering__free(struct numbering *nb)
{
	if (!nb)
		return;
	free(nb->unprinted);
	free(nb);
}

/* The call of a stream in a pass, NULL if it was not seen. */
static const struct capture *call_in(const struct aligned_stream *s, int pass)
{
	int n = pass - s->missed;

	return n >= 0 && n < (int)s->calls->count ? &s->calls->captures[n] : NULL;
}

static void lower(int *bound, int to)
{
	if (to < *bound)
		*bound = to;
}

/* What a stream's readings allow: the pass of the first call behind each, if there is one. */
static void bound_by(struct numbering *nb, const struct aligned_stream *s, int64_t offset_ns)
{
	const struct stream_captures *sc = s->calls;
	unsigned int n = 0;

	for (unsigned int k = 0; k < nb->count; k++) {
		const struct interval *iv = &s->intervals[k];

		if (nb->unprinted[k]) {
			while (n < sc->count &&
			       (int64_t)sc->captures[n].t_ns - iv->start_ns < offset_ns)
				n++;
			if (n < sc->count)
				lower(&nb->limit[k], (int)n + s->missed + 1);
		}
		while (n < sc->count && (int64_t)sc->captures[n].t_ns - iv->end_ns < offset_ns)
			n++;
		if (n < sc->count)
			lower(&nb->limit[k], (int)n + s->missed);
	}
}

/* Number the passes as high as the offset allows. False: the given ones would have to be lower. */
static bool number(struct numbering *nb, int64_t offset_ns, bool least)
{
	for (unsigned int k = 0; k < nb->count; k++)
		nb->limit[k] = NO_BOUND;
	for (unsigned int i = 0; i < nb->n; i++)
		bound_by(nb, &nb->streams[i], offset_ns);
	for (unsigned int k = nb->count - 1; k; k--)
		lower(&nb->limit[k - 1], nb->limit[k] - 1 - (least ? nb->unprinted[k] : 0));
	for (unsigned int k = 0; k < nb->given; k++)
		if (nb->limit[k] < nb->pass[k])
			return false;
	for (unsigned int k = nb->given; k < nb->count; k++) {
		nb->pass[k] = nb->pass[k - 1] + 1 + (least ? nb->unprinted[k] : 0);
		/* behind the last call nothing bounds: NO_BOUND, less what follows */
		if (nb->unprinted[k] && nb->limit[k] < NO_BOUND / 2)
			nb->pass[k] = nb->limit[k];
	}
	return true;
}

/* The least of call - reading over the first intervals, or INT64_MAX. */
static int64_t least_distance(const struct numbering *nb, unsigned int count)
{
	int64_t least = INT64_MAX;

	for (unsigned int i = 0; i < nb->n; i++)
		for (unsigned int k = 0; k < count; k++) {
			const struct aligned_stream *s = &nb->streams[i];
			const struct capture *end = call_in(s, nb->pass[k]);
			const struct capture *start = call_in(s, nb->pass[k] - 1);
			int64_t d;

			d = end ? (int64_t)end->t_ns - s->intervals[k].end_ns : INT64_MAX;
			if (d < least)
				least = d;
			if (!nb->unprinted[k] || nb->pass[k] - 1 == nb->pass[k - 1])
				continue;
			d = start ? (int64_t)start->t_ns - s->intervals[k].start_ns : INT64_MAX;
			if (d < least)
				least = d;
		}
	return least;
}

/* The highest offset below which the bound of an interval behind a gap falls, or INT64_MIN. */
static int64_t next_offset(const struct numbering *nb, int64_t below_ns)
{
	int64_t next = INT64_MIN;

	for (unsigned int i = 0; i < nb->n; i++)
		for (unsigned int k = nb->given; k < nb->count; k++) {
			const struct aligned_stream *s = &nb->streams[i];
			const struct capture *end = call_in(s, nb->pass[k] - 1);
			const struct capture *start = call_in(s, nb->pass[k] - 2);
			int64_t d;

			d = end ? (int64_t)end->t_ns - s->intervals[k].end_ns : INT64_MIN;
			if (d < below_ns && d > next)
				next = d;
			if (!nb->unprinted[k])
				continue;
			d = start ? (int64_t)start->t_ns - s->intervals[k].start_ns : INT64_MIN;
			if (d < below_ns && d > next)
				next = d;
		}
	return next;
}

/* How well the numbers that are tried fit all streams. */
static struct alignment fit(struct numbering *nb)
{
	struct alignment sum = { .possible = true };

	for (unsigned int i = 0; i < nb->n; i++) {
		struct alignment a = alignment__try(&nb->streams[i], nb->count,
						    -nb->streams[i].missed, nb->pass);

		sum.overlap += a.overlap;
		sum.equal += a.equal;
		sum.possible &= a.possible;
		if (a.scatter_ns > sum.scatter_ns)
			sum.scatter_ns = a.scatter_ns;
	}
	return sum;
}

/* The intervals before the first gap behind a call that was seen: their passes are given. */
static void number_given(struct numbering *nb, int shift)
{
	bool seen = false;

	nb->pass[0] = shift;
	for (nb->given = 1; nb->given < nb->count; nb->given++) {
		unsigned int k = nb->given;

		for (unsigned int i = 0; i < nb->n; i++)
			seen |= call_in(&nb->streams[i], nb->pass[k - 1]) != NULL;
		if (seen && nb->unprinted[k])
			return;
		nb->pass[k] = nb->pass[k - 1] + 1 + nb->unprinted[k];
	}
}

static bool find_best(struct numbering *nb, int shift, bool least)
{
	int64_t offset_ns = least_distance(nb, nb->given), lowest;
	struct alignment a, best = { 0 };
	bool found = false;

	while (offset_ns != INT64_MAX && offset_ns != INT64_MIN && number(nb, offset_ns, least)) {
		lowest = least_distance(nb, nb->count);
		if (lowest < offset_ns) {
			offset_ns = lowest;
			continue;
		}
		a = fit(nb);
		if (!found || alignment__better(&a, &best, 0)) {
			best = a;
			for (unsigned int k = 0; k < nb->count; k++)
				nb->best[k] = nb->pass[k] - shift;
		}
		found = true;
		offset_ns = next_offset(nb, offset_ns);
	}
	return found;
}

const int *numbering__of(struct numbering *nb, int shift, bool *contrary)
{
	*contrary = false;
	if (!nb->gaps)
		return nb->best;
	number_given(nb, shift);
	/*
	 * Where the order allows none, a call of a gap was not seen, or the gap is not iperf3's
	 * (both are for others to judge): then without that demand, or else as if all had been
	 * printed.
	 */
	*contrary = !find_best(nb, shift, true);
	if (*contrary && !find_best(nb, shift, false))
		for (unsigned int k = 0; k < nb->count; k++)
			nb->best[k] = k;
	return nb->best;
}
