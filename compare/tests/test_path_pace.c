// SPDX-License-Identifier: BSD-2-Clause
/* The check "path": no delivery_rate is higher than the account allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "path_story.h"

/* 0: the handshake, with timestamps: a round trip of 30 us, and one segment that was told of */
#define OPEN_TS "c 0 0+0 f=S ts=1", "s 20 0+0 a1 f=S ts=51", "c 40 1+0 a1 ts=1 e=51"
/* two segments */
#define TWO "c 60 1+1000 a1 ts=2 e=51", "c 61 1001+1000 a1 ts=2 e=51"
/* and what they are acknowledged by */
#define TOLD "s 80 1+0 a1001 ts=52 e=2", "s 81 1+0 a2001 ts=52 e=2"
#define TOLD_LATE "s 80 1+0 a1001 ts=52 e=2 out=190", "s 81 1+0 a2001 ts=52 e=2 out=191"
#define RATE(at, rate) "C " at " segment snd_mss=1000 delivery_rate=" rate
/* The highest rate that is allowed, and one that is higher. */
#define CASES(must, at, most, above, ...)                                                        \
	{ must, { OPEN_TS, __VA_ARGS__, RATE(at, most), SEEN }, "delivery_rate", STATUS_PASS },  \
	{ must ", and above", { OPEN_TS, __VA_ARGS__, RATE(at, above), SEEN }, "delivery_rate", \
	  STATUS_FAIL, "any interval" }

static void a_rate_is_what_was_told_since_a_packet_was_sent(void **state)
{
	static const struct path_case cases[] = {
		CASES("two segments in 30 us", "95", "66666666", "66666667", TWO, TOLD),
		CASES("one delayed ACK for both", "95", "66666666", "66666667", TWO,
		      "s 81 1+0 a2001 ts=52 e=2"),
		CASES("both cut to whole us", "195", "15384615", "15384616", TWO, TOLD_LATE),
		CASES("ACKs held and written at once: since the last packet", "305", "71428571",
		      "71428572", "c 60 1+1000 a1 ts=2 e=51", "s 80 1+0 a1001 ts=52 e=2 out=300",
		      "c 160 1001+1000 a1 ts=2 e=51", "s 180 1+0 a2001 ts=52 e=2 out=301",
		      "c 260 2001+1000 a1 ts=2 e=51", "s 280 1+0 a3001 ts=52 e=2 out=302"),
		CASES("what had been counted when it was sent does not count", "145", "33333333",
		      "33333334", "c 60 1+1000 a1 ts=2 e=51", "s 80 1+0 a1001 ts=52 e=2",
		      "c 100 1001+1000 a1 ts=3 e=52", "s 120 1+0 a2001 ts=53 e=3"),
		CASES("what the sender may not have heard yet does", "145", "66666666", "66666667",
		      "c 60 1+1000 a1 ts=2 e=51", "s 80 1+0 a1001 ts=52 e=2",
		      "c 100 1001+1000 a1 ts=3 e=51", "s 120 1+0 a2001 ts=53 e=3"),
		CASES("of equal timestamps only the first was heard for certain", "145", "66666666",
		      "66666667", TWO, TOLD, "c 100 2001+1000 a1 ts=3 e=52",
		      "s 120 1+0 a3001 ts=53 e=3"),
		{ "it may be shown for ever",
		  { OPEN_TS, TWO, TOLD, RATE("500", "66666666"), RATE("900", "66666666"), SEEN },
		  "delivery_rate", STATUS_PASS },
		{ "but not before",
		  { OPEN_TS, TWO, "s 70 1+0 a1 ts=52 e=2 out=86", TOLD, RATE("85", "66666666"),
		    "c 87 2001+1000 a1 ts=3 e=52", "C 88 segment", SEEN },
		  "delivery_rate", STATUS_FAIL, "says 0" },
		{ "before anything was told",
		  { "c 0 0+0 f=S ts=1", RATE("5", "1"), "s 20 0+0 a1 f=S ts=51", SEEN },
		  "delivery_rate", STATUS_FAIL, "nothing" },
	};

	JUDGE(cases);
}

static void acknowledgements_may_be_one_or_none(void **state)
{
	static const struct path_case cases[] = {
		CASES("equal ones may be one: since the last packet of both", "195", "48780487",
		      "48780488", TWO, TOLD_LATE, "c 150 1+1000 a1 ts=2 e=51"),
		CASES("others are two", "195", "25000000", "25000001", TWO,
		      "s 80 1+0 a1001 ts=52 e=2 out=190", "s 81 1+0 a2001 ts=53 e=2 out=191",
		      "c 150 1+1000 a1 ts=2 e=51"),
		CASES("in old data it may be passed over", "145", "100000000", "100000001",
		      "s 45 1+100 a1 ts=51", TWO, "s 80 1+50 a2001 ts=52 e=2",
		      "s 82 101+0 a2001 ts=52 e=2", "c 100 2001+1000 a101 ts=3 e=52",
		      "s 120 101+0 a3001 ts=53 e=3"),
		CASES("but not in new data", "145", "66666666", "66666667", "s 45 1+100 a1 ts=51", TWO,
		      "s 81 101+50 a2001 ts=52 e=2", "c 100 2001+1000 a151 ts=3 e=52",
		      "s 120 151+0 a3001 ts=53 e=3"),
		CASES("a DSACK tells of one", "95", "66666666", "66666667",
		      "c 60 1+1000 a1 ts=2 e=51", "s 80 1+0 a1001 ts=52 e=2 k=1-1001"),
	};

	JUDGE(cases);
}

