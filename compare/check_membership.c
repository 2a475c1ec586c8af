// SPDX-License-Identifier: BSD-2-Clause
/*
 * Membership: for every ACK-driven gauge and every netlink sample with its window [a, b], the value
 * is one that the probe saw the socket hold between the last event before a and the first after b.
 * Zero tolerance. What proves a window, and what else may move a field, stands in driven.c.
 *
 * The fields are those that the catalogue calls fresh or stale inside the RTT callback, without
 * counters (bracketing), ages and durations (clocks), and without unacked and retrans, which every
 * segment sent moves too (conservation).
 */
#include "check_membership.h"

#include <stdlib.h>
#include <string.h>

#include "driven.h"

/* How often a field may have moved on sending, as a share of its values, where that is at least
 * MOVED_LEAST times: more than that is no coincidence but a field that is wrong. All polls between two
 * events, as in a blackout, are one time. */
#define MOVED_SHARE_MAX 0.05
#define MOVED_LEAST	20

struct membership_flow {
	struct driven_history *history;
	unsigned int id;
	struct membership_flow *next;
};

struct membership_tally {
	bool reported; /* by netlink */
	uint64_t compared, violations, moved, times, unproven;
	struct worst worst;
};

struct membership {
	struct check check;
	struct membership_flow *flows; /* with a history */
	uint64_t windows, gap[GAPS];
	struct membership_tally tally[DRIVEN_MAX];
	unsigned int waiting;
	unsigned int flow; /* whose window is being told */
	bool out_of_memory;
};

/* The event shows a state that is settled, and the program held the lock. */
static bool is_settled(const struct window *w)
{
	const struct sample *s = w->sample;

	if (s->event == EVENT_poll && w->copy)
		return false; /* before kernel 5.15 (merge.c) */
	return s->event != EVENT_rtt && s->event != EVENT_connect && sample__has(s, FIELD_state) &&
	       sample__has(s, FIELD_snd_una) && sample__has(s, FIELD_snd_nxt) &&
	       sample__has(s, FIELD_segs_in) && sample__has(s, FIELD_data_segs_in);
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static void told(void *arg, const struct window_verdict *v)
{
	struct membership *m = arg;

	m->windows += v->weight;
	m->gap[v->gap] += v->weight;
	for (unsigned int i = 0; i < driven_count; i++) {
		struct membership_tally *t = &m->tally[i];

		if (!(v->reported >> i & 1))
			continue;
		t->reported = true;
		if (v->gap != GAP_NONE) {
			t->unproven += v->weight;
			continue;
		}
		switch (v->field[i]) {
		case MEMBER_ABSENT:
			break;
		case MEMBER_MOVED:
			t->moved += v->weight;
			t->times += !v->again[i];
			break;
		case MEMBER_UNPROVEN:
			t->unproven += v->weight;
			break;
		case MEMBER_NOT:
			t->violations += v->weight;
			worst__update(&t->worst, m->flow, v->t_ns, v->expected[i], v->got[i],
				      distance(v->expected[i], v->got[i]));
			/* fall through */
		case MEMBER:
			t->compared += v->weight;
		}
	}
}

static void begin(struct check *c, const struct window *w)
{
	struct membership *m = (struct membership *)c;
	struct membership_flow *f = check__flow_state(c, w->flow);

	if (!run__has_mode(c->run, WITNESS_PROBE, "segment"))
		return;
	m->flow = w->flow->id;
	if (w->witness == WITNESS_PROBE) {
		if (!is_settled(w))
			return;
		if (!f->history && (f->history = driven_history__new(told, m, &m->waiting))) {
			f->id = w->flow->id;
			f->next = m->flows;
			m->flows = f;
		}
		if (f->history)
			driven_history__event(f->history, w->sample);
		else
			m->out_of_memory = true;
	} else if (w->sample->event == EVENT_sample) {
		if (f->history)
			m->out_of_memory |= driven_history__window(f->history, w->sample) != 0;
		else {
			m->windows++;
			m->gap[GAP_NO_EVENT]++;
		}
	}
}

static void conclude(const struct membership *m, unsigned int i, struct result *r)
{
	const struct membership_tally *t = &m->tally[i];
	const char *name = catalogue[driven[i].field].name;

	r->witness[0] = witness__name(WITNESS_NETLINK);
	r->witness[1] = witness__name(WITNESS_PROBE);
	r->compared = t->compared;
	r->violations = t->violations;
	r->moved = t->moved;
	r->unproven = t->unproven;
	r->worst = t->worst;
	if (t->violations) {
		r->status = STATUS_FAIL;
		snprintf(
			r->reason, sizeof(r->reason),
			"%llu of %llu values of netlink were never the socket's; worst on flow "
			"%u: %s %llu, the probe saw %llu behind the window and no such value in it",
			(unsigned long long)t->violations, (unsigned long long)t->compared,
			t->worst.flow, name, (unsigned long long)t->worst.got,
			(unsigned long long)t->worst.expected);
	} else if (t->times >= MOVED_LEAST &&
		   t->times > MOVED_SHARE_MAX * (t->times + t->compared)) {
		r->status = STATUS_FAIL;
		snprintf(r->reason, sizeof(r->reason),
			 "%llu of %llu values of netlink were not seen by the probe; sending may "
			 "move %s, but not so often (at most %g%%)",
			 (unsigned long long)t->moved, (unsigned long long)(t->moved + t->compared),
			 name, 100 * MOVED_SHARE_MAX);
	} else if (!t->compared) {
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason), "%s",
			 !run__has_mode(m->check.run, WITNESS_PROBE, "segment")
				 ? "the probe did not capture segments"
			 : !m->windows	     ? "netlink has no sample"
			 : !m->gap[GAP_NONE] ? "no window is proven"
					     : "not reported by both witnesses here");
	}
}

