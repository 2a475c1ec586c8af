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
 * delivery_rate is segments delivered in an interval that is not shorter than min_rtt
 * (tcp_rate_gen()). It may be above the bottleneck's rate: an acknowledgement that fills a gap, or
 * follows lost ones, tells of much at once. So it is held against the bottleneck's rate or, if that
 * is less, against what the acknowledgements written so far told in any interval of that length.
 * The kernel's interval begins when it processes an acknowledgement, which a process that holds the
 * socket delays: hence the tolerance.
 */
#include "path_rounds.h"

/* That so many are all longer than the median happens once in 2^10. */
#define ROUNDS_MIN 10
#define TICK_US	   1000

static const enum field fields[PATH_ROUND_FIELDS] = { FIELD_min_rtt, FIELD_rtt, FIELD_cb_mrtt,
						      FIELD_cb_srtt };

enum field path_rounds__field(unsigned int i)
{
	return fields[i];
}

/* Bytes/s of payload that some interval up to now allows. */
static double allowed(const struct path_end *e, uint32_t mss)
{
	const struct path_pace *p = e->pace;
	uint32_t first, last;
	double most = 0;

	if (!p || !p->count)
		return 0;
	last = p->count - 1;
	first = p->count > PATH_PACE ? p->count - PATH_PACE + 1 : 0;
	for (uint32_t to = first; to <= last; to++)
		for (uint32_t k = first; k <= to; k++) {
			uint64_t before = k ? p->told[(k - 1) % PATH_PACE] : 0;
			double us = (p->out_ns[to % PATH_PACE] - p->out_ns[k % PATH_PACE]) / 1e3;
			double rate;

			if (us < e->floor_us)
				us = e->floor_us;
			rate = us > 0 ? (p->told[to % PATH_PACE] - before) * 1e6 * mss / us : 0;
			most = rate > most ? rate : most;
		}
	return most;
}

static void judge_rate(struct path_rounds *r, const struct path_config *config, struct path_end *e,
		       const struct window *w)
{
	const struct sample *s = w->sample;
	uint64_t v = s->value[FIELD_delivery_rate];
	double limit;

	if (!sample__has(s, FIELD_delivery_rate) || !sample__has(s, FIELD_snd_mss) || !v)
		return;
	if (v > e->rate) {
		limit = config->rate_bit / 8.0;
		e->rate = limit > e->rate ? limit : e->rate;
	}
	if (v > e->rate) {
		limit = 1.25 * allowed(e, s->value[FIELD_snd_mss]);
		e->rate = limit > e->rate ? limit : e->rate;
	}
	finding__compare(&r->rate, v <= e->rate, "more than the path delivered in any interval",
			 w->flow->id, s->t0_ns, e->rate, v, v - e->rate);
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

void path_rounds__sample(struct path_rounds *r, const struct path_config *config, double excess_us,
			 struct path_end *e, const struct window *w)
{
	judge_rate(r, config, e, w);
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
