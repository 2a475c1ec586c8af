// SPDX-License-Identifier: BSD-2-Clause
/* Every method of placing iperf3's intervals finds the same beginning, to within what it claims. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "synthetic.h"

/* CLOCK_MONOTONIC of iperf3's time 0. */
#define TRUTH_NS ((int64_t)(SYNTHETIC_START_NS + SYNTHETIC_EPOCH_NS))

static bool extra_mark(enum witness w, unsigned int n, struct sample *s)
{
	/* iperf3 calls once more for a last interval too short to print; here, before the first */
	if (w == WITNESS_PROBE && s->event == EVENT_rtt && s->t0_ns < SYNTHETIC_START_NS + 5000000)
		s->event = EVENT_mark;
	return true;
}

static bool one_mark_missing(enum witness w, unsigned int n, struct sample *s)
{
	static unsigned int seen;

	if (!n)
		seen = 0;
	if (s->event == EVENT_mark && s->flow.cookie == SYNTHETIC_CLIENT_COOKIE && ++seen == 4)
		s->event = EVENT_segment;
	return true;
}

static bool marks_of_another(enum witness w, unsigned int n, struct sample *s)
{
	/* far from any interval's end, and unevenly */
	if (s->event == EVENT_mark)
		s->event = EVENT_segment;
	if (w == WITNESS_PROBE && s->event == EVENT_rtt && (n == 20 || n == 23 || n == 80))
		s->event = EVENT_mark;
	return true;
}

static bool no_bytes_sent(enum witness w, unsigned int n, struct sample *s)
{
	field_set__remove(&s->present, FIELD_bytes_sent);
	field_set__remove(&s->present, FIELD_data_segs_out);
	field_set__remove(&s->present, FIELD_bytes_received);
	return true;
}

static bool no_figures(enum witness w, unsigned int n, struct sample *s)
{
	no_bytes_sent(w, n, s);
	field_set__remove(&s->present, FIELD_rtt);
	return true;
}

static bool only_middle(enum witness w, unsigned int n, struct sample *s)
{
	no_figures(w, n, s);
	return s->event != EVENT_established;
}

static bool probe_comes_late(enum witness w, unsigned int n, struct sample *s)
{
	return w != WITNESS_PROBE || s->t0_ns > SYNTHETIC_START_NS + 1600000000;
}

static void without_fields(enum witness w, struct timeline_header *h)
{
	field_set__remove(&h->fields, FIELD_bytes_sent);
	field_set__remove(&h->fields, FIELD_data_segs_out);
	field_set__remove(&h->fields, FIELD_bytes_received);
	/* iperf3's start timestamp is 1700000000 */
	h->base_realtime_ns = 1700000000ULL * 1000000000;
}

static void without_rtt(enum witness w, struct timeline_header *h)
{
	without_fields(w, h);
	field_set__remove(&h->fields, FIELD_rtt);
}

static const struct test_case {
	const char *description;
	struct recipe recipe;
	enum placement_method method;
	int64_t within_ns;
	unsigned int placed;
} cases[] = {
	{ "marks", { 0 }, PLACEMENT_MARKS, 2000, SYNTHETIC_INTERVALS },
	{ "marks, with one too many",
	  { .tamper = extra_mark },
	  PLACEMENT_MARKS,
	  2000,
	  SYNTHETIC_INTERVALS },
	{ "marks, the last one missing",
	  { .tamper = one_mark_missing },
	  PLACEMENT_MARKS,
	  2000,
	  SYNTHETIC_INTERVALS - 1 },
	{ "marks from a probe that came behind the third interval",
	  { .tamper = probe_comes_late, .bounds = "{}" },
	  PLACEMENT_MARKS,
	  2000,
	  1 },
	{ "marks that are not those of the intervals",
	  { .tamper = marks_of_another, .bounds = "{}" },
	  PLACEMENT_FIRST_SEND,
	  10000000,
	  SYNTHETIC_INTERVALS },
	{ "no marks: the first bulk send",
	  { .no_marks = true, .bounds = "{}" },
	  PLACEMENT_FIRST_SEND,
	  10000000,
	  SYNTHETIC_INTERVALS },
	{ "no bytes: the tuples",
	  { .no_marks = true, .bounds = "{}", .tamper = no_bytes_sent, .header = without_fields },
	  PLACEMENT_TUPLES,
	  6000000,
	  SYNTHETIC_INTERVALS },
	{ "no rtt: ESTABLISHED",
	  { .no_marks = true, .bounds = "{}", .tamper = no_figures, .header = without_rtt },
	  PLACEMENT_ESTABLISHED,
	  60000000,
	  SYNTHETIC_INTERVALS },
	{ "flow older than the probe: the start timestamp",
	  { .no_marks = true, .bounds = "{}", .tamper = only_middle, .header = without_rtt },
	  PLACEMENT_START_TIMESTAMP,
	  1000000000,
	  SYNTHETIC_INTERVALS },
};

