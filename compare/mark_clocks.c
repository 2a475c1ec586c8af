// SPDX-License-Identifier: BSD-2-Clause
/*
 * Ages and durations of a mark against those of its tcp_info.
 *
 * They are computed from jiffies at the moment of reading, and a tick may fall between two readings
 * however close they are. tcp_get_info() reads once for all ages: where the socket did not move,
 * every age is larger in the mark by the same number of ticks (its stamp stands still). It is at
 * least 0 and at most what the mark's jiffies is ahead of the last sample that was provably taken
 * before the fill. tcp_get_info_chrono_stats() reads later, once for the one chrono that runs, if
 * any: busy_time, the sum, grows by no more than the ages, but maybe by less (seen on an emulated
 * processor), and what limits it by as much as busy_time, or stands.
 *
 * Where the socket moved, a stamp may have been renewed and a chrono have been started or stopped:
 * then an age grew by no more, and a duration by no less than 0 and no more, than that.
 *
 * total_rto_time counts by tcp_clock_ms(), the clock of the timeline itself. It is less in the mark
 * only if another recovery has begun in between (check_clocks.c).
 */
#include "mark_clocks.h"

#include "ticks.h"

#define NS_PER_MS 1000000

/* By how many ticks the mark can be behind the fill at most. */
static int64_t ticks_at_most(const struct mark_pair *p, const struct sample *before)
{
	if (!before || !sample__has(before, FIELD_jiffies) || !sample__has(p->mark, FIELD_jiffies))
		return INT64_MAX;
	return field__difference(FIELD_jiffies, p->mark->value[FIELD_jiffies],
				 before->value[FIELD_jiffies]);
}

static void find(const struct mark_pair *p, struct clock_finding *found, enum field f,
		 int64_t growth, bool wrong)
{
	found->field = f;
	found->outcome = wrong ? CLOCK_WRONG : p->moved && growth ? CLOCK_MOVED : CLOCK_RIGHT;
}

static int64_t age_growth(const struct mark_pair *p, enum field f, uint32_t hz)
{
	return ticks__between_ages(p->mark->value[f], p->info->value[f], hz);
}

static bool recovery_is_wrong(const struct mark_pair *p, const struct sample *before, int64_t ms)
{
	if (ms < 0)
		return !mark_pair__has(p, FIELD_total_rto_recoveries) ||
		       field__difference(FIELD_total_rto_recoveries,
					 p->mark->value[FIELD_total_rto_recoveries],
					 p->info->value[FIELD_total_rto_recoveries]) <= 0;
	return (before && ms > (int64_t)(p->mark->t0_ns / NS_PER_MS - before->t0_ns / NS_PER_MS));
}

unsigned int mark_pair__judge_clocks(const struct mark_pair *p, uint32_t hz,
				     struct clock_finding found[FIELD_COUNT])
{
	const struct sample *before = history__before(p->history, p->info);
	int64_t most = ticks_at_most(p, before), passed = 0, busy = 0, growths[FIELD_COUNT], growth;
	unsigned int ages = 0, n = 0;

	if (!hz || hz > 1000)
		hz = 0;
	for (enum field f = 0; hz && f < FIELD_COUNT; f++)
		if (catalogue[f].kind == KIND_AGE && mark_pair__has(p, f))
			growths[ages++] = age_growth(p, f, hz);
	if (ages)
		passed = ticks__most_say(growths, ages);
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (!field__is_clock(f) || !mark_pair__has(p, f))
			continue;
		if (f == FIELD_total_rto_time) {
			growth = field__difference(f, p->mark->value[f], p->info->value[f]);
			find(p, &found[n++], f, growth, recovery_is_wrong(p, before, growth));
		} else if (hz && catalogue[f].kind == KIND_AGE) {
			growth = age_growth(p, f, hz);
			find(p, &found[n++], f, growth,
			     growth > most || (!p->moved && (growth != passed || growth < 0)));
		} else if (hz) {
			growth = ticks__between_durations(p->mark->value[f], p->info->value[f], hz);
			if (f == FIELD_busy_time)
				busy = growth;
			find(p, &found[n++], f, growth,
			     growth < 0 || growth > most ||
				     (!p->moved && ages && growth > passed) ||
				     (!p->moved && growth && growth != busy &&
				      mark_pair__has(p, FIELD_busy_time)));
		}
	}
	return n;
}
