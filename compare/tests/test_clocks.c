// SPDX-License-Identifier: BSD-2-Clause
/* Clocks: exact in ticks, at every HZ; what is wrong by one tick is found where it can be seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/check_clocks.h"
#include "compare/clock_fields.h"
#include "feed.h"
#include "synthetic.h"

#define LINES(...) (const char *const[]){ __VA_ARGS__, NULL }
#define NEVER "4294900000"

/* clang-format off */
static const struct test_case {
	const char *description;
	const char *const *lines;
	const char *field;
	uint64_t compared;
	const char *says; /* it fails; NULL: it does not */
	uint32_t hz;
} cases[] = {
	/* each value counts once as whole ticks, and once for each comparison */
	{ "a clock that runs", LINES("probe 10 segment jiffies=100 busy_time=4000",
				     "probe 20 segment jiffies=103 busy_time=16000"),
	  "busy_time", 3 },
	{ "a clock that stands", LINES("probe 10 segment jiffies=100 busy_time=4000",
				       "probe 20 segment jiffies=103"), "busy_time", 3 },
	{ "one tick faster than time", LINES("probe 10 segment jiffies=100 busy_time=4000",
		"probe 20 segment jiffies=103 busy_time=20000"), "busy_time", 3,
	  "20000 us the probe's has grown faster than time, where 16000 was" },
	{ "a clock that goes back", LINES("probe 10 segment jiffies=100 busy_time=4000",
		"probe 20 segment jiffies=103 busy_time=0"), "busy_time", 3, "less than the one" },
	{ "off by 2^32 ticks", LINES("probe 10 segment jiffies=100 busy_time=4000",
		"probe 20 segment jiffies=101 busy_time=17179869188000"), "busy_time", 3,
	  "faster than time" },
	{ "ticks that wrap", LINES("probe 10 segment jiffies=0xffffffff busy_time=4000",
		"probe 20 segment jiffies=2 busy_time=16000"), "busy_time", 3 },
	{ "no whole number of ticks", LINES("probe 10 segment jiffies=100 busy_time=4001"),
	  "busy_time", 1, "no whole number" },
	{ "ms for us", LINES("netlink 10-20 sample busy_time=4",
			     "probe 30 segment jiffies=1"), "busy_time", 1, "no whole number" },
	{ "HZ 300: 3333 us a tick", LINES("probe 10 segment jiffies=100 rwnd_limited=3333",
		"probe 20 segment jiffies=103 rwnd_limited=13332"), "rwnd_limited", 3, NULL, 300 },
	{ "HZ 300: no 10000 us", LINES("probe 10 segment jiffies=100 rwnd_limited=10000"),
	  "rwnd_limited", 1, "no whole number", 300 },
	{ "netlink's in between", LINES("probe 10 segment jiffies=100 busy_time=4000",
		"netlink 15-20 sample busy_time=8000", "probe 30 segment jiffies=101 busy_time=8000"),
	  "busy_time", 6 },
	{ "netlink's too low", LINES("probe 10 segment jiffies=100 busy_time=4000",
		"netlink 15-20 sample busy_time=0", "probe 30 segment jiffies=101"),
	  "busy_time", 6, "0 us netlink's is less than the probe's before, where 4000" },
	{ "netlink's too high", LINES("probe 10 segment jiffies=100 busy_time=4000",
		"netlink 15-20 sample busy_time=12000", "probe 30 segment jiffies=101 "
		"busy_time=-"), "busy_time", 3, "12000 us netlink's has grown faster" },
	{ "netlink's too high for what comes behind",
	  LINES("probe 10 segment jiffies=100 busy_time=4000",
		"netlink 15-20 sample busy_time=8000", "probe 30 segment jiffies=105"),
	  "busy_time", 6, "4000 us the probe's is less than netlink's" },
	{ "recovery counts ms of CLOCK_MONOTONIC",
	  LINES("probe 10500us segment jiffies=100 total_rto_time=5",
		"probe 12100us segment total_rto_time=7"), "total_rto_time", 3 },
	{ "and no more than there were", LINES("probe 10500us segment jiffies=100 total_rto_time=5",
		"probe 12100us segment total_rto_time=8"), "total_rto_time", 3, "faster" },
	{ "in an RTT callback it may be ahead",
	  LINES("probe 10500us segment jiffies=100 total_rto_time=5",
		"probe 12100us rtt total_rto_time=8", "probe 12100us segment total_rto_time=7"),
	  "total_rto_time", 5 },
	{ "an event, growing older", LINES("probe 10 segment jiffies=100 last_data_sent=8",
		"probe 20 segment jiffies=101 last_data_sent=12"), "last_data_sent", 3 },
	{ "another event", LINES("probe 10 segment jiffies=100 last_data_sent=8",
		"probe 20 segment jiffies=101 last_data_sent=0"), "last_data_sent", 3 },
	{ "an event before the last one", LINES("probe 10 segment jiffies=100 last_data_sent=8",
		"probe 20 segment jiffies=101 last_data_sent=16"), "last_data_sent", 3,
	  "16 ms the probe's event lies before the one before, where 12" },
	{ "no whole ticks of age", LINES("probe 10 segment jiffies=100 last_data_sent=9"),
	  "last_data_sent", 1, "no whole number" },
	{ "HZ 300: rounded up", LINES("probe 10 segment jiffies=100 last_data_sent=7",
		"probe 20 segment jiffies=101 last_data_sent=10"), "last_data_sent", 3, NULL, 300 },
	{ "HZ 300: not rounded down", LINES("probe 10 segment jiffies=100 last_data_sent=6"),
	  "last_data_sent", 1, "no whole number", 300 },
	{ "netlink's age as it should be", LINES("probe 10 segment jiffies=100 last_ack_recv=0",
		"netlink 15-20 sample last_ack_recv=8",
		"probe 30 segment jiffies=102 last_ack_recv=0"), "last_ack_recv", 6 },
	{ "netlink's too old by a tick", LINES("probe 10 segment jiffies=100 last_ack_recv=0",
		"netlink 15-20 sample last_ack_recv=12",
		"probe 30 segment jiffies=102 last_ack_recv=0"), "last_ack_recv", 6,
	  "12 ms netlink's is older than the probe's before, where 8" },
	{ "netlink's too young", LINES("probe 10 segment jiffies=100 last_ack_recv=40",
		"netlink 15-20 sample last_ack_recv=36",
		"probe 30 segment jiffies=110 last_ack_recv=80"), "last_ack_recv", 6,
	  "80 ms netlink's was younger than the probe's behind, where 76" },
	{ "an event that never was", LINES("probe 10 segment jiffies=100 last_data_recv=" NEVER,
		"netlink 15-20 sample last_data_recv=" NEVER,
		"probe 30 segment jiffies=101 last_data_recv=" NEVER), "last_data_recv", 5 },
	{ "and then was", LINES("probe 10 segment jiffies=100 last_data_recv=" NEVER,
		"netlink 15-20 sample last_data_recv=0",
		"probe 30 segment jiffies=101 last_data_recv=4"), "last_data_recv", 6 },
	{ "has been, and netlink says never",
	  LINES("probe 10 segment jiffies=100 last_data_recv=0",
		"netlink 15-20 sample last_data_recv=" NEVER,
		"probe 30 segment jiffies=101 last_data_recv=4"), "last_data_recv", 5,
	  "says never" },
	{ "has been, and the probe says never",
	  LINES("probe 10 segment jiffies=100 last_data_recv=0",
		"probe 30 segment jiffies=101 last_data_recv=" NEVER), "last_data_recv", 3,
	  "says never" },
	{ "an idle flow, polled", LINES("probe 10 segment jiffies=100 last_ack_recv=0",
		"netlink 15-20 sample last_ack_recv=400", "netlink 25-30 sample last_ack_recv=800",
		"probe 90 segment jiffies=300 last_ack_recv=800"), "last_ack_recv", 8 },
	{ "a header of another kernel", LINES("probe 10 segment jiffies=100 last_ack_recv=0"),
	  "last_ack_recv", 0, "not one kernel" },
	{ "a header without hz", LINES("probe 10 segment jiffies=100 last_ack_recv=0"),
	  "last_ack_recv", 0 },
};
/* clang-format on */