static void place_case(void **state)
{
	const struct test_case *c = *state;
	const struct placement *p;
	struct judgement j;
	int64_t error;

	synthetic__judge(&j, &c->recipe);
	p = &j.run.placement[END_CLIENT][0];
	if (p->method != c->method)
		fail_msg("%s: by %s", c->description, placement_method__name(p->method));
	error = llabs(p->offset_ns - TRUTH_NS);
	if (error > c->within_ns)
		fail_msg("%s: %lld ns off", c->description, (long long)error);
	/* what a method claims must hold */
	assert_true(error <= (int64_t)p->residual_max_ns + 2000);
	assert_int_equal(p->placed, c->placed);
	assert_non_null(strstr(find_result(&j.verdict, "placement", "iperf3 client")->reason,
			       placement_method__name(c->method)));
	judge__free(&j);
}

static void at_marks_iperf3_and_probe_are_equal(void **state)
{
	static const char *const fields[] = { "rtt", "rttvar", "snd_cwnd", "pmtu",
					      "total_retrans" };
	struct judgement j;

	synthetic__judge(&j, &(struct recipe){ 0 });
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct statistic *s = find_statistic(&j.verdict, "iperf3-probe", fields[i]);

		assert_non_null(s);
		assert_int_equal(s->summary.n, SYNTHETIC_INTERVALS);
		assert_true(s->summary.max == 0);
	}
	/* the SYN and the cookie */
	assert_true(find_statistic(&j.verdict, "iperf3-probe", "bytes_acked")->summary.bias == -38);
	/* read() and bytes_received: the cookie, and the 200 ns between the ends' marks */
	assert_true(find_statistic(&j.verdict, "iperf3-probe", "bytes_received")->summary.max <=
		    62);
	judge__free(&j);
}

static void omitted_intervals_are_an_epoch_of_their_own(void **state)
{
	struct judgement j;
	const struct placement *p;

	synthetic__judge(&j, &(struct recipe){ .omit = 2 });
	p = j.run.placement[END_CLIENT];
	assert_int_equal(p[0].method, PLACEMENT_MARKS);
	assert_int_equal(p[1].method, PLACEMENT_MARKS);
	assert_int_equal(p[0].placed, 2);
	assert_int_equal(p[1].placed, 2);
	assert_true(llabs(p[0].offset_ns - TRUTH_NS) <= 2000);
	assert_true(llabs(p[1].offset_ns - TRUTH_NS - 1000070000) <= 2000);
	assert_int_equal(j.verdict.status, STATUS_PASS);
	judge__free(&j);
}

int main(void)
{
	enum { COUNT = sizeof(cases) / sizeof(cases[0]) };
	static struct CMUnitTest tests[COUNT + 2];

	for (int i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){ cases[i].description, place_case, NULL, NULL,
						(void *)&cases[i] };
	tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(at_marks_iperf3_and_probe_are_equal);
	tests[COUNT + 1] =
		(struct CMUnitTest)cmocka_unit_test(omitted_intervals_are_an_epoch_of_their_own);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
