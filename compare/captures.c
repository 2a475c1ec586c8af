// SPDX-License-Identifier: BSD-2-Clause
/*
 * Captures: the state of a data flow, as each witness shows it, at the ends of iperf3's intervals.
 *
 * Gauges are the last known value, or the probe's next one where that tells what followed its last
 * (hold.c); bytes are interpolated between the samples around the instant (linear), except where
 * the probe's sample is the mark itself. Memory grows with iperf3's intervals, not with the
 * timelines.
 */
#include "captures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hold.h"

#define COOKIE_BYTES  37 /* what iperf3 sends on every connection first */
#define BYTES_FIGURES (1U << READ_BYTES_ACKED | 1U << READ_BYTES_RECEIVED)

struct capture_flow {
	struct reading last[WITNESSES];
	uint64_t last_ns[WITNESSES];
	uint32_t due;			 /* figures of the probe that its next sample tells, */
	unsigned int open;		 /* at the captures from here on */
	unsigned int pending[WITNESSES]; /* captures from here on wait for a later sample */
	unsigned int planned;		 /* next interval */
};

struct captures {
	struct check check;
	bool planned[ENDS];
	struct stream_captures *streams[ENDS];
	bool out_of_memory;
};

static const struct {
	enum reading_figure figure;
	enum field field;
} plain[] = {
	{ READ_RTT, FIELD_rtt },
	{ READ_RTTVAR, FIELD_rttvar },
	{ READ_PMTU, FIELD_pmtu },
	{ READ_SND_WND, FIELD_snd_wnd },
	{ READ_RETRANS, FIELD_total_retrans },
	{ READ_BYTES_ACKED, FIELD_bytes_acked },
	{ READ_BYTES_RECEIVED, FIELD_bytes_received },
};

void reading__of(const struct sample *s, struct reading *r)
{
	r->have = 0;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (sample__has(s, plain[i].field)) {
			r->have |= 1U << plain[i].figure;
			r->value[plain[i].figure] = s->value[plain[i].field];
		}
	if (sample__has(s, FIELD_snd_cwnd) && sample__has(s, FIELD_snd_mss)) {
		r->have |= 1U << READ_CWND;
		r->value[READ_CWND] = s->value[FIELD_snd_cwnd] * s->value[FIELD_snd_mss];
	}
	/* as in gauges__of() */
	if (s->event == EVENT_rtt && sample__has(s, FIELD_cb_srtt))
		r->value[READ_RTT] = s->value[FIELD_cb_srtt];
}

uint32_t reading__due(const struct sample *s)
{
	uint32_t due = (uint32_t)!hold__on(s, FIELD_snd_cwnd) << READ_CWND;

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		due |= (uint32_t)!hold__on(s, plain[i].field) << plain[i].figure;
	return due;
}

uint32_t reading__sent(const struct sample *s)
{
	uint32_t sent = (uint32_t)hold__is_sent(s, FIELD_snd_cwnd) << READ_CWND;

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		sent |= (uint32_t)hold__is_sent(s, plain[i].field) << plain[i].figure;
	return sent;
}

static struct capture *take(struct captures *c, struct stream_captures *sc,
			    const struct capture_flow *f, uint64_t t_ns)
{
	struct capture *p;

	if (!(sc->count & (sc->count - 1))) {
		p = realloc(sc->captures, (sc->count ? 2 * sc->count : 1) * sizeof(*p));
		if (!p) {
			c->out_of_memory = true;
			return NULL;
		}
		sc->captures = p;
	}
	p = &sc->captures[sc->count++];
	p->t_ns = t_ns;
	memcpy(p->of, f->last, sizeof(p->of));
	for (enum witness w = 0; w < WITNESSES; w++)
		if (c->check.run->timeline[w].why[0])
			p->of[w].have = 0; /* broken off: its last state is stale */
	return p;
}

/* CLOCK_MONOTONIC of an interval's end. */
static uint64_t planned_ns(const struct run *run, enum end end, const struct interval *iv)
{
	return run->placement[end][iv->epoch].offset_ns + iv->end_ns;
}

