// SPDX-License-Identifier: BSD-2-Clause
/* The check "path": the collectors' counters against what the relay saw, and its account against itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "path_story.h"
#include "synthetic.h"

#define GOOD_CLIENT                                                                              \
	"state=4 segs_out=6 data_segs_out=2 bytes_sent=2000 bytes_retrans=0 total_retrans=0 "   \
	"segs_in=4 data_segs_in=0 bytes_received=1 bytes_acked=2002 rcv_ooopack=0 dsack_dups=0 " \
	"delivered_ce=0"
#define GOOD_SERVER                                                                              \
	"state=9 segs_out=3 data_segs_out=0 bytes_sent=0 bytes_retrans=0 total_retrans=0 "      \
	"segs_in=6 data_segs_in=2 bytes_received=2001 bytes_acked=1 rcv_ooopack=0 dsack_dups=0 " \
	"delivered_ce=0"
#define GOOD_END                                                                                 \
	"C 1045 close " GOOD_CLIENT, "S 1060 close " GOOD_SERVER,                               \
		"NC 1046-1050 destroy " GOOD_CLIENT, "NS 1061-1065 destroy " GOOD_SERVER

static void a_flow_that_agrees_passes(void **state)
{
	static const char *const lines[] = { OPEN, DATA, CLOSE("2001", "2002"), GOOD_END, NULL };
	struct verdict v;

	path_story__judge(lines, NULL, &v);
	for (unsigned int i = 0; i < v.results_count; i++)
		if (v.results[i].status > STATUS_PASS || v.results[i].moved)
			fail_msg("%s/%s: %s", v.results[i].check, v.results[i].subject,
				 v.results[i].reason);
	assert_int_equal(v.status, STATUS_PASS);
	assert_int_equal(find_result(&v, "path", "segs_in")->compared, 8);
	assert_int_equal(find_result(&v, "path", "flows")->compared, 2);
	verdict__free(&v);
}

static void another_path_is_not_judged(void **state)
{
	static const char *const lines[] = { NULL };
	static const struct story_options veth = { .path = "-", .backend = "veth" };
	struct verdict v;

	path_story__judge(lines, &veth, &v);
	assert_int_equal(v.results_count, 0);
	verdict__free(&v);
}

/* The good end with one counter changed, of the client (C) or the server (S). */
#define ENDS_WITH(client, server)                                                                \
	{ OPEN, DATA, CLOSE("2001", "2002"), "C 1045 close " client, "S 1060 close " server }

