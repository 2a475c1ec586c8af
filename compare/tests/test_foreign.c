// SPDX-License-Identifier: BSD-2-Clause
/*
 * Foreign witnesses on the stand: the recorded run's own netlink timeline, handed in as someone
 * else's, passes in every dress that is true; what cannot be judged says why.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dress.h"
#include "synthetic.h"

static bool only_three_fields(unsigned int n, struct sample *s)
{
	struct field_set keep = { 0 };

	field_set__add(&keep, FIELD_rtt);
	field_set__add(&keep, FIELD_snd_cwnd);
	field_set__add(&keep, FIELD_bytes_acked);
	for (size_t i = 0; i < FIELD_SET_WORDS; i++)
		s->present.word[i] &= keep.word[i];
	return true;
}

static bool without_cookie(unsigned int n, struct sample *s)
{
	s->flow.cookie = 0;
	s->flow.netns = 0;
	return true;
}

static bool every_seventh(unsigned int n, struct sample *s)
{
	return n % 7 == 0;
}

static void whole_seconds_header(struct timeline_header *h)
{
	h->base_ns = 0;
	h->resolution_ns = SECOND;
}

static bool whole_seconds(unsigned int n, struct sample *s)
{
	if (s->t1_ns / SECOND != s->t0_ns / SECOND)
		return false; /* a tool with one stamp has one second for it */
	s->t0_ns = s->t1_ns = s->t0_ns / SECOND * SECOND;
	return true;
}

static void realtime_header(struct timeline_header *h)
{
	h->realtime = true;
	h->base_ns = recording.header.base_realtime_ns;
	h->base_realtime_ns = 0;
}

static bool realtime(unsigned int n, struct sample *s)
{
	s->t0_ns += recording.header.base_realtime_ns - recording.header.base_ns;
	s->t1_ns += recording.header.base_realtime_ns - recording.header.base_ns;
	return true;
}

static void a_true_timeline_passes_in_every_dress(void **state)
{
	static const struct {
		const char *what;
		struct dress dress;
		uint64_t compared_min;
		const char *note; /* in what is said of the witness */
	} cases[] = {
		{ "as it is", { NULL }, 2000, "samples of this run's flows" },
		{ "three fields", { only_three_fields }, 200, NULL },
		{ "without cookies", { without_cookie }, 2000, NULL },
		{ "a coarser sampling", { every_seventh }, 300, NULL },
		{ "whole seconds", { whole_seconds, whole_seconds_header }, 1000, NULL },
		{ "CLOCK_REALTIME",
		  { realtime, realtime_header },
		  2000,
		  "placed to within 1.000 ms" },
		{ "ss", { .write = dress__ss, .format = "ss:" }, 500, NULL },
		{ "firefly", { .write = dress__firefly, .format = "firefly:" }, 100, NULL },
	};

	dress__firefly_unit = 1;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct judgement *j;
		const struct result *r;

		j = dress__judge(&cases[i].dress);
		r = find_result(&j->verdict, "witness", j->run.foreign[0].name);
		if (j->verdict.status != STATUS_PASS || dress__compared(j) < cases[i].compared_min)
			print_error("%s: %s (%llu compared)\n", cases[i].what, j->verdict.reason,
				    (unsigned long long)dress__compared(j));
		assert_int_equal(j->verdict.status, STATUS_PASS);
		assert_true(dress__compared(j) >= cases[i].compared_min);
		assert_non_null(r);
		assert_int_equal(r->status, STATUS_PASS);
		if (cases[i].note)
			assert_non_null(strstr(r->reason, cases[i].note));
		dress__release(j);
	}
}

/* The probe's own timeline lies between its own samples, instant by instant. */
static void the_probes_own_timeline_passes_as_a_foreign_one(void **state)
{
	static const char *const runs[] = { "segment", "rtt", "poll", "state" };

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		char dir[RUN_PATH_MAX], path[RUN_PATH_MAX];
		struct judgement *j;

		run__path(dress__fixtures(), runs[i], dir);
		run__path(dir, "probe.jsonl", path);
		j = dress__judge_file(runs[i], path);
		if (j->verdict.status != STATUS_PASS)
			print_error("%s: %s\n", runs[i], j->verdict.reason);
		assert_int_equal(j->verdict.status, STATUS_PASS);
		assert_string_equal(j->run.foreign[0].name, "probe-2");
		assert_true(dress__compared(j) > 100);
		dress__release(j);
	}
}

/* ---- what cannot be judged ---- */

static bool an_hour_later(unsigned int n, struct sample *s)
{
	s->t0_ns += 3600 * SECOND;
	s->t1_ns += 3600 * SECOND;
	return true;
}

static void base_zero(struct timeline_header *h)
{
	h->base_ns = 0;
}

static bool an_hour_earlier(unsigned int n, struct sample *s)
{
	s->t0_ns -= 3600 * SECOND;
	s->t1_ns -= 3600 * SECOND;
	return true;
}