static void take_planned(struct captures *c, const struct flow_entry *flow, struct capture_flow *f,
			 uint64_t before_ns)
{
	const struct run *run = c->check.run;
	const struct stream *s = &run->report[flow->end].streams[flow->report_stream];
	struct stream_captures *sc = &c->streams[flow->end][flow->report_stream];

	if (!c->planned[flow->end])
		return;
	for (; f->planned < s->count; f->planned++) {
		uint64_t t = planned_ns(run, flow->end, &s->intervals[f->planned]);

		if (t >= before_ns)
			return;
		sc->of_interval[f->planned] = sc->count;
		take(c, sc, f, t);
	}
}

/* What the probe's last sample left open at the captures since. */
static void answer(const struct run *run, struct stream_captures *sc, struct capture_flow *f,
		   const struct reading *now, const struct sample *s)
{
	uint64_t sent_ns = hold__sent_ns(run, s);
	uint32_t sent = reading__sent(s);
	uint32_t due = f->due & now->have & ~BYTES_FIGURES;

	for (; f->open < sc->count; f->open++) {
		struct capture *cap = &sc->captures[f->open];
		struct reading *r = &cap->of[WITNESS_PROBE];
		uint32_t set = due & r->have & ~(cap->t_ns < sent_ns ? sent : 0);

		for (; set; set &= set - 1)
			r->value[__builtin_ctz(set)] = now->value[__builtin_ctz(set)];
	}
}

static void interpolate(struct stream_captures *sc, struct capture_flow *f, enum witness w,
			const struct reading *now, uint64_t now_ns)
{
	for (; f->pending[w] < sc->count; f->pending[w]++) {
		struct capture *cap = &sc->captures[f->pending[w]];
		struct reading *r = &cap->of[w];
		uint32_t set = r->have & now->have & BYTES_FIGURES;

		if (now_ns <= f->last_ns[w] || cap->t_ns < f->last_ns[w])
			continue;
		for (; set; set &= set - 1) {
			unsigned int i = __builtin_ctz(set);
			double share = (double)(cap->t_ns - f->last_ns[w]) /
				       (double)(now_ns - f->last_ns[w]);

			if (now->value[i] > r->value[i])
				r->value[i] += (uint64_t)(share * (now->value[i] - r->value[i]));
		}
	}
}

static void watch_bulk(struct bulk_start *b, const struct sample *s, bool sender,
		       uint64_t before_ns, uint64_t now_ns)
{
	uint64_t bytes = 0;

	if (b->at_ns)
		return;
	if (!sender && sample__has(s, FIELD_bytes_received))
		bytes = s->value[FIELD_bytes_received];
	else if (sender && sample__has(s, FIELD_bytes_sent))
		bytes = s->value[FIELD_bytes_sent];
	else if (sender && sample__has(s, FIELD_data_segs_out) && s->value[FIELD_data_segs_out] > 1)
		bytes = COOKIE_BYTES + 1;
	if (bytes <= COOKIE_BYTES)
		return;
	b->at_ns = now_ns;
	b->bound_ns = before_ns ? now_ns - before_ns : 0;
}

/* Of now, amid an ACK, only the bytes count. */
static void keep_gauges(struct reading *now, const struct reading *last)
{
	now->have &= BYTES_FIGURES;
	for (uint32_t set = last->have & ~BYTES_FIGURES; set; set &= set - 1)
		now->value[__builtin_ctz(set)] = last->value[__builtin_ctz(set)];
	now->have |= last->have & ~BYTES_FIGURES;
}