static void last_words_equal_the_path(void **state)
{
	static const struct path_case cases[] = {
		{ "one packet too many was counted", ENDS_WITH("segs_out=7", "state=9"), "segs_out",
		  STATUS_FAIL, "more than ever left" },
		{ "the last ACK is read behind the close and counted",
		  { OPEN, DATA, CLOSE("2001", "2002"), "C 1035 close segs_out=6", "S 1060 close state=9" },
		  "segs_out", STATUS_PASS },
		{ "the last ACK was TIME_WAIT's",
		  { OPEN, DATA, CLOSE("2001", "2002"), "C 1035 close segs_out=5", "S 1060 close state=9" },
		  "segs_out", STATUS_PASS },
		{ "one less than that has no explanation",
		  { OPEN, DATA, CLOSE("2001", "2002"), "C 1035 close segs_out=4", "S 1060 close state=9" },
		  "segs_out", STATUS_FAIL, "less than had left" },
		{ "data that was not counted", ENDS_WITH("data_segs_out=1", "state=9"),
		  "data_segs_out", STATUS_FAIL },
		{ "a byte too many", ENDS_WITH("bytes_sent=2001", "state=9"), "bytes_sent", STATUS_FAIL },
		{ "a byte retransmitted", ENDS_WITH("bytes_retrans=1", "state=9"), "bytes_retrans",
		  STATUS_FAIL },
		{ "a retransmission that the path never saw", ENDS_WITH("total_retrans=1", "state=9"),
		  "total_retrans", STATUS_FAIL, "more than ever left" },
		{ "the SYN-ACK is not the socket's", ENDS_WITH("state=4", "segs_out=4"), "segs_out",
		  STATUS_FAIL },
		{ "a segment delivered and not counted", ENDS_WITH("state=4", "segs_in=4"), "segs_in",
		  STATUS_FAIL, "less than had been delivered" },
		{ "a segment counted and not delivered", ENDS_WITH("segs_in=5", "state=9"), "segs_in",
		  STATUS_FAIL, "more than had been delivered" },
		{ "the packet written last may be behind the close",
		  { OPEN, DATA, CLOSE("2001", "2002"), "C 1045 close state=4",
		    "S 1050 close segs_in=5" },
		  "segs_in", STATUS_PASS },
		{ "data in", ENDS_WITH("data_segs_in=1", "state=9"), "data_segs_in", STATUS_FAIL },
		{ "bytes in", ENDS_WITH("state=4", "bytes_received=2000"), "bytes_received", STATUS_FAIL,
		  "less than had been delivered" },
		{ "bytes acknowledged", ENDS_WITH("bytes_acked=2003", "state=9"), "bytes_acked",
		  STATUS_FAIL },
		{ "out of order in an orderly flow", ENDS_WITH("state=4", "rcv_ooopack=1"), "rcv_ooopack",
		  STATUS_FAIL },
		{ "or may have, for its old timestamp",
		  { OPEN, "c 60 1+1000 a1 ts=9 out=200", "c 61 1001+1000 a1 ts=9 out=300",
		    "c 90 1+1000 a1 ts=20", "c 310 2001+1000 a1 ts=21", "C 1045 close state=4",
		    "S 1060 close rcv_ooopack=1" },
		  "rcv_ooopack", STATUS_SKIP },
		{ "a timestamp older by a tick is taken",
		  { OPEN, "c 60 1+1000 a1 ts=19 out=200", "c 61 1001+1000 a1 ts=19 out=300",
		    "c 90 1+1000 a1 ts=20", "c 310 2001+1000 a1 ts=21", "C 1045 close state=4",
		    "S 1060 close rcv_ooopack=1" },
		  "rcv_ooopack", STATUS_FAIL },
		{ "a duplicate that no DSACK told", ENDS_WITH("dsack_dups=1", "state=9"), "dsack_dups",
		  STATUS_FAIL },
		{ "CE without ECE", ENDS_WITH("delivered_ce=1", "state=9"), "delivered_ce", STATUS_FAIL },
		{ "netlink's last words count too",
		  { OPEN, DATA, CLOSE("2001", "2002"), GOOD_END, "NC 1066-1067 destroy segs_out=9" },
		  "segs_out", STATUS_FAIL },
	};

	JUDGE(cases);
}

