// SPDX-License-Identifier: BSD-2-Clause
/*
 * Statistics: how far netlink's gauges and rates are from what the probe last saw.
 *
 * The error of a netlink value N with window [a, b] is N minus the probe's last value at u <= a:
 * step interpolation, since gauges jump. It is a lag as much as an error. So beside it stands how
 * many N were *shown* by the probe, in the last sample before a, any sample in the window, or the
 * first one behind b: a value from nowhere counts, a late one does not.
 *
 * Control connections are left out: srtt is updated more often than the RTT callback fires (once a
 * round trip, tcp_rtt_estimator()), so on a flow that then idles the last update is seen by nobody
 * until it moves again, and one stale value would count at every poll.
 */
#include "statistics.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gauges.h"

/* Netlink values whose window is over and that wait for the probe's next sample, over all flows. */
#define LINGERING_MAX 4096

struct lingering {
	struct lingering *next;
	uint64_t unshown;
	uint64_t value[GAUGES];
};

struct statistics_window {
	struct statistics_window *next;
	const struct sample *sample;
	uint64_t unshown; /* gauges whose value the probe has not shown yet */
};

struct statistics_flow {
	struct gauge_values now; /* the probe's */
	struct statistics_window *open;
	struct lingering *lingering;
};

struct statistics {
	struct check check;
	struct agreement agreement[GAUGES];
	uint64_t decided[GAUGES], shown[GAUGES];
	struct lingering *unused;
	unsigned int lingering;
};

static void count(uint64_t *counts, uint64_t set)
{
	for (; set; set &= set - 1)
		counts[__builtin_ctzll(set)]++;
}

/* Those of set in which g has the same value as value_of(i). */
static uint64_t shown_in_sample(const struct gauge_values *g, const struct sample *s, uint64_t set)
{
	uint64_t shown = 0;

	for (set &= g->have; set; set &= set - 1) {
		unsigned int i = __builtin_ctzll(set);

		shown |= (uint64_t)(g->value[i] == s->value[gauges[i]]) << i;
	}
	return shown;
}

static void settle(struct statistics *st, struct lingering *l, const struct gauge_values *g)
{
	uint64_t shown = 0;

	for (uint64_t set = l->unshown & g->have; set; set &= set - 1) {
		unsigned int i = __builtin_ctzll(set);

		shown |= (uint64_t)(g->value[i] == l->value[i]) << i;
	}
	count(st->decided, l->unshown);
	count(st->shown, shown);
	l->next = st->unused;
	st->unused = l;
}

static void probe_sample(struct statistics *st, struct statistics_flow *f, const struct sample *s)
{
	struct statistics_window *w;
	struct lingering *l;
	uint64_t shown;

	gauges__of(s, &f->now);
	for (w = f->open; w; w = w->next) {
		if (!w->unshown)
			continue;
		shown = shown_in_sample(&f->now, w->sample, w->unshown);
		w->unshown &= ~shown;
		count(st->decided, shown);
		count(st->shown, shown);
	}
	while ((l = f->lingering)) {
		f->lingering = l->next;
		settle(st, l, &f->now);
	}
}

static void netlink_sample(struct statistics *st, struct statistics_flow *f,
			   struct statistics_window *sw, const struct window *w)
{
	const struct sample *s = w->sample;

	sw->sample = s;
	sw->next = f->open;
	f->open = sw;
	for (uint64_t set = f->now.have; set; set &= set - 1) {
		unsigned int i = __builtin_ctzll(set);
		uint64_t n = s->value[gauges[i]], e = f->now.value[i];

		if (!sample__has(s, gauges[i]))
			continue;
		if (n == e) {
			st->decided[i]++;
			st->shown[i]++;
		} else {
			sw->unshown |= 1ULL << i;
		}
		if (n == e ||
		    (!gauge__is_special(gauges[i], n) && !gauge__is_special(gauges[i], e)))
			agreement__add(&st->agreement[i], (int64_t)(n - e), w->flow->id, s->t0_ns);
	}
}

static void begin(struct check *c, const struct window *w)
{
	struct statistics *st = (struct statistics *)c;
	struct statistics_flow *f = check__flow_state(c, w->flow);

	if (w->flow->role == ROLE_CONTROL || w->flow->role == ROLE_LISTENER)
		return;
	if (c->run->timeline[WITNESS_PROBE].why[0])
		return; /* broken off: its last values go stale */
	if (w->witness == WITNESS_PROBE)
		probe_sample(st, f, w->sample);
	else
		netlink_sample(st, f, check__window_state(c, w), w);
}

static struct lingering *lingering__new(struct statistics *st)
{
	struct lingering *l = st->unused;

	if (l) {
		st->unused = l->next;
		return l;
	}
	/* Beyond the bound, or without memory, the value stays undecided. */
	return st->lingering++ < LINGERING_MAX ? malloc(sizeof(*l)) : NULL;
}

