// SPDX-License-Identifier: BSD-2-Clause
/*
 * Places iperf3's intervals on CLOCK_MONOTONIC, by the best method that the run allows.
 *
 * iperf3 prints when an interval ended, in seconds since its test began, and tells neither clock
 * nor beginning. What is sought is the beginning: CLOCK_MONOTONIC of time 0 (of each epoch: --omit
 * restarts the clock).
 *
 * marks: iperf3 calls getsockopt(TCP_INFO) exactly once per stream and interval, right behind the
 * clock reading that it prints, and the probe saw the calls. Mark minus printed end is the
 * beginning; the median over all streams and intervals is taken, the scatter is the residual. There
 * may be more calls than intervals (one at --omit's restart, one for a last interval too short to
 * be printed), so the marks are first aligned with the intervals: alignment.c tells which way
 * fits best. Where iperf3 was late and left out intervals, numbering.c tells whose the calls are.
 *
 * Without marks, best first: first-send, the first sample that shows bulk data behind the 37-byte
 * cookie, bounded by the sample before it; tuples (tuples.c); established, when the last data
 * connection was there, which is early by up to some round trips; start-timestamp, whole seconds
 * of CLOCK_REALTIME taken before the connections.
 */
#include "placement.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "alignment.h"
#include "numbering.h"
#include "tuples.h"

#define SHIFTS_MAX 4096
#define SPARE_MARKS 2 /* intervals that may be without a mark, at either end */
#define LATE_CALLS_MAX 64 /* marks without an interval that a late iperf3 may leave */
#define PRINTED_STEP_NS 1000 /* struct iperf_time has microseconds */
#define ESTABLISHED_BOUND_NS                                                \
	60000000 /* measured: 0.2 ms on loopback, 60 ms at 20 ms round trip \
		  */
#define TIMESTAMP_BOUND_NS 1000000000

static bool align(const struct aligned_stream *s, unsigned int count, struct numbering *nb,
		  int expected, struct alignment *best)
{
	const struct stream_captures *sc = s->calls;
	/* A probe that came later than the flow has the last calls, and not the first. */
	bool late = !sc->established_ns, found = false, contrary;
	int from = -SPARE_MARKS, to = (int)sc->count - (int)count + SPARE_MARKS;

	if (!count || !sc->count)
		return false;
	if (late) {
		from = (int)sc->count - (int)count - LATE_CALLS_MAX;
		if (from < 1 - (int)count)
			from = 1 - (int)count;
		if (sc->count < count)
			expected = (int)sc->count - (int)count;
	}
	if (from > expected)
		from = expected;
	if (to > from + SHIFTS_MAX)
		to = from + SHIFTS_MAX;
	for (int shift = from; shift <= to || shift <= expected; shift++) {
		const int *number = numbering__of(nb, shift + s->missed, &contrary);
		struct alignment a = alignment__try(s, count, shift, number);
		int unprinted = number[count - 1] + 1 - (int)count;
		int calls = (int)sc->count - (late ? unprinted : 0);
		int need = ((int)count < calls ? (int)count : calls) - SPARE_MARKS;

		a.possible &= !contrary;
		if ((int)a.overlap < (need < 1 ? 1 : need) ||
		    (found && !alignment__better(&a, best, expected)))
			continue;
		*best = a;
		found = true;
	}
	return found;
}

struct deltas {
	int64_t *delta;
	unsigned int count, room;
};

static int deltas__add(struct deltas *d, int64_t delta)
{
	int64_t *p;

	if (d->count == d->room) {
		d->room = d->room ? 2 * d->room : 64;
		p = realloc(d->delta, d->room * sizeof(*p));
		if (!p)
			return -ENOMEM;
		d->delta = p;
	}
	d->delta[d->count++] = delta;
	return 0;
}

/* The intervals of one epoch of a stream: they are consecutive. */
static unsigned int epoch_range(const struct stream *s, unsigned int epoch, unsigned int *count)
{
	unsigned int first = 0;

	while (first < s->count && s->intervals[first].epoch != epoch)
		first++;
	for (*count = 0; first + *count < s->count; (*count)++)
		if (s->intervals[first + *count].epoch != epoch)
			break;
	return first;
}

static int align_stream(const struct stream *s, struct stream_captures *sc,
			const struct aligned_stream *as, unsigned int count, struct numbering *nb,
			unsigned int epoch, struct deltas *d)
{
	unsigned int first = as->intervals - s->intervals;
	struct alignment a = { 0 };
	int expected = 0, err;
	const int *number;
	bool contrary;

	/* the call at --omit's restart stands between the epochs */
	if (epoch)
		expected = (first && sc->of_interval[first - 1] >= 0 ? sc->of_interval[first - 1]
								     : (int)first - 1) + 2;
	if (!align(as, count, nb, expected, &a))
		return 0;
	number = numbering__of(nb, a.shift + as->missed, &contrary);
	for (unsigned int k = 0; k < count; k++) {
		int mark = a.shift + number[k];

		if (mark < 0 || mark >= (int)sc->count)
			continue;
		sc->of_interval[first + k] = mark;
		err = deltas__add(d, (int64_t)sc->captures[mark].t_ns -
					     s->intervals[first + k].end_ns);
		if (err)
			return err;
	}
	return 0;
}

