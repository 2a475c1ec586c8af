// SPDX-License-Identifier: BSD-2-Clause
/*
 * Statistics: how far netlink's gauges and rates are from the probe's.
 *
 * The error of a netlink value N with window [a, b] is N minus what the probe says that the socket
 * had at a: its last sample at u <= a where the state of that sample is the one behind its event,
 * else the next one, up to which nothing changes, or only what sending moves (hold.c). Step
 * interpolation, since gauges jump: an error is a lag as much as an error. So beside it stands how
 * many N were *shown* by the probe, in the last sample before a, any sample in the window, or the
 * first one behind b: a value from nowhere counts, a late one does not.
 *
 * So a value may have to wait for the probe's next sample. If none comes, it is not compared.
 *
 * Control connections are left out: srtt is updated more often than the RTT callback fires (once a
 * round trip, tcp_rtt_estimator()), so on a flow that then idles the last update is seen by nobody
 * until it moves again, and one stale value would count at every poll.
 */
#include "statistics.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gauges.h"
#include "hold.h"
#include "statistic_bounds.h"

/* Netlink values whose window is over and that wait for the probe's next sample, over all flows. */
#define LINGERING_MAX 4096

/* What netlink read, `weight` times, and what the probe has not said of it yet. */
struct waiting {
	struct waiting *next, *next_made;
	struct gauge_values n, before; /* before: the probe's state, when the window began */
	uint64_t t_ns, newest_ns, weight;
	uint64_t unshown; /* gauges whose value the probe has not shown */
	uint64_t due;	  /* gauges whose error its next sample tells */
};

struct statistics_window {
	bool used;
	struct waiting waiting;
};

struct statistics_flow {
	struct gauge_values last; /* the probe's, as it was shown last */
	struct gauge_values now;  /* of its last sample that tells the state */
	uint64_t on;		  /* of now: what holds from there on */
	struct waiting *open, *lingering;
};

struct statistics {
	struct check check;
	struct agreement agreement[GAUGES], cwnd;
	uint64_t decided[GAUGES], shown[GAUGES];
	unsigned int snd_cwnd, snd_mss; /* their places among the gauges */
	uint64_t sent;			/* gauges that sending moves too */
	struct waiting *made, *unused;	/* all that linger; those that no longer do */
	unsigned int lingering;
};

static void count(uint64_t *counts, uint64_t set, uint64_t weight)
{
	for (; set; set &= set - 1)
		counts[__builtin_ctzll(set)] += weight;
}

/* Those of set in which both have the same value. */
static uint64_t equal_in(const struct gauge_values *a, const struct gauge_values *b, uint64_t set)
{
	uint64_t equal = 0;

	for (set &= a->have & b->have; set; set &= set - 1) {
		unsigned int i = __builtin_ctzll(set);

		equal |= (uint64_t)(a->value[i] == b->value[i]) << i;
	}
	return equal;
}

static void add(struct agreement *a, uint64_t n, uint64_t e, const struct waiting *w,
		const struct flow_entry *flow)
{
	for (uint64_t times = w->weight; times; times--)
		agreement__add(a, (int64_t)(n - e), flow->id, w->t_ns);
}

/* The errors of those of set, by what the probe says of the state that netlink read. */
static void measure(struct statistics *st, const struct flow_entry *flow, const struct waiting *w,
		    const struct gauge_values *e, uint64_t set)
{
	uint64_t have = w->n.have & e->have;

	set &= have;
	if (set >> st->snd_cwnd & have >> st->snd_mss & 1 && flow->role == ROLE_SENDER)
		add(&st->cwnd, w->n.value[st->snd_cwnd] * w->n.value[st->snd_mss],
		    e->value[st->snd_cwnd] * e->value[st->snd_mss], w, flow);
	for (; set; set &= set - 1) {
		unsigned int i = __builtin_ctzll(set);
		uint64_t n = w->n.value[i];

		if (n == e->value[i] || (!gauge__is_special(gauges[i], n) &&
					 !gauge__is_special(gauges[i], e->value[i])))
			add(&st->agreement[i], n, e->value[i], w, flow);
	}
}

/* One more sample of the probe for what waits; ended: it is the first one behind the window. */
static void answer(struct statistics *st, const struct statistics_flow *f, struct waiting *w,
		   bool ended)
{
	uint64_t shown = equal_in(&w->n, &f->last, w->unshown);

	count(st->shown, shown, w->weight);
	count(st->decided, ended ? w->unshown : shown, w->weight);
	w->unshown = ended ? 0 : w->unshown & ~shown;
}

/* Those of set that s tells only from some time on. */
static uint64_t sent_in(const struct sample *s, uint64_t set)
{
	uint64_t sent = 0;

	for (; set; set &= set - 1) {
		unsigned int i = __builtin_ctzll(set);

		sent |= (uint64_t)hold__is_sent(s, gauges[i]) << i;
	}
	return sent;
}

