// SPDX-License-Identifier: BSD-2-Clause
/* Clocks: exact in ticks, at every HZ; what is wrong by one tick is found where it can be seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/check_clocks.h"
#include "compare/clock_fields.h"
#include "cases.h"
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
	uint64_t moved;
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
	  "total_rto_time", 4 },
	{ "in an RTT callback it is no less than netlink's either",
	  LINES("probe 10ms segment jiffies=100 total_rto_time=5",
		"netlink 11ms-12ms sample total_rto_time=6", "probe 13ms rtt total_rto_time=5",
		"probe 14ms segment total_rto_time=9"),
	  "total_rto_time", 7 },
	{ "recovery that runs back", LINES("probe 10ms segment jiffies=100 total_rto_time=50 "
		"total_rto_recoveries=1", "probe 20ms segment total_rto_time=2"),
	  "total_rto_time", 3, "2 ms the probe's is less than the one before, where 50" },
	/* tcp_update_rto_stats(): the next timeout overwrites rto_stamp */
	{ "recovery cut short by another", LINES("probe 10ms segment jiffies=100 "
		"total_rto_time=50 total_rto_recoveries=1",
		"probe 20ms segment total_rto_time=2 total_rto_recoveries=2",
		"probe 30ms segment total_rto_time=12"), "total_rto_time", 4, NULL, 0, 1 },
	{ "and then it runs back", LINES("probe 10ms segment jiffies=100 "
		"total_rto_time=50 total_rto_recoveries=1",
		"probe 20ms segment total_rto_time=2 total_rto_recoveries=2",
		"probe 30ms segment total_rto_time=1"), "total_rto_time", 4,
	  "1 ms the probe's is less than the one before, where 2", 0, 1 },
	{ "another recovery is no faster than time", LINES("probe 10ms segment jiffies=100 "
		"total_rto_time=50 total_rto_recoveries=1",
		"probe 20ms segment total_rto_time=61 total_rto_recoveries=2"),
	  "total_rto_time", 3, "61 ms the probe's has grown faster than time, where 60" },
	{ "cut short in netlink's eyes", LINES("probe 10ms segment jiffies=100 "
		"total_rto_time=50 total_rto_recoveries=1",
		"netlink 15ms-16ms sample total_rto_time=2 total_rto_recoveries=2",
		"probe 20ms segment total_rto_time=7 total_rto_recoveries=2"),
	  "total_rto_time", 4, NULL, 0, 2 },
	{ "cut short behind netlink's", LINES("probe 10ms segment jiffies=100 "
		"total_rto_time=50 total_rto_recoveries=1",
		"netlink 15ms-16ms sample total_rto_time=56 total_rto_recoveries=1",
		"probe 20ms segment total_rto_time=3 total_rto_recoveries=2",
		"probe 21ms segment total_rto_time=4"),
	  "total_rto_time", 6, NULL, 0, 2 },
	{ "netlink's runs back", LINES("probe 10ms segment jiffies=100 "
		"total_rto_time=50 total_rto_recoveries=1",
		"netlink 15ms-16ms sample total_rto_time=2 total_rto_recoveries=1",
		"probe 20ms segment total_rto_time=60 total_rto_recoveries=1"),
	  "total_rto_time", 6, "2 ms netlink's is less than the probe's before, where 50" },
	{ "less than netlink's in the recovery that began last", LINES("probe 10ms segment "
		"jiffies=100 total_rto_time=50 total_rto_recoveries=1",
		"netlink 11ms-12ms sample total_rto_time=52 total_rto_recoveries=1",
		"netlink 15ms-16ms sample total_rto_time=2 total_rto_recoveries=2",
		"probe 20ms segment total_rto_time=1 total_rto_recoveries=2"),
	  "total_rto_time", 6, "1 ms the probe's is less than netlink's before, where 2", 0, 2 },
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
	assert_int_equal(r->moved, c->moved);
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
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(ages_are_undone),
	};

	return cases__run(CASES(cases), judge_case, others, sizeof(others) / sizeof(others[0]));
}
