// SPDX-License-Identifier: BSD-2-Clause
/* The check "path": why a segment was sent again, marked or doubled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "path_story.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_retransmission_has_one_cause),
		cmocka_unit_test(marks_come_back_as_echoes),
		cmocka_unit_test(duplicates_are_told_by_dsack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
