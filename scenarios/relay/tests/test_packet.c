// SPDX-License-Identifier: BSD-2-Clause
/* Packets as bytes: what is read from them, what damage does, marks and answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "scenarios/relay/checksum.h"
#include "scenarios/relay/flow_table.h"
#include "scenarios/relay/packet.h"
#include "scenarios/relay/too_big.h"

/* 10.77.1.1:40000 > 10.77.2.1:5201, ECT(0), seq 1000, ack 2000, PA, timestamps 7 and 8, two SACK
 * blocks, four bytes */
/* clang-format off: 16 bytes a line */
static const uint8_t segment4[] = {
	0x45, 0x02, 0x00, 0x50, 0x00, 0x01, 0x40, 0x00, 0x40, 0x06, 0x00, 0x00, 10, 77, 1, 1,
	10, 77, 2, 1, 0x9c, 0x40, 0x14, 0x51, 0, 0, 0x03, 0xe8, 0, 0, 0x07, 0xd0,
	0xe0, 0x18, 0x01, 0xf6, 0, 0, 0, 0, 1, 1, 8, 10, 0, 0, 0, 7,
	0, 0, 0, 8, 1, 1, 5, 18, 0, 0, 0, 1, 0, 0, 0, 2,
	0xff, 0xff, 0xff, 0xff, 0, 0, 0, 3, 0, 0, 0, 0, 'd', 'a', 't', 'a',
};

/* fd77:1::1:1 > fd77:2::1:2, behind a hop-by-hop header, ECT(1), SYN */
static const uint8_t segment6[] = {
	0x60, 0x10, 0, 0, 0, 28, 0, 64, 0xfd, 0x77, 0, 1, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 1, 0xfd, 0x77, 0, 2, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 1, 6, 0, 1, 4, 0, 0, 0, 0,
	0, 1, 0, 2, 0, 0, 0, 9, 0, 0, 0, 0, 0x50, 0x02, 0, 5,
	0, 0, 0, 0,
};
/* clang-format on */

static void a_segment_is_read_whole(void **state)
{
	struct packet p;

	assert_int_equal(packet__parse(&p, segment4, sizeof(segment4)), 0);
	assert_true(p.tcp && !p.local && p.timestamps);
	assert_int_equal(p.family, AF_INET);
	assert_int_equal(p.ip_len, 80);
	assert_int_equal(p.ecn, 2);
	assert_memory_equal(p.source, "\x0a\x4d\x01\x01", 4);
	assert_int_equal(p.source_port, 40000);
	assert_int_equal(p.destination_port, 5201);
	assert_int_equal(p.seq, 1000);
	assert_int_equal(p.ack, 2000);
	assert_int_equal(p.flags, FLAG_PSH | FLAG_ACK);
	assert_int_equal(p.window, 502);
	assert_int_equal(p.len, 4);
	assert_int_equal(p.tsval, 7);
	assert_int_equal(p.tsecr, 8);
	assert_int_equal(p.sacks, 2);
	assert_int_equal(p.sack[1][0], UINT32_MAX);
	assert_int_equal(p.sack[1][1], 3);
	assert_int_equal(packet__parse(&p, segment6, sizeof(segment6)), 0);
	assert_true(p.tcp && !p.local);
	assert_int_equal(p.family, AF_INET6);
	assert_int_equal(p.ip_len, 68);
	assert_int_equal(p.ecn, 1);
	assert_int_equal(p.protocol, IPPROTO_TCP);
	assert_int_equal(p.seq, 9);
	assert_int_equal(p.flags, FLAG_SYN);
	assert_int_equal(p.len, 0);
}

static void no_prefix_and_no_damaged_byte_is_read_beyond_its_end(void **state)
{
	static const struct {
		const uint8_t *data;
		size_t size;
	} cases[] = { { segment4, sizeof(segment4) }, { segment6, sizeof(segment6) } };
	struct packet p;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t size = 0; size <= cases[i].size; size++) {
			uint8_t copy[sizeof(segment4)]; /* exact, for valgrind and sanitizers */
			uint8_t *end = copy + sizeof(copy) - size;

			memcpy(end, cases[i].data, size);
			if (size < cases[i].size)
				assert_int_not_equal(packet__parse(&p, end, size), 0);
			for (size_t at = 0; at < size; at++)
				for (unsigned int value = 0; value < 256; value++) {
					uint8_t was = end[at];

					end[at] = (uint8_t)value;
					if (!packet__parse(&p, end, size))
						assert_true(p.ip_len <= size && p.len <= size);
					end[at] = was;
				}
		}
}

