// SPDX-License-Identifier: BSD-2-Clause
/* Identity of what runs with the clock: ages and durations differ by whole ticks, all at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "pairs.h"

/* So many ticks lie between tcp_get_info()'s reading for the ages and the mark, and for busy_time. */
static void ticks_between(struct sample *info, unsigned int ages, unsigned int busy)
{
	info->value[FIELD_last_ack_recv] -= ages * TICK_MS;
	info->value[FIELD_last_data_recv] -= ages * TICK_MS;
	info->value[FIELD_last_data_sent] -= ages * TICK_MS;
	info->value[FIELD_busy_time] -= busy * TICK_MS * 1000;
}

static void tick_between(unsigned int k, struct sample *segment, struct sample *mark,
			 struct sample *info)
{
	if (k == 7)
		ticks_between(info, 1, 1);
}

static void tick_within_the_fill(unsigned int k, struct sample *segment, struct sample *mark,
				 struct sample *info)
{
	if (k == 7) {
		ticks_between(info, 2, 1);
		mark->value[FIELD_jiffies]++; /* one tick is behind the segment anyway */
	}
}

static void busy_faster_than_ages(unsigned int k, struct sample *segment, struct sample *mark,
				  struct sample *info)
{
	if (k == 7) {
		ticks_between(info, 1, 2);
		mark->value[FIELD_jiffies]++;
	}
}

static void limit_without_busy(unsigned int k, struct sample *segment, struct sample *mark,
			       struct sample *info)
{
	if (k != 7)
		return;
	ticks_between(info, 2, 1);
	mark->value[FIELD_jiffies]++;
	mark->value[FIELD_rwnd_limited] += 2 * TICK_MS * 1000;
}

static void one_age_off(unsigned int k, struct sample *segment, struct sample *mark,
			struct sample *info)
{
	if (k == 7)
		mark->value[FIELD_last_data_recv] += TICK_MS;
}

static void ages_run_back(unsigned int k, struct sample *segment, struct sample *mark,
			  struct sample *info)
{
	if (k == 7) {
		info->value[FIELD_last_ack_recv] += TICK_MS;
		info->value[FIELD_last_data_recv] += TICK_MS;
		info->value[FIELD_last_data_sent] += TICK_MS;
	}
}

static void too_many_ticks(unsigned int k, struct sample *segment, struct sample *mark,
			   struct sample *info)
{
	if (k != 7)
		return;
	mark->value[FIELD_last_ack_recv] += 50 * TICK_MS;
	mark->value[FIELD_last_data_recv] += 50 * TICK_MS;
	mark->value[FIELD_last_data_sent] += 50 * TICK_MS;
}

static void wrapped_chrono(unsigned int k, struct sample *segment, struct sample *mark,
			   struct sample *info)
{
	mark->value[FIELD_busy_time] += (1ULL << 32) * TICK_MS * 1000;
}

static void chrono_no_ticks(unsigned int k, struct sample *segment, struct sample *mark,
			    struct sample *info)
{
	if (k == 7)
		mark->value[FIELD_rwnd_limited] += 500;
}

static void other_chrono(unsigned int k, struct sample *segment, struct sample *mark,
			 struct sample *info)
{
	if (k == 7)
		mark->value[FIELD_rwnd_limited] += TICK_MS * 1000; /* but no age grew */
}

static void rto_time_runs(unsigned int k, struct sample *segment, struct sample *mark,
			  struct sample *info)
{
	if (k == 7)
		mark->value[FIELD_total_rto_time] = 5; /* the segment before is 5 ms old */
}

/* tcp_update_rto_stats() overwrote rto_stamp in between. */
static void rto_time_cut_short(unsigned int k, struct sample *segment, struct sample *mark,
			       struct sample *info)
{
	sample__set(mark, FIELD_total_rto_recoveries, 1 + (k >= 7));
	sample__set(info, FIELD_total_rto_recoveries, 1 + (k >= 8));
	mark->value[FIELD_total_rto_time] = k < 7 ? 50 : 2;
	info->value[FIELD_total_rto_time] = k <= 7 ? 50 : 2;
	if (k == 7)
		info->value[FIELD_segs_out]--;
}

static void rto_time_runs_back(unsigned int k, struct sample *segment, struct sample *mark,
			       struct sample *info)
{
	sample__set(mark, FIELD_total_rto_recoveries, 1);
	sample__set(info, FIELD_total_rto_recoveries, 1);
	if (k == 7) {
		info->value[FIELD_total_rto_time] = 50;
		info->value[FIELD_segs_out]--;
	}
}

static void rto_time_too_fast(unsigned int k, struct sample *segment, struct sample *mark,
			      struct sample *info)
{
	if (k == 7)
		mark->value[FIELD_total_rto_time] = 6;
}

/* clang-format off */
static const struct pairs_case cases[] = {
	{ "a tick in between, in all clocks", tick_between, "last_ack_recv", STATUS_PASS },
	{ "the same for durations", tick_between, "busy_time", STATUS_PASS },
	{ "a clock that stands need not run", tick_between, "rwnd_limited", STATUS_PASS },
	{ "a tick within the kernel's fill", tick_within_the_fill, "busy_time", STATUS_PASS },
	{ "busy_time that runs faster than the ages", busy_faster_than_ages, "busy_time",
	  STATUS_FAIL, 1 },
	{ "a limit that runs otherwise than busy_time", limit_without_busy, "rwnd_limited",
	  STATUS_FAIL, 1 },
	{ "one age a tick older than the others", one_age_off, "last_data_recv", STATUS_FAIL, 1 },
	{ "ages that run back", ages_run_back, "last_data_recv", STATUS_FAIL, 1 },
	{ "more ticks than can have passed", too_many_ticks, "last_data_recv", STATUS_FAIL, 1 },
	{ "a duration off by 2^32 jiffies", wrapped_chrono, "busy_time", STATUS_FAIL, PAIRS },
	{ "a duration that is no number of ticks", chrono_no_ticks, "rwnd_limited", STATUS_FAIL, 1 },
	{ "a duration that runs while no time passes", other_chrono, "rwnd_limited", STATUS_FAIL,
	  1 },
	{ "total_rto_time in milliseconds of the clock", rto_time_runs, "total_rto_time",
	  STATUS_PASS },
	{ "total_rto_time of a recovery cut short by the next", rto_time_cut_short,
	  "total_rto_time", STATUS_PASS, .moved = 1, .instants_moved = 1 },
	{ "total_rto_time that runs back", rto_time_runs_back, "total_rto_time", STATUS_FAIL, 1,
	  .instants_moved = 1 },
	{ "total_rto_time faster than the clock", rto_time_too_fast, "total_rto_time", STATUS_FAIL,
	  1 },
};
/* clang-format on */

static void tells(void **state)
{
	pairs__judge_all(cases, sizeof(cases) / sizeof(cases[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
