// SPDX-License-Identifier: BSD-2-Clause
/* The check "path": round trips and rates that the path allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "path_story.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_round_trip_is_shorter_than_the_path),
		cmocka_unit_test(the_shortest_round_trip_is_the_path_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