/* An epoch of a report's streams: together, if they have the same number of intervals. */
static int align_epoch(const struct report *r, struct captures *c, enum end end, unsigned int epoch,
		       struct deltas *d)
{
	struct aligned_stream *s = calloc(r->count + 1, sizeof(*s));
	unsigned int *count = calloc(r->count + 1, sizeof(*count)), most = 0;
	bool together = true;
	int err = s && count ? 0 : -ENOMEM;

	for (unsigned int i = 0; i < r->count && !err; i++) {
		s[i].intervals = r->streams[i].intervals +
				 epoch_range(&r->streams[i], epoch, &count[i]);
		s[i].calls = captures__of(c, end, i);
		s[i].short_ns = stream__short_ns(&r->streams[i]);
		together &= count[i] == count[0];
		if (s[i].calls->count > most)
			most = s[i].calls->count;
	}
	/* the first pass that a late probe saw may have been under way */
	for (unsigned int i = 0; i < r->count && !err; i++)
		if (!s[i].calls->established_ns)
			s[i].missed = most - s[i].calls->count;
	for (unsigned int i = 0; i < r->count && !err; i++) {
		struct numbering *nb = together ? numbering__new(s, r->count, count[i])
						: numbering__new(&s[i], 1, count[i]);

		err = nb ? align_stream(&r->streams[i], captures__of(c, end, i), &s[i], count[i],
					nb, epoch, d)
			 : -ENOMEM;
		numbering__free(nb);
	}
	free(s);
	free(count);
	return err;
}

