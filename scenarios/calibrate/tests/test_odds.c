// SPDX-License-Identifier: BSD-2-Clause
/* The bounds of a random count: known distributions, and what must never be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>

#include "scenarios/calibrate/odds.h"

struct bounds_case {
	const char *what;
	unsigned int n;
	double share, burst;
	unsigned int low, high;
};

/* Bounds of independent hits are those of the binomial distribution, by its tails of 5e-10. */
static const struct bounds_case bounds_cases[] = {
	{ "nothing configured: none is allowed", 400, 0, 1, 0, 0 },
	{ "all configured: none may be missing", 400, 1, 1, 400, 400 },
	{ "no packet", 0, 0.5, 1, 0, 0 },
	{ "one packet: both outcomes are likely", 1, 0.5, 1, 0, 1 },
	{ "30 of 30 at one half have 9.3e-10, 31 would have 4.7e-10", 30, 0.5, 1, 0, 30 },
	{ "32 packets at one half: none, and all, are too unlikely", 32, 0.5, 1, 1, 31 },
};

static void test_bounds_of_known_distributions(void **state)
{
	for (size_t i = 0; i < sizeof(bounds_cases) / sizeof(bounds_cases[0]); i++) {
		const struct bounds_case *c = &bounds_cases[i];
		struct odds o;

		print_message("%s\n", c->what);
		assert_int_equal(odds__bounds(c->n, c->share, c->burst, &o), 0);
		assert_int_equal(o.low, c->low);
		assert_int_equal(o.high, c->high);
	}
}

/* The tail beyond the bounds, summed by the binomial formula itself. */
static double binomial_tail(unsigned int n, double p, unsigned int from, unsigned int to)
{
	double sum = 0;

	for (unsigned int k = from; k <= to; k++)
		sum += exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) +
			   (n - k) * log(1 - p));
	return sum;
}

static void test_tails_are_at_most_the_false_alarm_and_not_wasted(void **state)
{
	struct odds o;

	assert_int_equal(odds__bounds(2000, 0.05, 1, &o), 0);
	assert_true(o.low > 0);
	assert_true(binomial_tail(2000, 0.05, 0, o.low - 1) <= FALSE_ALARM / 2);
	assert_true(binomial_tail(2000, 0.05, 0, o.low) > FALSE_ALARM / 2);
	assert_true(binomial_tail(2000, 0.05, o.high + 1, 2000) <= FALSE_ALARM / 2);
	assert_true(binomial_tail(2000, 0.05, o.high, 2000) > FALSE_ALARM / 2);
}

static void test_bursts_widen_the_bounds(void **state)
{
	struct odds single, burst;

	assert_int_equal(odds__bounds(2000, 0.05, 1, &single), 0);
	assert_int_equal(odds__bounds(2000, 0.05, 8, &burst), 0);
	assert_true(burst.low < single.low);
	assert_true(burst.high > single.high + 50);
}

static void test_what_is_no_chance_is_refused(void **state)
{
	struct odds o;

	assert_int_equal(odds__bounds(10, -0.1, 1, &o), -EINVAL);
	assert_int_equal(odds__bounds(10, 1.1, 1, &o), -EINVAL);
	assert_int_equal(odds__bounds(10, 0.1, 0.5, &o), -EINVAL);
	assert_int_equal(odds__bounds(10, 0.9, 2, &o), -EINVAL); /* to bad with 4.5 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounds_of_known_distributions),
		cmocka_unit_test(test_tails_are_at_most_the_false_alarm_and_not_wasted),
		cmocka_unit_test(test_bursts_widen_the_bounds),
		cmocka_unit_test(test_what_is_no_chance_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
