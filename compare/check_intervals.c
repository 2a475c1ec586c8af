// SPDX-License-Identifier: BSD-2-Clause
/*
 * iperf3's intervals follow one another: none is missing, none is there twice. Zero tolerance.
 *
 * In iperf_stats_callback() an interval starts where the one before ended (irp->interval_end_time),
 * and both are printed relative to the same start_time (print_interval_results()): the same
 * difference of the same two readings, so the same number. The first begins at 0; so does the first
 * one behind the omitted ones, where iperf_reset_stats() restarts the clock, but for the moment
 * that it takes: that one is not judged.
 */
#include "check_intervals.h"

#include <errno.h>
#include <inttypes.h>

static void judge_stream(const struct stream *s, unsigned int number, struct result *r)
{
	for (unsigned int k = 0; k < s->count; k++) {
		const struct interval *iv = &s->intervals[k], *before = k ? iv - 1 : NULL;
		int64_t expected = before ? before->end_ns : 0;

		if (iv->start_ns < 0 || (before && before->epoch != iv->epoch))
			continue;
		r->compared++;
		if (iv->start_ns == expected && iv->end_ns >= iv->start_ns)
			continue;
		if (!r->violations++)
			snprintf(r->reason, sizeof(r->reason),
				 "interval %u of stream %u begins at %.6f s and does not follow the "
				 "one before, which ended at %.6f s: an interval is missing, there "
				 "twice or in the wrong place",
				 k + 1, number, iv->start_ns / 1e9, expected / 1e9);
		r->status = STATUS_FAIL;
	}
}

int check_intervals__judge(const struct run *run, struct verdict *v)
{
	for (enum end end = 0; end < ENDS; end++) {
		const struct report *report = &run->report[end];
		struct result *r;

		if (!report->present)
			continue;
		r = verdict__result(v, "intervals",
				    end == END_CLIENT ? "iperf3 client" : "iperf3 server");
		if (!r)
			return -ENOMEM;
		for (unsigned int i = 0; i < report->count; i++)
			judge_stream(&report->streams[i], i + 1, r);
	}
	return 0;
}