/* At 195 more is shown than the account allows yet. */
#define EARLY TWO, TOLD_LATE, RATE("195", "20000000")
/* The echoed timestamp rules out any shorter round trip than that of the handshake. */
#define JUST_BEFORE                                                                              \
	"c 60 1+1000 a1 ts=2 e=51", "s 2130 1+0 a1001 ts=52 e=2 out=2150",                      \
		"c 2145 1+1000 a1 ts=2 e=51"
#define SEEN_LATE "C 3045 close state=4", "S 3060 close state=9"

static void what_is_sent_again_is_held_against_the_shortest_round_trip(void **state)
{
	static const struct path_case cases[] = {
		CASES("since the last copy", "165", "28571428", "28571429",
		      "c 60 1+1000 a1 ts=2 e=51 loss", "c 115 1+1000 a1 ts=2 e=51",
		      "s 130 1+0 a1001 ts=52 e=2 out=150"),
		{ "which was sent just before",
		  { OPEN_TS, JUST_BEFORE, RATE("2165", "33333333"), SEEN_LATE },
		  "delivery_rate", STATUS_PASS },
		{ "which was sent just before, and above",
		  { OPEN_TS, JUST_BEFORE, RATE("2165", "33333334"), SEEN_LATE },
		  "delivery_rate", STATUS_FAIL },
		CASES("and was read behind the acknowledgement", "200", "66666666", "66666667", TWO,
		      TOLD_LATE, "c 192 1+1000 a1 ts=2 e=51"),
		{ "and even behind the sample",
		  { OPEN_TS, TWO, TOLD_LATE, RATE("195", "66666666"), "c 196 1+1000 a1 ts=2 e=51",
		    SEEN },
		  "delivery_rate", STATUS_PASS },
		{ "or of several",
		  { OPEN_TS, EARLY, RATE("196", "66666666"), RATE("197", "30000000"),
		    "c 198 1+1000 a1 ts=2 e=51", SEEN },
		  "delivery_rate", STATUS_PASS },
		{ "of which the highest is too high",
		  { OPEN_TS, EARLY, RATE("196", "66666667"), "c 198 1+1000 a1 ts=2 e=51", SEEN },
		  "delivery_rate", STATUS_FAIL, "1 violations" },
		{ "but not behind what was sent later than the sample",
		  { OPEN_TS, EARLY, "s 200 1+0 a2001 ts=53 e=2", "c 220 2001+1000 a1 ts=3 e=53",
		    "C 230 segment", "s 240 1+0 a3001 ts=54 e=3", SEEN },
		  "delivery_rate", STATUS_FAIL, "15384615" },
		{ "as far as that is known",
		  { OPEN_TS, EARLY, "s 200 1+0 a2001 ts=53 e=2", "c 220 2001+1000 a1 ts=3 e=52",
		    "C 230 segment", "s 240 1+0 a3001 ts=54 e=3", SEEN },
		  "delivery_rate", STATUS_PASS },
	};

	JUDGE(cases);
}

#define UNPROVEN(must, ...)                                                                      \
	{ must, { __VA_ARGS__, RATE("195", "1000000000"), SEEN }, "delivery_rate", STATUS_SKIP }

static void where_segments_cannot_be_told_nothing_is_proven(void **state)
{
	static const struct path_case cases[] = {
		UNPROVEN("no timestamps", OPEN, DATA),
		UNPROVEN("sent again beside SACK blocks", OPEN_TS, TWO, TOLD,
			 "c 110 1001+1000 a1 ts=2 e=51 k=101-201"),
		UNPROVEN("acknowledged by SACK, and then not kept", OPEN_TS, TWO,
			 "s 80 1+0 a1 ts=52 e=2 k=1001-2001", "s 90 1+0 a1001 ts=52 e=2",
			 "s 95 1+0 a1001 ts=52 e=2"),
		{ "without SACK duplicate ACKs are counted",
		  { OPEN_TS, TWO, TOLD, "C 195 segment options=1 snd_mss=1000 delivery_rate=1000000000",
		    SEEN },
		  "delivery_rate", STATUS_SKIP },
		{ "with SACK not",
		  { OPEN_TS, TWO, TOLD, "C 195 segment options=3 snd_mss=1000 delivery_rate=1000000000",
		    SEEN },
		  "delivery_rate", STATUS_FAIL },
		{ "the MSS grows",
		  { OPEN_TS, TWO, TOLD, "C 195 segment snd_mss=999 delivery_rate=1",
		    "C 196 segment snd_mss=1000 delivery_rate=1000000000", SEEN },
		  "delivery_rate", STATUS_PASS },
		{ "it shrinks",
		  { OPEN_TS, TWO, TOLD, "C 195 segment snd_mss=1000 delivery_rate=66666666",
		    "C 196 segment snd_mss=900 delivery_rate=60000001", SEEN },
		  "delivery_rate", STATUS_FAIL, "60000000" },
	};

	JUDGE(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_is_what_was_told_since_a_packet_was_sent),
		cmocka_unit_test(acknowledgements_may_be_one_or_none),
		cmocka_unit_test(what_is_sent_again_is_held_against_the_shortest_round_trip),
		cmocka_unit_test(where_segments_cannot_be_told_nothing_is_proven),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
