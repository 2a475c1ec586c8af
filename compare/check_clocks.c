// SPDX-License-Identifier: BSD-2-Clause
/*
 * Clocks: fields that the kernel computes at the time of reading from a stamp and the tick counter
 * (jiffies). Compared in ticks; HZ is the header's. Zero tolerance: nothing is granted for the
 * tick's width, because the probe reads the tick counter along with each sample.
 *
 * Durations (busy_time, rwnd_limited, sndbuf_limited) are whole ticks times USEC_PER_SEC / HZ
 * (tcp_get_info_chrono_stats()). They only grow (tcp_chrono_set() adds what has run), and never by
 * more ticks than have passed: one clock of the three runs at a time. total_rto_time counts ms of
 * CLOCK_MONOTONIC (tcp_clock_ms()) while a recovery lasts; in an RTT callback it may be ahead,
 * since tcp_process_loss() will stop it at tp->tcp_mstamp, which is older: not looked at there.
 * And it steps back where a recovery is cut short: tcp_ack() zeroes icsk_retransmits on any
 * progress, also inside CA_Loss, so the next timeout of the same episode is a first one again, for
 * which tcp_update_rto_stats() counts a recovery and overwrites rto_stamp without adding what
 * has run. So it may be less than before exactly if total_rto_recoveries is more (counted as
 * moved); faster than time it does not grow even then.
 *
 * - E after E: 0 <= growth <= difference of their ticks.
 * - N, read in [a, b]: at least E(u <= a), and more by at most the ticks from that E to the first
 *   sample of any flow at u >= b; at most E(u >= b).
 *
 * Ages (last_data_sent ...) are turned into the event's own tick: jiffies - age. That only moves
 * forward: tcp_event_data_sent(), tcp_event_data_recv(), tcp_ack() store the current tick.
 *
 * - E after E: the event's tick does not go back. It is exact, for jiffies is in the sample.
 * - N: the tick at which it was read lies between jlo, the highest that was read before a, and jhi,
 *   that of the first sample at u >= b. So its event lies in [jlo - age, jhi - age], which must
 *   meet [event of E(u <= a), event of E(u >= b)].
 *
 * jlo is the flow's own last sample (the lock orders it before N), or a sample of another flow of
 * which a later one was seen by a: between a program's clock and its reading of jiffies it may have
 * been interrupted, so a flow's last sample alone says nothing of other flows.
 *
 * jiffies may stand still and then jump (a tick that came late is made up for by
 * tick_do_update_jiffies64()): so elapsed time is no bound, and ticks are.
 */
#include "check_clocks.h"

#include <stdlib.h>
#include <string.h>

#include "clock_fields.h"

#define HZ_MAX 1000 /* beyond, several ticks are one ms, and an age does not tell its tick */

/* The probe's last sample of a flow. */
struct clock_state {
	uint32_t have, never; /* 1 << clock */
	uint32_t jiffies;
	uint32_t event[CLOCKS_MAX];    /* ages: its tick */
	uint64_t duration[CLOCKS_MAX]; /* ticks or ms */
	/* CLOCK_MONOTONIC and total_rto_recoveries, of the last that was no RTT callback */
	uint64_t ms, recoveries;
};

struct clock_flow {
	bool seen;
	struct clock_state last;
	uint32_t floor_have; /* what netlink's samples, all ended, have reached */
	uint32_t floor_event[CLOCKS_MAX];
	uint64_t floor_duration[CLOCKS_MAX];
	uint64_t floor_recoveries;
};

/* A netlink sample, and what the probe had shown before. */
struct reading_window {
	bool known;
	struct clock_state before;
	uint32_t jlo;
	unsigned int flow;
	uint64_t t_ns, end_ms, recoveries;
	uint32_t have;
	uint32_t age[CLOCKS_MAX];
	uint64_t duration[CLOCKS_MAX];
};

struct clock_tally {
	uint64_t compared, violations, moved, unproven;
	struct worst worst;
	const char *how;
};

struct clocks {
	struct check check;
	uint32_t hz;
	bool have_jlo, hz_differs;
	uint32_t jlo;		      /* the highest tick known to be read */
	struct reading_window *ended; /* wait for the probe's next sample */
	unsigned int ended_count, ended_room;
	struct clock_tally tally[CLOCKS_MAX];
	bool out_of_memory;
};