static bool only_one(unsigned int n, struct sample *s)
{
	return n == recording.count / 2;
}

static bool none(unsigned int n, struct sample *s)
{
	return false;
}

static bool other_ports(unsigned int n, struct sample *s)
{
	s->flow.cookie = 0;
	s->flow.local.port ^= 0x4000;
	return true;
}

static bool nothing_of_tcp_info(unsigned int n, struct sample *s)
{
	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (catalogue[f].group == GROUP_TCP_INFO)
			field_set__remove(&s->present, f);
	return true;
}

static bool only_mtu(unsigned int n, struct sample *s)
{
	uint64_t pmtu = s->value[FIELD_pmtu];
	bool has = sample__has(s, FIELD_pmtu);

	memset(&s->present, 0, sizeof(s->present));
	if (has)
		sample__set(s, FIELD_pmtu, pmtu);
	return true;
}

#define HEADER "{\"timeline\":1,\"witness\":\"mytool\"}\n"
#define SAMPLE(t)                                                                               \
	"{\"t\":" t ",\"event\":\"sample\",\"local\":\"10.0.0.1:1\",\"remote\":\"10.0.0.2:2\"," \
	"\"rtt\":1}\n"

static void what_cannot_be_judged_is_an_error_and_says_why(void **state)
{
	static const struct {
		const char *what, *why;
		struct dress dress;
	} cases[] = {
		{ "no overlap in time", "no overlap in time", { an_hour_later } },
		{ "no overlap before", "before the probe's", { an_hour_earlier, base_zero } },
		{ "CLOCK_REALTIME that calls itself monotonic",
		  "no overlap in time",
		  { realtime } },
		{ "one sample", "one sample only", { only_one } },
		{ "no sample", "not a single sample", { none } },
		{ "no common flow", "no common flow", { other_ports } },
		{ "no common field", "nothing could be compared exactly", { nothing_of_tcp_info } },
		{ "only what is described", "nothing could be compared exactly", { only_mtu } },
		{ "an empty file", "empty", { .text = "" } },
		{ "no JSON", "not JSON", { .text = "hello\n" } },
		{ "no header", "not the header", { .text = "{\"t\":1}\n" } },
		{ "a cut file", "without a trailer", { .text = HEADER SAMPLE("1") } },
		{ "an unknown field",
		  "unknown field \"rrt\"",
		  { .text = HEADER "{\"t\":1,\"event\":\"sample\",\"rrt\":5}\n" } },
		{ "time that runs backwards",
		  "line 3: time runs backwards",
		  { .text = HEADER SAMPLE("2") SAMPLE("1") } },
		{ "a trailer that counts otherwise",
		  "counts 2 samples",
		  { .text = HEADER SAMPLE("1") "{\"trailer\":true,\"samples\":2}\n" } },
		{ "an unknown clock",
		  "\"clock\"",
		  { .text = "{\"timeline\":1,\"witness\":\"x\",\"clock\":\"TAI\"}\n" } },
		{ "ss that is not ss",
		  "cannot be understood",
		  { .text = "# 1\nfoo\n", .format = "ss:" } },
		{ "a firefly that is not one",
		  "not a firefly",
		  { .text = "{}\n", .format = "firefly:" } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct judgement *j = dress__judge(&cases[i].dress);
		const struct result *r =
			find_result(&j->verdict, "witness", j->run.foreign[0].name);

		if (!r || r->status != STATUS_ERROR || !strstr(r->reason, cases[i].why) ||
		    j->verdict.status != STATUS_ERROR)
			print_error("%s: %s (%s)\n", cases[i].what, j->verdict.reason,
				    r ? r->reason : "no such result");
		assert_int_equal(j->verdict.status, STATUS_ERROR);
		assert_non_null(r);
		assert_int_equal(r->status, STATUS_ERROR);
		assert_non_null(strstr(r->reason, cases[i].why));
		/* verdicts hold no paths */
		assert_null(strstr(r->reason, temporary__folder()));
		dress__release(j);
	}
}

static void fields_that_are_missing_are_listed(void **state)
{
	struct dress d = { only_three_fields };
	struct judgement *j = dress__judge(&d);
	const struct result *r = find_result(&j->verdict, "foreign", "fields missing");

	assert_non_null(r);
	assert_int_equal(r->status, STATUS_SKIP);
	assert_non_null(strstr(r->reason, "ca_state"));
	assert_non_null(strstr(r->reason, "bytes_received"));
	assert_null(find_result(&j->verdict, "foreign", "ca_state"));
	assert_non_null(find_result(&j->verdict, "foreign", "rtt"));
	dress__release(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_true_timeline_passes_in_every_dress),
		cmocka_unit_test(the_probes_own_timeline_passes_as_a_foreign_one),
		cmocka_unit_test(what_cannot_be_judged_is_an_error_and_says_why),
		cmocka_unit_test(fields_that_are_missing_are_listed),
	};

	return cmocka_run_group_tests(tests, dress__read, dress__forget);
}