static void what_is_no_segment_is_none(void **state)
{
	static const struct {
		const char *what;
		size_t at;
		uint8_t value;
		bool ok, tcp, local;
	} cases[] = {
		{ "UDP", 9, 17, true, false, false },
		{ "a first fragment", 6, 0x20, true, false, false },
		{ "a later fragment", 7, 1, true, false, false },
		{ "a header as long as the segment", 32, 0xf0, true, true, false },
		{ "a header shorter than a header", 32, 0x40, true, false, false },
		{ "multicast", 16, 224, true, true, true },
		{ "IP version 5", 0, 0x55, false, false, false },
		{ "an IP header without room", 0, 0x44, false, false, false },
		{ "longer than it is", 3, 0x51, false, false, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t data[sizeof(segment4)];
		struct packet p;

		memcpy(data, segment4, sizeof(data));
		data[cases[i].at] = cases[i].value;
		if (!packet__parse(&p, data, sizeof(data)) != cases[i].ok)
			fail_msg("%s", cases[i].what);
		if (cases[i].ok && (p.tcp != cases[i].tcp || p.local != cases[i].local))
			fail_msg("%s: tcp %d, local %d", cases[i].what, p.tcp, p.local);
	}
}

/* The sum over all that a right checksum covers, itself included, is all ones. */
static bool sums_up(uint32_t sum)
{
	uint8_t zero[2];

	checksum__store(zero, sum);
	return !zero[0] && !zero[1];
}

static void a_mark_keeps_the_checksum_right(void **state)
{
	uint8_t data[sizeof(segment4)];

	for (unsigned int id = 0; id < 65536; id++) {
		memcpy(data, segment4, sizeof(data));
		data[1] = id & 1 ? 2 : 1;
		data[4] = (uint8_t)(id >> 8);
		data[5] = (uint8_t)id;
		checksum__store(data + 10, checksum__add(0, data, 20));
		packet__mark_ce(data);
		if ((data[1] & 3) != ECN_CE || !sums_up(checksum__add(0, data, 20)))
			fail_msg("id %u", id);
	}
	memcpy(data, segment6, sizeof(segment6));
	packet__mark_ce(data);
	assert_int_equal(data[1], 0x30);
	data[1] = segment6[1];
	assert_memory_equal(data, segment6, sizeof(segment6)); /* and nothing else changed */
}

static void too_big_packets_are_answered(void **state)
{
	uint8_t data[1500], answer[TOO_BIG_BYTES];
	size_t size;

	memset(data, 0xa5, sizeof(data));
	memcpy(data, segment4, sizeof(segment4));
	size = too_big__answer(answer, data, sizeof(data), 1400);
	assert_int_equal(size, 576);
	assert_int_equal(answer[2] << 8 | answer[3], size);
	assert_true(sums_up(checksum__add(0, answer, 20)));
	assert_true(sums_up(checksum__add(0, answer + 20, size - 20)));
	assert_memory_equal(answer + 12, data + 16, 4);
	assert_memory_equal(answer + 16, data + 12, 4);
	assert_memory_equal(answer + 20, "\x03\x04", 2);
	assert_memory_equal(answer + 26, "\x05\x78", 2);
	assert_memory_equal(answer + 28, data, size - 28);

	memcpy(data, segment6, sizeof(segment6));
	size = too_big__answer(answer, data, sizeof(data), 1400);
	assert_int_equal(size, 1280);
	assert_int_equal(answer[4] << 8 | answer[5], size - 40);
	/* addresses, then length and protocol as RFC 8200 puts them */
	assert_true(sums_up(checksum__add(checksum__add((uint32_t)size - 40 + 58, answer + 8, 32),
					  answer + 40, size - 40)));
	assert_memory_equal(answer + 8, data + 24, 16);
	assert_memory_equal(answer + 40, "\x02\x00", 2);
	assert_memory_equal(answer + 44, "\x00\x00\x05\x78", 4);
	assert_memory_equal(answer + 48, data, size - 48);
}

static struct packet packet_of(uint16_t from, uint16_t to, uint32_t seq, uint8_t flags)
{
	struct packet p = { .family = AF_INET,
			    .tcp = true,
			    .seq = seq,
			    .flags = flags,
			    .source_port = from,
			    .destination_port = to };

	/* Addresses belong to ports here: both directions have the same pair. */
	p.source[3] = from == 5201 ? 2 : 1;
	p.destination[3] = to == 5201 ? 2 : 1;
	return p;
}

static void flows_are_numbered_by_their_first_syn(void **state)
{
	static const struct {
		const char *what;
		uint16_t from, to;
		uint32_t seq;
		uint8_t flags;
		enum direction dir;
		uint32_t flow;
		bool is_new;
	} cases[] = {
		{ "a SYN begins one", 1, 5201, 10, FLAG_SYN, DIR_C2S, 0, true },
		{ "sent again it does not", 1, 5201, 10, FLAG_SYN, DIR_C2S, 0, false },
		{ "nor does its answer", 5201, 1, 90, FLAG_SYN | FLAG_ACK, DIR_S2C, 0, false },
		{ "another port", 2, 5201, 10, FLAG_SYN, DIR_C2S, 1, true },
		{ "data of the first", 1, 5201, 11, FLAG_ACK, DIR_C2S, 0, false },
		{ "the same ports begin anew", 1, 5201, 500, FLAG_SYN, DIR_C2S, 2, true },
		{ "and are that flow then", 5201, 1, 91, FLAG_ACK, DIR_S2C, 2, false },
		{ "one that was there before", 3, 5201, 7, FLAG_ACK, DIR_C2S, 3, true },
		{ "begun by the server's side", 5201, 4, 7, FLAG_SYN, DIR_S2C, 4, true },
	};
	struct flow_table *t;

	assert_int_equal(flow_table__new(&t), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct packet p =
			packet_of(cases[i].from, cases[i].to, cases[i].seq, cases[i].flags);
		bool is_new;
		uint32_t flow = flow_table__find(t, &p, cases[i].dir, &is_new);

		if (flow != cases[i].flow || is_new != cases[i].is_new)
			fail_msg("%s: flow %u, new %d", cases[i].what, flow, is_new);
		half__offset(&flow_table__at(t, flow)->half[cases[i].dir], &p);
	}
	assert_int_equal(flow_table__count(t), 5);
	assert_int_equal(flow_table__at(t, 4)->port[DIR_C2S], 4);
	flow_table__free(t);
}

static void a_full_table_says_so(void **state)
{
	struct flow_table *t;
	bool is_new;

	assert_int_equal(flow_table__new(&t), 0);
	for (uint32_t i = 0; i < FLOWS_MAX; i++) {
		struct packet p = packet_of((uint16_t)i, 5201, i, FLAG_SYN);

		p.source[0] = (uint8_t)(i >> 16);
		assert_int_equal(flow_table__find(t, &p, DIR_C2S, &is_new), i);
	}
	for (unsigned int i = 0; i < 2; i++) {
		struct packet p = packet_of(1, 5201, 1, FLAG_ACK);

		p.source[0] = i ? 99 : 0;
		assert_int_equal(flow_table__find(t, &p, DIR_C2S, &is_new), i ? NO_FLOW : 1);
	}
	flow_table__free(t);
}

static void offsets_go_on_where_sequence_numbers_wrap(void **state)
{
	struct half h = { 0 };
	struct packet p = packet_of(1, 5201, UINT32_MAX - 10, FLAG_SYN);

	assert_int_equal(half__offset(&h, &p), 0);
	p.flags = FLAG_ACK;
	for (uint64_t at = 0; at < 3 * (1ull << 32); at += 1000000000) {
		p.seq = (uint32_t)(UINT32_MAX - 9 + at);
		assert_int_equal(half__offset(&h, &p), at);
		h.high = at + 1000000000;
		p.seq -= 5;
		assert_int_equal(half__offset(&h, &p), (int64_t)at - 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_segment_is_read_whole),
		cmocka_unit_test(no_prefix_and_no_damaged_byte_is_read_beyond_its_end),
		cmocka_unit_test(what_is_no_segment_is_none),
		cmocka_unit_test(a_mark_keeps_the_checksum_right),
		cmocka_unit_test(too_big_packets_are_answered),
		cmocka_unit_test(flows_are_numbered_by_their_first_syn),
		cmocka_unit_test(a_full_table_says_so),
		cmocka_unit_test(offsets_go_on_where_sequence_numbers_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
