// SPDX-License-Identifier: BSD-2-Clause
/*
 * No round trip that the kernel reports is shorter than the shortest that the account allows
 * (write_ack() in path_event.c says why that is exact), tolerance zero:
 *
 * - min_rtt is the smallest that tcp_update_rtt_min() was given, of the newest segment that an
 *   acknowledgement covers; 0 becomes one tick there.
 * - cb_mrtt is the one that the RTT callback's ACK measured.
 * - rtt is srtt_us >> 3, and cb_srtt likewise: with s' = s + m - (s >> 3) (tcp_rtt_estimator()) and
 *   m never below L, s >> 3 never falls below L either: s - (s >> 3) grows with s, and at 8 L it is
 *   7 L.
 *
 * At its close a flow's min_rtt is no more than the shortest round trip on the path and the
 * calibrated excess: what every second packet of the calibration took beyond the configured round
 * trip, in both kernels and in the relay. 1 ms is added, the tick of timestamps, which some flows
 * measure with.
 *
 * No delivery_rate is higher than the account allowed up to then, tolerance zero (path_pace.c says
 * why that is exact). A copy that was sent before the sample may be read behind it; so a rate that
 * is too high is held against the account once more when something has been read that was sent
 * later.
 */
#include "path_rounds.h"

/* That so many are all longer than the median happens once in 2^10. */
#define ROUNDS_MIN  10
#define TICK_US	    1000
#define OPTION_SACK 2 /* TCPI_OPT_SACK */

static const enum field fields[PATH_ROUND_FIELDS] = { FIELD_min_rtt, FIELD_rtt, FIELD_cb_mrtt,
						      FIELD_cb_srtt };

enum field path_rounds__field(unsigned int i)
{
	return fields[i];
}

/* Can the account tell how many segments the kernel counts? */
static bool is_proven(const struct path_end *e, const struct sample *s)
{
	if (sample__has(s, FIELD_options) && !(s->value[FIELD_options] & OPTION_SACK))
		return false; /* it counts duplicate ACKs (tcp_add_reno_sack()) */
	return e->pace && !e->pace->unknown && !e->board.reneged;
}

static void judge_claim(struct path_rounds *r, struct path_end *e)
{
	struct path_claim *c = &e->pace->claim;
	uint64_t limit = path_pace__limit(e->pace, c->mss);
	bool ok = c->value <= limit;

	if (e->pace->unknown || e->board.reneged) {
		r->rate.unproven += c->samples;
	} else {
		r->rate.compared += c->samples - 1;
		r->rate.violations += ok ? 0 : c->samples - 1;
		finding__compare(&r->rate, ok, "more than the path delivered in any interval",
				 e->owner, c->t_ns, limit, c->value, c->value - limit);
	}
	c->samples = 0;
}

/* An end has shown a rate that is too high. Of those that wait only the highest are judged. */
static void claim(struct path_rounds *r, struct path_pace *p, const struct sample *s)
{
	struct path_claim *c = &p->claim;
	uint64_t v = s->value[FIELD_delivery_rate];

	if (c->samples && v < c->value) {
		r->rate.compared++;
	} else if (c->samples && v == c->value) {
		c->samples++;
	} else {
		r->rate.compared += c->samples;
		*c = (struct path_claim){
			.value = v,
			.t_ns = s->t0_ns,
			.samples = 1,
			.mss = s->value[FIELD_snd_mss],
			.tsval = p->tsval,
		};
	}
}

static void judge_rate(struct path_rounds *r, struct path_end *e, const struct window *w)
{
	const struct sample *s = w->sample;
	uint64_t v = s->value[FIELD_delivery_rate];
	uint32_t mss = s->value[FIELD_snd_mss];

	if (e->pace && e->pace->claim.samples && e->pace->claim.answered)
		judge_claim(r, e);
	if (!sample__has(s, FIELD_delivery_rate) || !sample__has(s, FIELD_snd_mss) || !v)
		return;
	if (e->pace && w->witness == WITNESS_PROBE) {
		e->pace->unknown |= e->pace->mss && mss > e->pace->mss;
		e->pace->mss = mss;
	}
	if (e->pace && !is_proven(e, s))
		r->rate.unproven++;
	else if (!e->pace)
		finding__compare(&r->rate, false, "nothing was delivered", w->flow->id, s->t0_ns, 0,
				 v, v);
	else if (v <= path_pace__limit(e->pace, mss))
		r->rate.compared++;
	else
		claim(r, e->pace, s);
}

void path_rounds__finish(struct path_rounds *r, struct path_end *e)
{
	if (e->pace && e->pace->claim.samples)
		judge_claim(r, e);
}

static void judge_longest(struct path_rounds *r, double excess_us, const struct path_end *e,
			  const struct window *w)
{
	const struct sample *s = w->sample;
	uint64_t v = s->value[FIELD_min_rtt], limit;

	if (s->event != EVENT_close || !sample__has(s, FIELD_min_rtt) ||
	    v == field_all_ones(FIELD_min_rtt))
		return;
	if (e->rounds < ROUNDS_MIN || excess_us < 0) {
		r->longest.unproven++;
		return;
	}
	limit = e->round_us + excess_us + TICK_US;
	finding__compare(&r->longest, v <= limit,
			 "longer than the shortest of the path and the calibrated excess",
			 w->flow->id, s->t0_ns, limit, v, v - limit);
}

void path_rounds__sample(struct path_rounds *r, double excess_us, struct path_end *e,
			 const struct window *w)
{
	judge_rate(r, e, w);
	judge_longest(r, excess_us, e, w);
	if (e->floor_us == UINT64_MAX)
		return;
	for (unsigned int i = 0; i < PATH_ROUND_FIELDS; i++) {
		uint64_t v = w->sample->value[fields[i]];

		if (!sample__has(w->sample, fields[i]) || !v)
			continue; /* srtt before the first measurement */
		finding__compare(&r->found[i], v >= e->floor_us,
				 "shorter than any round trip of the path", w->flow->id,
				 w->sample->t0_ns, e->floor_us, v, e->floor_us - v);
	}
}