/* The probe's next sample that tells the state. */
static void settle(struct statistics *st, const struct flow_entry *flow,
		   const struct statistics_flow *f, struct waiting *w, const struct sample *s)
{
	bool later = w->due && w->newest_ns < hold__sent_ns(st->check.run, s);
	uint64_t before = later ? sent_in(s, w->due) : 0;

	measure(st, flow, w, &f->now, w->due & ~before);
	measure(st, flow, w, &w->before, before);
	w->due = 0;
}

static uint64_t held_on(const struct sample *s, uint64_t have)
{
	uint64_t on = 0;

	for (; have; have &= have - 1) {
		unsigned int i = __builtin_ctzll(have);

		on |= (uint64_t)hold__on(s, gauges[i]) << i;
	}
	return on;
}

static void probe_sample(struct statistics *st, const struct flow_entry *flow,
			 struct statistics_flow *f, const struct sample *s)
{
	bool tells = hold__tells(st->check.run, s);
	struct waiting **at = &f->lingering, *w;

	gauges__of(s, &f->last);
	if (tells) {
		f->now = f->last;
		f->on = held_on(s, f->now.have);
	}
	for (w = f->open; w; w = w->next) {
		answer(st, f, w, false);
		if (tells)
			settle(st, flow, f, w, s);
	}
	while ((w = *at)) {
		answer(st, f, w, true);
		if (tells)
			settle(st, flow, f, w, s);
		if (w->due) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		w->next = st->unused;
		st->unused = w;
	}
}

static void netlink_sample(struct statistics *st, struct statistics_flow *f,
			   struct statistics_window *sw, const struct window *window)
{
	struct waiting *w = &sw->waiting;
	uint64_t shown;

	sw->used = true;
	w->next = f->open;
	f->open = w;
	w->t_ns = w->newest_ns = window->sample->t0_ns;
	w->weight = 1;
	gauges__of(window->sample, &w->n);
	w->n.have &= f->now.have;
	shown = equal_in(&w->n, &f->last, w->n.have);
	count(st->decided, shown, 1);
	count(st->shown, shown, 1);
	w->unshown = w->n.have & ~shown;
	w->due = w->n.have & ~f->on;
	w->before = f->now;
	measure(st, window->flow, w, &f->now, f->on);
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
		probe_sample(st, w->flow, f, w->sample);
	else
		netlink_sample(st, f, check__window_state(c, w), w);
}

/* A poll of an idle flow, like the one before it: counted with it. */
static bool joins(struct waiting *before, const struct waiting *w)
{
	uint64_t left = w->unshown | w->due;

	if (!before || before->unshown != w->unshown || before->due != w->due ||
	    equal_in(&before->n, &w->n, left) != left)
		return false;
	before->weight += w->weight;
	before->newest_ns = w->newest_ns;
	return true;
}

static struct waiting *waiting__new(struct statistics *st, const struct waiting *like)
{
	struct waiting *w = st->unused, *next_made;

	if (w) {
		st->unused = w->next;
		next_made = w->next_made;
	} else {
		/* Beyond the bound, or without memory, the value is not compared. */
		if (st->lingering++ >= LINGERING_MAX || !(w = malloc(sizeof(*w))))
			return NULL;
		next_made = st->made;
		st->made = w;
	}
	*w = *like;
	w->next_made = next_made;
	return w;
}

static void end(struct check *c, const struct window *w)
{
	struct statistics *st = (struct statistics *)c;
	struct statistics_flow *f = check__flow_state(c, w->flow);
	struct statistics_window *sw = check__window_state(c, w);
	struct waiting **p, *lingering;

	if (w->witness == WITNESS_PROBE || !sw->used)
		return;
	for (p = &f->open; *p; p = &(*p)->next)
		if (*p == &sw->waiting) {
			*p = sw->waiting.next;
			break;
		}
	if (!(sw->waiting.unshown | sw->waiting.due) || joins(f->lingering, &sw->waiting))
		return;
	lingering = waiting__new(st, &sw->waiting);
	if (!lingering)
		return;
	lingering->next = f->lingering;
	f->lingering = lingering;
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

const struct agreement *statistics__cwnd_errors(const struct check *c)
{
	return &((const struct statistics *)c)->cwnd;
}

static void destroy(struct check *c)
{
	struct statistics *st = (struct statistics *)c;
	struct waiting *w;

	while ((w = st->made)) {
		st->made = w->next_made;
		free(w);
	}
	for (unsigned int i = 0; i < GAUGES; i++)
		agreement__free(&st->agreement[i]);
	agreement__free(&st->cwnd);
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
	if (agreement__init(&st->cwnd))
		goto fail;
	for (unsigned int i = 0; i < GAUGES; i++) {
		if (agreement__init(&st->agreement[i]))
			goto fail;
		if (gauges[i] == FIELD_snd_cwnd)
			st->snd_cwnd = i;
		else if (gauges[i] == FIELD_snd_mss)
			st->snd_mss = i;
	}
	return &st->check;
fail:
	destroy(&st->check);
	return NULL;
}
