// SPDX-License-Identifier: BSD-2-Clause
/* The catalogue: its lines describe the kernel's structures, and decoding goes by them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/inet_diag.h>
#include <linux/tcp.h>

#include "timeline/catalogue.h"

static void offsets_are_those_of_the_build_machines_tcp_info(void **state)
{
#define CHECK(name) assert_int_equal(catalogue[FIELD_##name].offset, offsetof(struct tcp_info, tcpi_##name))
	CHECK(state);
	CHECK(rto);
	CHECK(rcv_mss);
	CHECK(unacked);
	CHECK(last_data_sent);
	CHECK(last_ack_recv);
	CHECK(pmtu);
	CHECK(rtt);
	CHECK(rttvar);
	CHECK(snd_cwnd);
	CHECK(total_retrans);
	CHECK(pacing_rate);
	CHECK(bytes_received);
	CHECK(segs_in);
	CHECK(min_rtt);
	CHECK(delivery_rate);
	CHECK(sndbuf_limited);
	CHECK(delivered_ce);
	CHECK(bytes_retrans);
	CHECK(rcv_ooopack);
	CHECK(snd_wnd);
#undef CHECK
}

static void the_fields_cover_struct_tcp_info_without_gap_or_overlap(void **state)
{
	uint8_t bits[280 * 8] = { 0 };
	size_t missing = 0;

	for (enum field f = 0; f < FIELD_COUNT; f++) {
		const struct field_info *info = &catalogue[f];
		unsigned int width = info->width ? info->width : 8 * info->size;

		if (info->group != GROUP_TCP_INFO || !strcmp(info->since, "7.0"))
			continue;
		for (unsigned int b = 0; b < width; b++) {
			unsigned int at = info->offset * 8 + info->lsb + b;

			assert_true(at < sizeof(bits));
			assert_int_equal(bits[at], 0);
			bits[at] = 1;
		}
	}
	for (size_t i = 0; i < sizeof(bits); i++)
		missing += !bits[i];
	assert_int_equal(missing, 5); /* the unused bits behind fastopen_client_fail */
}

static void names_are_unique_and_found_from_any_hint(void **state)
{
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		const char *name = catalogue[f].name;

		assert_int_equal(field__find(name, strlen(name), 0), f);
		assert_int_equal(field__find(name, strlen(name), f), f);
		assert_int_equal(field__find(name, strlen(name), f + 1), f);
		assert_int_equal(field__find(name, strlen(name), 100000), f);
	}
	assert_int_equal(field__find("rttvarx", 7, 0), FIELD_COUNT);
	assert_int_equal(field__find("rt", 2, 0), FIELD_COUNT);
	assert_int_equal(field__find("", 0, 0), FIELD_COUNT);
}

static void a_short_tcp_info_leaves_later_fields_absent(void **state)
{
	static const struct {
		size_t len;
		enum field last, beyond;
	} cases[] = {
		{ 0, FIELD_COUNT, FIELD_state },
		{ 104, FIELD_total_retrans, FIELD_pacing_rate },
		{ 120, FIELD_max_pacing_rate, FIELD_bytes_acked },
		{ 144, FIELD_segs_in, FIELD_notsent_bytes },
		{ 192, FIELD_sndbuf_limited, FIELD_delivered },
		{ 232, FIELD_snd_wnd, FIELD_rcv_wnd },
		{ 233, FIELD_snd_wnd, FIELD_rcv_wnd },
		{ 248, FIELD_total_rto_time, FIELD_received_ce },
		{ 280, FIELD_accecn_opt_seen, FIELD_ecn_mode },
	};
	uint8_t bytes[280];
	uint64_t value[FIELD_COUNT];

	memset(bytes, 0xff, sizeof(bytes));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct field_set present = { 0 };
		uint8_t *copy = malloc(cases[i].len ? cases[i].len : 1); /* valgrind sees overreads */

		memcpy(copy, bytes, cases[i].len);
		tcp_info__decode(copy, cases[i].len, TCP_INFO_LAYOUT_6_18, &present, value);
		free(copy);
		if (cases[i].last != FIELD_COUNT)
			assert_true(field_set__has(&present, cases[i].last));
		assert_false(field_set__has(&present, cases[i].beyond));
	}
}

