// SPDX-License-Identifier: BSD-2-Clause
/* iperf3's intervals follow one another, but where its calls, or a loss, explain a gap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/check_intervals.h"
#include "findings.h"

/* Behind the first interval's end, before the second one's. */
static bool probe_comes_late(enum witness w, unsigned int n, struct sample *s)
{
	return w != WITNESS_PROBE || s->t0_ns > SYNTHETIC_START_NS + 900000000;
}

static void lost_some(enum witness w, struct timeline_trailer *t)
{
	timeline_trailer__lost(t, "no_state", 1);
}

/* All streams are sampled and printed together: a gap in one of two is none of iperf3's. */
static void a_gap_is_in_all_streams(void **state)
{
	static const struct interval good[] = {
		{ .start_ns = 0, .end_ns = 100000000 },
		{ .start_ns = 100050000, .end_ns = 200000000, .unprinted = 1 },
	};
	struct interval one[2], two[2];
	struct stream streams[] = { { .count = 2, .intervals = one },
				    { .count = 2, .intervals = two } };
	struct run *run = calloc(1, sizeof(*run));
	struct verdict v = { 0 };

	assert_non_null(run);
	memcpy(one, good, sizeof(good));
	memcpy(two, good, sizeof(good));
	run->report[END_CLIENT].present = true;
	run->report[END_CLIENT].count = 2;
	run->report[END_CLIENT].streams = streams;
	run->placement[END_CLIENT][0].method = PLACEMENT_MARKS;
	run->timeline[WITNESS_PROBE].whole = true;
	assert_int_equal(check_intervals__judge(run, &v), 0);
	assert_int_equal(v.results[0].violations, 0);
	assert_int_equal(v.results[0].compared, 4);
	two[1].start_ns = two[0].end_ns;
	assert_int_equal(check_intervals__judge(run, &v), 0);
	assert_int_equal(v.results[1].violations, 1);
	verdict__free(&v);
	free(run);
}

/* After a stall iperf3 takes a sample for each interval that passed, at once, and may print none. */
static void a_gap_is_as_long_as_the_calls_that_were_overdue(void **state)
{
#define MS 1000000LL
	static const struct {
		const char *what;
		int64_t before_ms, gap_ms;
		unsigned int calls, violations;
	} gaps[] = {
		{ "one short one", 100, 9, 1, 0 },
		{ "more than one short one, without a stall", 100, 15, 2, 1 },
		{ "three short ones after a stall of four", 520, 29, 3, 0 },
		{ "as long, but only two calls were seen", 520, 29, 2, 1 },
		{ "more than were overdue", 520, 45, 9, 1 },
	};

	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		struct interval iv[9] = { 0 };
		struct stream stream = { .count = 9, .intervals = iv };
		struct run *run = calloc(1, sizeof(*run));
		struct verdict v = { 0 };
		int64_t at = 0;

		assert_non_null(run);
		for (unsigned int k = 0; k < 9; k++) {
			at += k == 5 ? gaps[i].gap_ms * MS : 0;
			iv[k].start_ns = at;
			/* of those that make up for the stall, one is printed: others are behind it */
			iv[k].end_ns = at += (k == 3 ? gaps[i].before_ms : k == 4 ? 11 : 100) * MS;
		}
		iv[5].unprinted = gaps[i].calls;
		run->report[END_CLIENT] =
			(struct report){ .present = true, .count = 1, .streams = &stream };
		run->placement[END_CLIENT][0].method = PLACEMENT_MARKS;
		run->timeline[WITNESS_PROBE].whole = true;
		assert_int_equal(check_intervals__judge(run, &v), 0);
		if (v.results[0].violations != gaps[i].violations)
			fail_msg("%s: %s", gaps[i].what, v.results[0].reason);
		verdict__free(&v);
		free(run);
	}
#undef MS
}

/* Short is what is short of the length that was asked for, not of what a stalled iperf3 made of it. */
static void short_is_short_of_what_was_asked_for(void **state)
{
	struct interval iv[] = {
		{ .start_ns = 0, .end_ns = 60000000 },
		{ .start_ns = 60000000, .end_ns = 120000000 },
		{ .start_ns = 127000000, .end_ns = 187000000, .unprinted = 1 },
	};
	struct stream stream = { .count = 3, .intervals = iv };
	struct run *run = calloc(1, sizeof(*run));
	struct verdict v = { 0 };

	assert_non_null(run);
	run->report[END_CLIENT] = (struct report){ .present = true, .count = 1, .streams = &stream };
	run->placement[END_CLIENT][0].method = PLACEMENT_MARKS;
	run->timeline[WITNESS_PROBE].whole = true;
	assert_int_equal(check_intervals__judge(run, &v), 0);
	assert_int_equal(v.results[0].violations, 1);
	stream.asked_ns = 100000000;
	assert_int_equal(check_intervals__judge(run, &v), 0);
	assert_int_equal(v.results[1].violations, 0);
	verdict__free(&v);
	free(run);
}

