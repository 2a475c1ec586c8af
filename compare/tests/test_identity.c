// SPDX-License-Identifier: BSD-2-Clause
/* Identity: what is equal passes, what moved by proof is told apart, all else fails by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "pairs.h"
#include "synthetic.h"

/* The fill was before the segment; so the kernel's values are those of the state before it. */
static void moved_by_segment(unsigned int k, struct sample *segment, struct sample *mark,
			     struct sample *info)
{
	uint64_t t = mark->t0_ns, seq = mark->seq;

	if (k != 7)
		return;
	segment->t0_ns = segment->t1_ns = t - 2000;
	segment->value[FIELD_last_ack_recv] = 12;
	segment->value[FIELD_jiffies] = mark->value[FIELD_jiffies];
	*info = *segment;
	info->event = EVENT_tcp_info;
	info->t0_ns = info->t1_ns = t;
	info->seq = seq;
	info->value[FIELD_segs_in]--;
}

static void moved_but_other_rtt(unsigned int k, struct sample *segment, struct sample *mark,
				struct sample *info)
{
	moved_by_segment(k, segment, mark, info);
	if (k == 7)
		info->value[FIELD_rtt] += 3;
}

static void sent_between(unsigned int k, struct sample *segment, struct sample *mark,
			 struct sample *info)
{
	if (k == 7) {
		info->value[FIELD_segs_out] -= 2;
		info->value[FIELD_notsent_bytes] += 2896;
		info->value[FIELD_delivered] -= 1; /* another counter, for segs_out */
	}
}

static void counted_in_backlog(unsigned int k, struct sample *segment, struct sample *mark,
			       struct sample *info)
{
	if (k == 7)
		mark->value[FIELD_segs_in]++;
}

/* An ACK was sent in between, which segs_out alone tells. */
static void acked_between(unsigned int k, struct sample *segment, struct sample *info, bool data)
{
	sample__set(segment, FIELD_seg_seq, 5);
	sample__set(segment, FIELD_seg_end_seq, data ? 9 : 5);
	if (k == 7)
		segment->value[FIELD_segs_out] = info->value[FIELD_segs_out] -= 1;
}

static void delayed_ack(unsigned int k, struct sample *segment, struct sample *mark,
			struct sample *info)
{
	acked_between(k, segment, info, true);
}

static void ack_not_owed(unsigned int k, struct sample *segment, struct sample *mark,
			 struct sample *info)
{
	acked_between(k, segment, info, false);
}

static void ack_already_sent(unsigned int k, struct sample *segment, struct sample *mark,
			     struct sample *info)
{
	acked_between(k, segment, info, true);
	if (k == 7)
		segment->value[FIELD_segs_out]--;
}

static void window_update(unsigned int k, struct sample *segment, struct sample *mark,
			  struct sample *info)
{
	if (k == 7) {
		uint64_t t = segment->t0_ns;

		*segment = *info; /* counted before the fill, processed behind it */
		segment->event = EVENT_segment;
		segment->t0_ns = segment->t1_ns = t;
		mark->value[FIELD_snd_wnd] = 70000;
	} else if (k > 7) {
		segment->value[FIELD_snd_wnd] = 70000;
		mark->value[FIELD_snd_wnd] = info->value[FIELD_snd_wnd] = 70000;
	}
}

static void cwnd_read_early(unsigned int k, struct sample *segment, struct sample *mark,
			    struct sample *info)
{
	if (k == 7)
		info->value[FIELD_snd_cwnd] = segment->value[FIELD_snd_cwnd];
}

static void cwnd_read_two_states_ago(unsigned int k, struct sample *segment, struct sample *mark,
				     struct sample *info)
{
	if (k != 7)
		return;
	info->value[FIELD_snd_cwnd] = segment->value[FIELD_snd_cwnd]; /* as at the mark before */
	segment->value[FIELD_snd_cwnd] = 99;
}

static void cwnd_before_last_call(unsigned int k, struct sample *segment, struct sample *mark,
				  struct sample *info)
{
	if (k == 7)
		info->value[FIELD_snd_cwnd] = segment->value[FIELD_snd_cwnd] - 1;
}

