// SPDX-License-Identifier: BSD-2-Clause
/*
 * Monotone: within one witness, no counter of a flow ever goes back. As bracketing, but of a
 * witness against its own samples whose windows ended before: two overlapping windows say nothing
 * about the order of what they saw.
 */
#include "check_monotone.h"

#include <stdlib.h>

#include "counters.h"

struct monotone {
	struct check check;
	struct {
		uint64_t compared, violations;
		struct worst worst;
	} found[WITNESSES][COUNTERS];
};

struct monotone_flow {
	struct frontier frontier[WITNESSES];
};

static void begin(struct check *c, const struct window *w)
{
	struct monotone *m = (struct monotone *)c;
	struct monotone_flow *f = check__flow_state(c, w->flow);
	const struct frontier *floor = &f->frontier[w->witness];
	uint64_t compared, below;

	compared = frontier__compare(floor, w->sample, counters__of(w->sample), &below);
	for (; compared; compared &= compared - 1)
		m->found[w->witness][__builtin_ctzll(compared)].compared++;
	for (; below; below &= below - 1) {
		unsigned int i = __builtin_ctzll(below);

		m->found[w->witness][i].violations++;
		worst__update(&m->found[w->witness][i].worst, w->flow->id, w->sample->t0_ns,
			      floor->value[i], w->sample->value[counters[i]],
			      frontier__shortfall(floor, w->sample, i));
	}
}

static void end(struct check *c, const struct window *w)
{
	struct monotone_flow *f = check__flow_state(c, w->flow);

	frontier__raise(&f->frontier[w->witness], w->sample, counters__of(w->sample));
}

static int finish(struct check *c, struct verdict *v)
{
	const struct monotone *m = (struct monotone *)c;

	for (enum witness w = 0; w < WITNESSES; w++)
		for (unsigned int i = 0; i < COUNTERS; i++) {
			struct result *r;

			if (!m->found[w][i].compared)
				continue; /* a flow sampled once has nothing to go back from */
			r = verdict__result(v, "monotone", catalogue[counters[i]].name);
			if (!r)
				return -1;
			r->witness[0] = witness__name(w);
			r->compared = m->found[w][i].compared;
			r->violations = m->found[w][i].violations;
			r->worst = m->found[w][i].worst;
			if (!r->violations)
				continue;
			r->status = STATUS_FAIL;
			snprintf(r->reason, sizeof(r->reason),
				 "goes back %llu times within %s; worst on flow %u: from %llu to "
				 "%llu",
				 (unsigned long long)r->violations, witness__name(w), r->worst.flow,
				 (unsigned long long)r->worst.expected,
				 (unsigned long long)r->worst.got);
		}
	return 0;
}

static void destroy(struct check *c)
{
	free(c);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct monotone_flow),
	.events = EVENTS_STATE,
	.begin = begin,
	.end = end,
	.finish = finish,
	.free = destroy,
};

struct check *check_monotone__new(struct run *run)
{
	struct monotone *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	counters__init();
	m->check.ops = &ops;
	m->check.run = run;
	return &m->check;
}
