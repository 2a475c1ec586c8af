// SPDX-License-Identifier: BSD-2-Clause
/* One value of a foreign sample, and what the probe shows before, in and behind its window. */
#include "foreign_claim.h"

#include <stdlib.h>

#include "ticks.h"

enum { TCP_ESTABLISHED = 1, TCP_SYN_SENT, TCP_SYN_RECV };

static bool read_before_the_lock(enum field f)
{
	return f == FIELD_snd_cwnd || f == FIELD_reordering || f == FIELD_pacing_rate ||
	       f == FIELD_max_pacing_rate || f == FIELD_state;
}

static bool sent_by_window(enum field f)
{
	return f == FIELD_snd_cwnd || f == FIELD_snd_ssthresh || f == FIELD_pacing_rate;
}

static uint64_t apart(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* The probe shows v. */
static void look(struct claim *c, uint64_t v)
{
	if (c->min > c->max) { /* the first */
		c->min = c->max = c->nearest = v;
	} else {
		c->min = v < c->min ? v : c->min;
		c->max = v > c->max ? v : c->max;
		if (apart(v, c->value) < apart(c->nearest, c->value))
			c->nearest = v;
	}
}

static bool fits(const struct claim *c, uint64_t v)
{
	return v >= c->low && v <= c->high;
}

static void violate(struct field_tally *t, const struct waiting *w, const struct claim *c,
		    unsigned int flow, uint64_t expected)
{
	uint64_t size = apart(expected, c->value);

	t->violations++;
	t->behind += c->value < expected;
	t->ahead += c->value > expected;
	worst__update(&t->worst, flow, w->t0_ns, expected, c->value, size ? size : 1);
}

/* total_rto_time may have stepped back between the two: check_clocks.c. */
static bool may_have_restarted(const struct claim *c)
{
	return c->field == FIELD_total_rto_time && c->have_floor && c->have_ceiling &&
	       c->floor_stamp != c->ceiling_stamp;
}

static void close_bracket(struct field_tally *t, const struct waiting *w, const struct claim *c,
			  unsigned int flow)
{
	bool below = c->have_floor && field__difference(c->field, c->high, c->floor) < 0;
	bool above = c->have_ceiling && field__difference(c->field, c->low, c->ceiling) > 0;

	if ((below || above) && may_have_restarted(c)) {
		t->moved++;
		return;
	}
	if (below)
		violate(t, w, c, flow, c->floor);
	else if (above)
		violate(t, w, c, flow, c->ceiling);
	else if (!c->have_floor || !c->have_ceiling)
		return;
	t->compared++;
}

/* See check_clocks.c: the tick at which N was read lies between those of e0 and ek. */
static void close_age(struct field_tally *t, const struct waiting *w, const struct claim *c,
		      const struct claim_context *x)
{
	int64_t ticks = (int32_t)(c->ceiling_stamp - c->floor_stamp);

	if (!c->have_floor || !c->have_ceiling || !x->scale.hz || x->scale.hz > 1000)
		return;
	t->compared++;
	if (ticks__between_ages(c->value, c->floor, x->scale.hz) > ticks)
		violate(t, w, c, x->flow, c->floor);
	else if (ticks__between_ages(c->ceiling, c->value, x->scale.hz) > ticks)
		violate(t, w, c, x->flow, c->ceiling);
}

static void close_shown(struct field_tally *t, const struct waiting *w, const struct claim *c,
			unsigned int flow)
{
	unsigned int excused = MOVED_BY_TIMER;

	if (!c->have_floor || !c->have_ceiling || w->flags & PROOF_BROKEN) {
		t->unproven++;
		return;
	}
	if (sent_by_window(c->field))
		excused |= MOVED_BY_SENDING;
	if (c->shown)
		t->compared++;
	else if (read_before_the_lock(c->field) && (w->flags & SEGMENT_INSIDE || w->at_work))
		t->unproven++;
	else if (w->flags & excused)
		t->moved++;
	else {
		t->compared++;
		violate(t, w, c, flow, c->nearest);
	}
}

void claim__close(const struct claim *c, const struct waiting *w, struct field_tally *t,
		  const struct claim_context *x)
{
	bool both = c->have_floor && c->have_ceiling;

	switch (c->manner) {
	case MANNER_BRACKET:
		close_bracket(t, w, c, x->flow);
		break;
	case MANNER_AGE:
		close_age(t, w, c, x);
		return;
	case MANNER_SHOWN:
		close_shown(t, w, c, x->flow);
		break;
	case MANNER_CONSTANT:
		if (!both)
			break;
		t->compared++;
		if (!c->shown)
			violate(t, w, c, x->flow, c->nearest);
		break;
	case MANNER_STATISTIC:
	case MANNER_NONE:
		break;
	}
	if (!both)
		return;
	units__vote(&t->votes, c->field, c->value, c->min, c->max, &x->scale);
	if (c->manner != MANNER_SHOWN && c->manner != MANNER_STATISTIC)
		return;
	if (!t->error.histogram && agreement__init(&t->error))
		return; /* no memory: no statistics */
	t->placed++;
	t->shown += c->shown;
	agreement__add(&t->error, c->shown ? 0 : (int64_t)(c->value - c->nearest), x->flow,
		       w->t0_ns);
}

unsigned int watch__weigh_step(const struct watch *w, const struct sample *s)
{
	static const enum field timers[] = { FIELD_retransmits,	  FIELD_probes,	   FIELD_backoff,
					     FIELD_total_retrans, FIELD_total_rto, FIELD_snd_mss };
	const uint64_t *was = w->value, *is = s->value;
	uint32_t una = was[FIELD_snd_una], ack = was[FIELD_seg_ack_seq];
	unsigned int flags = 0;

	if (!sample__has(s, FIELD_snd_una) || !field_set__has(&w->have, FIELD_snd_una) ||
	    was[FIELD_state] != TCP_ESTABLISHED)
		return PROOF_BROKEN;
	/* tcp_ack() ignores what was not sent yet, and what is older */
	if (w->event == EVENT_segment && (int32_t)(ack - una) > 0 &&
	    (int32_t)(ack - (uint32_t)was[FIELD_snd_nxt]) <= 0)
		una = ack;
	if (una != is[FIELD_snd_una])
		flags |= PROOF_BROKEN;
	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		if (sample__has(s, timers[i]) && was[timers[i]] != is[timers[i]])
			flags |= MOVED_BY_TIMER;
	if (una == (uint32_t)was[FIELD_snd_nxt] && is[FIELD_snd_nxt] != was[FIELD_snd_nxt])
		flags |= MOVED_BY_SENDING;
	if (is[FIELD_write_seq] != was[FIELD_write_seq] && was[FIELD_unacked] < was[FIELD_snd_cwnd])
		flags |= MOVED_BY_SENDING;
	return flags;
}

bool sample__may_speak(const struct sample *s, enum field f)
{
	/* tcp_process_loss() will stop it at the ACK's own, older time */
	if (f == FIELD_total_rto_time && s->event == EVENT_rtt)
		return false;
	return sample__has(s, f) &&
	       (f != FIELD_delivered ||
		(s->event != EVENT_established &&
		 !(sample__has(s, FIELD_state) && s->value[FIELD_state] == TCP_SYN_SENT)));
}

void claim__show(struct claim *c, const struct sample *s, bool settled, bool behind)
{
	uint64_t v = s->value[c->field];

	if (!sample__may_speak(s, c->field) || (!settled && c->manner != MANNER_BRACKET))
		return;
	if (c->manner == MANNER_AGE) {
		behind &= sample__has(s, FIELD_jiffies);
		if (behind && !c->have_ceiling) {
			c->ceiling = v;
			c->ceiling_stamp = s->value[FIELD_jiffies];
		}
	} else if (!c->have_ceiling) {
		look(c, v);
		c->shown |= fits(c, v);
		c->ceiling = v;
		if (c->field == FIELD_total_rto_time)
			c->ceiling_stamp = s->value[FIELD_total_rto_recoveries];
	}
	c->have_ceiling |= behind;
}

void claim__set_floor(struct claim *c, const struct watch *watch, bool strict)
{
	uint64_t v = watch->value[c->field];

	/* tcp_rcv_synsent_state_process() takes the timestamps off advmss, and sets the scales */
	if (c->manner == MANNER_CONSTANT && (watch->value[FIELD_state] == TCP_SYN_SENT ||
					     watch->value[FIELD_state] == TCP_SYN_RECV))
		return;
	if (!field_set__has(&watch->have, c->field))
		return;
	c->have_floor = true;
	if (c->manner == MANNER_AGE) {
		c->have_floor = field_set__has(&watch->have, FIELD_jiffies);
		c->floor = v;
		c->floor_stamp = watch->value[FIELD_jiffies];
		return;
	}
	c->floor = v;
	if (c->field == FIELD_total_rto_time)
		c->floor_stamp = watch->recoveries;
	/* e0's own value was replaced under the lock that its segment held */
	look(c, v);
	if (!strict || watch->event != EVENT_segment || read_before_the_lock(c->field) ||
	    c->manner != MANNER_SHOWN)
		c->shown = fits(c, v);
}
