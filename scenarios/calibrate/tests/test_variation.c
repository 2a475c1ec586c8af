// SPDX-License-Identifier: BSD-2-Clause
/* Round trips of a path with jitter, and of such that only say so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "scenarios/calibrate/odds.h"
#include "scenarios/calibrate/variation.h"

#define ROUNDS 25
#define MS     1000000ull

static uint64_t seed;

static double uniform(void)
{
	uint64_t x = seed += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return (double)((x ^ x >> 31) >> 11) * 0x1p-53;
}

struct variation_case {
	const char *what;
	uint64_t jitter_ns; /* of the path; 10 ms are configured */
	uint64_t more_ns;   /* each takes */
	uint64_t noise_ns;  /* the machine adds up to that much */
	unsigned int late;  /* so many are later by 50 ms */
	int expected;
};

static const struct variation_case variation_cases[] = {
	{ "as configured", 10 * MS, 20 * MS, 0, 0, 0 },
	{ "as configured, on a busy machine", 10 * MS, 20 * MS, 20 * MS, 5, 0 },
	{ "none at all", 0, 20 * MS, 0, 0, OUT_OF_BOUNDS },
	{ "none, but all take as long as if they waited", 0, 30 * MS, 0, 0, OUT_OF_BOUNDS },
	{ "none, on a machine that adds 2 ms", 0, 20 * MS, 2 * MS, 0, OUT_OF_BOUNDS },
	{ "none, but two were late", 0, 20 * MS, 1 * MS, 2, OUT_OF_BOUNDS },
	{ "a tenth of it", 1 * MS, 20 * MS, 0, 0, OUT_OF_BOUNDS },
};

static void test_round_trips_vary_as_configured(void **state)
{
	for (size_t i = 0; i < sizeof(variation_cases) / sizeof(variation_cases[0]); i++) {
		const struct variation_case *c = &variation_cases[i];
		struct plan p = { .rtt_ns = 20 * MS, .jitter_ns = 10 * MS };

		print_message("%s\n", c->what);
		for (uint64_t number = 1; number <= 50; number++) {
			uint64_t took_ns[ROUNDS];
			char why[WHY_MAX] = "";
			struct variation v;

			seed = number;
			for (unsigned int k = 0; k < ROUNDS; k++)
				took_ns[k] = c->more_ns + (k < c->late ? 50 * MS : 0) +
					     uniform() * c->jitter_ns + uniform() * c->jitter_ns +
					     uniform() * c->noise_ns;
			assert_int_equal(variation__judge(&v, &p, took_ns, ROUNDS, why),
					 c->expected);
			assert_int_equal(!!why[0], c->expected == OUT_OF_BOUNDS);
			assert_true(v.least_ns > 2 * MS);
		}
	}
}

static void test_too_few_rounds_prove_nothing(void **state)
{
	struct plan p = { .jitter_ns = 10 * MS };
	uint64_t took_ns[3] = { 5, 5, 5 };
	char why[WHY_MAX];
	struct variation v;

	for (unsigned int n = 0; n <= 3; n++)
		assert_int_equal(variation__judge(&v, &p, took_ns, n, why), 0);
}

/* Two values lie within d of each other with 2 q at most; here for d of which that is known. */
static void test_the_spread_is_bound_by_the_odds(void **state)
{
	double two = odds__spread(2, 0);

	/* 2 * (1 - (1 - d / 2)^2) = 1e-9, so d is nearly 5e-10 */
	assert_true(two > 4.99e-10 && two < 5.01e-10);
	assert_true(odds__spread(25, 0) > odds__spread(25, 2));
	assert_true(odds__spread(50, 2) > odds__spread(25, 2));
	assert_true(odds__spread(1000, 0) < 2);
	assert_true(odds__spread(0, 0) == 0 && odds__spread(3, 2) == 0);
}

/* Of true paths, the smallest spread that chance brings is well above what is asked. */
static void test_a_path_with_jitter_is_never_refused(void **state)
{
	double least = odds__spread(ROUNDS, 2);

	seed = 7;
	for (unsigned int run = 0; run < 200000; run++) {
		double low = 2, high[3] = { 0, 0, 0 };

		for (unsigned int k = 0; k < ROUNDS; k++) {
			double x = uniform() + uniform();

			low = x < low ? x : low;
			for (unsigned int h = 0; h < 3; h++)
				if (x > high[h]) {
					double smaller = high[h];

					high[h] = x;
					x = smaller;
				}
		}
		assert_true(high[2] - low > least);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trips_vary_as_configured),
		cmocka_unit_test(test_too_few_rounds_prove_nothing),
		cmocka_unit_test(test_the_spread_is_bound_by_the_odds),
		cmocka_unit_test(test_a_path_with_jitter_is_never_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
