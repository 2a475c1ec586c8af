// SPDX-License-Identifier: BSD-2-Clause
/*
 * Damages messages and decodes them: nothing may be read behind the bytes given, and whatever comes
 * out must lie within its field. Alone it runs a fixed number of seeded mutations, as a unit test
 * (fuzz_decode [COUNT [SEED]]); for libFuzzer, leave out main:
 *	clang -fsanitize=fuzzer,address -DFUZZER -I. -D_GNU_SOURCE netlink/tests/fuzz_decode.c
 *		netlink/decode.c timeline/catalogue.c
 * AFL feeds one input on stdin: fuzz_decode -
 */
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "message.h"
#include "netlink/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const struct decode_layout layouts[] = {
		{.tcp_info = TCP_INFO_LAYOUT_6_18},
		{.tcp_info = TCP_INFO_LAYOUT_7_0},
		{.tcp_info_max = 276},
	};
	static const enum sample_event events[] = {EVENT_sample, EVENT_destroy};
	struct sample s;

	for (unsigned int i = 0; i < 6; i++) {
		s.event = events[i % 2];
		if (decode__message(bytes, len, &layouts[i / 2], 0, &s))
			continue;
		for (enum field f = 0; f < FIELD_COUNT; f++)
			if (sample__has(&s, f) && s.value[f] > field_all_ones(f))
				abort();
		if (!memchr(s.cong, 0, sizeof(s.cong)) || !memchr(s.ulp, 0, sizeof(s.ulp)))
			abort();
	}
	decode__info_length(bytes, len);
	return 0;
}

#ifndef FUZZER

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* xorshift64: the same mutations everywhere */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Decode a copy of exactly len bytes, so that a step too far is seen by ASan or valgrind. */
static void try_bytes(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ?: 1);

	memcpy(copy, bytes, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static void mutate(struct message *m, uint64_t *random)
{
	for (uint64_t n = next_random(random) % 8 + 1; n; n--) {
		uint64_t r = next_random(random), at = (r >> 8) % m->len;

		switch (r % 5) {
		case 0:
			m->bytes[at] = r >> 40;
			break;
		case 1:
			m->bytes[at] ^= 1 << (r >> 40) % 8;
			break;
		case 2: /* a length or type, most likely */
			m->bytes[at & ~3ul] = (r >> 40) % 16;
			break;
		case 3: /* cut, and say so in the header or not */
			m->len = at + 1;
			if (m->len >= NLMSG_HDRLEN && r >> 63)
				message__header(m)->nlmsg_len = m->len;
			break;
		case 4:
			memset(m->bytes + at, 0xff, m->len - at < 4 ? m->len - at : 4);
			break;
		}
	}
}

static unsigned long count = 20000;
static uint64_t seed = 20250917;

static void damaged_messages_are_survived(void **state)
{
	static const size_t info_lengths[] = {104, 160, 232, 248, 280, 300};
	uint64_t random = seed;
	struct message m;

	for (unsigned long i = 0; i < count; i++) {
		message__everything(&m, i % 2 ? AF_INET : AF_INET6,
				    info_lengths[next_random(&random) % 6]);
		mutate(&m, &random);
		try_bytes(m.bytes, m.len);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(damaged_messages_are_survived)};
	struct message m;
	ssize_t n;

	if (argc > 1 && !strcmp(argv[1], "-")) {
		n = read(STDIN_FILENO, m.bytes, sizeof(m.bytes));
		if (n > 0)
			try_bytes(m.bytes, n);
		return 0;
	}
	if (argc > 1)
		count = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 10);
	return cmocka_run_group_tests_name("netlink decode, damaged", tests, NULL, NULL);
}
#endif
