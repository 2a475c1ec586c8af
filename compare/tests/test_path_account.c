// SPDX-License-Identifier: BSD-2-Clause
/* path.jsonl: whatever is wrong in it is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/path_ledger.h"
#include "path_story.h"
#include "synthetic.h"

#define HEADER "{\"timeline\":1,\"witness\":\"path\",\"clock\":\"CLOCK_MONOTONIC\",\"base_ns\":0,\"backend\":\"relay\"}\n"
#define PACKET(more) "{\"event\":\"packet\",\"t\":5,\"flow\":0,\"dir\":\"c2s\",\"seq\":1,\"len\":0,\"flags\":\"S\"," more "}\n"
#define BAD(must, text, why) { must, { NULL }, "witness", STATUS_ERROR, why, { .path = text } }

static void a_bad_account_is_named(void **state)
{
	static const struct path_case cases[] = {
		{ "missing", { NULL }, "witness", STATUS_ERROR, "path.jsonl: missing", { .path = "-" } },
		{ "cut", { OPEN, DATA, SEEN }, "witness", STATUS_ERROR, "trailer", { .no_trailer = true } },
		BAD("empty", "", "empty"),
		BAD("no JSON", "hello\n", "not JSON"),
		BAD("cut in a line", "{\"timeline\":1", "cut"),
		BAD("no header", FLOW, "not the header"),
		BAD("another schema", "{\"timeline\":2,\"witness\":\"path\"}\n", "schema version 2"),
		BAD("another witness", "{\"timeline\":1,\"witness\":\"probe\"}\n", "\"probe\""),
		BAD("another clock",
		    "{\"timeline\":1,\"witness\":\"path\",\"clock\":\"CLOCK_REALTIME\",\"backend\":\"relay\"}\n",
		    "CLOCK_MONOTONIC"),
		BAD("no base",
		    "{\"timeline\":1,\"witness\":\"path\",\"clock\":\"CLOCK_MONOTONIC\",\"backend\":\"relay\"}\n",
		    "base_ns"),
		BAD("another backend",
		    "{\"timeline\":1,\"witness\":\"path\",\"clock\":\"CLOCK_REALTIME\",\"backend\":\"netem\"}\n" TRAILER("0"),
		    "\"netem\""),
		BAD("without a packet", HEADER TRAILER("0"), "without a packet"),
		BAD("unsorted",
		    HEADER FLOW PACKET("\"fate\":\"loss\"") "{\"event\":\"other\",\"t\":4}\n" TRAILER("3"),
		    "backwards, by 1 ns"),
		BAD("an unknown flow", HEADER PACKET("\"fate\":\"loss\"") TRAILER("1"), "not announced"),
		BAD("a flow out of turn", HEADER FLOW FLOW TRAILER("2"), "number 1 is due"),
		BAD("a flow without address", HEADER "{\"event\":\"flow\",\"t\":1,\"flow\":0}\n", "address"),
		BAD("an unknown event", HEADER "{\"event\":\"pocket\",\"t\":1}\n", "pocket"),
		BAD("an unknown key", HEADER FLOW PACKET("\"fate\":\"loss\",\"fait\":1"), "\"fait\""),
		BAD("an unknown fate", HEADER FLOW PACKET("\"fate\":\"lost\""), "\"fate\""),
		BAD("a wrong type", HEADER FLOW PACKET("\"fate\":\"loss\",\"ip_len\":\"40\",\"win\":[]"), "\"win\""),
		BAD("a negative number", HEADER FLOW PACKET("\"fate\":\"loss\",\"tsval\":-1"), "tsval"),
		BAD("a number too large", HEADER FLOW PACKET("\"fate\":\"loss\",\"tsval\":4294967296"), "tsval"),
		BAD("a fraction", HEADER FLOW PACKET("\"fate\":\"loss\",\"tsval\":1.5"), "tsval"),
		BAD("ack without A", HEADER FLOW PACKET("\"fate\":\"loss\",\"ack\":1"), "go together"),
		BAD("delivered without out", HEADER FLOW PACKET("\"fate\":\"delivered\""), "\"out\""),
		BAD("dropped with out", HEADER FLOW PACKET("\"fate\":\"loss\",\"out\":9"), "\"out\""),
		BAD("out before t", HEADER FLOW PACKET("\"fate\":\"delivered\",\"out\":4"), "before it was sent"),
		BAD("an unknown flag", HEADER FLOW "{\"event\":\"packet\",\"t\":5,\"flags\":\"X\"}\n", "flags"),
		BAD("sack that is no list", HEADER FLOW PACKET("\"fate\":\"loss\",\"sack\":3"), "sack"),
		BAD("sack of three", HEADER FLOW PACKET("\"fate\":\"loss\",\"sack\":[[1,2,3]]"), "sack"),
		BAD("too many sacks",
		    HEADER FLOW PACKET("\"fate\":\"loss\",\"sack\":[[1,2],[1,2],[1,2],[1,2],[1,2]]"), "sack"),
		BAD("ecn of 4", HEADER FLOW PACKET("\"fate\":\"loss\",\"ecn\":4"), "ecn"),
		BAD("lines lost", HEADER FLOW TRAILER("2"), "lost or added"),
		BAD("garbage behind the trailer", HEADER TRAILER("0") "x\n", "follows the trailer"),
		BAD("a trailer of another kind", HEADER "{\"trailer\":true}\n", "trailer cannot"),
		BAD("the relay lost lines",
		    HEADER FLOW PACKET("\"fate\":\"loss\"") "{\"trailer\":true,\"samples\":2,\"lost\":{\"ledger\":3},\"notes\":{}}\n",
		    "lost 3"),
		BAD("the relay was overrun", HEADER FLOW PACKET("\"fate\":\"overrun\"") TRAILER("2"), "lost 1"),
	};

	JUDGE(cases);
}

/* A number that follows from the one before. */
static uint32_t next_number(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Spoil some bytes of text: digits to other digits, and now and then anything to anything. */
static void spoil(char *text, size_t len, uint32_t seed)
{
	uint32_t state = seed, spoilt = 1 + seed % 4;

	for (uint32_t tries = 0; spoilt && tries < 10000; tries++) {
		char *c = &text[next_number(&state) % len];

		if (seed % 3 && (*c < '0' || *c > '9'))
			continue;
		*c = seed % 3 ? '0' + next_number(&state) % 10 : next_number(&state) % 255 + 1;
		spoilt--;
	}
}

static void whatever_is_in_it_an_account_is_read_or_refused_with_a_reason(void **state)
{
	const char *fixtures = getenv("TCPW_FIXTURES") ?: "compare/tests/fixtures";
	char from[RUN_PATH_MAX], dir[TEMPORARY_PATH_MAX], name[RUN_PATH_MAX];
	struct run *run = calloc(1, sizeof(*run));
	unsigned int refused = 0;
	char *good;

	assert_non_null(run);
	assert_int_equal(temporary__directory(dir), 0);
	strcpy(run->dir, dir);
	snprintf(name, sizeof(name), "%s/path.jsonl", dir);
	assert_int_equal(run__path(fixtures, "path", from), 0);
	good = slurp(from, "path.jsonl");
	assert_non_null(good);
	for (uint32_t seed = 0; seed < 300; seed++) {
		char *text = strdup(good);
		struct path_ledger l;
		FILE *f = fopen(name, "w");

		assert_non_null(text);
		assert_non_null(f);
		spoil(text, strlen(text), seed);
		fputs(text, f);
		assert_int_equal(fclose(f), 0);
		assert_int_equal(path_ledger__open(&l, run), 0);
		path_ledger__advance(&l, UINT64_MAX);
		path_ledger__finish(&l);
		assert_false(l.out_of_memory);
		assert_true(l.whole != !!l.why[0]);
		assert_null(strstr(l.why, dir));
		refused += l.why[0] != 0;
		path_ledger__close(&l);
		free(text);
	}
	assert_true(refused > 30 && refused < 300);
	free(good);
	free(run);
	synthetic__remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bad_account_is_named),
		cmocka_unit_test(whatever_is_in_it_an_account_is_read_or_refused_with_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