static void cwnd_never_shown(unsigned int k, struct sample *segment, struct sample *mark,
			     struct sample *info)
{
	if (k == 7)
		info->value[FIELD_snd_cwnd] = 777;
}

static void cwnd_unshown_segment(unsigned int k, struct sample *segment, struct sample *mark,
				 struct sample *info)
{
	cwnd_never_shown(k, segment, mark, info);
	if (k == 7)
		segment->value[FIELD_segs_in]--; /* the one after it was not traced */
}

static void written_between(unsigned int k, struct sample *segment, struct sample *mark,
			    struct sample *info)
{
	if (k == 7)
		mark->value[FIELD_notsent_bytes] = 5000;
}

static void rttvar_always_off(unsigned int k, struct sample *segment, struct sample *mark,
			      struct sample *info)
{
	segment->value[FIELD_rttvar]++;
	mark->value[FIELD_rttvar]++;
}

static void rtt_off_once(unsigned int k, struct sample *segment, struct sample *mark,
			 struct sample *info)
{
	if (k == 7)
		mark->value[FIELD_rtt]++;
}

static void counter_behind(unsigned int k, struct sample *segment, struct sample *mark,
			   struct sample *info)
{
	if (k == 7) {
		mark->value[FIELD_delivered] = info->value[FIELD_delivered] - 1;
		mark->value[FIELD_segs_in]++; /* though it had moved */
	}
}

static void constant_differs(unsigned int k, struct sample *segment, struct sample *mark,
			     struct sample *info)
{
	sent_between(k, segment, mark, info);
	if (k == 7)
		mark->value[FIELD_snd_wscale] = 8;
}

static void lone_counter(unsigned int k, struct sample *segment, struct sample *mark,
			 struct sample *info)
{
	if (k == 7)
		mark->value[FIELD_bytes_acked]++;
}

static void segs_in_always_ahead(unsigned int k, struct sample *segment, struct sample *mark,
				 struct sample *info)
{
	mark->value[FIELD_segs_in]++;
}

/* Two counters that always speak for each other. */
static void accomplices(unsigned int k, struct sample *segment, struct sample *mark,
			struct sample *info)
{
	mark->value[FIELD_bytes_acked] += 3000;
	mark->value[FIELD_delivered] += 2;
}

static void short_buffer(unsigned int k, struct sample *segment, struct sample *mark,
			 struct sample *info)
{
	field_set__remove(&info->present, FIELD_snd_wnd);
	mark->value[FIELD_snd_wnd] = 1;
}

static void no_pair(unsigned int k, struct sample *segment, struct sample *mark,
		    struct sample *info)
{
	info->seq++;
}

