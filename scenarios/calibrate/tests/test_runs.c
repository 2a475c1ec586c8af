// SPDX-License-Identifier: BSD-2-Clause
/* Losses that come in runs, and such that do not: each is taken for what it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "scenarios/calibrate/runs.h"

#define PACKETS 4000
#define GROUP	500

static uint64_t seed;

/* In [0, 1): splitmix64 */
static double uniform(void)
{
	uint64_t x = seed += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return (double)((x ^ x >> 31) >> 11) * 0x1p-53;
}

/* Gilbert's chain; burst 1: independent. */
static void lose(unsigned char *arrivals, double loss, double burst)
{
	double leave = burst > 1 ? 1 / burst : 1 - loss;
	double enter = burst > 1 ? loss / (1 - loss) * leave : loss;
	bool bad = uniform() < loss;

	for (unsigned int i = 0; i < PACKETS; i++) {
		arrivals[i] = !bad;
		bad = bad ? uniform() >= leave : uniform() < enter;
	}
}

struct runs_case {
	const char *what;
	double loss, burst;		/* of the path */
	double asked_loss, asked_burst; /* as it was configured */
	int expected;
};

static const struct runs_case runs_cases[] = {
	{ "bursts of 8", 0.01, 8, 0.01, 8, 0 },
	{ "bursts of 2", 0.05, 2, 0.05, 2, 0 },
	{ "independent losses", 0.01, 1, 0.01, 1, 0 },
	{ "many independent losses", 0.3, 1, 0.3, 1, 0 },
	{ "nothing lost", 0, 1, 0, 1, 0 },
	{ "independent losses, where bursts of 8 are asked for", 0.01, 1, 0.01, 8, OUT_OF_BOUNDS },
	{ "bursts of 2, where bursts of 8 are asked for", 0.05, 2, 0.05, 8, OUT_OF_BOUNDS },
	{ "bursts of 8, where independent losses are asked for", 0.05, 8, 0.05, 1, OUT_OF_BOUNDS },
	{ "bursts of 50, where bursts of 4 are asked for", 0.3, 50, 0.3, 4, OUT_OF_BOUNDS },
};

static void test_losses_come_as_they_are_asked_for(void **state)
{
	static unsigned char arrivals[PACKETS];

	for (size_t i = 0; i < sizeof(runs_cases) / sizeof(runs_cases[0]); i++) {
		const struct runs_case *c = &runs_cases[i];
		struct plan p = { .loss = c->asked_loss, .loss_burst = c->asked_burst };

		print_message("%s\n", c->what);
		for (uint64_t number = 1; number <= 20; number++) {
			char why[WHY_MAX] = "";
			struct runs r;

			seed = number;
			lose(arrivals, c->loss, c->burst);
			assert_int_equal(runs__judge(&r, &p, arrivals, PACKETS, GROUP, why),
					 c->expected);
			assert_int_equal(!!why[0], c->expected == OUT_OF_BOUNDS);
		}
	}
}

static void test_what_lies_between_two_groups_is_not_looked_at(void **state)
{
	struct plan p = { .loss = 0.5, .loss_burst = 2 };
	unsigned char arrivals[8] = { 1, 1, 1, 0, 0, 1, 0, 0 };
	char why[WHY_MAX];
	struct runs r;

	assert_int_equal(runs__judge(&r, &p, arrivals, 8, 4, why), 0);
	assert_int_equal(r.followed, 2); /* 4 and 6, but not 3 and 7 */
	assert_int_equal(r.again, 1);
}

static void test_copies_and_held_packets_leave_nothing_to_judge(void **state)
{
	struct plan plans[] = { { .loss = 0.5, .loss_burst = 8, .duplicate = 0.01 },
				{ .loss = 0.5, .loss_burst = 8, .reorder = 0.01 } };
	unsigned char arrivals[PACKETS];
	char why[WHY_MAX];
	struct runs r;

	for (unsigned int i = 0; i < PACKETS; i++)
		arrivals[i] = i & 1; /* no two lost ones behind each other */
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(runs__judge(&r, &plans[i], arrivals, PACKETS, GROUP, why), 0);
		plans[i].duplicate = plans[i].reorder = 0;
		assert_int_equal(runs__judge(&r, &plans[i], arrivals, PACKETS, GROUP, why),
				 OUT_OF_BOUNDS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_losses_come_as_they_are_asked_for),
		cmocka_unit_test(test_what_lies_between_two_groups_is_not_looked_at),
		cmocka_unit_test(test_copies_and_held_packets_leave_nothing_to_judge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