static void on_the_way_counters_stay_between(void **state)
{
	static const struct path_case cases[] = {
		{ "all that was read was sent before",
		  { OPEN, "C 41 segment segs_out=2 segs_in=1", DATA, CLOSE("2001", "2002"), SEEN },
		  "segs_out", STATUS_PASS },
		{ "read, but not yet counted",
		  { OPEN, "C 41 segment segs_out=1", DATA, CLOSE("2001", "2002"), SEEN },
		  "segs_out", STATUS_FAIL, "less than had left" },
		{ "more may be on its way to the relay",
		  { OPEN, "C 41 segment segs_out=4", DATA, CLOSE("2001", "2002"), SEEN },
		  "segs_out", STATUS_PASS },
		{ "nothing is received before it is written",
		  { OPEN, DATA, "S 69 segment bytes_received=1000", CLOSE("2001", "2002"), SEEN },
		  "bytes_received", STATUS_FAIL, "more than had been delivered" },
		{ "bytes behind a gap are not received",
		  { OPEN, "c 60 1+1000 a1 loss", "c 61 1001+1000 a1", "S 75 segment bytes_received=2000",
		    SEEN },
		  "bytes_received", STATUS_FAIL },
		{ "what lies behind a gap is counted as such",
		  { OPEN, "c 60 1+1000 a1 loss", "c 61 1001+1000 a1", "C 1045 close state=4",
		    "S 1060 close rcv_ooopack=1" },
		  "rcv_ooopack", STATUS_PASS },
		{ "and nothing else",
		  { OPEN, "c 60 1+1000 a1 loss", "c 61 1001+1000 a1", "C 1045 close state=4",
		    "S 1060 close rcv_ooopack=2" },
		  "rcv_ooopack", STATUS_FAIL },
		{ "unless the receiver refused what had arrived",
		  { OPEN, "c 60 1+1000 a1", "c 61 1001+1000 a1", "s 80 1+0 a1 k=1001-2001",
		    "C 1045 close state=4", "S 1060 close rcv_ooopack=1" },
		  "rcv_ooopack", STATUS_SKIP },
		{ "segs_in is counted when the write is done",
		  { OPEN, "c 60 1+1000 a1", "c 75 1001+1000 a1", "S 76 segment segs_in=2", SEEN },
		  "segs_in", STATUS_FAIL, "less than had been delivered" },
		{ "but not before",
		  { OPEN, "c 60 1+1000 a1", "S 72 segment segs_in=2", "c 75 1001+1000 a1", SEEN },
		  "segs_in", STATUS_PASS },
		{ "segs_in may grow until the next sample",
		  { OPEN, "c 60 1+1000 a1", "S 69 segment segs_in=3 data_segs_in=1",
		    "S 71 segment segs_in=3 data_segs_in=1", SEEN },
		  "segs_in", STATUS_PASS },
		{ "but not further",
		  { OPEN, "c 60 1+1000 a1", "S 65 segment segs_in=3 data_segs_in=1",
		    "S 69 segment segs_in=3 data_segs_in=1", SEEN },
		  "segs_in", STATUS_FAIL },
		{ "netlink's window ends behind the writing",
		  { OPEN, "c 60 1+1000 a1", "NS 65-75 sample bytes_received=1000", SEEN },
		  "bytes_received", STATUS_PASS },
		{ "netlink's window ends before it",
		  { OPEN, "c 60 1+1000 a1", "NS 65-69 sample bytes_received=1000", SEEN },
		  "bytes_received", STATUS_FAIL },
		{ "a shifted clock is named",
		  { OPEN, DATA, "S 69 segment bytes_received=1000 data_segs_in=1 segs_in=3",
		    "S 69 segment bytes_received=1000 data_segs_in=1 segs_in=3",
		    CLOSE("2001", "2002"), GOOD_END },
		  "clock", STATUS_FAIL, "late" },
	};

	JUDGE(cases);
}

static void the_account_holds_against_itself(void **state)
{
	static const struct path_case cases[] = {
		{ "a drop that was acknowledged",
		  { OPEN, "c 60 1+1000 a1 loss", "s 80 1+0 a1001", SEEN }, "acknowledged", STATUS_FAIL,
		  "had not been delivered" },
		{ "a drop that was sacked",
		  { OPEN, "c 60 1+1000 a1 loss", "c 61 1001+1000 a1 loss", "s 80 1+0 a1 k=1001-2001",
		    SEEN },
		  "acknowledged", STATUS_FAIL },
		{ "acknowledged beyond all that was sent",
		  { OPEN, DATA, "s 90 1+0 a2500", SEEN }, "acknowledged", STATUS_FAIL },
		{ "a DSACK acknowledges nothing new",
		  { OPEN, DATA, "s 90 1+0 a2001 k=1-1001", SEEN }, "acknowledged", STATUS_PASS },
		{ "acknowledged before it arrived",
		  { OPEN, "c 60 1+1000 a1 out=90", "s 80 1+0 a1001", SEEN }, "acknowledged",
		  STATUS_FAIL },
		{ "faster than the path", { OPEN, "c 60 1+1000 a1 out=69", SEEN }, "delay", STATUS_FAIL,
		  "faster" },
		{ "as fast as the path", { OPEN, DATA, SEEN }, "delay", STATUS_PASS },
		{ "a drop that never arrived",
		  { OPEN, "c 60 1+1000 a1 loss", "c 61 1001+1000 a1 f=F", SEEN }, "drops", STATUS_FAIL,
		  "never delivered" },
		{ "a drop that arrived later",
		  { OPEN, "c 60 1+1000 a1 loss", "c 300 1+1000 a1", "c 301 1001+1000 a1",
		    CLOSE("2001", "2002"), SEEN },
		  "drops", STATUS_PASS },
		{ "a drop of what had arrived",
		  { OPEN, "c 60 1+1000 a1", "c 300 1+1000 a1 loss", "c 301 1001+1000 a1",
		    CLOSE("2001", "2002"), SEEN },
		  "drops", STATUS_PASS },
		{ "a reset flow owes nothing",
		  { OPEN, "c 60 1+1000 a1 loss", "c 70 1001+0 f=R", SEEN }, "drops", STATUS_PASS },
		{ "bytes that never came to the path",
		  { OPEN, "c 60 1+1000 a1", "c 61 2001+1000 a1", SEEN }, "entered", STATUS_FAIL,
		  "own device" },
		{ "a socket that the probe missed",
		  { OPEN, DATA, "C 1045 close state=4", "NS 1061-1065 sample state=1" }, "flows",
		  STATUS_FAIL, "never saw 1 of 2" },
		{ "a socket that netlink missed", { OPEN, DATA, SEEN }, "flows", STATUS_PASS,
		  "netlink missed 2 (100.0%)" },
		{ "a client that got no answer has no server's socket",
		  { "c 0 0+0 f=S loss", "C 1045 close state=2" }, "flows", STATUS_PASS, "1 sockets" },
	};

	JUDGE(cases);
}