static void observe(struct captures *c, const struct window *w, uint64_t now_ns)
{
	const struct flow_entry *flow = w->flow;
	struct capture_flow *f = check__flow_state(&c->check, flow);
	struct stream_captures *sc = &c->streams[flow->end][flow->report_stream];
	struct reading now;
	bool tells = w->witness != WITNESS_PROBE || hold__tells(c->check.run, w->sample);

	sc->flow = flow->id;
	sc->established_ns = flow->established_ns;
	take_planned(c, flow, f, now_ns);
	reading__of(w->sample, &now);
	if (w->witness == WITNESS_PROBE && tells) {
		answer(c->check.run, sc, f, &now, w->sample);
		f->due = reading__due(w->sample);
	}
	interpolate(sc, f, w->witness, &now, now_ns);
	watch_bulk(&sc->bulk[w->witness], w->sample, flow->role == ROLE_SENDER,
		   f->last_ns[w->witness], now_ns);
	if (!tells)
		keep_gauges(&now, &f->last[w->witness]);
	f->last[w->witness] = now;
	f->last_ns[w->witness] = now_ns;
	if (w->sample->event != EVENT_mark || c->planned[flow->end])
		return;
	take(c, sc, f, now_ns);
	f->pending[WITNESS_PROBE] = f->open =
		sc->count; /* the mark is the state: nothing to guess */
}

static bool concerns(const struct window *w)
{
	return flow_entry__is_data(w->flow) && w->flow->report_stream >= 0;
}

static void begin(struct check *c, const struct window *w)
{
	if (w->witness == WITNESS_PROBE && concerns(w))
		observe((struct captures *)c, w, w->sample->t0_ns);
}

/* A netlink sample is known from the end of its window on. */
static void end(struct check *c, const struct window *w)
{
	if (w->witness == WITNESS_NETLINK && concerns(w))
		observe((struct captures *)c, w, w->end_ns);
}

/* Intervals that end behind the flow's last sample: at its last state. */
static int finish(struct check *check, struct verdict *v)
{
	struct captures *c = (struct captures *)check;
	const struct flows *flows = check->run->flows;

	for (unsigned int i = 0; i < flows__count(flows); i++) {
		struct flow_entry *f = flows__at(flows, i);

		if (flow_entry__is_data(f) && f->report_stream >= 0)
			take_planned(c, f, check__flow_state(check, f), UINT64_MAX);
	}
	return c->out_of_memory ? -1 : 0;
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct capture_flow),
	.events = EVENTS_STATE,
	.begin = begin,
	.end = end,
	.finish = finish,
};

struct captures *captures__new(struct run *run, const bool planned[ENDS])
{
	struct captures *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->check.ops = &ops;
	c->check.run = run;
	for (enum end end = 0; end < ENDS; end++) {
		const struct report *r = &run->report[end];

		c->planned[end] = planned[end];
		c->streams[end] = calloc(r->count + 1, sizeof(*c->streams[end]));
		if (!c->streams[end])
			goto fail;
		for (unsigned int i = 0; i < r->count; i++) {
			struct stream_captures *sc = &c->streams[end][i];

			sc->of_interval = malloc((r->streams[i].count + 1) * sizeof(int));
			if (!sc->of_interval)
				goto fail;
			memset(sc->of_interval, 0xff, (r->streams[i].count + 1) * sizeof(int));
		}
	}
	return c;
fail:
	captures__free(c);
	return NULL;
}

struct check *captures__check(struct captures *c)
{
	return &c->check;
}

void captures__free(struct captures *c)
{
	if (!c)
		return;
	for (enum end end = 0; end < ENDS; end++) {
		for (unsigned int i = 0; c->streams[end] && i < c->check.run->report[end].count;
		     i++) {
			free(c->streams[end][i].captures);
			free(c->streams[end][i].of_interval);
		}
		free(c->streams[end]);
	}
	free(c);
}

struct stream_captures *captures__of(const struct captures *c, enum end end, unsigned int stream)
{
	return &c->streams[end][stream];
}

const struct capture *captures__at(const struct captures *c, enum end end, unsigned int stream,
				   unsigned int interval)
{
	const struct stream_captures *sc = &c->streams[end][stream];
	int i = sc->of_interval[interval];

	return i >= 0 && (unsigned int)i < sc->count ? &sc->captures[i] : NULL;
}
