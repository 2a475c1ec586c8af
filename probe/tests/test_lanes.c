// SPDX-License-Identifier: BSD-2-Clause
/* The reader of lanes, over memory that the test fills as the BPF programs do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the above before it */
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/lanes.h"

#define LANES 2
#define SLOTS 16

struct fixture {
	struct lanes lanes;
	struct record_lane lane[LANES];
	union record_slot slots[LANES * SLOTS];
	uint64_t read[LANES], awaited[LANES];
	uint64_t seen[4 * SLOTS]; /* times of the records that were handed over */
	unsigned int count, stop_after;
	size_t last_size;
};

static struct fixture *make(uint64_t first_position)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->lanes = (struct lanes){ .lane = f->lane, .slots = f->slots, .read = f->read,
				   .awaited = f->awaited, .count = LANES, .slots_per_lane = SLOTS };
	for (int i = 0; i < LANES; i++)
		f->read[i] = f->lane[i].consumed = f->lane[i].produced = first_position;
	return f;
}

static union record_slot *reserve(struct fixture *f, int lane)
{
	return &f->slots[lane * SLOTS + f->lane[lane].produced++ % SLOTS];
}

static void publish(union record_slot *slot, uint64_t position, uint64_t time_ns)
{
	slot->head.type = RECORD_RTT;
	slot->head.time_ns = time_ns;
	slot->head.commit = (uint32_t)(position + 1);
}

static void put(struct fixture *f, int lane, uint64_t time_ns)
{
	uint64_t position = f->lane[lane].produced;

	publish(reserve(f, lane), position, time_ns);
}

static int on_record(void *ctx, const void *record, size_t size)
{
	struct fixture *f = ctx;

	f->seen[f->count++] = ((const struct record_head *)record)->time_ns;
	f->last_size = size;
	return f->count == f->stop_after ? -ECANCELED : 0;
}

static void lanes_are_merged_by_time(void **state)
{
	struct fixture *f = make(0);

	for (uint64_t t = 10; t < 20; t++)
		put(f, t % 3 == 0, t);
	assert_int_equal(lanes__consume(&f->lanes, on_record, f), 0);
	assert_int_equal(f->count, 10);
	for (unsigned int i = 0; i < f->count; i++)
		assert_int_equal(f->seen[i], 10 + i);
	free(f);
}

static void consumed_slots_are_given_back(void **state)
{
	struct fixture *f = make(0);

	for (int i = 0; i < 5; i++)
		put(f, 1, i);
	assert_int_equal(lanes__consume(&f->lanes, on_record, f), 0);
	assert_int_equal(f->lane[0].consumed, 0);
	assert_int_equal(f->lane[1].consumed, 5);
	free(f);
}

static void a_record_under_way_holds_its_lane_and_no_other(void **state)
{
	struct fixture *f = make(0);
	union record_slot *under_way;

	put(f, 0, 1);
	under_way = reserve(f, 0);
	put(f, 0, 3);
	put(f, 1, 4);
	assert_int_equal(lanes__consume(&f->lanes, on_record, f), 0);
	assert_int_equal(f->count, 2);
	assert_true(f->seen[0] == 1 && f->seen[1] == 4);
	publish(under_way, 1, 2);
	assert_int_equal(lanes__consume(&f->lanes, on_record, f), 0);
	assert_int_equal(f->count, 4);
	assert_true(f->seen[2] == 2 && f->seen[3] == 3);
	free(f);
}

static void what_was_awaited_is_reached_when_it_is_consumed(void **state)
{
	struct fixture *f = make(0);
	union record_slot *under_way;

	lanes__await(&f->lanes);
	assert_true(lanes__reached(&f->lanes));
	put(f, 0, 1);
	under_way = reserve(f, 1);
	lanes__await(&f->lanes);
	put(f, 0, 2); /* behind the mark */
	assert_false(lanes__reached(&f->lanes));
	lanes__consume(&f->lanes, on_record, f);
	assert_false(lanes__reached(&f->lanes));
	publish(under_way, 0, 3);
	lanes__consume(&f->lanes, on_record, f);
	assert_true(lanes__reached(&f->lanes));
	free(f);
}