static void bit_fields_and_widths_are_taken_apart(void **state)
{
	struct tcp_info info = { .tcpi_snd_wscale = 7, .tcpi_rcv_wscale = 10,
				 .tcpi_delivery_rate_app_limited = 1,
				 .tcpi_rcv_mss = 1448, .tcpi_rtt = 1234567,
				 .tcpi_bytes_acked = 0x123456789abcdefULL };
	struct field_set present = { 0 };
	uint64_t value[FIELD_COUNT];

	tcp_info__decode(&info, sizeof(info), TCP_INFO_LAYOUT_6_18, &present, value);
	assert_int_equal(value[FIELD_snd_wscale], 7);
	assert_int_equal(value[FIELD_rcv_wscale], 10);
	assert_int_equal(value[FIELD_delivery_rate_app_limited], 1);
	assert_int_equal(value[FIELD_fastopen_client_fail], 0);
	assert_int_equal(value[FIELD_rcv_mss], 1448);
	assert_int_equal(value[FIELD_rtt], 1234567);
	assert_int_equal(value[FIELD_bytes_acked], 0x123456789abcdefULL);
}

static void the_last_four_bytes_mean_something_else_since_7_0(void **state)
{
	uint8_t bytes[280] = { 0 };
	struct field_set old = { 0 }, new = { 0 };
	uint64_t value[FIELD_COUNT];

	/* 7.0: ecn_mode 2, accecn_opt_seen 1, accecn_fail_mode 8, options2 0x030201 */
	memcpy(bytes + 276, (uint8_t[]){ 0x86, 0x01, 0x02, 0x03 }, 4);
	tcp_info__decode(bytes, sizeof(bytes), TCP_INFO_LAYOUT_7_0, &new, value);
	assert_int_equal(value[FIELD_ecn_mode], 2);
	assert_int_equal(value[FIELD_accecn_opt_seen], 1);
	assert_int_equal(value[FIELD_accecn_fail_mode], 8);
	assert_int_equal(value[FIELD_options2], 0x030201);
	assert_true(field_set__has(&new, FIELD_ecn_mode));

	tcp_info__decode(bytes, sizeof(bytes), TCP_INFO_LAYOUT_6_18, &old, value);
	assert_int_equal(value[FIELD_accecn_fail_mode], 0x0186);
	assert_int_equal(value[FIELD_accecn_opt_seen], 0x0302);
	assert_false(field_set__has(&old, FIELD_ecn_mode));
	assert_false(field_set__has(&old, FIELD_options2));
}

static void attributes_are_decoded_by_their_own_layout(void **state)
{
	struct inet_diag_msg msg = { .idiag_timer = 1, .idiag_retrans = 2, .idiag_expires = 300,
				     .idiag_rqueue = 4, .idiag_wqueue = 5, .idiag_uid = 6,
				     .idiag_inode = 7 };
	struct tcp_bbr_info bbr = { .bbr_bw_lo = 1, .bbr_bw_hi = 2, .bbr_min_rtt = 3,
				    .bbr_pacing_gain = 4, .bbr_cwnd_gain = 5 };
	struct field_set present = { 0 };
	uint64_t value[FIELD_COUNT];

	attribute__decode(ATTRIBUTE_MSG, &msg, sizeof(msg), &present, value);
	assert_int_equal(value[FIELD_timer], 1);
	assert_int_equal(value[FIELD_timer_retrans], 2);
	assert_int_equal(value[FIELD_timer_expires], 300);
	assert_int_equal(value[FIELD_rqueue], 4);
	assert_int_equal(value[FIELD_wqueue], 5);
	assert_int_equal(value[FIELD_uid], 6);
	assert_int_equal(value[FIELD_inode], 7);
	attribute__decode(ATTRIBUTE_BBRINFO, &bbr, sizeof(bbr), &present, value);
	assert_int_equal(value[FIELD_bbr_bw], 0x200000001ULL);
	assert_int_equal(value[FIELD_bbr_min_rtt], 3);
	assert_int_equal(value[FIELD_bbr_cwnd_gain], 5);
	assert_false(field_set__has(&present, FIELD_rtt));
}

static void differences_wrap_in_the_fields_own_width(void **state)
{
	assert_int_equal(field__difference(FIELD_segs_out, 5, 0xfffffffb), 10);
	assert_int_equal(field__difference(FIELD_segs_out, 0xfffffffb, 5), -10);
	assert_int_equal(field__difference(FIELD_total_rto, 1, 0xffff), 2);
	assert_int_equal(field__difference(FIELD_bytes_acked, 1ULL << 40, 1), (1ULL << 40) - 1);
	assert_int_equal(field__difference(FIELD_snd_una, 1, 2), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offsets_are_those_of_the_build_machines_tcp_info),
		cmocka_unit_test(the_fields_cover_struct_tcp_info_without_gap_or_overlap),
		cmocka_unit_test(names_are_unique_and_found_from_any_hint),
		cmocka_unit_test(a_short_tcp_info_leaves_later_fields_absent),
		cmocka_unit_test(bit_fields_and_widths_are_taken_apart),
		cmocka_unit_test(the_last_four_bytes_mean_something_else_since_7_0),
		cmocka_unit_test(attributes_are_decoded_by_their_own_layout),
		cmocka_unit_test(differences_wrap_in_the_fields_own_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
