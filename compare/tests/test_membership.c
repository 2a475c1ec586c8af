// SPDX-License-Identifier: BSD-2-Clause
/* Membership: what the socket held passes, all else is named, and what cannot be proven is apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/check_membership.h"
#include "cases.h"
#include "feed.h"
#include "synthetic.h"

/* Pure ACK number n, by which snd_una goes on from una to ack when it is processed. */
#define ACK(t, n, una, ack, rest)                                                        \
	"probe " #t " segment state=1 snd_nxt=900 snd_una=" #una " seg_seq=5 seg_end_seq=5 " \
	"seg_ack_seq=" #ack " data_segs_in=0 segs_in=" #n " " rest
#define VALUES "segs_out=50 rtt=100 snd_cwnd=10 lost=0 ca_state=0 snd_wnd=7"
#define FIRST ACK(10, 1, 100, 110, VALUES)
#define SECOND ACK(30, 2, 110, 120, "rtt=101")
#define THIRD ACK(50, 3, 120, 130, "rtt=102")
#define N(t, rest) "netlink " t " sample state=1 " VALUES " total_retrans=0 " rest
#define BBR "bbr_bw=500 bbr_min_rtt=7 bbr_pacing_gain=256 bbr_cwnd_gain=512 snd_mss=1448"
#define BBR1 ACK(10, 1, 100, 110, VALUES " total_retrans=0 " BBR)
#define BBR2 ACK(30, 2, 110, 120, "bbr_bw=510")
#define BBR3 ACK(50, 3, 120, 130, "bbr_bw=520")
#define BBRN(t, rest) N(t, BBR " " rest)
#define LINES(...) (const char *const[]){ __VA_ARGS__, NULL }