static void judge_case(void **state)
{
	const struct test_case *c = *state;
	struct feed feed = { .lines = c->lines, .make = check_clocks__new, .hz = c->hz };
	const struct result *r;
	struct verdict v;

	if (strstr(c->description, "another kernel"))
		feed.netlink_hz = 1000;
	feed.no_hz = strstr(c->description, "without hz");
	feed__judge(&feed, &v);
	r = find_result(&v, "clocks", c->field);
	assert_non_null(r);
	if (r->compared != c->compared)
		fail_msg("%s: %llu compared: %s", c->description, (unsigned long long)r->compared,
			 r->reason);
	if (c->says ? r->status < STATUS_FAIL || !strstr(r->reason, c->says)
		    : r->status >= STATUS_FAIL)
		fail_msg("%s: %s, %s", c->description, status__name(r->status), r->reason);
	verdict__free(&v);
}

/* Every age that a kernel tells is turned back into its ticks, at any HZ. */
static void ages_are_undone(void **state)
{
	static const uint32_t hz[] = { 24, 100, 250, 300, 1000 };

	for (size_t h = 0; h < sizeof(hz) / sizeof(hz[0]); h++)
		for (uint32_t ticks = 0; ticks < 5000; ticks++) {
			uint32_t ms = ((uint64_t)ticks * 1000 + hz[h] - 1) / hz[h], got;

			assert_true(age__ticks(ms, hz[h], &got));
			assert_int_equal(got, ticks);
		}
}

int main(void)
{
	enum { COUNT = sizeof(cases) / sizeof(cases[0]) };
	static struct CMUnitTest tests[COUNT + 1];

	for (int i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){ cases[i].description, judge_case, NULL, NULL,
						(void *)&cases[i] };
	tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(ages_are_undone);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
