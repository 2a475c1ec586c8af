// SPDX-License-Identifier: BSD-2-Clause
/*
 * Places iperf3's intervals by what they print: while the probe shows the rtt and the cumulated
 * retransmits of interval k, the interval's end may lie there, and the beginning of the test that
 * much earlier. Each interval votes for the beginnings that its figures allow, on a grid of
 * candidates; most votes win. Memory is the grid, whatever the timeline's length.
 */
#include "tuples.h"

#include <stdlib.h>

#define CELL_NS 1000000LL
#define BEFORE_NS 100000000LL /* the test begins at most this long before ESTABLISHED ... */
#define CELLS 2600	      /* ... and at most 2.5 s behind it */

struct tuples {
	struct check check;
	int64_t origin_ns[ENDS]; /* of cell 0; 0: unknown */
	unsigned int voters[ENDS];
	uint32_t votes[ENDS][CELLS + 1]; /* differences, summed up at the end */
};

struct tuples_flow {
	struct reading last;
	uint64_t last_ns;
	unsigned int next; /* the first interval whose range is not wholly passed */
	uint64_t retrans;  /* cumulated before it */
};

static bool fits(const struct interval *iv, uint64_t retrans, const struct reading *r)
{
	if (!(iv->figures & FIGURE_RTT) || !(r->have >> READ_RTT & 1) ||
	    iv->rtt != r->value[READ_RTT])
		return false;
	return !(iv->figures & FIGURE_RETRANS) || !(r->have >> READ_RETRANS & 1) ||
	       retrans == r->value[READ_RETRANS];
}

/* Beginnings in [from, to) are possible. */
static void vote(struct tuples *t, enum end end, int64_t from_ns, int64_t to_ns, uint32_t weight)
{
	int64_t from = (from_ns - t->origin_ns[end]) / CELL_NS;
	int64_t to = (to_ns - t->origin_ns[end]) / CELL_NS + 1;

	if (to_ns < t->origin_ns[end])
		return;
	if (from < 0 || from_ns < t->origin_ns[end])
		from = 0;
	if (to > CELLS)
		to = CELLS;
	if (from >= to)
		return;
	t->votes[end][from] += weight;
	t->votes[end][to] -= weight;
}

static void begin(struct check *c, const struct window *w)
{
	struct tuples *t = (struct tuples *)c;
	struct tuples_flow *f = check__flow_state(c, w->flow);
	const struct stream *s;
	int64_t last, now = w->sample->t0_ns;
	enum end end = w->flow->end;
	uint64_t retrans;

	if (w->witness != WITNESS_PROBE || w->flow->role != ROLE_SENDER ||
	    w->flow->report_stream < 0 || !t->origin_ns[end])
		return;
	s = &c->run->report[end].streams[w->flow->report_stream];
	last = f->last_ns;
	retrans = f->retrans;
	for (unsigned int k = f->next; last && k < s->count; k++) {
		const struct interval *iv = &s->intervals[k];

		if (iv->epoch)
			break; /* behind the restart of --omit the offset is another */
		if (iv->end_ns + t->origin_ns[end] > now)
			break;
		retrans += iv->figures & FIGURE_RETRANS ? iv->retrans : 0;
		if (iv->end_ns + t->origin_ns[end] + CELLS * CELL_NS < last) {
			f->next = k + 1;
			f->retrans = retrans;
			continue;
		}
		if (fits(iv, retrans, &f->last))
			vote(t, end, last - iv->end_ns, now - iv->end_ns,
			     1 + (f->last.have >> READ_CWND & 1 &&
				  iv->cwnd == f->last.value[READ_CWND]));
	}
	reading__of(w->sample, &f->last);
	f->last_ns = now;
}

static int finish(struct check *c, struct verdict *v)
{
	return 0;
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct tuples_flow),
	.events = EVENTS_STATE,
	.begin = begin,
	.finish = finish,
};

struct tuples *tuples__new(struct run *run, const struct captures *c)
{
	struct tuples *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->check.ops = &ops;
	t->check.run = run;
	for (enum end end = 0; end < ENDS; end++)
		for (unsigned int i = 0; i < run->report[end].count; i++) {
			const struct stream *s = &run->report[end].streams[i];
			int64_t at = captures__of(c, end, i)->established_ns;

			if (at && (!t->origin_ns[end] || at - BEFORE_NS < t->origin_ns[end]))
				t->origin_ns[end] = at - BEFORE_NS;
			for (unsigned int k = 0; k < s->count; k++)
				t->voters[end] += !!(s->intervals[k].figures & FIGURE_RTT) &&
						  !s->intervals[k].epoch;
		}
	return t;
}

struct check *tuples__check(struct tuples *t)
{
	return &t->check;
}

void tuples__free(struct tuples *t)
{
	free(t);
}

bool tuples__offset(const struct tuples *t, enum end end, int64_t *offset_ns, uint64_t *residual_ns)
{
	uint32_t votes = 0, most = 0;
	unsigned int first = 0, last = 0;

	for (unsigned int i = 0; i < CELLS; i++) {
		votes += t->votes[end][i];
		if (votes > most) {
			most = votes;
			first = i;
		}
		if (votes == most)
			last = i;
	}
	if (most < 2 || most < t->voters[end])
		return false;
	*offset_ns = t->origin_ns[end] + (first + last + 1) * CELL_NS / 2;
	*residual_ns = (last + 1 - first) * CELL_NS / 2;
	return true;
}
