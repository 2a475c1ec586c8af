// SPDX-License-Identifier: BSD-2-Clause
/* The check "path": what the relay saw against what the collectors count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "compare/path_ledger.h"
#include "path_story.h"
#include "synthetic.h"

/* 0: SYN, SYN-ACK, ACK */
#define OPEN "c 0 0+0 f=S", "s 20 0+0 a1 f=S", "c 40 1+0 a1"
/* 60 to 91: two segments, each acknowledged */
#define DATA "c 60 1+1000 a1", "c 61 1001+1000 a1", "s 80 1+0 a1001", "s 81 1+0 a2001"
/* 1000 on: FIN, FIN, ACK; what was sent before ends at END */
#define CLOSE(end, behind)                                                                       \
	"c 1000 " end "+0 a1 f=F", "s 1020 1+0 a" behind " f=F", "c 1040 " behind "+0 a2"

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
/* Someone has to have been there. */
#define SEEN "C 1045 close state=4", "S 1060 close state=9"

struct path_case {
	const char *must;
	const char *lines[32];
	const char *subject; /* of the check; "witness": of that check */
	enum status status;
	const char *reason; /* words in it; NULL: any */
	struct story_options options;
};

static void judge_case(const struct path_case *c)
{
	const struct result *r;
	struct verdict v;

	path_story__judge(c->lines, &c->options, &v);
	r = !strcmp(c->subject, "witness") ? find_result(&v, "witness", "path")
					   : find_result(&v, "path", c->subject);
	if (!r)
		fail_msg("%s: no result for %s", c->must, c->subject);
	if (r->status != c->status || (c->reason && !strstr(r->reason, c->reason)))
		fail_msg("%s: %s is %s: %s", c->must, c->subject, status__name(r->status),
			 r->reason);
	verdict__free(&v);
}

static void judge_all(const struct path_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		judge_case(&cases[i]);
}

#define JUDGE(cases) judge_all(cases, sizeof(cases) / sizeof((cases)[0]))

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