/* clang-format off */
static const struct pairs_case cases[] = {
	{ "all fields equal at all marks", NULL, "rtt", STATUS_PASS },
	{ "a segment in between: compared with the state before it", moved_by_segment, "rtt",
	  STATUS_PASS, .instants_moved = 1 },
	{ "the same: its arrival is counted apart", moved_by_segment, "segs_in", STATUS_PASS,
	  .moved = 1, .instants_moved = 1 },
	{ "a segment in between does not excuse a value that was never there", moved_but_other_rtt,
	  "rtt", STATUS_FAIL, 1, .instants_moved = 1, .says = "differs at 1 of 40 marks" },
	{ "segments sent in between", sent_between, "notsent_bytes", STATUS_PASS, .moved = 1,
	  .instants_moved = 1 },
	{ "a segment counted while the socket was locked", counted_in_backlog, "segs_in",
	  STATUS_PASS, .moved = 1, .instants_moved = 1 },
	{ "the delayed-ACK timer sends what is owed", delayed_ack, "segs_out", STATUS_PASS, .moved = 1,
	  .instants_moved = 1 },
	{ "but only if data came", ack_not_owed, "segs_out", STATUS_FAIL, 1,
	  .instants_moved = 1 },
	{ "and if it was not acknowledged before", ack_already_sent, "segs_out", STATUS_FAIL, 1,
	  .instants_moved = 1 },
	{ "a window update counts nothing, but the state before was shown", window_update,
	  "snd_wnd", STATUS_PASS, .moved = 1, .instants_moved = 1 },
	{ "snd_cwnd is read without the lock: its value before the segment", cwnd_read_early,
	  "snd_cwnd", STATUS_PASS, .moved = 1, .instants_moved = 1 },
	{ "it may have waited for the lock through several segments", cwnd_read_two_states_ago,
	  "snd_cwnd", STATUS_PASS, .moved = 1, .instants_moved = 1 },
	{ "but not since before the application's last call", cwnd_before_last_call, "snd_cwnd",
	  STATUS_FAIL, 1, .instants_moved = 1 },
	{ "but not a value that it never had", cwnd_never_shown, "snd_cwnd", STATUS_FAIL, 1,
	  .instants_moved = 1, .says = "the kernel says 777, the probe 17" },
	{ "unless a segment was counted that was not shown", cwnd_unshown_segment, "snd_cwnd",
	  STATUS_PASS, .unproven = 1, .instants_moved = 1 },
	{ "another thread wrote in between", written_between, "notsent_bytes", STATUS_PASS,
	  .moved = 1, .instants_moved = 1 },
	{ "a field that is always wrong", rttvar_always_off, "rttvar", STATUS_FAIL, PAIRS,
	  .instants_moved = PAIRS, .says = "differs at 40 of 40 marks, though" },
	{ "a field that is wrong once, by one", rtt_off_once, "rtt", STATUS_FAIL, 1,
	  .instants_moved = 1 },
	{ "a counter that is behind, whatever moved", counter_behind, "delivered", STATUS_FAIL, 1,
	  .instants_moved = 1 },
	{ "a constant that differs, whatever moved", constant_differs, "snd_wscale", STATUS_FAIL,
	  1, .instants_moved = 1 },
	{ "a counter is no evidence for itself", lone_counter, "bytes_acked", STATUS_FAIL, 1,
	  .instants_moved = 1 },
	{ "segs_in alone, at every mark", segs_in_always_ahead, "segs_in", STATUS_FAIL,
	  .moved = PAIRS, .instants_moved = PAIRS, .says = "cannot be told by movement" },
	{ "two counters that speak for each other at every mark", accomplices, "bytes_acked",
	  STATUS_FAIL, .moved = PAIRS, .instants_moved = PAIRS,
	  .says = "cannot be told by movement" },
	{ "a field beyond the application's buffer", short_buffer, "snd_wnd", STATUS_SKIP },
};
/* clang-format on */

/* Nine in a row may be a coincidence, ten are none. */
static void few_marks_that_all_moved(void **state)
{
	for (unsigned int pairs = 9; pairs <= 10; pairs++) {
		const struct result *r;
		struct stand f;

		pairs__start(&f);
		pairs__feed(&f, segs_in_always_ahead, pairs);
		assert_int_equal(stand__finish(&f), 0);
		r = find_result(&f.verdict, "identity", "segs_in");
		assert_non_null(r);
		assert_int_equal(r->moved, pairs);
		assert_int_equal(r->status, pairs == 9 ? STATUS_SKIP : STATUS_FAIL);
		stand__free(&f);
	}
}

static void tells(void **state)
{
	pairs__judge_all(cases, sizeof(cases) / sizeof(cases[0]));
}

static void marks_without_pairs_are_an_error(void **state)
{
	const struct result *r;
	struct stand f;

	pairs__start(&f);
	pairs__feed(&f, no_pair, PAIRS);
	assert_int_equal(stand__finish(&f), 0);
	r = find_result(&f.verdict, "identity", "");
	assert_non_null(r);
	assert_int_equal(r->status, STATUS_ERROR);
	stand__free(&f);
}

static void a_kernel_that_cannot_catch_marks_is_skipped(void **state)
{
	const struct result *r;
	struct stand f;

	pairs__start(&f);
	f.run.timeline[WITNESS_PROBE].header.marks = false;
	assert_int_equal(stand__finish(&f), 0);
	r = find_result(&f.verdict, "identity", "");
	assert_non_null(r);
	assert_int_equal(r->status, STATUS_SKIP);
	stand__free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells),
		cmocka_unit_test(few_marks_that_all_moved),
		cmocka_unit_test(marks_without_pairs_are_an_error),
		cmocka_unit_test(a_kernel_that_cannot_catch_marks_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