/* clang-format off */
static const struct test_case {
	const char *description;
	const char *const *lines;
	const char *field; /* whose result is looked at */
	uint64_t compared, moved, unproven;
	const char *says; /* it fails; NULL: it does not */
	bool no_segments;
} cases[] = {
	{ "what the ACK before the window left", LINES(FIRST, N("15-20", "rtt=101"), SECOND),
	  "rtt", 1 },
	{ "what was before that ACK is late by one", LINES(FIRST, N("15-20", "rtt=100"), SECOND),
	  "rtt", 1, 0, 0, "rtt 100, the probe saw 101" },
	{ "a value never held", LINES(FIRST, N("15-20", "rtt=99"), SECOND), "rtt", 1, 0, 0,
	  "worst on flow 1: rtt 99" },
	{ "a value of the future", LINES(FIRST, N("15-20", "rtt=102"), SECOND, THIRD), "rtt", 1, 0,
	  0, "rtt 102, the probe saw 101" },
	{ "an ACK inside the window: before it", LINES(FIRST, N("15-40", "rtt=101"), SECOND, THIRD),
	  "rtt", 1 },
	{ "an ACK inside the window: behind it", LINES(FIRST, N("15-40", "rtt=102"), SECOND, THIRD),
	  "rtt", 1 },
	{ "an ACK at the window's end counts as behind it",
	  LINES(FIRST, N("15-30", "rtt=102"), SECOND, THIRD), "rtt", 1, 0, 0, "rtt 102" },
	{ "a mark before the window: its value may still hold",
	  LINES(FIRST, "probe 12 mark rtt=101 snd_una=110", N("15-20", "rtt=101"), SECOND), "rtt",
	  1 },
	{ "an RTT callback proves nothing",
	  LINES(FIRST, N("15-20", "rtt=100"), "probe 25 rtt rtt=100", SECOND), "rtt", 1, 0, 0,
	  "rtt 100" },
	{ "two windows at once", LINES(FIRST, N("15-40", "rtt=102"), N("16-20", "rtt=100"), SECOND,
				       THIRD), "rtt", 2, 0, 0, "1 of 2" },
	{ "an ACK that was not seen", LINES(FIRST, N("15-20", "rtt=99"),
					    ACK(30, 3, 115, 120, "rtt=101")), "rtt", 0, 0, 1 },
	{ "a duplicate ACK that was not seen",
	  LINES(FIRST, N("15-20", "rtt=99"), ACK(30, 3, 110, 120, "rtt=101")), "rtt", 0, 0, 1 },
	{ "an ACK that waits in the backlog was seen later",
	  LINES(FIRST, N("15-20", "rtt=101"), ACK(30, 3, 110, 120, "rtt=101"),
		ACK(31, 3, 120, 130, "rtt=102")), "rtt", 1 },
	{ "data that arrives is no ACK to count",
	  LINES(FIRST, N("15-20", "rtt=101"), "probe 30 segment state=1 snd_una=110 seg_seq=5 "
		"seg_end_seq=9 seg_ack_seq=110 segs_in=4 data_segs_in=3 rtt=101"), "rtt", 1 },
	{ "numbers that wrap",
	  LINES(ACK(10, 0xffffffff, 0xfffffff0, 0x10, VALUES), N("15-20", "rtt=101"),
		ACK(30, 0, 0x10, 0x20, "rtt=101")), "rtt", 1 },
	{ "an ACK of what was never sent is ignored",
	  LINES(ACK(10, 1, 100, 901, VALUES), N("15-20", "rtt=100"), ACK(30, 2, 100, 110, "")),
	  "rtt", 1 },
	{ "nothing seen before", LINES(N("5-8", "rtt=1"), FIRST, SECOND), "rtt", 0, 0, 0 },
	{ "nothing seen behind", LINES(FIRST, N("15-20", "rtt=101")), "rtt", 0, 0, 1 },
	{ "closing: segments are not seen", LINES(FIRST, N("15-20", "rtt=1"),
						  "probe 30 close state=4 snd_una=110"),
	  "rtt", 0, 0, 1 },
	{ "an abort: the queue is purged before the state changes", /* tcp_done_with_error() */
	  LINES(FIRST, N("15-20", "rtt=101 backoff=2"),
		"probe 30 close state=1 snd_una=110 rtt=101 backoff=0"), "backoff", 0, 0, 1 },
	{ "and the other fields are judged",
	  LINES(FIRST, N("15-20", "rtt=99 backoff=2"),
		"probe 30 close state=1 snd_una=110 rtt=101 backoff=0"), "rtt", 1, 0, 0, "rtt 99" },
	{ "backoff, before another event", LINES(FIRST, N("15-20", "rtt=101 backoff=2"),
		"probe 30 state state=1 snd_una=110 rtt=101 backoff=0"), "backoff", 1, 0, 0,
	  "backoff 2" },
	{ "an idle flow, polled", LINES(FIRST, N("15-20", "rtt=101"), N("21-22", "rtt=101"),
					N("23-24", "rtt=101"), SECOND), "rtt", 3 },
	{ "an idle flow, and one poll differs",
	  LINES(FIRST, N("15-20", "rtt=101"), N("21-22", "rtt=90"), N("23-24", "rtt=101"), SECOND),
	  "rtt", 3, 0, 0, "1 of 3" },
	{ "cwnd that sending has changed since",
	  LINES(FIRST, N("15-20", "rtt=101"), ACK(30, 2, 110, 120, "rtt=101 snd_cwnd=5 segs_out=51")),
	  "snd_cwnd", 1 },
	{ "cwnd of the ACK before, changed by sending since",
	  LINES(FIRST, N("15-20", "snd_cwnd=11"), ACK(30, 2, 110, 120, "snd_cwnd=5 segs_out=51")),
	  "snd_cwnd", 0, 1 },
	{ "the same, and nothing was sent",
	  LINES(FIRST, N("15-20", "snd_cwnd=11"), ACK(30, 2, 110, 120, "snd_cwnd=5")),
	  "snd_cwnd", 1, 0, 0, "snd_cwnd 11" },
	{ "rtt is not moved by sending",
	  LINES(FIRST, N("15-20", "rtt=99"), ACK(30, 2, 110, 120, "rtt=101 segs_out=51")), "rtt",
	  1, 0, 0, "rtt 99" },
	{ "cwnd is read before the lock: the old value is right too",
	  LINES(FIRST, N("15-20", ""), ACK(30, 2, 110, 120, "snd_cwnd=11")), "snd_cwnd", 1 },
	{ "cwnd, while ACKs are processed", LINES(FIRST, N("15-40", "snd_cwnd=12 rtt=101"), SECOND, THIRD),
	  "snd_cwnd", 0, 0, 1 },
	{ "losses that a timer found since", LINES(ACK(10ms, 1, 100, 110, VALUES),
		N("11ms-12ms", "timer=1 timer_expires=3"), ACK(20ms, 2, 110, 120, "lost=2")),
	  "lost", 0, 0, 1 },
	{ "but the timer was not due", LINES(ACK(10ms, 1, 100, 110, VALUES),
		N("11ms-12ms", "timer=1 timer_expires=30"), ACK(20ms, 2, 110, 120, "lost=2")),
	  "lost", 1, 0, 0, "lost 0, the probe saw 2" },
	{ "a rate whose mss ICMP has changed since", /* tcp_v4_mtu_reduced() */
	  LINES(FIRST, N("15-20", "rtt=101 delivery_rate=142127 snd_mss=1448"),
		ACK(30, 2, 110, 120, "rtt=101 delivery_rate=132312 snd_mss=1348")), "delivery_rate", 1 },
	{ "a rate that the change of mss does not explain",
	  LINES(FIRST, N("15-20", "rtt=101 delivery_rate=142127 snd_mss=1448"),
		ACK(30, 2, 110, 120, "rtt=101 delivery_rate=132310 snd_mss=1348")), "delivery_rate", 1,
	  0, 0, "delivery_rate 142127" },
	{ "the same mss, and rates that differ by one",
	  LINES(FIRST, N("15-20", "rtt=101 delivery_rate=142127 snd_mss=1448"),
		ACK(30, 2, 110, 120, "rtt=101 delivery_rate=142128 snd_mss=1448")), "delivery_rate", 1,
	  0, 0, "delivery_rate 142127" },
	{ "BBR's state, behind the ACK before the window", LINES(BBR1, BBRN("15-20", "bbr_bw=510"),
								 BBR2), "bbr_bw", 1 },
	{ "BBR's state, one ACK late", LINES(BBR1, BBRN("15-20", ""), BBR2), "bbr_bw", 1, 0, 0,
	  "bbr_bw 500, the probe saw 510" },
	{ "the same, sending does not explain it", LINES(BBR1, BBRN("15-20", "bbr_bw=510"),
		ACK(30, 2, 110, 120, "bbr_bw=510 bbr_pacing_gain=320 segs_out=60")), "bbr_pacing_gain",
	  1, 0, 0, "bbr_pacing_gain 256, the probe saw 320" },
	{ "BBR's state in the midst of an ACK", LINES(BBR1, BBRN("15-40", "bbr_bw=505"), BBR2, BBR3),
	  "bbr_bw", 0, 0, 1 },
	{ "BBR's state, an ACK inside the window: before it", LINES(BBR1, BBRN("15-40", "bbr_bw=510"),
								     BBR2, BBR3), "bbr_bw", 1 },
	{ "BBR's bandwidth, by another MSS", LINES(BBR1, BBRN("15-20", "bbr_bw=490 snd_mss=1400"),
		ACK(30, 2, 110, 120, "bbr_bw=507 snd_mss=1448")), "bbr_bw", 1 },
	{ "which does not explain it", LINES(BBR1, BBRN("15-20", "bbr_bw=490 snd_mss=1400"),
		ACK(30, 2, 110, 120, "bbr_bw=510 snd_mss=1448")), "bbr_bw", 1, 0, 0, "bbr_bw 490" },
	{ "BBR's gain, by the same", LINES(BBR1, BBRN("15-20", "bbr_pacing_gain=192 snd_mss=1400"),
		ACK(30, 2, 110, 120, "snd_mss=1448")), "bbr_pacing_gain", 1, 0, 0, "gain 192" },
	{ "BBR's bandwidth before a timeout", LINES(BBR1, BBRN("15-20", "bbr_bw=490"),
		ACK(30, 2, 110, 120, "total_retrans=1 ca_state=4 segs_out=51")), "bbr_bw", 0, 1 },
	{ "but a retransmission alone explains nothing", LINES(BBR1, BBRN("15-20", "bbr_bw=490"),
		ACK(30, 2, 110, 120, "total_retrans=1 segs_out=51")), "bbr_bw", 1, 0, 0, "bbr_bw 490" },
	{ "BBR's minimum round trip before a timeout", LINES(BBR1, BBRN("15-20", "bbr_min_rtt=9"),
		ACK(30, 2, 110, 120, "total_retrans=1 ca_state=4 segs_out=51")), "bbr_min_rtt", 1, 0, 0, "bbr_min_rtt 9" },
	{ "BBR's gains swapped", LINES(BBR1, BBRN("15-20", "bbr_cwnd_gain=256 bbr_bw=510"), BBR2),
	  "bbr_cwnd_gain", 1, 0, 0, "bbr_cwnd_gain 256, the probe saw 512" },
	{ "a probe without segments", LINES(FIRST, N("15-20", "rtt=1"), SECOND), "rtt", 0, 0, 0,
	  NULL, .no_segments = true },
};
/* clang-format on */