/* How many windows could be judged, and why not the others. */
static void tell_windows(const struct membership *m, struct result *r)
{
	unsigned long long proven = m->gap[GAP_NONE], all = m->windows;

	r->witness[0] = witness__name(WITNESS_NETLINK);
	r->witness[1] = witness__name(WITNESS_PROBE);
	r->unproven = 0; /* the fields tell their values */
	r->status = m->windows && proven ? STATUS_INFO : STATUS_SKIP;
	snprintf(r->reason, sizeof(r->reason),
		 "%llu of %llu windows proven, %.2f%% unproven: %llu without an event before or "
		 "behind, %llu outside ESTABLISHED, %llu with an acknowledgement not seen, %llu "
		 "with more ACKs counted than seen, %llu crowded out",
		 proven, all, all ? 100.0 * (all - proven) / all : 0.0,
		 (unsigned long long)m->gap[GAP_NO_EVENT], (unsigned long long)m->gap[GAP_STATE],
		 (unsigned long long)m->gap[GAP_CHAIN], (unsigned long long)m->gap[GAP_COUNT],
		 (unsigned long long)m->gap[GAP_CROWDED]);
}

static int finish(struct check *c, struct verdict *v)
{
	struct membership *m = (struct membership *)c;
	struct result *r;

	for (struct membership_flow *f = m->flows; f; f = f->next) {
		m->flow = f->id;
		driven_history__close(f->history);
	}
	if (m->out_of_memory)
		return -1;
	r = verdict__result(v, "membership", "windows");
	if (!r)
		return -1;
	tell_windows(m, r);
	for (unsigned int i = 0; i < driven_count; i++) {
		/* of a congestion control that no flow uses there is nothing to tell */
		if (catalogue[driven[i].field].group == GROUP_CC && !m->tally[i].reported)
			continue;
		r = verdict__result(v, "membership", catalogue[driven[i].field].name);
		if (!r)
			return -1;
		conclude(m, i, r);
	}
	return 0;
}

static void destroy(struct check *c)
{
	struct membership *m = (struct membership *)c;

	for (struct membership_flow *f = m->flows; f; f = f->next)
		driven_history__free(f->history);
	free(m);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct membership_flow),
	.events = EVENTS_STATE,
	.begin = begin,
	.finish = finish,
	.free = destroy,
};

struct check *check_membership__new(struct run *run)
{
	struct membership *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	driven__init();
	m->check.ops = &ops;
	m->check.run = run;
	return &m->check;
}
