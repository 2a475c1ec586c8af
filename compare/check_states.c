// SPDX-License-Identifier: BSD-2-Clause
/*
 * TCP states. Zero tolerance.
 *
 * The probe: tcp_set_state() calls the state callback before it stores, all under the socket lock,
 * and every change of an armed socket's state goes through it. So from one state event to the next
 * every sample must show the new state of the last one, and a state event the old state it tells.
 * Sockets are armed by connect (behind the change to SYN_SENT) or inherit it from the listener; those
 * that are older than the probe before its header is written, from kernel 6.12 on and in the namespaces
 * that it walks. One elsewhere may never be: there a chain begins with connect, established or a state
 * event. A number that is missing among the flow's samples may have been a change: the chain begins
 * anew behind it.
 *
 * netlink: tcp_get_info() reads the state without the lock, once, within the window [a, b]. It is
 * one that the probe's chain held in the window. The callback's clock is read before the store: the
 * state before the last change counts as held, until a later sample of the probe shows the new one.
 * So do polls of the probe before kernel 5.15, which hold no lock either (merge.c).
 *
 * A record that is lost may be a change, and only the number of the flow's next sample shows the
 * gap; behind the last one nothing does. So a window of netlink is judged when the flow's next sample
 * of the probe has the next number: then no change lay in between. If it has another the window is
 * unproven; so it is where none comes any more and the trailer tells of lost samples. Where nothing
 * was lost, the chain of the last sample holds to the end.
 */
#include "check_states.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CHAIN 16 /* states that are remembered; a socket has fewer */

struct finding {
	uint64_t compared, violations, unproven;
	struct worst worst;
};

struct states {
	struct check check;
	struct finding found[WITNESSES];
};

struct states_flow {
	uint64_t seq;
	uint32_t changes; /* chain[changes % CHAIN] is the state now */
	uint32_t chains;  /* begun so far */
	struct finding waiting; /* of netlink, for the probe's next sample */
	bool armed, known, stored;
	uint8_t chain[CHAIN];
};

struct states_window {
	uint32_t changes; /* the earliest link that may be read */
	uint32_t chain;	  /* its number */
	bool known;
};

static void violated(struct finding *f, const struct window *w, uint64_t expected)
{
	uint64_t got = w->sample->value[FIELD_state];

	f->violations++;
	worst__update(&f->worst, w->flow->id, w->sample->t0_ns, expected, got,
		      got > expected ? got - expected : expected - got);
}

/* The windows of netlink that waited: judged, or unproven. */
static void settle(struct states *s, struct states_flow *f, bool proven)
{
	struct finding *to = &s->found[WITNESS_NETLINK];

	if (proven) {
		to->compared += f->waiting.compared;
		to->violations += f->waiting.violations;
		if (f->waiting.worst.set &&
		    (!to->worst.set || f->waiting.worst.size > to->worst.size))
			to->worst = f->waiting.worst;
	} else {
		to->unproven += f->waiting.compared;
	}
	f->waiting = (struct finding){ 0 };
}

static uint8_t now(const struct states_flow *f)
{
	return f->chain[f->changes % CHAIN];
}

static uint8_t before(const struct states_flow *f)
{
	return f->chain[(f->changes - 1) % CHAIN];
}

static void probe_sample(struct states *s, struct states_flow *f, const struct window *w)
{
	const struct sample *e = w->sample;
	uint64_t state = e->value[FIELD_state];
	bool change = e->event == EVENT_state || e->event == EVENT_close;
	bool first;

	f->armed |= change || e->event == EVENT_connect || e->event == EVENT_established ||
		    run__is_armed(s->check.run, e->flow.netns);
	if (!f->armed)
		return;
	first = !f->known || e->event == EVENT_connect || (e->seq && e->seq != f->seq + 1);
	settle(s, f, !first);

	f->seq = e->seq;
	if (first) {
		f->chains++;
		f->known = f->stored = true;
		f->changes = 0;
		f->chain[0] = state;
	} else {
		s->found[WITNESS_PROBE].compared++;
		if (e->event == EVENT_poll && !f->stored && f->changes && state == before(f))
			return;
		if (state != now(f)) {
			violated(&s->found[WITNESS_PROBE], w, now(f));
			return;
		}
		f->stored = true;
	}
	if (!change || !sample__has(e, FIELD_new_state))
		return;
	if (sample__has(e, FIELD_old_state) && e->value[FIELD_old_state] != state)
		violated(&s->found[WITNESS_PROBE], w, e->value[FIELD_old_state]);
	f->changes++;
	f->chain[f->changes % CHAIN] = e->value[FIELD_new_state];
	f->stored = false;
}

static void begin(struct check *c, const struct window *w)
{
	struct states_flow *f = check__flow_state(c, w->flow);
	struct states_window *sw = check__window_state(c, w);

	if (!sample__has(w->sample, FIELD_state))
		return;
	if (w->witness == WITNESS_PROBE) {
		probe_sample((struct states *)c, f, w);
		return;
	}
	sw->known = f->known;
	sw->chain = f->chains;
	sw->changes = f->changes - (f->changes && !f->stored);
}

static void end(struct check *c, const struct window *w)
{
	struct states *s = (struct states *)c;
	struct states_flow *f = check__flow_state(c, w->flow);
	struct states_window *sw = check__window_state(c, w);

	if (w->witness == WITNESS_PROBE || !sample__has(w->sample, FIELD_state))
		return;
	/* no probe's sample before, or the chain began anew in between */
	if (!sw->known || f->chains != sw->chain || f->changes - sw->changes >= CHAIN) {
		s->found[WITNESS_NETLINK].unproven++;
		return;
	}
	f->waiting.compared++;
	for (uint32_t i = sw->changes; i <= f->changes; i++)
		if (f->chain[i % CHAIN] == w->sample->value[FIELD_state])
			return;
	violated(&f->waiting, w, now(f));
}

static int finish(struct check *c, struct verdict *v)
{
	bool lost = run__lost_samples(c->run, WITNESS_PROBE);
	struct states *s = (struct states *)c;
	const struct flows *flows = c->run->flows;

	for (unsigned int i = 0; i < flows__count(flows); i++)
		settle(s, check__flow_state(c, flows__at(flows, i)), !lost);
	for (enum witness w = 0; w < WITNESSES; w++) {
		struct result *r;

		if (!s->found[w].compared)
			continue;
		r = verdict__result(v, "states", "state");
		if (!r)
			return -1;
		r->witness[0] = witness__name(w);
		r->witness[1] = w == WITNESS_NETLINK ? witness__name(WITNESS_PROBE) : NULL;
		r->compared = s->found[w].compared;
		r->violations = s->found[w].violations;
		r->unproven = s->found[w].unproven;
		r->worst = s->found[w].worst;
		if (!r->violations)
			continue;
		r->status = STATUS_FAIL;
		snprintf(r->reason, sizeof(r->reason),
			 "%" PRIu64 " samples of %s show a state that the probe's state changes do "
			 "not lead to; worst on flow %u: %" PRIu64 " instead of %" PRIu64,
			 r->violations, witness__name(w), r->worst.flow, r->worst.got,
			 r->worst.expected);
	}
	return 0;
}

static void destroy(struct check *c)
{
	free(c);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct states_flow),
	.window_size = sizeof(struct states_window),
	.events = EVENTS_STATE,
	.begin = begin,
	.end = end,
	.finish = finish,
	.free = destroy,
};

struct check *check_states__new(struct run *run)
{
	struct states *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->check.ops = &ops;
	s->check.run = run;
	return &s->check;
}