static void judge_case(void **state)
{
	const struct test_case *c = *state;
	struct feed feed = { .lines = c->lines, .make = check_membership__new };
	const struct result *r;
	struct verdict v;

	if (c->no_segments)
		feed.modes[0] = "rtt";
	feed__judge(&feed, &v);
	r = find_result(&v, "membership", c->field);
	feed__expect(&v, r,
		     &(struct feed_outcome){ c->description, c->says, c->compared, c->moved,
					     c->unproven });
	verdict__free(&v);
}

/* "Moved" is an explanation for the odd value, not for a field that is always wrong. */
static void moved_too_often(void **state)
{
	enum { WINDOWS = 30 };
	char text[2 * WINDOWS + 1][256];
	const char *lines[2 * WINDOWS + 2] = { 0 };
	struct feed feed = { .lines = lines, .make = check_membership__new };
	const struct result *r;
	struct verdict v;

	for (unsigned int i = 0; i <= WINDOWS; i++) {
		snprintf(text[2 * i], 256,
			 "probe %u segment state=1 snd_nxt=900 snd_una=1 seg_seq=5 seg_end_seq=5 "
			 "seg_ack_seq=1 data_segs_in=0 segs_in=%u segs_out=%u snd_cwnd=%u rtt=1",
			 100 * i + 10, i, 2 * i, i);
		lines[2 * i] = text[2 * i];
		if (i == WINDOWS)
			break;
		snprintf(text[2 * i + 1], 256,
			 "netlink %u-%u sample segs_out=%u snd_cwnd=%u rtt=1", 100 * i + 20,
			 100 * i + 30, 2 * i + 1, i + 1000);
		lines[2 * i + 1] = text[2 * i + 1];
	}
	feed__judge(&feed, &v);
	r = find_result(&v, "membership", "snd_cwnd");
	assert_int_equal(r->moved, WINDOWS);
	assert_int_equal(r->status, STATUS_FAIL);
	assert_non_null(strstr(r->reason, "not so often"));
	assert_int_equal(find_result(&v, "membership", "rtt")->compared, WINDOWS);
	verdict__free(&v);
}