static void every_retransmission_has_one_cause(void **state)
{
	static const struct path_case cases[] = {
		{ "loss", { OPEN, "c 60 1+1000 a1 loss", "c 300 1+1000 a1", SEEN }, "retransmissions",
		  STATUS_PASS, "1 retransmissions: 1 loss" },
		{ "queue", { OPEN, "c 60 1+1000 a1 queue", "c 300 1+1000 a1", SEEN },
		  "retransmissions", STATUS_PASS, ": 1 queue" },
		{ "blackout", { OPEN, "c 60 1+1000 a1 blackout", "c 300 1+1000 a1", SEEN },
		  "retransmissions", STATUS_PASS, ": 1 blackout" },
		{ "too big, sent again in two",
		  { OPEN, "c 60 1+1000 a1 too-big", "c 300 1+600 a1", "c 301 601+400 a1", SEEN },
		  "retransmissions", STATUS_PASS, ": 2 too-big" },
		{ "the retransmission was lost too",
		  { OPEN, "c 60 1+1000 a1 queue", "c 300 1+1000 a1 loss", "c 600 1+1000 a1", SEEN },
		  "retransmissions", STATUS_PASS, ": 1 loss, 1 queue" },
		{ "overtaken, and the sender was told",
		  { OPEN, "c 60 1+1000 a1 out=200", "c 61 1001+1000 a1", "s 80 1+0 a1 k=1001-2001",
		    "c 100 1+1000 a1", SEEN },
		  "retransmissions", STATUS_PASS, ": 1 reordering" },
		{ "overtaken, but the sender could not know",
		  { OPEN, "c 60 1+1000 a1 out=200", "c 61 1001+1000 a1", "s 95 1+0 a1 k=1001-2001",
		    "c 100 1+1000 a1", "C 101 segment total_retrans=1 ca_state=3", SEEN },
		  "retransmissions", STATUS_FAIL, "1 unexplained" },
		{ "the acknowledgement was dropped",
		  { OPEN, "c 60 1+1000 a1", "s 80 1+0 a1001 loss", "c 300 1+1000 a1", SEEN },
		  "retransmissions", STATUS_PASS, ": 1 ack-loss" },
		{ "the acknowledgement was not the first",
		  { OPEN, "c 60 1+1000 a1", "c 61 1001+1000 a1", "s 80 1+0 a1001 out=500",
		    "s 81 1+0 a1001 loss", "c 300 1+1000 a1", "C 301 segment total_retrans=1 ca_state=3",
		    SEEN },
		  "retransmissions", STATUS_FAIL, "1 unexplained" },
		{ "delivered, and the receiver did not take it",
		  { OPEN, "c 60 1+1000 a1", "c 61 1001+1000 a1", "s 80 1+0 a1 k=1001-2001",
		    "c 300 1+1000 a1", SEEN },
		  "retransmissions", STATUS_PASS, ": 1 refused" },
		{ "the timer ran out before the acknowledgement came",
		  { OPEN, "c 60 1+1000 a1 out=900", "c 61 1001+1000 a1 out=901", "c 300 1+1000 a1",
		    "C 301 segment total_retrans=1 ca_state=4", SEEN },
		  "retransmissions", STATUS_PASS, ": 1 RTO" },
		{ "the timer's run is told by its counter",
		  { OPEN, "c 60 1+1000 a1 out=900", "c 61 1001+1000 a1 out=901",
		    "C 62 segment total_retrans=0 ca_state=0 total_rto=2", "c 300 1+1000 a1",
		    "C 301 segment total_retrans=1 ca_state=3 total_rto=3", SEEN },
		  "retransmissions", STATUS_PASS, ": 1 RTO" },
		{ "a probe for a lost tail",
		  { OPEN, "c 60 1+1000 a1", "c 61 1001+1000 a1 out=400", "c 300 1001+1000 a1",
		    "C 301 segment total_retrans=1 ca_state=0", SEEN },
		  "retransmissions", STATUS_PASS, ": 1 TLP" },
		{ "that is not the tail is no probe",
		  { OPEN, "c 60 1+1000 a1 out=400", "c 61 1001+1000 a1 out=401", "c 300 1+1000 a1",
		    "C 301 segment total_retrans=1 ca_state=0", SEEN },
		  "retransmissions", STATUS_FAIL, "1 unexplained" },
		{ "in recovery nothing is a probe",
		  { OPEN, "c 60 1+1000 a1", "c 61 1001+1000 a1 out=400", "c 300 1001+1000 a1",
		    "C 301 segment total_retrans=1 ca_state=3", SEEN },
		  "retransmissions", STATUS_FAIL, "1 unexplained" },
		{ "the sample may come before the reading",
		  { OPEN, "c 60 1+1000 a1", "c 61 1001+1000 a1 out=400",
		    "C 299 segment total_retrans=1 ca_state=0", "c 300 1001+1000 a1", SEEN },
		  "retransmissions", STATUS_PASS, ": 1 TLP" },
		{ "each is told by the sample that counts it",
		  { OPEN, "c 60 1+1000 a1 out=900", "c 61 1001+1000 a1 out=901", "c 300 1001+1000 a1",
		    "C 301 segment total_retrans=1 ca_state=0", "c 500 1+1000 a1",
		    "C 501 segment total_retrans=2 ca_state=4", SEEN },
		  "retransmissions", STATUS_PASS, ": 1 RTO, 1 TLP" },
		{ "the path's duplicate made it",
		  { OPEN, "c 60 1+1000 a1", "c 60 1+1000 a1 copy out=71", "c 80 1001+1000 a1",
		    "c 81 2001+1000 a1", "c 300 1001+1000 a1", "C 301 segment total_retrans=1 ca_state=3",
		    SEEN },
		  "retransmissions", STATUS_FAIL, "1 unexplained" },
		{ "behind the last transmission it may have",
		  { OPEN, "c 60 1+1000 a1", "c 61 1001+1000 a1", "c 62 2001+1000 a1",
		    "c 62 2001+1000 a1 copy out=73", "c 300 1001+1000 a1",
		    "C 301 segment total_retrans=1 ca_state=3", SEEN },
		  "retransmissions", STATUS_PASS, ": 1 duplicate" },
		{ "without every segment nothing is held against it",
		  { OPEN, "c 60 1+1000 a1 out=400", "c 61 1001+1000 a1 out=401", "c 300 1+1000 a1",
		    "C 301 poll total_retrans=1 ca_state=0", SEEN },
		  "retransmissions", STATUS_PASS, "1 without proof", { .mode = "poll" } },
		{ "read late, when the acknowledgement had come back already",
		  { OPEN, "c 60 1+1000 a1 out=100", "c 61 1001+1000 a1", "s 80 1+0 a1 k=1001-2001",
		    "s 110 1+0 a2001", "c 125 1+1000 a1", "C 126 segment total_retrans=1 ca_state=3",
		    SEEN },
		  "retransmissions", STATUS_PASS, ": 1 reordering" },
		{ "a SYN, by its timer",
		  { "c 0 0+0 f=S out=900", "c 500 0+0 f=S out=901", "s 950 0+0 a1 f=S",
		    "c 1000 1+0 a1", SEEN },
		  "retransmissions", STATUS_PASS, ": 1 RTO" },
		{ "a SYN-ACK for a SYN that the path copied",
		  { "c 0 0+0 f=S", "c 0 0+0 f=S copy out=11", "s 20 0+0 a1 f=S", "s 22 0+0 a1 f=S",
		    "c 1000 1+0 a1", SEEN },
		  "retransmissions", STATUS_PASS, ": 1 duplicate" },
		{ "a SYN-ACK that was lost",
		  { "c 0 0+0 f=S", "s 20 0+0 a1 f=S loss", "s 950 0+0 a1 f=S", "c 1000 1+0 a1", SEEN },
		  "retransmissions", STATUS_PASS, ": 1 loss" },
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

#define ECN_OPEN "c 0 0+0 f=SEC", "s 20 0+0 a1 f=SE", "c 40 1+0 a1"

static void marks_come_back_as_echoes(void **state)
{
	static const struct path_case cases[] = {
		{ "no mark, no echo",
		  { ECN_OPEN, "c 60 1+1000 a1 ecn=2", "s 80 1+0 a1001 f=E", SEEN }, "marks",
		  STATUS_FAIL, "no CE" },
		{ "a mark of the path",
		  { ECN_OPEN, "c 60 1+1000 a1 ecn=2 ce", "s 80 1+0 a1001 f=E", SEEN }, "marks",
		  STATUS_PASS },
		{ "an echo that told news moves delivered_ce",
		  { ECN_OPEN, "c 60 1+1000 a1 ecn=2 ce", "s 80 1+0 a1001 f=E", "c 1000 1001+0 a1 f=F",
		    "s 1020 1+0 a1002 f=F", "c 1040 1002+0 a2",
		    "C 1045 close delivered_ce=0", "S 1060 close state=9" },
		  "delivered_ce", STATUS_FAIL, "less than" },
		{ "by no more than it told",
		  { ECN_OPEN, "c 60 1+1000 a1 ecn=2 ce", "s 80 1+0 a1001 f=E",
		    "C 1045 close delivered_ce=2", "S 1060 close state=9" },
		  "delivered_ce", STATUS_FAIL, "more than" },
		{ "without ECN an E is nothing", { OPEN, DATA, SEEN }, "marks", STATUS_SKIP },
	};

	JUDGE(cases);
}

static void duplicates_are_told_by_dsack(void **state)
{
	static const struct path_case cases[] = {
		{ "below the acknowledgement",
		  { OPEN, DATA, "s 90 1+0 a2001 k=1-1001", "C 1045 close dsack_dups=1",
		    "S 1060 close state=9" },
		  "dsack_dups", STATUS_PASS },
		{ "inside the next block",
		  { OPEN, DATA, "c 82 2001+1000 a1 loss", "c 83 3001+1000 a1", "s 95 1+0 a2001 k=3001-4001,3001-4001",
		    "C 1045 close dsack_dups=1", "S 1060 close state=9" },
		  "dsack_dups", STATUS_PASS },
		{ "told and not counted",
		  { OPEN, DATA, "s 90 1+0 a2001 k=1-1001", CLOSE("2001", "2002"),
		    "C 1045 close dsack_dups=0", "S 1060 close state=9" },
		  "dsack_dups", STATUS_FAIL, "less than" },
		{ "a block of more than a segment counts as several",
		  { OPEN, DATA, "C 85 segment snd_mss=500", "s 90 1+0 a2001 k=1-1001",
		    "C 1045 close dsack_dups=2", "S 1060 close state=9" },
		  "dsack_dups", STATUS_PASS },
		{ "a backlog may merge what is alike",
		  { OPEN, DATA, "s 95 1+0 a2001 k=1-1001", "s 96 1+0 a2001 k=1-1001",
		    "C 1045 close dsack_dups=1", "S 1060 close state=9" },
		  "dsack_dups", STATUS_PASS },
		{ "a plain SACK is none",
		  { OPEN, DATA, "c 82 2001+1000 a1 loss", "c 83 3001+1000 a1", "s 95 1+0 a2001 k=3001-4001",
		    "C 1045 close dsack_dups=1", "S 1060 close state=9" },
		  "dsack_dups", STATUS_FAIL, "more than" },
	};

	JUDGE(cases);
}

static void no_round_trip_is_shorter_than_the_path(void **state)
{
	static const struct path_case cases[] = {
		{ "the shortest", { OPEN, DATA, "C 95 segment min_rtt=30 rtt=30", SEEN }, "min_rtt",
		  STATUS_PASS },
		{ "shorter", { OPEN, DATA, "C 95 segment min_rtt=29", SEEN }, "min_rtt", STATUS_FAIL,
		  "shorter" },
		{ "the smoothed one too", { OPEN, DATA, "C 95 segment rtt=29", SEEN }, "rtt",
		  STATUS_FAIL },
		{ "and the callback's", { OPEN, DATA, "C 95 rtt cb_mrtt=29 cb_srtt=30", SEEN }, "cb_mrtt",
		  STATUS_FAIL },
		{ "before anything was measured", { OPEN, DATA, "C 5 segment min_rtt=4294967295 rtt=0", SEEN },
		  "rtt", STATUS_SKIP },
	};

	JUDGE(cases);
}

/* Ten round trips of 30 us. */
#define ROUND(t, seq, end)                                                                       \
	"c " t "00 " seq "+1000 a1", "s " t "20 1+0 a" end
#define ROUNDS                                                                                   \
	ROUND("1", "1", "1001"), ROUND("2", "1001", "2001"), ROUND("3", "2001", "3001"),        \
		ROUND("4", "3001", "4001"), ROUND("5", "4001", "5001"),                         \
		ROUND("6", "5001", "6001"), ROUND("7", "6001", "7001"),                         \
		ROUND("8", "7001", "8001"), ROUND("9", "8001", "9001")

static void the_shortest_round_trip_is_the_path_s(void **state)
{
	static const struct path_case cases[] = {
		{ "within the calibrated excess and a tick of timestamps",
		  { OPEN, ROUNDS, "C 1045 close min_rtt=1080", "S 1060 close state=9" },
		  "min_rtt, longest", STATUS_PASS, NULL, { .p50_us = 70 } },
		{ "beyond",
		  { OPEN, ROUNDS, "C 1045 close min_rtt=1081", "S 1060 close state=9" },
		  "min_rtt, longest", STATUS_FAIL, "longer", { .p50_us = 70 } },
		{ "too few round trips",
		  { OPEN, DATA, "C 1045 close min_rtt=1081", "S 1060 close state=9" },
		  "min_rtt, longest", STATUS_SKIP, NULL, { .p50_us = 70 } },
		{ "not calibrated",
		  { OPEN, ROUNDS, "C 1045 close min_rtt=1081", "S 1060 close state=9" },
		  "min_rtt, longest", STATUS_SKIP },
	};

	JUDGE(cases);
}

static void nothing_is_delivered_faster_than_the_path(void **state)
{
	static const struct path_case cases[] = {
		{ "two segments in a round trip of 30 us, and a quarter",
		  { OPEN, DATA, "C 95 segment snd_mss=1000 delivery_rate=83333333", SEEN },
		  "delivery_rate", STATUS_PASS },
		{ "in bits", { OPEN, DATA, "C 95 segment snd_mss=1000 delivery_rate=533333333", SEEN },
		  "delivery_rate", STATUS_FAIL, "any interval" },
		{ "over all ten it is less",
		  { OPEN, ROUNDS, "C 945 segment snd_mss=1000 delivery_rate=83333333", SEEN },
		  "delivery_rate", STATUS_FAIL },
	};

	JUDGE(cases);
}

#define HEADER "{\"timeline\":1,\"witness\":\"path\",\"clock\":\"CLOCK_MONOTONIC\",\"base_ns\":0,\"backend\":\"relay\"}\n"
#define FLOW "{\"event\":\"flow\",\"t\":1,\"flow\":0,\"client\":\"10.0.0.1\",\"client_port\":1,\"server\":\"10.0.0.2\",\"server_port\":2}\n"
#define PACKET(more) "{\"event\":\"packet\",\"t\":5,\"flow\":0,\"dir\":\"c2s\",\"seq\":1,\"len\":0,\"flags\":\"S\"," more "}\n"
#define TRAILER(n) "{\"trailer\":true,\"samples\":" n ",\"lost\":{},\"notes\":{}}\n"
#define BAD(must, text, why) { must, { NULL }, "witness", STATUS_ERROR, why, { .path = text } }

static void a_bad_account_is_named(void **state)
{
	static const struct path_case cases[] = {
		{ "missing", { NULL }, "witness", STATUS_ERROR, "path.jsonl: missing", { .path = "-" } },
		{ "cut", { OPEN, DATA, SEEN }, "witness", STATUS_ERROR, "trailer", { .no_trailer = true } },
		BAD("empty", "", "empty"),
		BAD("no JSON", "hello\n", "not JSON"),
		BAD("cut in a line", "{\"timeline\":1", "cut"),
		BAD("no header", FLOW, "not the header"),
		BAD("another schema", "{\"timeline\":2,\"witness\":\"path\"}\n", "schema version 2"),
		BAD("another witness", "{\"timeline\":1,\"witness\":\"probe\"}\n", "\"probe\""),
		BAD("another clock",
		    "{\"timeline\":1,\"witness\":\"path\",\"clock\":\"CLOCK_REALTIME\",\"backend\":\"relay\"}\n",
		    "CLOCK_MONOTONIC"),
		BAD("no base",
		    "{\"timeline\":1,\"witness\":\"path\",\"clock\":\"CLOCK_MONOTONIC\",\"backend\":\"relay\"}\n",
		    "base_ns"),
		BAD("another backend",
		    "{\"timeline\":1,\"witness\":\"path\",\"clock\":\"CLOCK_REALTIME\",\"backend\":\"netem\"}\n" TRAILER("0"),
		    "\"netem\""),
		BAD("without a packet", HEADER TRAILER("0"), "without a packet"),
		BAD("unsorted",
		    HEADER FLOW PACKET("\"fate\":\"loss\"") "{\"event\":\"other\",\"t\":4}\n" TRAILER("3"),
		    "backwards, by 1 ns"),
		BAD("an unknown flow", HEADER PACKET("\"fate\":\"loss\"") TRAILER("1"), "not announced"),
		BAD("a flow out of turn", HEADER FLOW FLOW TRAILER("2"), "number 1 is due"),
		BAD("a flow without address", HEADER "{\"event\":\"flow\",\"t\":1,\"flow\":0}\n", "address"),
		BAD("an unknown event", HEADER "{\"event\":\"pocket\",\"t\":1}\n", "pocket"),
		BAD("an unknown key", HEADER FLOW PACKET("\"fate\":\"loss\",\"fait\":1"), "\"fait\""),
		BAD("an unknown fate", HEADER FLOW PACKET("\"fate\":\"lost\""), "\"fate\""),
		BAD("a wrong type", HEADER FLOW PACKET("\"fate\":\"loss\",\"ip_len\":\"40\",\"win\":[]"), "\"win\""),
		BAD("a negative number", HEADER FLOW PACKET("\"fate\":\"loss\",\"tsval\":-1"), "tsval"),
		BAD("a number too large", HEADER FLOW PACKET("\"fate\":\"loss\",\"tsval\":4294967296"), "tsval"),
		BAD("a fraction", HEADER FLOW PACKET("\"fate\":\"loss\",\"tsval\":1.5"), "tsval"),
		BAD("ack without A", HEADER FLOW PACKET("\"fate\":\"loss\",\"ack\":1"), "go together"),
		BAD("delivered without out", HEADER FLOW PACKET("\"fate\":\"delivered\""), "\"out\""),
		BAD("dropped with out", HEADER FLOW PACKET("\"fate\":\"loss\",\"out\":9"), "\"out\""),
		BAD("out before t", HEADER FLOW PACKET("\"fate\":\"delivered\",\"out\":4"), "before it was sent"),
		BAD("an unknown flag", HEADER FLOW "{\"event\":\"packet\",\"t\":5,\"flags\":\"X\"}\n", "flags"),
		BAD("sack that is no list", HEADER FLOW PACKET("\"fate\":\"loss\",\"sack\":3"), "sack"),
		BAD("sack of three", HEADER FLOW PACKET("\"fate\":\"loss\",\"sack\":[[1,2,3]]"), "sack"),
		BAD("too many sacks",
		    HEADER FLOW PACKET("\"fate\":\"loss\",\"sack\":[[1,2],[1,2],[1,2],[1,2],[1,2]]"), "sack"),
		BAD("ecn of 4", HEADER FLOW PACKET("\"fate\":\"loss\",\"ecn\":4"), "ecn"),
		BAD("lines lost", HEADER FLOW TRAILER("2"), "lost or added"),
		BAD("garbage behind the trailer", HEADER TRAILER("0") "x\n", "follows the trailer"),
		BAD("a trailer of another kind", HEADER "{\"trailer\":true}\n", "trailer cannot"),
		BAD("the relay lost lines",
		    HEADER FLOW PACKET("\"fate\":\"loss\"") "{\"trailer\":true,\"samples\":2,\"lost\":{\"ledger\":3},\"notes\":{}}\n",
		    "lost 3"),
		BAD("the relay was overrun", HEADER FLOW PACKET("\"fate\":\"overrun\"") TRAILER("2"), "lost 1"),
	};

	JUDGE(cases);
}

/* Counters of devices: packets of the client's, of the server's, drops of the routers'. */
#define DEVICE(event, ns, dev, rx, tx, drops)                                                    \
	"{\"event\":\"" event "\",\"netns\":\"" ns "\",\"dev\":\"" dev                 \
	"\",\"link\":{\"rx\":{\"packets\":" rx "},\"tx\":{\"packets\":" tx                     \
	"}},\"qdisc\":[{\"kind\":\"netem\",\"drops\":" drops "}]}\n"
#define COUNTED(config, client_rx, client_tx, server_rx, server_tx, drops)                       \
	"{\"timeline\":1,\"witness\":\"path\",\"clock\":\"CLOCK_REALTIME\",\"path\":{"          \
	"\"backend\":\"netem\"" config "}}\n" DEVICE("before", "client", "eth0", "7", "7", "0")  \
		DEVICE("before", "router1", "right", "7", "7", "1")                            \
			DEVICE("before", "server", "eth0", "7", "7", "0")                      \
				DEVICE("after", "client", "eth0", client_rx, client_tx, "0")   \
					DEVICE("after", "router1", "right", "7", "7", drops)   \
						DEVICE("after", "server", "eth0", server_rx,   \
						       server_tx, "0")                         \
							TRAILER("6")
/* Ten data segments, of which one was dropped and sent again. */
#define COUNTS                                                                                   \
	"C 100 established state=1",                                                            \
		"C 1000100 close segs_out=13 data_segs_out=11 bytes_sent=11000 segs_in=6 "      \
		"data_segs_in=0 total_retrans=1 unacked=0 snd_mss=1000 bytes_acked=20002 "      \
		"min_rtt=20100",                                                                \
		"S 1000200 close segs_out=5 data_segs_out=0 bytes_sent=0 segs_in=12 "           \
		"data_segs_in=10 total_retrans=0 unacked=0 snd_mss=1000 bytes_acked=1 min_rtt=20100"
#define NETEM(text) { .path = text, .backend = "netem" }

static void a_path_that_counts_is_held_against_sums(void **state)
{
	static const struct path_case cases[] = {
		{ "all is well: named as what it is", { COUNTS }, "retransmissions", STATUS_PASS,
		  "cannot tell causes", NETEM(COUNTED("", "13", "20", "19", "13", "2")) },
		{ "sent what the device never sent", { COUNTS }, "entered", STATUS_FAIL, "13, at most 12",
		  NETEM(COUNTED("", "13", "19", "19", "13", "2")) },
		{ "received what the device never received", { COUNTS }, "arrived", STATUS_FAIL,
		  "segs_in", NETEM(COUNTED("", "13", "20", "18", "13", "2")) },
		{ "lost without a drop", { COUNTS }, "lost", STATUS_FAIL, "were not dropped",
		  NETEM(COUNTED("", "13", "20", "19", "13", "1")) },
		{ "more drops than retransmissions", { COUNTS }, "retransmissions", STATUS_FAIL,
		  "more drops", NETEM(COUNTED("", "13", "20", "19", "13", "6")) },
		{ "but with marks, which netem counts as drops", { COUNTS }, "retransmissions",
		  STATUS_SKIP, NULL,
		  NETEM(COUNTED(",\"mark_percent\":1", "13", "20", "19", "13", "6")) },
		{ "faster than the bottleneck", { COUNTS }, "rate", STATUS_FAIL, "bottleneck passes",
		  NETEM(COUNTED(",\"rate_bit\":8000", "13", "20", "19", "13", "2")) },
		{ "a round trip shorter than the path", { COUNTS }, "min_rtt", STATUS_FAIL, "shorter",
		  NETEM(COUNTED(",\"rtt_us\":21000", "13", "20", "19", "13", "2")) },
		{ "cut to ms it is not", { COUNTS }, "min_rtt", STATUS_PASS, NULL,
		  NETEM(COUNTED(",\"rtt_us\":20900", "13", "20", "19", "13", "2")) },
		{ "devices that are missing", { COUNTS }, "witness", STATUS_ERROR, "not there",
		  NETEM("{\"timeline\":1,\"witness\":\"path\",\"path\":{\"backend\":\"netem\"}}\n" TRAILER("0")) },
		{ "a device without counters", { COUNTS }, "witness", STATUS_ERROR, "needs",
		  NETEM("{\"timeline\":1,\"witness\":\"path\",\"path\":{\"backend\":\"netem\"}}\n"
			"{\"event\":\"before\",\"netns\":\"client\"}\n") },
		{ "a packet where devices are counted", { COUNTS }, "witness", STATUS_ERROR, "none of a path",
		  NETEM("{\"timeline\":1,\"witness\":\"path\",\"path\":{\"backend\":\"netem\"}}\n"
			FLOW) },
	};

	JUDGE(cases);
}

/* A number that follows from the one before. */
static uint32_t next_number(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Spoil some bytes of text: digits to other digits, and now and then anything to anything. */
static void spoil(char *text, size_t len, uint32_t seed)
{
	uint32_t state = seed, spoilt = 1 + seed % 4;

	for (uint32_t tries = 0; spoilt && tries < 10000; tries++) {
		char *c = &text[next_number(&state) % len];

		if (seed % 3 && (*c < '0' || *c > '9'))
			continue;
		*c = seed % 3 ? '0' + next_number(&state) % 10 : next_number(&state) % 255 + 1;
		spoilt--;
	}
}

static void whatever_is_in_it_an_account_is_read_or_refused_with_a_reason(void **state)
{
	const char *fixtures = getenv("TCPW_FIXTURES") ?: "compare/tests/fixtures";
	char from[RUN_PATH_MAX], dir[] = "/tmp/tcpw-path-XXXXXX", name[64];
	struct run *run = calloc(1, sizeof(*run));
	unsigned int refused = 0;
	char *good;

	assert_non_null(run);
	assert_non_null(mkdtemp(dir));
	strcpy(run->dir, dir);
	snprintf(name, sizeof(name), "%s/path.jsonl", dir);
	assert_int_equal(run__path(fixtures, "path", from), 0);
	good = slurp(from, "path.jsonl");
	assert_non_null(good);
	for (uint32_t seed = 0; seed < 300; seed++) {
		char *text = strdup(good);
		struct path_ledger l;
		FILE *f = fopen(name, "w");

		assert_non_null(text);
		assert_non_null(f);
		spoil(text, strlen(text), seed);
		fputs(text, f);
		assert_int_equal(fclose(f), 0);
		assert_int_equal(path_ledger__open(&l, run), 0);
		path_ledger__advance(&l, UINT64_MAX);
		path_ledger__finish(&l);
		assert_false(l.out_of_memory);
		assert_true(l.whole != !!l.why[0]);
		assert_null(strstr(l.why, dir));
		refused += l.why[0] != 0;
		path_ledger__close(&l);
		free(text);
	}
	assert_true(refused > 30 && refused < 300);
	free(good);
	free(run);
	synthetic__remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_that_agrees_passes),
		cmocka_unit_test(another_path_is_not_judged),
		cmocka_unit_test(last_words_equal_the_path),
		cmocka_unit_test(on_the_way_counters_stay_between),
		cmocka_unit_test(every_retransmission_has_one_cause),
		cmocka_unit_test(the_account_holds_against_itself),
		cmocka_unit_test(marks_come_back_as_echoes),
		cmocka_unit_test(duplicates_are_told_by_dsack),
		cmocka_unit_test(no_round_trip_is_shorter_than_the_path),
		cmocka_unit_test(the_shortest_round_trip_is_the_path_s),
		cmocka_unit_test(nothing_is_delivered_faster_than_the_path),
		cmocka_unit_test(a_path_that_counts_is_held_against_sums),
		cmocka_unit_test(a_bad_account_is_named),
		cmocka_unit_test(
			whatever_is_in_it_an_account_is_read_or_refused_with_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