/* 1040 bytes take 10 us at this rate, 40 bytes 385 ns */
#define LIMITED { .rate_bit = 832000000 }

static void nothing_is_faster_than_the_bottleneck(void **state)
{
	static const struct path_case cases[] = {
		{ "without a bottleneck there is nothing to compare", { OPEN, DATA, SEEN }, "rate",
		  STATUS_SKIP, "nothing of that kind" },
		{ "each behind the one before it, and idle in between",
		  { "c 0 0+0 f=S out=11", "c 60 1+1000 out=80", "c 61 1001+1000 out=90",
		    "c 200 2001+1000 out=220", SEEN },
		  "rate", STATUS_PASS, NULL, LIMITED },
		{ "one is served faster", { "c 0 0+0 f=S out=11", "c 60 1+1000 out=79", SEEN }, "rate",
		  STATUS_FAIL, "20000", LIMITED },
		{ "as fast as alone, but behind another",
		  { "c 0 0+0 f=S out=11", "c 60 1+1000 out=80", "c 61 1001+1000 out=89", SEEN }, "rate",
		  STATUS_FAIL, "1 violations", LIMITED },
		{ "what was dropped took no time",
		  { "c 0 0+0 f=S out=11", "c 60 1+1000 loss", "c 60 1001+1000 queue",
		    "c 61 2001+1000 out=81", SEEN },
		  "rate", STATUS_PASS, NULL, LIMITED },
		{ "a copy leaves with its original",
		  { "c 0 0+0 f=S out=11", "c 60 1+1000 out=80", "c 60 1+1000 out=80 copy",
		    "c 61 1001+1000 out=90", SEEN },
		  "rate", STATUS_PASS, NULL, LIMITED },
		{ "and not before it",
		  { "c 0 0+0 f=S out=11", "c 60 1+1000 out=80", "c 60 1+1000 out=79 copy", SEEN },
		  "rate", STATUS_FAIL, "faster", LIMITED },
		{ "the other direction has its own",
		  { "c 0 0+0 f=S out=11", "s 20 0+0 a1 f=S out=31", "c 60 1+1000 a1 out=80",
		    "s 61 1+1000 a1 out=81", SEEN },
		  "rate", STATUS_PASS, NULL, LIMITED },
		{ "which holds, too",
		  { "c 0 0+0 f=S out=11", "s 20 0+0 a1 f=S out=31", "s 61 1+1000 a1 out=80", SEEN },
		  "rate", STATUS_FAIL, "faster", LIMITED },
	};

	JUDGE(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_that_agrees_passes),
		cmocka_unit_test(another_path_is_not_judged),
		cmocka_unit_test(last_words_equal_the_path),
		cmocka_unit_test(on_the_way_counters_stay_between),
		cmocka_unit_test(the_account_holds_against_itself),
		cmocka_unit_test(nothing_is_faster_than_the_bottleneck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
