// SPDX-License-Identifier: BSD-2-Clause
/* Identity: what is equal passes, what moved by proof is told apart, all else fails by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "compare/check_identity.h"
#include "stand.h"
#include "synthetic.h"

#define MS	1000000ULL
#define PAIRS	40
#define TICK_MS 4 /* HZ = 250 */

/* One flow: an ACK every 10 ms of 2 segments, a mark 5 ms behind every second one. */
static void state_at(struct sample *s, unsigned int k, uint64_t t_ns, enum sample_event event)
{
	memset(s, 0, sizeof(*s));
	s->event = event;
	s->t0_ns = s->t1_ns = t_ns;
	s->seq = t_ns;
	sample__set(s, FIELD_state, 1);
	sample__set(s, FIELD_snd_wscale, 7);
	sample__set(s, FIELD_snd_mss, 1448);
	sample__set(s, FIELD_rtt, 1000 + k % 7);
	sample__set(s, FIELD_rttvar, 100 + k % 5);
	sample__set(s, FIELD_snd_cwnd, 10 + k);
	sample__set(s, FIELD_pacing_rate, 1000000 + k);
	sample__set(s, FIELD_snd_wnd, 65536);
	sample__set(s, FIELD_notsent_bytes, 1000);
	sample__set(s, FIELD_rcv_space, 14480);
	sample__set(s, FIELD_bytes_acked, 2896 * k);
	sample__set(s, FIELD_delivered, 2 * k);
	sample__set(s, FIELD_segs_in, k);
	sample__set(s, FIELD_data_segs_in, 0);
	sample__set(s, FIELD_segs_out, 2 * k + 20);
	sample__set(s, FIELD_last_ack_recv, t_ns / MS % 10 / TICK_MS * TICK_MS);
	sample__set(s, FIELD_last_data_recv, (uint32_t)(t_ns / MS / TICK_MS * TICK_MS + 4000));
	sample__set(s, FIELD_last_data_sent, t_ns / MS % 10 / TICK_MS * TICK_MS);
	sample__set(s, FIELD_busy_time, t_ns / MS / TICK_MS * TICK_MS * 1000);
	sample__set(s, FIELD_rwnd_limited, 8000);
	sample__set(s, FIELD_total_rto_time, 0);
	sample__set(s, FIELD_write_seq, 5000 + 2896 * k);
	sample__set(s, FIELD_copied_seq, 77);
	sample__set(s, FIELD_jiffies, (uint32_t)(0xfffffff0 + t_ns / MS / TICK_MS));
}

/* What happens at pair k: change mark or info. history: the last segment before it, for change. */
typedef void (*tamper_fn)(unsigned int k, struct sample *segment, struct sample *mark,
			  struct sample *info);

static void feed_pairs(struct stand *f, tamper_fn tamper, unsigned int pairs)
{
	for (unsigned int k = 1; k <= pairs; k++) {
		uint64_t t = k * 10 * MS;
		struct sample segment, mark, info;

		/* the state before the segment, in which only its arrival is counted */
		state_at(&segment, k - 1, t, EVENT_segment);
		segment.value[FIELD_segs_in] = k;
		segment.value[FIELD_last_ack_recv] = 8;
		state_at(&mark, k, t + 5 * MS, EVENT_mark);
		info = mark;
		info.event = EVENT_tcp_info;
		if (tamper)
			tamper(k, &segment, &mark, &info);
		stand__sample(f, WITNESS_PROBE, &segment);
		stand__sample(f, WITNESS_PROBE, &mark);
		stand__sample(f, WITNESS_PROBE, &info);
	}
}

static void feed_run(struct stand *f, tamper_fn tamper)
{
	feed_pairs(f, tamper, PAIRS);
}

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

static void tick_between(unsigned int k, struct sample *segment, struct sample *mark,
			 struct sample *info)
{
	if (k != 7)
		return;
	info->value[FIELD_last_ack_recv] -= TICK_MS;
	info->value[FIELD_last_data_recv] -= TICK_MS;
	info->value[FIELD_last_data_sent] -= TICK_MS;
	info->value[FIELD_busy_time] -= TICK_MS * 1000;
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
static const struct test_case {
	const char *description;
	tamper_fn tamper;
	const char *field; /* of this one: */
	enum status status;
	uint64_t violations, moved, unproven, instants_moved;
	const char *says;
} cases[] = {
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
	{ "a tick in between, in all clocks", tick_between, "last_ack_recv", STATUS_PASS },
	{ "the same for durations", tick_between, "busy_time", STATUS_PASS },
	{ "a clock that stands need not run", tick_between, "rwnd_limited", STATUS_PASS },
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

static void start(struct stand *f)
{
	memset(f, 0, sizeof(*f));
	f->run.timeline[WITNESS_PROBE].opened = true;
	f->run.timeline[WITNESS_PROBE].header.marks = true;
	f->run.timeline[WITNESS_PROBE].header.hz = 250;
	f->run.manifest.iperf3[END_CLIENT].expected = true;
	stand__start(f, check_identity__new(&f->run));
}

/* Nine in a row may be a coincidence, ten are none. */
static void few_marks_that_all_moved(void **state)
{
	for (unsigned int pairs = 9; pairs <= 10; pairs++) {
		const struct result *r;
		struct stand f;

		start(&f);
		feed_pairs(&f, segs_in_always_ahead, pairs);
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
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct test_case *t = &cases[i];
		const struct result *r;
		struct stand f;

		print_message("         %s\n", t->description);
		start(&f);
		feed_run(&f, t->tamper);
		assert_int_equal(stand__finish(&f), 0);
		r = find_result(&f.verdict, "identity", t->field);
		assert_non_null(r);
		assert_string_equal(status__name(r->status), status__name(t->status));
		assert_int_equal(r->violations, t->violations);
		assert_int_equal(r->moved, t->moved);
		assert_int_equal(r->unproven, t->unproven);
		if (t->status != STATUS_SKIP)
			assert_int_equal(r->compared + r->moved + r->unproven, PAIRS);
		assert_int_equal(f.verdict.instants, PAIRS);
		assert_int_equal(f.verdict.instants_moved, t->instants_moved);
		if (t->says)
			assert_non_null(strstr(r->reason, t->says));
		/* and no other field is blamed, where none is to be */
		if (t->status != STATUS_FAIL)
			assert_int_equal(f.verdict.failures, 0);
		stand__free(&f);
	}
}

static void marks_without_pairs_are_an_error(void **state)
{
	const struct result *r;
	struct stand f;

	start(&f);
	feed_run(&f, no_pair);
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

	start(&f);
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