/* An interval of the client's report is taken away. */
static void an_interval_that_is_missing_is_found(void **state)
{
	char dir[TEMPORARY_PATH_MAX], path[RUN_PATH_MAX], *text, *from, *to;
	struct judgement j;
	FILE *f;

	synthetic__make(dir, &(struct recipe){ 0 });
	text = slurp(dir, "iperf3.json");
	from = strstr(strstr(text, "\"intervals\"") + 20, ",{\"streams\"");
	to = strstr(from + 1, ",{\"streams\"");
	assert_non_null(to);
	memmove(from, to, strlen(to) + 1);
	snprintf(path, sizeof(path), "%s/iperf3.json", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	free(text);
	assert_int_equal(judge__run(&j, dir, dir, NULL), 0);
	assert_int_equal(find_result(&j.verdict, "intervals", "iperf3 client")->status,
			 STATUS_FAIL);
	judge__free(&j);
	synthetic__remove(dir);
}

static const struct finding cases[] = {
	{ "intervals that follow one another", "intervals", "iperf3 client", NULL, { 0 } },
	{ "omitted intervals", "intervals", "iperf3 client", NULL, { .omit = 2 } },
	{ "iperf3 was late",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 2, .late_calls = 1, .late_gap_ns = 60000 } },
	{ "its server, too",
	  "intervals",
	  "iperf3 server",
	  NULL,
	  { .late = 2, .late_calls = 1, .late_gap_ns = 60000 } },
	{ "its server, whose intervals were to be no longer than that",
	  "intervals",
	  "iperf3 server",
	  "does not follow",
	  { .late = 2,
	    .late_calls = 1,
	    .late_gap_ns = 60000,
	    .witnesses = "{\"probe\":{\"expected\":true,\"exit\":0},"
			 "\"netlink\":{\"expected\":true,\"exit\":0},"
			 "\"iperf3\":{\"expected\":true,\"exit\":0,\"server_exit\":0,"
			 "\"server_interval\":0.0001}}" } },
	{ "late at the first interval",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 1, .late_calls = 1, .late_gap_ns = 60000 } },
	{ "late at the last interval",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 3, .late_calls = 1, .late_gap_ns = 60000 } },
	{ "late behind the last interval",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 4, .late_calls = 1, .late_gap_ns = 60000 } },
	{ "late by three intervals",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 2, .late_calls = 2, .late_gap_ns = 90000 } },
	{ "late, with omitted intervals",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 3, .omit = 2, .late_calls = 1, .late_gap_ns = 60000 } },
	{ "a gap that no call explains",
	  "intervals",
	  "iperf3 client",
	  "does not follow",
	  { .late = 2, .late_gap_ns = 60000 } },
	{ "a gap too long to be left out",
	  "intervals",
	  "iperf3 client",
	  "does not follow",
	  { .late = 2, .late_calls = 1, .late_gap_ns = 60000000 } },
	{ "a gap that nobody could see",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 2, .no_marks = true, .late_gap_ns = 60000 } },
	{ "a gap before the probe came",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 1, .late_gap_ns = 60000, .tamper = probe_comes_late } },
	{ "a gap behind the first mark of a probe that came late",
	  "intervals",
	  "iperf3 client",
	  "does not follow",
	  { .late = 2, .late_gap_ns = 60000, .tamper = probe_comes_late } },
	{ "a gap whose call may be lost",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 2, .trailer = lost_some, .late_gap_ns = 60000 } },
};

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(an_interval_that_is_missing_is_found),
		cmocka_unit_test(a_gap_is_in_all_streams),
		cmocka_unit_test(a_gap_is_as_long_as_the_calls_that_were_overdue),
		cmocka_unit_test(short_is_short_of_what_was_asked_for),
	};

	return findings__run(cases, sizeof(cases) / sizeof(cases[0]), others,
			     sizeof(others) / sizeof(others[0]));
}
