// SPDX-License-Identifier: BSD-2-Clause
/* Histograms, agreement, and series: what is kept of a stream of numbers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "compare/agreement.h"
#include "compare/series.h"

static void quantiles_are_within_the_stated_error(void **state)
{
	static const uint64_t scales[] = { 1, 7, 1000, 123456789, 1ULL << 50 };

	for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); i++) {
		struct histogram *h = histogram__new();

		for (uint64_t v = 1; v <= 1000; v++)
			histogram__add(h, v * scales[i]);
		for (int q = 1; q <= 99; q++) {
			double true_value = 10.0 * q * scales[i];
			double got = histogram__quantile(h, q / 100.0);

			assert_true(fabs(got - true_value) <= true_value * HISTOGRAM_ERROR);
		}
		assert_true(histogram__quantile(h, 1) == 1000.0 * scales[i]);
		histogram__free(h);
	}
}

static void small_numbers_are_exact(void **state)
{
	struct histogram *h = histogram__new();

	assert_true(histogram__quantile(h, 0.5) == 0);
	for (uint64_t v = 0; v < 64; v++)
		histogram__add(h, v);
	for (int v = 0; v < 64; v++)
		assert_true(histogram__quantile(h, (v + 1) / 64.0) == v);
	histogram__free(h);
}

static void extremes_have_a_bucket(void **state)
{
	struct histogram *h = histogram__new();

	histogram__add(h, UINT64_MAX);
	histogram__add(h, 0);
	assert_true(histogram__quantile(h, 0.5) == 0);
	assert_true(histogram__quantile(h, 1) == (double)UINT64_MAX);
	histogram__free(h);
}

static void buckets_come_in_order_and_cumulate(void **state)
{
	struct histogram *h = histogram__new();
	unsigned int i = 0, n = 0;
	uint64_t cumulated;
	double v, last = -1;

	for (uint64_t k = 0; k < 5000; k++)
		histogram__add(h, k * k);
	while (histogram__next(h, &i, &v, &cumulated)) {
		assert_true(v > last);
		last = v;
		n++;
	}
	assert_int_equal(cumulated, 5000);
	assert_true(n > 100);
	histogram__free(h);
}

static void bias_and_spread_are_those_of_the_formulas(void **state)
{
	static const int64_t errors[] = { -3, 1, 4, -1, 5, 0, 0, -9 };
	struct agreement_summary s;
	struct agreement a;

	assert_int_equal(agreement__init(&a), 0);
	s = agreement__summary(&a);
	assert_int_equal(s.n, 0);
	for (int i = 0; i < 8; i++)
		agreement__add(&a, errors[i], 10 + i, 1000 + i);
	s = agreement__summary(&a);
	assert_int_equal(s.n, 8);
	assert_true(fabs(s.bias + 3.0 / 8) < 1e-12);
	assert_true(fabs(s.mae - 23.0 / 8) < 1e-12);
	assert_true(fabs(s.sd - sqrt((133 - 9.0 / 8) / 7)) < 1e-12);
	assert_true(fabs(s.limit[1] - (s.bias + 1.96 * s.sd)) < 1e-12);
	assert_true(s.p50 == 1 && s.max == 9);
	assert_int_equal(s.worst_flow, 17);
	assert_int_equal(s.worst_ns, 1007);
	agreement__free(&a);
}

static void garbage_of_64_bits_does_not_overflow(void **state)
{
	struct agreement_summary s;
	struct agreement a;

	assert_int_equal(agreement__init(&a), 0);
	for (int i = 0; i < 100000; i++)
		agreement__add(&a, i & 1 ? INT64_MAX : INT64_MIN, 1, i);
	s = agreement__summary(&a);
	assert_true(s.max == 9223372036854775808.0);
	assert_true(isfinite(s.sd) && s.sd > 1e12);
	agreement__free(&a);
}

struct kept {
	unsigned int count;
	uint64_t last_ns, low, high;
};

static void keep(const struct series_point *p, void *arg)
{
	struct kept *k = arg;

	assert_true(!k->count++ || p->t_ns > k->last_ns);
	k->last_ns = p->t_ns;
	if (p->value < k->low)
		k->low = p->value;
	if (p->value > k->high)
		k->high = p->value;
}

static void a_series_keeps_its_extremes_and_its_bound(void **state)
{
	struct series s = { .slices = 100 };
	struct kept k = { .low = UINT64_MAX };

	for (uint64_t i = 0; i < 1000000; i++)
		assert_int_equal(series__add(&s, 5000 + i * 777777,
					     i == 400000   ? 1000
					     : i == 400001 ? 1
							   : 500),
				 0);
	series__each(&s, keep, &k);
	assert_true(k.count <= 200 && k.count >= 50);
	assert_int_equal(k.low, 1);
	assert_int_equal(k.high, 1000);
	series__free(&s);
}

static void a_series_survives_a_long_silence(void **state)
{
	struct series s = { .slices = 10 };
	struct kept k = { .low = UINT64_MAX };

	assert_int_equal(series__add(&s, 1, 7), 0);
	assert_int_equal(series__add(&s, 1ULL << 60, 8), 0);
	series__each(&s, keep, &k);
	assert_int_equal(k.count, 2);
	assert_int_equal(k.last_ns, 1ULL << 60);
	series__free(&s);
}

static void keep_all(const struct series_point *p, void *arg)
{
	char *text = arg;

	sprintf(text + strlen(text), "%llu:%llu ", (unsigned long long)p->t_ns,
		(unsigned long long)p->value);
}

static void a_series_keeps_what_a_pause_begins_with(void **state)
{
	static const uint64_t t[] = { 10, 20, 30, 40, 5000100, 5000110, 5000120, 6000100 };
	static const uint64_t v[] = { 5, 9, 1, 7, 3, 8, 4, 6 };
	struct series s = { .slices = 10 };
	char text[256] = "";

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_int_equal(series__add(&s, t[i], v[i]), 0);
	series__each(&s, keep_all, text);
	assert_string_equal(text, "20:9 30:1 40:7 5000100:3 5000110:8 6000100:6 ");
	series__free(&s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_are_within_the_stated_error),
		cmocka_unit_test(small_numbers_are_exact),
		cmocka_unit_test(extremes_have_a_bucket),
		cmocka_unit_test(buckets_come_in_order_and_cumulate),
		cmocka_unit_test(bias_and_spread_are_those_of_the_formulas),
		cmocka_unit_test(garbage_of_64_bits_does_not_overflow),
		cmocka_unit_test(a_series_keeps_its_extremes_and_its_bound),
		cmocka_unit_test(a_series_survives_a_long_silence),
		cmocka_unit_test(a_series_keeps_what_a_pause_begins_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
