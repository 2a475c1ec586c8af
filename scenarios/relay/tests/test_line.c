// SPDX-License-Identifier: BSD-2-Clause
/* The schedule: what leaves when, what finds no room, and in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scenarios/relay/lateness.h"
#include "scenarios/relay/line.h"
#include "scenarios/relay/parcels.h"

#define MS 1000000ull

static void a_line_without_bottleneck_only_delays(void **state)
{
	struct line l = { .delay_ns = 5 * MS };
	uint64_t release;

	for (uint64_t t = 100; t < 1000; t += 100) {
		assert_true(line__admit(&l, t, 1500, 0, &release));
		assert_int_equal(release, t + 5 * MS);
		assert_int_equal(line__backlog(&l, t), 0);
	}
}

static void bits_are_served_one_after_another(void **state)
{
	static const struct {
		const char *what;
		uint64_t at, bytes, release;
	} cases[] = {
		{ "the first is served at once: 1500 bytes at 12 Mbit/s are 1 ms", 0, 1500,
		  1 * MS },
		{ "the second waits for it", 0, 1500, 2 * MS },
		{ "one that comes meanwhile waits behind", MS / 2, 750, 2 * MS + MS / 2 },
		{ "after a pause there is no credit", 10 * MS, 1500, 11 * MS },
		{ "nor for the next", 10 * MS, 1500, 12 * MS },
	};
	struct line l = { .rate_bit = 12000000, .queue_bytes = 1000000 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t release = 0;

		assert_true(line__admit(&l, cases[i].at, (uint32_t)cases[i].bytes, 0, &release));
		if (release != cases[i].release)
			fail_msg("%s: %llu", cases[i].what, (unsigned long long)release);
	}
}

static void no_rounding_adds_up(void **state)
{
	struct line l = { .rate_bit = 700000001, .queue_bytes = 1u << 30 };
	uint64_t release = 0, packets = 100000;

	for (uint64_t i = 0; i < packets; i++)
		assert_true(line__admit(&l, 0, 1499, 0, &release));
	assert_int_equal(release, (packets * 1499 * 8 * 1000000000 + l.rate_bit - 1) / l.rate_bit);
}

static void a_full_queue_drops_what_arrives(void **state)
{
	struct line l = { .rate_bit = 12000000, .queue_bytes = 4500 };
	uint64_t release, last;

	for (unsigned int i = 0; i < 3; i++)
		assert_true(line__admit(&l, 0, 1500, 0, &last));
	assert_int_equal(line__backlog(&l, 0), 4500);
	assert_false(line__admit(&l, 0, 40, 0, &release));
	/* half a packet has left: room for half of one */
	assert_int_equal(line__backlog(&l, MS / 2), 3750);
	assert_false(line__admit(&l, MS / 2, 751, 0, &release));
	assert_true(line__admit(&l, MS / 2, 750, 0, &release));
	assert_int_equal(release, last + MS / 2); /* what was dropped took no time */
}

static void jitter_keeps_the_order(void **state)
{
	static const struct {
		uint64_t at, jitter, release;
	} cases[] = {
		{ 0, 900, 1900 },  { 100, 0, 1900 },  { 200, 100, 1900 },
		{ 1000, 0, 2000 }, { 1001, 5, 2006 },
	};
	struct line l = { .delay_ns = 1000 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t release = 0;

		assert_true(line__admit(&l, cases[i].at, 100, cases[i].jitter, &release));
		assert_int_equal(release, cases[i].release);
	}
}

static void the_pool_is_bounded_and_queues_keep_order(void **state)
{
	struct parcel_pool *pool;
	struct parcel_queue q;
	struct parcel *p;

	assert_int_equal(parcel_pool__new(&pool), 0);
	parcel_queue__init(&q);
	for (unsigned int i = 0; i < PARCELS_MAX; i++) {
		p = parcel_pool__take(pool);
		assert_non_null(p);
		p->release_ns = i;
		parcel_queue__push(&q, p);
	}
	assert_null(parcel_pool__take(pool));
	for (unsigned int i = 0; i < PARCELS_MAX; i++) {
		p = parcel_queue__pop(&q);
		assert_int_equal(p->release_ns, i);
		parcel_pool__give(pool, p);
	}
	assert_null(q.head);
	p = parcel_pool__take(pool);
	parcel_queue__push(&q, p); /* a queue that was emptied works on */
	assert_ptr_equal(q.head, p);
	parcel_pool__free(pool);
}

static void quantiles_are_exact_to_a_sixteenth(void **state)
{
	static struct lateness l;
	static const double shares[] = { 0.5, 0.9, 0.99, 0.999 };

	assert_int_equal(lateness__quantile_ns(&l, 0.5), 0);
	for (uint64_t ns = 0; ns < 1000000; ns += 10)
		lateness__add(&l, ns);
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		double exact = shares[i] * 1000000,
		       got = (double)lateness__quantile_ns(&l, shares[i]);

		assert_true(got >= exact - 10 && got <= exact * 17 / 16 + 10);
	}
	assert_int_equal(lateness__quantile_ns(&l, 1), l.max_ns);
	lateness__add(&l, UINT64_MAX);
	assert_int_equal(lateness__quantile_ns(&l, 1), UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_without_bottleneck_only_delays),
		cmocka_unit_test(bits_are_served_one_after_another),
		cmocka_unit_test(no_rounding_adds_up),
		cmocka_unit_test(a_full_queue_drops_what_arrives),
		cmocka_unit_test(jitter_keeps_the_order),
		cmocka_unit_test(the_pool_is_bounded_and_queues_keep_order),
		cmocka_unit_test(quantiles_are_exact_to_a_sixteenth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
