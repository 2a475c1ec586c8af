// SPDX-License-Identifier: BSD-2-Clause
/* Deadline arithmetic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "netlink/ticker.h"

#define BASE 1000000000000ull

static void deadlines_are_served_late_or_waited_for(void **state)
{
	static const struct {
		const char *what;
		uint64_t now[5]; /* after the base, interval 10; 0 ends */
		uint64_t end;
		uint64_t served, late;
	} cases[] = {
		{"each in time", {10, 20, 30, 40}, 40, 4, 0},
		{"each a little after its deadline", {13, 29, 31, 40}, 49, 4, 0},
		{"too early is not due", {9, 19, 19, 20}, 20, 2, 0},
		{"one missed", {10, 35, 40}, 40, 3, 1},
		{"many missed: one service, no bunching", {10, 95, 96, 99, 100}, 100, 3, 7},
		{"the first missed", {25}, 29, 1, 1},
		{"nothing served up to the end", {5}, 35, 0, 3},
		{"the end is a deadline of its own", {10}, 20, 1, 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ticker t;

		ticker__start(&t, BASE, 10);
		for (int k = 0; k < 5 && cases[i].now[k]; k++)
			ticker__serve(&t, BASE + cases[i].now[k]);
		ticker__finish(&t, BASE + cases[i].end);
		if (t.served != cases[i].served || t.late != cases[i].late)
			fail_msg("%s: %llu served, %llu late", cases[i].what,
				 (unsigned long long)t.served, (unsigned long long)t.late);
		/* Whatever happened, every deadline is accounted for. */
		assert_int_equal(t.served + t.late, cases[i].end / 10);
	}
}

/* The work done never moves the grid: after a million ticks of 7 and 13 ns of work, still on it. */
static void the_grid_does_not_drift(void **state)
{
	uint64_t now = BASE, deadline;
	struct ticker t;

	ticker__start(&t, BASE, 10);
	for (uint64_t k = 1; k <= 1000000; k++) {
		deadline = ticker__deadline_ns(&t);
		assert_int_equal((deadline - BASE) % 10, 0);
		if (now < deadline)
			now = deadline;
		assert_true(ticker__serve(&t, now));
		assert_false(ticker__serve(&t, now));
		now += k % 3 ? 7 : 13;
	}
	assert_int_equal(t.served, 1000000);
	assert_int_equal(t.passed, t.served + t.late);
}

static void time_before_the_base_is_no_deadline(void **state)
{
	struct ticker t;

	ticker__start(&t, BASE, 10);
	assert_false(ticker__serve(&t, BASE - 5));
	ticker__finish(&t, BASE - 5);
	assert_int_equal(t.late, 0);
	assert_int_equal(ticker__deadline_ns(&t), BASE + 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deadlines_are_served_late_or_waited_for),
		cmocka_unit_test(the_grid_does_not_drift),
		cmocka_unit_test(time_before_the_base_is_no_deadline),
	};

	return cmocka_run_group_tests_name("netlink ticker", tests, NULL, NULL);
}
