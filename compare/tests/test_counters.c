// SPDX-License-Identifier: BSD-2-Clause
/* Counters, frontiers, gauges and sample numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "compare/counters.h"
#include "compare/gauges.h"
#include "compare/sequence.h"

static unsigned int index_of(enum field f)
{
	for (unsigned int i = 0; i < COUNTERS; i++)
		if (counters[i] == f)
			return i;
	fail();
	return 0;
}

static void every_counter_of_the_catalogue_is_listed(void **state)
{
	unsigned int n = 0;

	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (catalogue[f].kind == KIND_COUNTER)
			assert_int_equal(counters[n++], f);
	assert_int_equal(n, COUNTERS);
}

static void below_is_serial_in_the_width_of_the_field(void **state)
{
	static const struct {
		const char *description;
		enum field field;
		uint64_t floor, value;
		bool below;
		uint64_t size;
	} cases[] = {
		{ "equal", FIELD_bytes_acked, 5, 5, false, 0 },
		{ "one more", FIELD_bytes_acked, 5, 6, false, 0 },
		{ "one less", FIELD_bytes_acked, 5, 4, true, 1 },
		{ "u32 wraps", FIELD_segs_out, 0xffffffff, 3, false, 0 },
		{ "u32 before its wrap", FIELD_segs_out, 3, 0xfffffffe, true, 5 },
		{ "u16 wraps", FIELD_total_rto, 0xffff, 0, false, 0 },
		{ "u16 one less", FIELD_total_rto, 0, 0xffff, true, 1 },
		{ "u64 does not wrap at 2^32", FIELD_bytes_sent, 0x100000000, 0xffffffff, true, 1 },
		{ "u64 beyond 2^53", FIELD_bytes_sent, (1ULL << 60) + 1, 1ULL << 60, true, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frontier f = { 0 };
		struct sample s = { .event = EVENT_sample };
		unsigned int at = index_of(cases[i].field);
		uint64_t below;

		sample__set(&s, cases[i].field, cases[i].floor);
		assert_int_equal(frontier__compare(&f, &s, counters__of(&s), &below), 0);
		frontier__raise(&f, &s, counters__of(&s));
		sample__set(&s, cases[i].field, cases[i].value);
		assert_int_equal(frontier__compare(&f, &s, counters__of(&s), &below), 1ULL << at);
		if (!!below != cases[i].below)
			fail_msg("%s", cases[i].description);
		if (below)
			assert_int_equal(frontier__shortfall(&f, &s, at), cases[i].size);
		/* a lower value does not lower the frontier */
		frontier__raise(&f, &s, counters__of(&s));
		assert_int_equal(f.value[at], below ? cases[i].floor : cases[i].value);
	}
}

static void delivered_is_left_out_where_fast_open_takes_one_back(void **state)
{
	static const struct {
		enum sample_event event;
		uint64_t state;
		bool counted;
	} cases[] = {
		{ EVENT_rtt, 2, false },   { EVENT_established, 1, false }, { EVENT_rtt, 1, true },
		{ EVENT_sample, 1, true }, { EVENT_close, 1, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sample s = { .event = cases[i].event };

		sample__set(&s, FIELD_state, cases[i].state);
		sample__set(&s, FIELD_delivered, 2);
		sample__set(&s, FIELD_bytes_acked, 1);
		assert_int_equal(counters__of(&s) >> index_of(FIELD_delivered) & 1,
				 cases[i].counted);
		assert_true(counters__of(&s) >> index_of(FIELD_bytes_acked) & 1);
	}
}

static void sample_numbers_tell_what_is_missing(void **state)
{
	static const struct {
		const char *description;
		struct {
			uint64_t seq;
			enum sample_event event;
		} come[10];
		uint64_t missing, duplicates;
	} cases[] = {
		{ "all there", { { 1, EVENT_rtt }, { 2, EVENT_rtt }, { 3, EVENT_rtt } }, 0, 0 },
		{ "one missing", { { 1, EVENT_rtt }, { 3, EVENT_rtt } }, 1, 0 },
		{ "the first missing", { { 3, EVENT_rtt } }, 2, 0 },
		{ "out of order", { { 2, EVENT_rtt }, { 1, EVENT_rtt }, { 3, EVENT_rtt } }, 0, 0 },
		{ "twice", { { 1, EVENT_rtt }, { 2, EVENT_rtt }, { 2, EVENT_rtt } }, 0, 1 },
		{ "twice, older", { { 1, EVENT_rtt }, { 2, EVENT_rtt }, { 1, EVENT_rtt } }, 0, 1 },
		{ "a mark and its tcp_info share one",
		  { { 1, EVENT_rtt }, { 2, EVENT_mark }, { 2, EVENT_tcp_info }, { 3, EVENT_rtt } },
		  0,
		  0 },
		{ "in either order",
		  { { 1, EVENT_tcp_info }, { 1, EVENT_mark }, { 2, EVENT_rtt } },
		  0,
		  0 },
		{ "two marks do not", { { 1, EVENT_mark }, { 1, EVENT_mark } }, 0, 1 },
		{ "a far jump", { { 1, EVENT_rtt }, { 1000, EVENT_rtt } }, 998, 0 },
		{ "without numbers", { { 0, EVENT_rtt }, { 0, EVENT_rtt } }, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sequence q = { 0 };

		for (int k = 0; k < 10; k++)
			sequence__add(&q, cases[i].come[k].seq, cases[i].come[k].event);
		if (sequence__missing(&q) != cases[i].missing ||
		    q.duplicates != cases[i].duplicates)
			fail_msg("%s: %llu missing, %llu twice", cases[i].description,
				 (unsigned long long)sequence__missing(&q),
				 (unsigned long long)q.duplicates);
	}
}

static void the_callback_argument_is_the_state_of_rtt(void **state)
{
	struct sample s = { .event = EVENT_rtt };
	struct gauge_values g;

	sample__set(&s, FIELD_rtt, 100);
	sample__set(&s, FIELD_cb_srtt, 90);
	gauges__of(&s, &g);
	for (unsigned int i = 0; i < GAUGES; i++)
		if (gauges[i] == FIELD_rtt)
			assert_int_equal(g.value[i], 90);
		else
			assert_false(g.have >> i & 1);
	s.event = EVENT_segment;
	gauges__of(&s, &g);
	for (unsigned int i = 0; i < GAUGES; i++)
		if (gauges[i] == FIELD_rtt)
			assert_int_equal(g.value[i], 100);
}

static void values_that_are_no_amounts(void **state)
{
	assert_true(gauge__is_special(FIELD_pacing_rate, UINT64_MAX));
	assert_false(gauge__is_special(FIELD_pacing_rate, UINT32_MAX));
	assert_true(gauge__is_special(FIELD_min_rtt, UINT32_MAX));
	assert_true(gauge__is_special(FIELD_snd_ssthresh, 0x7fffffff));
	assert_false(gauge__is_special(FIELD_snd_ssthresh, 10));
	assert_false(gauge__is_special(FIELD_rtt, UINT32_MAX));
}

static int setup(void **state)
{
	counters__init();
	gauges__init();
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_counter_of_the_catalogue_is_listed),
		cmocka_unit_test(below_is_serial_in_the_width_of_the_field),
		cmocka_unit_test(delivered_is_left_out_where_fast_open_takes_one_back),
		cmocka_unit_test(sample_numbers_tell_what_is_missing),
		cmocka_unit_test(the_callback_argument_is_the_state_of_rtt),
		cmocka_unit_test(values_that_are_no_amounts),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