static bool later(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

static void broken(struct clocks *c, unsigned int i, unsigned int flow, uint64_t t_ns,
		   uint64_t expected, uint64_t got, const char *how)
{
	struct clock_tally *t = &c->tally[i];
	uint64_t size = expected > got ? expected - got : got - expected;

	t->violations++;
	if (!t->worst.set || size > t->worst.size)
		t->how = how;
	worst__update(&t->worst, flow, t_ns, expected, got, size);
}

static uint64_t ms_of(const struct clocks *c, uint64_t ticks)
{
	return ticks * 1000 / c->hz;
}

/* A sample's clocks in ticks. Values that no kernel makes are told at once and left out. */
static void take(struct clocks *c, const struct window *w, uint32_t *have, uint32_t age[CLOCKS_MAX],
		 uint64_t duration[CLOCKS_MAX], uint32_t *never)
{
	const struct sample *s = w->sample;

	*have = *never = 0;
	for (unsigned int i = 0; i < clocks_count; i++) {
		uint64_t v = s->value[clocks[i]];
		bool ok = true;

		if (!sample__has(s, clocks[i]))
			continue;
		if (clock__is_age(i) && age__is_never(v))
			*never |= 1U << i;
		else if (clock__is_age(i))
			ok = age__ticks(v, c->hz, &age[i]);
		else if (clock__is_ms(i))
			duration[i] = v;
		else
			ok = duration__ticks(v, c->hz, &duration[i]);
		c->tally[i].compared++;
		if (ok) {
			*have |= 1U << i;
			continue;
		}
		broken(c, i, w->flow->id, s->t0_ns,
		       clock__is_age(i) ? ms_of(c, age[i]) : duration[i] * (1000000 / c->hz), v,
		       "is no whole number of ticks");
	}
}

static uint64_t unit(const struct clocks *c, unsigned int i)
{
	return clock__is_ms(i) ? 1 : 1000000 / c->hz;
}

static uint64_t recoveries_of(const struct sample *s)
{
	return sample__has(s, FIELD_total_rto_recoveries) ? s->value[FIELD_total_rto_recoveries]
							  : 0;
}

/* By how many recoveries b is behind a. */
static int64_t recoveries_between(uint64_t a, uint64_t b)
{
	return field__difference(FIELD_total_rto_recoveries, b, a);
}

/*
 * The least that a duration may be, and by how much more it may have grown. restarted: another
 * recovery has begun since, perhaps before the one that ran was added.
 */
static void judge_duration(struct clocks *c, unsigned int i, unsigned int flow, uint64_t t_ns,
			   uint64_t v, uint64_t floor, uint64_t passed, bool restarted,
			   bool netlink)
{
	if (v < floor && clock__is_ms(i) && restarted) {
		c->tally[i].moved++;
		return;
	}
	c->tally[i].compared++;
	if (v < floor)
		broken(c, i, flow, t_ns, floor * unit(c, i), v * unit(c, i),
		       netlink ? "netlink's is less than the probe's before"
			       : "the probe's is less than the one before");
	else if (v - floor > passed)
		broken(c, i, flow, t_ns, (floor + passed) * unit(c, i), v * unit(c, i),
		       netlink ? "netlink's has grown faster than time since the probe's"
			       : "the probe's has grown faster than time");
}

static void judge_event(struct clocks *c, unsigned int i, unsigned int flow, uint64_t t_ns,
			uint32_t event, uint32_t floor, uint32_t jiffies, const char *how)
{
	c->tally[i].compared++;
	if (later(floor, event))
		broken(c, i, flow, t_ns, ms_of(c, (uint32_t)(jiffies - floor)),
		       ms_of(c, (uint32_t)(jiffies - event)), how);
}

static void judge_never(struct clocks *c, unsigned int i, unsigned int flow, uint64_t t_ns,
			bool was, bool is)
{
	c->tally[i].compared++;
	if (!was && is)
		broken(c, i, flow, t_ns, 0, UINT32_MAX, "says never, though it has happened");
}

/* A netlink sample, now that the tick behind it is known. */
static void judge_netlink(struct clocks *c, const struct reading_window *r, uint32_t jhi)
{
	const struct clock_state *e = &r->before;

	for (unsigned int i = 0; i < clocks_count; i++) {
		uint32_t bit = 1U << i;

		if (!(r->have & bit))
			continue;
		if (!r->known || !(e->have & bit)) {
			c->tally[i].unproven++;
		} else if (!clock__is_age(i)) {
			judge_duration(c, i, r->flow, r->t_ns, r->duration[i], e->duration[i],
				       clock__is_ms(i) ? r->end_ms - e->ms : jhi - e->jiffies,
				       recoveries_between(e->recoveries, r->recoveries) > 0, true);
		} else if (e->never & bit || r->age[i] == UINT32_MAX) {
			judge_never(c, i, r->flow, r->t_ns, e->never & bit,
				    r->age[i] == UINT32_MAX);
		} else {
			judge_event(c, i, r->flow, r->t_ns, jhi - r->age[i], e->event[i], jhi,
				    "netlink's is older than the probe's before");
		}
	}
}

static void judge_ended(struct clocks *c, uint32_t jhi)
{
	for (unsigned int i = 0; i < c->ended_count; i++)
		judge_netlink(c, &c->ended[i], jhi);
	c->ended_count = 0;
}

/* The least that netlink's samples leave to a duration. */
static void judge_floor(struct clocks *c, struct clock_flow *f, const struct window *w,
			const struct clock_state *now, unsigned int i)
{
	if (clock__is_ms(i) && recoveries_between(f->floor_recoveries, now->recoveries) > 0) {
		c->tally[i].moved += now->duration[i] < f->floor_duration[i];
		f->floor_have &= ~(1U << i);
		return;
	}
	c->tally[i].compared++;
	if (now->duration[i] < f->floor_duration[i])
		broken(c, i, w->flow->id, w->sample->t0_ns, f->floor_duration[i] * unit(c, i),
		       now->duration[i] * unit(c, i), "the probe's is less than netlink's before");
}

static void judge_probe(struct clocks *c, struct clock_flow *f, const struct window *w,
			const struct clock_state *now)
{
	const struct clock_state *last = &f->last;
	uint64_t t = w->sample->t0_ns;

	for (unsigned int i = 0; i < clocks_count; i++) {
		uint32_t bit = 1U << i;

		if (!(now->have & bit) || (clock__is_ms(i) && w->sample->event == EVENT_rtt))
			continue;
		if (f->seen && last->have & bit && !clock__is_age(i))
			judge_duration(
				c, i, w->flow->id, t, now->duration[i], last->duration[i],
				clock__is_ms(i) ? now->ms - last->ms : now->jiffies - last->jiffies,
				recoveries_between(last->recoveries, now->recoveries) > 0, false);
		else if (f->seen && last->have & bit && (last->never | now->never) & bit)
			judge_never(c, i, w->flow->id, t, last->never & bit, now->never & bit);
		else if (f->seen && last->have & bit)
			judge_event(c, i, w->flow->id, t, now->event[i], last->event[i],
				    now->jiffies, "the probe's event lies before the one before");
		if (!(f->floor_have & bit))
			continue;
		if (!clock__is_age(i)) {
			judge_floor(c, f, w, now, i);
		} else if (!(now->never & bit)) {
			judge_event(c, i, w->flow->id, t, now->event[i], f->floor_event[i],
				    now->jiffies, "netlink's was younger than the probe's behind");
		}
	}
}

static void begin_probe(struct clocks *c, const struct window *w)
{
	struct clock_flow *f = check__flow_state(&c->check, w->flow);
	const struct sample *s = w->sample;
	struct clock_state now = { .jiffies = s->value[FIELD_jiffies],
				   .ms = s->t0_ns / 1000000,
				   .recoveries = recoveries_of(s) };
	uint32_t age[CLOCKS_MAX] = { 0 };

	judge_ended(c, now.jiffies);
	if (f->seen && (!c->have_jlo || later(f->last.jiffies, c->jlo))) {
		c->jlo = f->last.jiffies;
		c->have_jlo = true;
	}
	take(c, w, &now.have, age, now.duration, &now.never);
	for (unsigned int i = 0; i < clocks_count; i++) {
		if (clock__is_age(i))
			now.event[i] = now.jiffies - age[i];
		if (clock__is_ms(i) && s->event == EVENT_rtt) {
			now.have &= ~(1U << i);
			now.have |= f->last.have & 1U << i;
			now.duration[i] = f->last.duration[i];
			now.ms = f->last.ms;
			now.recoveries = f->last.recoveries;
		}
	}
	judge_probe(c, f, w, &now);
	f->seen = true;
	f->last = now;
}

static void begin(struct check *check, const struct window *w)
{
	struct clocks *c = (struct clocks *)check;
	struct clock_flow *f = check__flow_state(check, w->flow);
	struct reading_window *r = check__window_state(check, w);
	const struct timeline_header *h = &check->run->timeline[WITNESS_PROBE].header;

	if (!c->hz) {
		uint32_t other = check->run->timeline[WITNESS_NETLINK].header.hz;

		c->hz = h->hz <= HZ_MAX ? h->hz : 0;
		c->hz_differs = c->hz && other && other != c->hz;
	}
	if (!c->hz || c->hz_differs)
		return;
	if (w->witness == WITNESS_PROBE) {
		/* iter/tcp before kernel 5.15 reads without the lock (merge.c) */
		if (sample__has(w->sample, FIELD_jiffies) &&
		    !(w->sample->event == EVENT_poll && w->copy))
			begin_probe(c, w);
		return;
	}
	r->known = f->seen;
	r->before = f->last;
	r->jlo = c->have_jlo && later(c->jlo, f->last.jiffies) ? c->jlo : f->last.jiffies;
	r->flow = w->flow->id;
	r->t_ns = w->sample->t0_ns;
}

static void raise_floor(struct clock_flow *f, const struct reading_window *r)
{
	for (unsigned int i = 0; i < clocks_count; i++) {
		uint32_t bit = 1U << i, event = r->jlo - r->age[i];

		if (!(r->have & bit) || r->age[i] == UINT32_MAX)
			continue;
		if (clock__is_ms(i) && f->floor_have & bit) {
			int64_t more = recoveries_between(f->floor_recoveries, r->recoveries);

			if (more < 0)
				continue;
			if (more > 0) /* what ran before says nothing of this one */
				f->floor_have &= ~bit;
		}
		if (clock__is_ms(i))
			f->floor_recoveries = r->recoveries;
		if (!(f->floor_have & bit) || r->duration[i] > f->floor_duration[i])
			f->floor_duration[i] = r->duration[i];
		if (!(f->floor_have & bit) || later(event, f->floor_event[i]))
			f->floor_event[i] = event;
		f->floor_have |= bit;
	}
}

static void end(struct check *check, const struct window *w)
{
	struct clocks *c = (struct clocks *)check;
	struct reading_window *r = check__window_state(check, w), *bigger;
	uint32_t never;

	if (w->witness != WITNESS_NETLINK || !c->hz || c->hz_differs)
		return;
	take(c, w, &r->have, r->age, r->duration, &never);
	for (unsigned int i = 0; i < clocks_count; i++)
		if (never & 1U << i)
			r->age[i] = UINT32_MAX;
	r->end_ms = w->end_ns / 1000000;
	r->recoveries = recoveries_of(w->sample);
	if (r->known)
		raise_floor(check__flow_state(check, w->flow), r);
	if (c->ended_count == c->ended_room) {
		unsigned int room = c->ended_room ? 2 * c->ended_room : 64;

		/* a probe that has fallen silent proves nothing */
		if (c->ended_count >= 8192) {
			for (unsigned int i = 0; i < clocks_count; i++)
				c->tally[i].unproven += r->have >> i & 1;
			return;
		}
		bigger = realloc(c->ended, room * sizeof(*bigger));
		if (!bigger) {
			c->out_of_memory = true;
			return;
		}
		c->ended = bigger;
		c->ended_room = room;
	}
	c->ended[c->ended_count++] = *r;
}

static void conclude(const struct clocks *c, unsigned int i, struct result *r)
{
	const struct clock_tally *t = &c->tally[i];

	r->witness[0] = witness__name(WITNESS_NETLINK);
	r->witness[1] = witness__name(WITNESS_PROBE);
	r->compared = t->compared;
	r->violations = t->violations;
	r->moved = t->moved;
	r->unproven = t->unproven;
	r->worst = t->worst;
	if (c->hz_differs) {
		r->status = STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason),
			 "the probe's header says hz %u, netlink's %u: not one kernel", c->hz,
			 c->check.run->timeline[WITNESS_NETLINK].header.hz);
	} else if (t->violations) {
		r->status = STATUS_FAIL;
		snprintf(r->reason, sizeof(r->reason),
			 "%llu of %llu comparisons violated; worst on flow %u: %llu %s %s, where "
			 "%llu was the bound",
			 (unsigned long long)t->violations, (unsigned long long)t->compared,
			 t->worst.flow, (unsigned long long)t->worst.got, catalogue[clocks[i]].unit,
			 t->how, (unsigned long long)t->worst.expected);
	} else if (!t->compared) {
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason), "%s",
			 c->hz ? "not reported here"
			       : "the probe's header does not tell hz, or one above 1000");
	}
}

static int finish(struct check *check, struct verdict *v)
{
	struct clocks *c = (struct clocks *)check;

	for (unsigned int i = 0; i < c->ended_count; i++)
		for (unsigned int k = 0; k < clocks_count; k++)
			c->tally[k].unproven += c->ended[i].have >> k & 1;
	if (c->out_of_memory)
		return -1;
	for (unsigned int i = 0; i < clocks_count; i++) {
		struct result *r = verdict__result(v, "clocks", catalogue[clocks[i]].name);

		if (!r)
			return -1;
		conclude(c, i, r);
	}
	return 0;
}

static void destroy(struct check *check)
{
	struct clocks *c = (struct clocks *)check;

	free(c->ended);
	free(c);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct clock_flow),
	.window_size = sizeof(struct reading_window),
	/* A destroy message was made before its time. */
	.events = EVENTS_STATE & ~EVENT_BIT(destroy),
	.begin = begin,
	.end = end,
	.finish = finish,
	.free = destroy,
};

struct check *check_clocks__new(struct run *run)
{
	struct clocks *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	clocks__init();
	c->check.ops = &ops;
	c->check.run = run;
	return &c->check;
}