/* A blackout: many polls see what was before the timer sent, and one event shows what it left. */
static void moved_once_seen_often(void **state)
{
	enum { POLLS = 60 };
	char text[POLLS + 2][256];
	const char *lines[POLLS + 3] = { 0 };
	struct feed feed = { .lines = lines, .make = check_membership__new };
	const struct result *r;
	struct verdict v;

	for (unsigned int i = 0; i <= POLLS + 1; i++) {
		/* segs_out changes with the polls, or they would be taken together */
		if (i == 0 || i == POLLS + 1)
			snprintf(text[i], 256,
				 "probe %u segment state=1 snd_nxt=900 snd_una=1 seg_seq=5 seg_end_seq=5 "
				 "seg_ack_seq=1 data_segs_in=0 segs_in=%u segs_out=%u lost=%u",
				 100 * i + 10, i > 0, i, i);
		else
			snprintf(text[i], 256, "netlink %u-%u sample segs_out=%u lost=1",
				 100 * i + 10, 100 * i + 20, i);
		lines[i] = text[i];
	}
	feed__judge(&feed, &v);
	r = find_result(&v, "membership", "lost");
	assert_int_equal(r->moved, POLLS);
	assert_int_equal(r->status, STATUS_SKIP); /* nothing is left to compare, and nothing fails */
	verdict__free(&v);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(moved_too_often),
		cmocka_unit_test(moved_once_seen_often),
	};

	return cases__run(CASES(cases), judge_case, others, sizeof(others) / sizeof(others[0]));
}
