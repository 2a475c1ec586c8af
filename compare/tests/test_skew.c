// SPDX-License-Identifier: BSD-2-Clause
/* The RTT callback's skew: the kernel's order of updates is judged, the lag is measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/skew.h"
#include "cases.h"
#include "feed.h"
#include "synthetic.h"

#define LINES(...) (const char *const[]){ __VA_ARGS__, NULL }
/* A segment that acknowledges up to 200, its callback, and the next segment. */
#define BEFORE "probe 1ms segment state=1 snd_una=100 seg_ack_seq=200 segs_in=5 rtt=80 snd_cwnd=10"
#define CALLBACK "probe 2ms rtt snd_una=200 cb_srtt=88"
#define BEHIND "probe 3ms segment rtt=88 seg_ack_seq=300 segs_in=6 snd_cwnd=11"

/* clang-format off */
static const struct test_case {
	const char *description;
	const char *const *lines;
	const char *field;
	uint64_t compared, unproven;
	const char *says; /* it fails; NULL: it does not */
} cases[] = {
	{ "the argument is what is stored", LINES(BEFORE, CALLBACK, BEHIND), "cb_srtt", 1 },
	{ "the field is what was", LINES(BEFORE, CALLBACK, BEHIND), "rtt", 1 },
	{ "the argument is something else",
	  LINES(BEFORE, "probe 2ms rtt snd_una=200 cb_srtt=87", BEHIND), "cb_srtt", 1, 0,
	  "87 in the callback, 88 stored" },
	{ "the argument is the old value", LINES(BEFORE, "probe 2ms rtt snd_una=200 cb_srtt=80",
						 BEHIND), "cb_srtt", 1, 0, "80 in the callback" },
	{ "the argument is told in eighths", LINES(BEFORE, "probe 2ms rtt snd_una=200 cb_srtt=704",
						   BEHIND), "cb_srtt", 1, 0, "704 in the" },
	{ "the field is the new value already",
	  LINES(BEFORE, "probe 2ms rtt snd_una=200 cb_srtt=88 rtt=88", BEHIND), "rtt", 1, 0,
	  "88 in the callback, 80 before" },
	{ "cwnd is the new value already",
	  LINES(BEFORE, "probe 2ms rtt snd_una=200 cb_srtt=88 snd_cwnd=11", BEHIND), "snd_cwnd", 1,
	  0, "11 in the callback, 10 before" },
	{ "the callback of a segment that was not seen",
	  LINES(BEFORE, "probe 2ms rtt snd_una=300 cb_srtt=88 rtt=81", BEHIND), "rtt", 0, 1 },
	{ "the callback of a segment with SACKs that was not seen",
	  LINES(BEFORE, "probe 2ms rtt snd_una=200 segs_in=6 cb_srtt=88 rtt=81", BEHIND), "rtt", 0,
	  1 },
	{ "an ACK behind the callback that was not seen",
	  LINES(BEFORE, CALLBACK, "probe 3ms segment snd_una=250 rtt=90"), "cb_srtt", 0, 1 },
	{ "a duplicate ACK behind it that was not seen",
	  LINES(BEFORE, CALLBACK, "probe 3ms segment rtt=90 segs_in=7"), "cb_srtt", 0, 1 },
	{ "a mark behind it", LINES(BEFORE, CALLBACK, "probe 3ms mark rtt=87"), "cb_srtt", 1, 0,
	  "88 in the callback, 87 stored" },
	{ "a kernel without arguments", LINES(BEFORE, "probe 2ms rtt snd_una=200", BEHIND),
	  "cb_srtt", 0 },
	{ "BBR's state is what was", LINES(BEFORE " bbr_bw=500", CALLBACK, BEHIND " bbr_bw=510"),
	  "bbr_bw", 1 },
	{ "BBR's state is the new one already",
	  LINES(BEFORE " bbr_bw=500", CALLBACK " bbr_bw=510", BEHIND " bbr_bw=510"), "bbr_bw", 1, 0,
	  "510 in the callback, 500 before" },
	{ "a second callback has no segment of its own", LINES(BEFORE, CALLBACK,
		"probe 2ms rtt cb_srtt=88 rtt=70", BEHIND), "rtt", 1 },
};
/* clang-format on */

static void judge_case(void **state)
{
	const struct test_case *c = *state;
	struct feed feed = { .lines = c->lines, .make = skew__new };
	const struct result *r;
	struct verdict v;

	feed__judge(&feed, &v);
	r = find_result(&v, "skew", c->field);
	assert_non_null(r);
	if (r->compared != c->compared || r->unproven != c->unproven)
		fail_msg("%s: %llu compared, %llu unproven: %s", c->description,
			 (unsigned long long)r->compared, (unsigned long long)r->unproven,
			 r->reason);
	if (c->says ? r->status != STATUS_FAIL || !strstr(r->reason, c->says)
		    : r->status == STATUS_FAIL)
		fail_msg("%s: %s, %s", c->description, status__name(r->status), r->reason);
	verdict__free(&v);
}

static const struct skew_finding *finding(const struct verdict *v, const char *field)
{
	for (unsigned int i = 0; i < v->skew_count; i++)
		if (!strcmp(v->skew[i].field, field))
			return &v->skew[i];
	return NULL;
}

static void the_lag_is_measured(void **state)
{
	static const char *const lines[] = { BEFORE,
					     CALLBACK,
					     BEHIND " snd_una=200",
					     "probe 7ms rtt snd_una=300 cb_srtt=88",
					     "probe 8ms segment seg_ack_seq=300",
					     NULL };
	struct feed feed = { .lines = lines, .make = skew__new };
	const struct skew_finding *s;
	struct verdict v;

	feed__judge(&feed, &v);
	s = finding(&v, "rtt");
	assert_non_null(s);
	assert_int_equal(s->samples, 2);
	assert_int_equal(s->stale, 1);
	assert_int_equal(s->size.n, 1);
	assert_int_equal(s->size.max, 8);
	assert_int_equal(s->lag.n, 1);
	assert_int_equal(s->lag.max, 5000000);
	s = finding(&v, "snd_cwnd");
	assert_int_equal(s->size.max, 1);
	assert_null(finding(&v, "pacing_rate"));
	verdict__free(&v);
}

static void without_segments_nothing_is_said(void **state)
{
	struct feed feed = { .lines = LINES(BEFORE, CALLBACK, BEHIND),
			     .make = skew__new,
			     .modes = { "rtt" } };
	struct verdict v;

	feed__judge(&feed, &v);
	assert_int_equal(v.skew_count, 0);
	assert_int_equal(find_result(&v, "skew", "cb_srtt")->status, STATUS_SKIP);
	verdict__free(&v);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(the_lag_is_measured),
		cmocka_unit_test(without_segments_nothing_is_said),
	};

	return cases__run(CASES(cases), judge_case, others, sizeof(others) / sizeof(others[0]));
}
