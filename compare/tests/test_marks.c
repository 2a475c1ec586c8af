// SPDX-License-Identifier: BSD-2-Clause
/* Marks: what iperf3 prints is what it was handed; one figure that is not is found and named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "synthetic.h"

static enum field wrong;
static int64_t by;
static unsigned int at_call;
static unsigned int calls;

/* The tcp_info of that call of iperf3's client, wrong by a little. The marks stay right. */
static bool change_one(enum witness w, unsigned int n, struct sample *s)
{
	if (!n && w == WITNESS_PROBE)
		calls = 0;
	if (w == WITNESS_PROBE && s->event == EVENT_tcp_info && calls++ == at_call)
		s->value[wrong] += by;
	return true;
}

static bool lose_one(enum witness w, unsigned int n, struct sample *s)
{
	if (!n && w == WITNESS_PROBE)
		calls = 0;
	return !(w == WITNESS_PROBE && s->event == EVENT_tcp_info && calls++ == at_call);
}

static bool omit_retrans(enum witness w, unsigned int n, struct sample *s)
{
	if (s->event == EVENT_tcp_info)
		field_set__remove(&s->present, FIELD_total_retrans);
	return true;
}

/* Behind the first interval's end. */
static bool come_late(enum witness w, unsigned int n, struct sample *s)
{
	return w != WITNESS_PROBE || s->t0_ns > SYNTHETIC_START_NS + 900000000;
}

#define LATER .late = 3, .late_calls = 1, .late_gap_ns = 60000
#define LATE .late = 2, .late_calls = 1, .late_gap_ns = 60000

/* clang-format off */
static const struct test_case {
	const char *description;
	struct recipe recipe;
	enum field wrong;
	int64_t by;
	unsigned int at_call;
	const char *check, *subject;
	enum status status;
	uint64_t compared, violations, unproven;
} cases[] = {
	{ "rtt as handed out", { 0 }, .check = "marks", .subject = "rtt", .status = STATUS_PASS,
	  .compared = 4 },
	{ "cwnd in bytes", { 0 }, .check = "marks", .subject = "snd_cwnd", .status = STATUS_PASS,
	  .compared = 4 },
	{ "retransmits as steps of total_retrans", { 0 }, .check = "marks",
	  .subject = "total_retrans", .status = STATUS_PASS, .compared = 4 },
	{ "snd_wnd is not printed here", { 0 }, .check = "marks", .subject = "snd_wnd",
	  .status = STATUS_SKIP },
	{ "one rtt off by 1 us", { .tamper = change_one }, FIELD_rtt, 1, 2, "marks", "rtt",
	  STATUS_FAIL, 4, 1 },
	{ "one rttvar off by 1 us", { .tamper = change_one }, FIELD_rttvar, -1, 0, "marks",
	  "rttvar", STATUS_FAIL, 4, 1 },
	{ "one cwnd off by a segment", { .tamper = change_one }, FIELD_snd_cwnd, 1, 3, "marks",
	  "snd_cwnd", STATUS_FAIL, 4, 1 },
	{ "an mss off by a byte shows in cwnd", { .tamper = change_one }, FIELD_snd_mss, 1, 3,
	  "marks", "snd_cwnd", STATUS_FAIL, 4, 1 },
	{ "one pmtu off", { .tamper = change_one }, FIELD_pmtu, -8, 1, "marks", "pmtu", STATUS_FAIL,
	  4, 1 },
	{ "a total_retrans off by one shows in two steps", { .tamper = change_one },
	  FIELD_total_retrans, 1, 1, "marks", "total_retrans", STATUS_FAIL, 4, 2 },
	{ "a call without tcp_info is unproven", { .tamper = lose_one }, .at_call = 1,
	  .check = "marks", .subject = "rtt", .status = STATUS_PASS, .compared = 3, .unproven = 1 },
	{ "then the step behind it is, too", { .tamper = lose_one }, .at_call = 1,
	  .check = "marks", .subject = "total_retrans", .status = STATUS_PASS, .compared = 2,
	  .unproven = 2 },
	{ "and the end", { .tamper = lose_one }, .at_call = 1, .check = "final",
	  .subject = "end.max_rtt", .status = STATUS_SKIP, .unproven = 1 },
	{ "the end's extremes", { 0 }, .check = "final", .subject = "end.max_rtt",
	  .status = STATUS_PASS, .compared = 1 },
	{ "the end's mean", { .tamper = change_one }, FIELD_rtt, 4, 3, "final", "end.mean_rtt",
	  STATUS_FAIL, 1, 1 },
	{ "the end's largest window", { .tamper = change_one }, FIELD_snd_wnd, 1, 0, "final",
	  "end.max_snd_wnd", STATUS_FAIL, 1, 1 },
	{ "the end's largest cwnd", { .tamper = change_one }, FIELD_snd_cwnd, 100, 0, "final",
	  "end.max_snd_cwnd", STATUS_FAIL, 1, 1 },
	{ "the end's smallest rtt", { .tamper = change_one }, FIELD_rtt, -900, 0, "final",
	  "end.min_rtt", STATUS_FAIL, 1, 1 },
	{ "the end's retransmits", { .tamper = change_one }, FIELD_total_retrans, 1, 3, "final",
	  "end.retransmits", STATUS_FAIL, 1, 1 },
	{ "figures that were not handed out", { .tamper = omit_retrans }, .check = "marks",
	  .subject = "total_retrans", .status = STATUS_SKIP, .unproven = 4 },
	{ "a call whose interval iperf3 did not print", { LATE }, .check = "marks", .subject = "rtt",
	  .status = STATUS_PASS, .compared = 4 },
	{ "two in a row: the first call behind the interval is its own",
	  { LATE, .late_again = true }, FIELD_total_retrans, 0, 0, "marks", "total_retrans",
	  STATUS_PASS, 4 },
	{ "the step behind it counts from it", { LATE, .tamper = change_one }, FIELD_total_retrans, 1,
	  2, "marks", "total_retrans", STATUS_FAIL, 4, 1 },
	{ "a probe that came behind the first call", { .tamper = come_late }, .check = "marks",
	  .subject = "rtt", .status = STATUS_PASS, .compared = 3, .unproven = 1 },
	{ "its first step begins nowhere", { .tamper = come_late }, .check = "marks",
	  .subject = "total_retrans", .status = STATUS_PASS, .compared = 2, .unproven = 2 },
	{ "the end has a call that it did not see", { LATER, .tamper = come_late }, .check = "final",
	  .subject = "end.mean_rtt", .status = STATUS_SKIP, .unproven = 1 },
	{ "without marks nothing is judged", { .no_marks = true }, .check = "marks", .subject = "",
	  .status = STATUS_SKIP },
};
/* clang-format on */

static void tells(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct test_case *t = &cases[i];
		const struct result *r;
		struct judgement j;

		print_message("         %s\n", t->description);
		wrong = t->wrong;
		by = t->by;
		at_call = t->at_call;
		synthetic__judge(&j, &t->recipe);
		r = find_result(&j.verdict, t->check, t->subject);
		assert_non_null(r);
		assert_string_equal(status__name(r->status), status__name(t->status));
		assert_int_equal(r->compared, t->compared);
		assert_int_equal(r->violations, t->violations);
		assert_int_equal(r->unproven, t->unproven);
		judge__free(&j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(tells) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
