// SPDX-License-Identifier: BSD-2-Clause
/*
 * iperf3's intervals follow one another: none is missing, none is there twice. Zero tolerance.
 *
 * In iperf_stats_callback() an interval starts where the one before ended (irp->interval_end_time),
 * and both are printed relative to the same start_time (print_interval_results()): the same
 * difference of the same two readings, so the same number. The first begins at 0; so does the first
 * one behind the omitted ones, where iperf_reset_stats() restarts the clock, but for the moment
 * that it takes: that one is not judged.
 *
 * Only an iperf3 that was late by more than an interval leaves a gap. tmr_run() then runs the timer
 * of the statistics and that of the report by turns until they have caught up, without sending or
 * receiving in between. So it takes samples of intervals that are short and hold no data, and such
 * ones iperf_print_intermediate() does not print: no stream has data, each is shorter than a tenth
 * of the interval asked for. The next begins where the last of them ended. So a gap is right if it
 * is as short as that (a stall of n intervals leaves up to n of them), if all streams have one there
 * (they are sampled and printed together), and if the probe saw the samples: calls of iperf3's that
 * belong to no printed interval, with the printed start between the calls around them
 * (placement.c), as many as the gap is short ones long. What was left out so is counted in the
 * reason. A gap whose call cannot be told, since the report was not placed by marks, samples of the
 * probe were lost, or the flow is older than the probe and the gap lies before its first mark, is
 * unproven.
 */
#include "check_intervals.h"

#include <errno.h>
#include <inttypes.h>

/* The first interval of k's epoch. */
static unsigned int epoch_begin(const struct stream *s, unsigned int k)
{
	unsigned int first = k;

	while (first && s->intervals[first - 1].epoch == s->intervals[k].epoch)
		first--;
	return first;
}

enum gap { GAP_NONE, GAP_PROVEN, GAP_UNPROVEN };

static enum gap explain(const struct run *run, enum end end, unsigned int k)
{
	const struct report *report = &run->report[end];
	bool seen = true, unheard = true;

	for (unsigned int i = 0; i < report->count; i++) {
		const struct stream *s = &report->streams[i];
		int64_t short_ns = stream__short_ns(s);
		unsigned int first;

		if (k >= s->count)
			return GAP_NONE;
		first = epoch_begin(s, k);
		if (first == k || !interval__is_gap(s->intervals + first, k - first, short_ns))
			return GAP_NONE;
		/* as many calls as it takes of intervals so short */
		seen &= s->intervals[k].start_ns - s->intervals[k - 1].end_ns <
			s->intervals[k].unprinted * short_ns;
		unheard &= s->intervals[k].unheard;
	}
	if (seen)
		return GAP_PROVEN;
	if (run->placement[end][report->streams[0].intervals[k].epoch].method == PLACEMENT_MARKS &&
	    !unheard && !run__lost_samples(run, WITNESS_PROBE))
		return GAP_NONE;
	return GAP_UNPROVEN;
}

static void judge_interval(const struct run *run, enum end end, unsigned int stream,
			   unsigned int k, struct result *r)
{
	const struct interval *iv = &run->report[end].streams[stream].intervals[k];
	const struct interval *before = k ? iv - 1 : NULL;
	int64_t expected = before ? before->end_ns : 0;
	enum gap gap = GAP_NONE;

	if (iv->start_ns < 0 || (before && before->epoch != iv->epoch))
		return;
	if (before && iv->start_ns > expected)
		gap = explain(run, end, k);
	if (gap == GAP_UNPROVEN) {
		r->unproven++;
		return;
	}
	r->compared++;
	if ((iv->start_ns == expected || gap == GAP_PROVEN) && iv->end_ns >= iv->start_ns)
		return;
	if (!r->violations++)
		snprintf(r->reason, sizeof(r->reason),
			 "interval %u of stream %u begins at %.6f s and does not follow the "
			 "one before, which ended at %.6f s: an interval is missing, there "
			 "twice or in the wrong place",
			 k + 1, stream + 1, iv->start_ns / 1e9, expected / 1e9);
	r->status = STATUS_FAIL;
}

static void judge_report(const struct run *run, enum end end, struct result *r)
{
	const struct report *report = &run->report[end];
	unsigned int left_out = 0;

	for (unsigned int i = 0; i < report->count; i++)
		for (unsigned int k = 0; k < report->streams[i].count; k++) {
			judge_interval(run, end, i, k, r);
			left_out += report->streams[i].intervals[k].unprinted;
		}
	if (left_out && !r->violations)
		snprintf(r->reason, sizeof(r->reason),
			 "iperf3 was late and did not print %u short intervals without data; their "
			 "calls were seen",
			 left_out);
}

int check_intervals__judge(const struct run *run, struct verdict *v)
{
	for (enum end end = 0; end < ENDS; end++) {
		struct result *r;

		if (!run->report[end].present)
			continue;
		r = verdict__result(v, "intervals",
				    end == END_CLIENT ? "iperf3 client" : "iperf3 server");
		if (!r)
			return -ENOMEM;
		judge_report(run, end, r);
	}
	return 0;
}