static void end(struct check *c, const struct window *w)
{
	struct statistics *st = (struct statistics *)c;
	struct statistics_flow *f = check__flow_state(c, w->flow);
	struct statistics_window *sw = check__window_state(c, w), **p;
	struct lingering *l;

	if (w->witness == WITNESS_PROBE || !sw->sample)
		return;
	for (p = &f->open; *p; p = &(*p)->next)
		if (*p == sw) {
			*p = sw->next;
			break;
		}
	if (!sw->unshown)
		return;
	l = lingering__new(st);
	if (!l)
		return;
	l->unshown = sw->unshown;
	for (uint64_t set = sw->unshown; set; set &= set - 1)
		l->value[__builtin_ctzll(set)] = w->sample->value[gauges[__builtin_ctzll(set)]];
	l->next = f->lingering;
	f->lingering = l;
}

struct limit {
	const char *name, *figure;
	double got;
	bool minimum;
};

static void apply(struct statistic *s, const struct limit *l, const struct bound *b)
{
	if (s->status == STATUS_INFO)
		s->status = STATUS_PASS;
	if (s->status != STATUS_PASS || (l->minimum ? l->got >= b->value : l->got <= b->value))
		return;
	s->status = STATUS_FAIL;
	snprintf(s->reason, sizeof(s->reason), "%s is %g%s%s, the scenario declares at %s %g",
		 l->figure, l->got, l->minimum ? "" : " ", l->minimum ? "" : s->unit,
		 l->minimum ? "least" : "most", b->value);
}

void statistic__judge(struct statistic *s, struct manifest *m)
{
	const struct agreement_summary *a = &s->summary;
	const struct limit limits[] = {
		{ "n_min", "n", a->n, true },
		{ "bias_max", "bias", fabs(a->bias), false },
		{ "mae_max", "mae", a->mae, false },
		{ "sd_max", "sd", a->sd, false },
		{ "p50_max", "p50", a->p50, false },
		{ "p95_max", "p95", a->p95, false },
		{ "p99_max", "p99", a->p99, false },
		{ "max_max", "max", a->max, false },
		{ "shown_min", "the share shown", s->decided ? (double)s->shown / s->decided : 0,
		  true },
	};
	char subject[64];

	snprintf(subject, sizeof(subject), "%s/%s", s->pair, s->field);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct bound *b = manifest__bound(m, "statistics", subject, limits[i].name);

		if (!b && strstr(s->pair, "-probe") &&
		    (strcmp(limits[i].name, "shown_min") || s->decided))
			b = manifest__bound(m, "statistics", s->field, limits[i].name);
		if (b && !a->n) {
			s->status = STATUS_ERROR;
			snprintf(s->reason, sizeof(s->reason),
				 "a bound is declared, but nothing could be compared");
		} else if (b) {
			apply(s, &limits[i], b);
		}
	}
}

static int finish(struct check *c, struct verdict *v)
{
	struct statistics *st = (struct statistics *)c;

	for (unsigned int i = 0; i < GAUGES; i++) {
		const struct run_timeline *t = c->run->timeline;
		struct statistic *s;

		if (!st->agreement[i].n &&
		    (!field_set__has(&t[WITNESS_PROBE].header.fields, gauges[i]) ||
		     !field_set__has(&t[WITNESS_NETLINK].header.fields, gauges[i])))
			continue; /* this kernel, or one of the witnesses, does not have it */
		s = verdict__statistic(v, "netlink-probe", catalogue[gauges[i]].name);
		if (!s)
			return -1;
		s->unit = catalogue[gauges[i]].unit;
		s->summary = agreement__summary(&st->agreement[i]);
		s->decided = st->decided[i];
		s->shown = st->shown[i];
		statistic__judge(s, &c->run->manifest);
	}
	return 0;
}

const struct agreement *statistics__errors(const struct check *c, enum field f)
{
	for (unsigned int i = 0; i < GAUGES; i++)
		if (gauges[i] == f)
			return &((const struct statistics *)c)->agreement[i];
	return NULL;
}

static void destroy(struct check *c)
{
	struct statistics *st = (struct statistics *)c;
	struct lingering *l;

	for (unsigned int i = 0; c->run->flows && i < flows__count(c->run->flows); i++) {
		struct statistics_flow *f = check__flow_state(c, flows__at(c->run->flows, i));

		while ((l = f->lingering)) {
			f->lingering = l->next;
			free(l);
		}
	}
	while ((l = st->unused)) {
		st->unused = l->next;
		free(l);
	}
	for (unsigned int i = 0; i < GAUGES; i++)
		agreement__free(&st->agreement[i]);
	free(st);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct statistics_flow),
	.window_size = sizeof(struct statistics_window),
	.events = EVENTS_STATE,
	.begin = begin,
	.end = end,
	.finish = finish,
	.free = destroy,
};

struct check *statistics__new(struct run *run)
{
	struct statistics *st = calloc(1, sizeof(*st));

	if (!st)
		return NULL;
	gauges__init();
	st->check.ops = &ops;
	st->check.run = run;
	for (unsigned int i = 0; i < GAUGES; i++)
		if (agreement__init(&st->agreement[i])) {
			destroy(&st->check);
			return NULL;
		}
	return &st->check;
}