static int compare_deltas(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool settle_on_median(struct placement *p, struct deltas *d)
{
	long double squares = 0;

	if (!d->count)
		return false;
	qsort(d->delta, d->count, sizeof(*d->delta), compare_deltas);
	p->offset_ns = d->delta[d->count / 2];
	for (unsigned int i = 0; i < d->count; i++) {
		int64_t r = d->delta[i] - p->offset_ns;
		uint64_t size = r < 0 ? -(uint64_t)r : (uint64_t)r;

		squares += (long double)r * r;
		if (size > p->residual_max_ns)
			p->residual_max_ns = size;
	}
	p->residual_sd_ns = sqrtl(squares / d->count);
	p->placed = d->count;
	p->method = PLACEMENT_MARKS;
	return p->residual_sd_ns <= ALIGNMENT_SCATTER_MAX_NS;
}

/*
 * The calls whose intervals were not printed: those between two intervals' marks. The last of them
 * read the clock that is printed as the start of the interval behind. That reading came behind the
 * call of the interval before, and before the next: an order, which no scatter of the marks blurs
 * (the offset holds iperf3's usual way from reading to call, so it is not too early; the figures
 * are whole microseconds). How far a call lies behind its reading tells nothing: a call that follows
 * another at once is quicker than the usual one, and one that was preempted is later than any.
 */
static void note_unprinted(struct stream *s, const struct stream_captures *sc,
			   const struct placement *p)
{
	for (unsigned int k = 1; k < s->count; k++) {
		struct interval *iv = &s->intervals[k];
		int mark = sc->of_interval[k], before = sc->of_interval[k - 1];
		int64_t read_ns = p[iv->epoch].offset_ns + iv->start_ns + PRINTED_STEP_NS;

		iv->unheard = before < 0 && !sc->established_ns;
		if (iv->epoch != iv[-1].epoch || before < 0 || mark < before + 2)
			continue;
		if ((int64_t)sc->captures[before].t_ns < read_ns &&
		    read_ns < (int64_t)sc->captures[mark].t_ns)
			iv->unprinted = mark - before - 1;
	}
}

static void count_intervals(struct run *run, enum end end)
{
	const struct report *r = &run->report[end];

	for (unsigned int e = 0; e < EPOCHS; e++)
		run->placement[end][e] = (struct placement){ 0 };
	for (unsigned int i = 0; i < r->count; i++)
		for (unsigned int k = 0; k < r->streams[i].count; k++)
			run->placement[end][r->streams[i].intervals[k].epoch].intervals++;
}

bool placement__by_marks(struct run *run, struct captures *c, enum end end)
{
	const struct report *r = &run->report[end];
	bool placed = false, ok = true;

	count_intervals(run, end);
	for (unsigned int e = 0; e < EPOCHS && ok; e++) {
		struct deltas d = { 0 };

		if (!run->placement[end][e].intervals)
			continue;
		ok = !align_epoch(r, c, end, e, &d) &&
		     settle_on_median(&run->placement[end][e], &d);
		placed |= ok;
		free(d.delta);
	}
	ok &= placed;
	if (!ok)
		count_intervals(run, end);
	for (unsigned int i = 0; i < r->count && ok; i++)
		note_unprinted(&r->streams[i], captures__of(c, end, i), run->placement[end]);
	return ok;
}

/* Give every epoch of the report its offset: the second begins where the omitted time ends. */
static bool set_offset(struct run *run, enum end end, enum placement_method method,
		       int64_t offset_ns, uint64_t residual_ns)
{
	const struct report *r = &run->report[end];
	struct placement *p = run->placement[end];
	int64_t omitted_ns = 0;

	for (unsigned int i = 0; i < r->count; i++)
		for (unsigned int k = 0; k < r->streams[i].count; k++) {
			const struct interval *iv = &r->streams[i].intervals[k];

			if (!iv->epoch && p[1].intervals && iv->end_ns > omitted_ns)
				omitted_ns = iv->end_ns;
		}
	for (unsigned int e = 0; e < EPOCHS; e++) {
		p[e].method = method;
		p[e].offset_ns = offset_ns + (e ? omitted_ns : 0);
		p[e].residual_max_ns = residual_ns;
		p[e].placed = p[e].intervals;
	}
	return true;
}

/* The earliest bulk data over the report's streams, as the probe saw it; else as netlink did. */
static const struct bulk_start *first_bulk(const struct run *run, const struct captures *c,
					   enum end end)
{
	for (enum witness w = 0; w < WITNESSES; w++) {
		const struct bulk_start *first = NULL;

		for (unsigned int i = 0; i < run->report[end].count; i++) {
			const struct bulk_start *b = &captures__of(c, end, i)->bulk[w];

			if (b->at_ns && b->bound_ns && (!first || b->at_ns < first->at_ns))
				first = b;
		}
		if (first)
			return first;
	}
	return NULL;
}

static uint64_t last_established(const struct run *run, const struct captures *c, enum end end)
{
	uint64_t last = 0;

	for (unsigned int i = 0; i < run->report[end].count; i++) {
		uint64_t t = captures__of(c, end, i)->established_ns;

		if (t > last)
			last = t;
	}
	return last;
}

bool placement__wants_tuples(const struct run *run, const struct captures *c, enum end end)
{
	return run->report[end].count && run->timeline[WITNESS_PROBE].opened &&
	       !first_bulk(run, c, end);
}

bool placement__by_others(struct run *run, const struct captures *c, enum end end,
			  const struct tuples *votes)
{
	const struct bulk_start *bulk = first_bulk(run, c, end);
	uint64_t established = last_established(run, c, end), residual_ns;
	int64_t offset_ns;

	count_intervals(run, end);
	if (!run->placement[end][0].intervals && !run->placement[end][1].intervals)
		return false;
	if (bulk)
		return set_offset(run, end, PLACEMENT_FIRST_SEND, bulk->at_ns, bulk->bound_ns);
	if (votes && tuples__offset(votes, end, &offset_ns, &residual_ns))
		return set_offset(run, end, PLACEMENT_TUPLES, offset_ns, residual_ns);
	if (established)
		return set_offset(run, end, PLACEMENT_ESTABLISHED, established,
				  ESTABLISHED_BOUND_NS);
	for (enum witness w = 0; w < WITNESSES && run->report[end].start_ns; w++) {
		const struct timeline_header *h = &run->timeline[w].header;

		if (run->timeline[w].opened && h->base_realtime_ns)
			return set_offset(run, end, PLACEMENT_START_TIMESTAMP,
					  (int64_t)(run->report[end].start_ns -
						    h->base_realtime_ns + h->base_ns),
					  TIMESTAMP_BOUND_NS);
	}
	return false;
}

int placement__judge(const struct run *run, struct verdict *v)
{
	for (enum end end = 0; end < ENDS; end++) {
		unsigned int intervals = 0, placed = 0;
		const struct placement *p = NULL;
		struct result *r;

		if (!run->report[end].present)
			continue;
		for (unsigned int e = 0; e < EPOCHS; e++) {
			intervals += run->placement[end][e].intervals;
			placed += run->placement[end][e].placed;
			if (run->placement[end][e].method != PLACEMENT_NONE && !p)
				p = &run->placement[end][e];
		}
		if (!intervals)
			continue;
		r = verdict__result(v, "placement",
				    end == END_CLIENT ? "iperf3 client" : "iperf3 server");
		if (!r)
			return -1;
		r->tolerance = "";
		if (!p) {
			r->status = STATUS_ERROR;
			snprintf(r->reason, sizeof(r->reason),
				 "no method could place iperf3's intervals on CLOCK_MONOTONIC");
		} else if (p->method == PLACEMENT_MARKS) {
			snprintf(r->reason, sizeof(r->reason),
				 "by marks, %u of %u intervals; residual SD %.1f us, max %.1f us",
				 placed, intervals, p->residual_sd_ns / 1e3,
				 p->residual_max_ns / 1e3);
		} else {
			snprintf(r->reason, sizeof(r->reason), "by %s, to within %.3f ms%s",
				 placement_method__name(p->method), p->residual_max_ns / 1e6,
				 run->timeline[WITNESS_PROBE].header.marks
					 ? "; the probe's marks do not fit the intervals"
					 : "");
		}
	}
	return 0;
}