/* Also where the commit word's 32 bits come round. */
static void an_earlier_lap_is_not_taken_for_a_record(void **state)
{
	static const uint64_t firsts[] = { 0, SLOTS * 5, (1ULL << 32) - SLOTS, 1ULL << 32 };

	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		struct fixture *f = make(firsts[i]);

		for (int lap = 0; lap < 3; lap++) {
			for (int s = 0; s < SLOTS; s++)
				put(f, 0, lap * SLOTS + s);
			assert_int_equal(lanes__consume(&f->lanes, on_record, f), 0);
			assert_int_equal(f->count, (lap + 1) * SLOTS);
			reserve(f, 0); /* reserved, and holds what the lap before left */
			assert_int_equal(lanes__consume(&f->lanes, on_record, f), 0);
			assert_int_equal(f->count, (lap + 1) * SLOTS);
			f->lane[0].produced--;
		}
		free(f);
	}
}

static void the_consumer_stops_when_told_and_goes_on_later(void **state)
{
	struct fixture *f = make(0);

	for (int i = 0; i < 8; i++)
		put(f, i % 2, i);
	f->stop_after = 3;
	assert_int_equal(lanes__consume(&f->lanes, on_record, f), -ECANCELED);
	assert_int_equal(f->count, 3);
	assert_int_equal(f->lane[0].consumed + f->lane[1].consumed, 3);
	assert_int_equal(lanes__consume(&f->lanes, on_record, f), 0);
	assert_int_equal(f->count, 8);
	free(f);
}

static void sizes_are_those_of_the_record(void **state)
{
	struct fixture *f = make(0);

	put(f, 0, 1);
	lanes__consume(&f->lanes, on_record, f);
	assert_int_equal(f->last_size, sizeof(struct record));
	put(f, 0, 2);
	f->slots[1].head.type = RECORD_TCP_INFO;
	lanes__consume(&f->lanes, on_record, f);
	assert_int_equal(f->last_size, sizeof(struct record_tcp_info));
	free(f);
}

static void slots_fill_the_room_and_are_a_power_of_two(void **state)
{
	static const struct {
		uint64_t bytes;
		uint32_t lanes, slots;
	} cases[] = {
		{ 64 * sizeof(union record_slot), 2, 32 },
		{ 127 * sizeof(union record_slot), 2, 32 },
		{ 128 * sizeof(union record_slot), 1, 128 },
		{ 65536, 256, 16 }, /* too many CPUs for the room: still a few each */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(lanes__slots(cases[i].bytes, cases[i].lanes), cases[i].slots);
}

static void enough_is_room_for_what_was_lost_too(void **state)
{
	static const struct {
		const char *what;
		uint32_t slots, lanes;
		uint64_t lost;
		bool none;
	} cases[] = {
		{ "one record, one lane", 64, 1, 1 },
		{ "one record, two lanes", 32768, 2, 1 },
		{ "many records", 32768, 2, 500000 },
		{ "many lanes", 1024, 64, 1000 },
		{ "too many for any ring", 32768, 2, 1ULL << 22, true },
		{ "absurdly many", 32768, 2, UINT64_MAX - 5, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t bytes = lanes__enough(cases[i].slots, cases[i].lanes, cases[i].lost);
		uint32_t slots = bytes ? lanes__slots(bytes, cases[i].lanes) : 0;

		if (cases[i].none != !bytes || bytes & (bytes - 1) ||
		    (bytes && slots < cases[i].slots + cases[i].lost))
			fail_msg("%s: %llu bytes, %u slots a lane", cases[i].what,
				 (unsigned long long)bytes, slots);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enough_is_room_for_what_was_lost_too),
		cmocka_unit_test(lanes_are_merged_by_time),
		cmocka_unit_test(consumed_slots_are_given_back),
		cmocka_unit_test(a_record_under_way_holds_its_lane_and_no_other),
		cmocka_unit_test(what_was_awaited_is_reached_when_it_is_consumed),
		cmocka_unit_test(an_earlier_lap_is_not_taken_for_a_record),
		cmocka_unit_test(the_consumer_stops_when_told_and_goes_on_later),
		cmocka_unit_test(sizes_are_those_of_the_record),
		cmocka_unit_test(slots_fill_the_room_and_are_a_power_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
