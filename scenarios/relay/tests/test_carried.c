// SPDX-License-Identifier: BSD-2-Clause
/* How far a ledger's flows were carried. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/relay/carried.h"
#include "timeline/temporary.h"

#define HEADER	"{\"timeline\":1,\"witness\":\"path\",\"backend\":\"relay\"}\n"
#define TRAILER "{\"trailer\":true,\"samples\":1,\"lost\":{}}\n"
#define PACKET(flow, dir, seq, len, flags, fate)                                                   \
	"{\"event\":\"packet\",\"t\":1,\"flow\":" #flow ",\"dir\":\"" dir "\",\"seq\":" #seq          \
	",\"len\":" #len ",\"flags\":\"" flags "\",\"fate\":\"" fate "\"}\n"
#define SYN PACKET(0, "c2s", 4294967295, 0, "S", "delivered")

static const struct {
	const char *what, *lines, *want;
	int err;
} cases[] = {
	{ "nothing was carried", "", "" },
	{ "a SYN alone, sent again", SYN SYN, "0 c2s 2 0 0\n" },
	{ "payload counts from 0, whatever the numbers, and dropped bytes too",
	  SYN PACKET(0, "c2s", 0, 100, "A", "loss") PACKET(0, "c2s", 100, 50, "PA", "queue"),
	  "0 c2s 1 150 0\n" },
	{ "what is sent again carries no further", SYN PACKET(0, "c2s", 0, 100, "A", "loss")
	  PACKET(0, "c2s", 0, 100, "A", "delivered"), "0 c2s 1 100 0\n" },
	{ "segments of other boundaries",
	  SYN PACKET(0, "c2s", 0, 100, "A", "delivered") PACKET(0, "c2s", 50, 100, "A", "delivered"),
	  "0 c2s 1 150 0\n" },
	{ "behind a gap nothing is known, even if it is filled",
	  SYN PACKET(0, "c2s", 0, 100, "A", "delivered") PACKET(0, "c2s", 200, 100, "A", "delivered")
	  PACKET(0, "c2s", 100, 100, "A", "delivered") PACKET(0, "c2s", 300, 100, "A", "delivered"),
	  "0 c2s 1 100 0\n" },
	{ "a FIN counts without payload only, sent again too",
	  SYN PACKET(0, "c2s", 0, 10, "FA", "loss") PACKET(0, "c2s", 10, 0, "FA", "loss")
	  PACKET(0, "c2s", 10, 0, "FA", "delivered"), "0 c2s 1 10 2\n" },
	{ "pure ACKs carry nothing", SYN PACKET(0, "c2s", 0, 0, "A", "loss"), "0 c2s 1 0 0\n" },
	{ "a copy is the path's own",
	  SYN "{\"event\":\"packet\",\"t\":1,\"flow\":0,\"dir\":\"c2s\",\"seq\":0,\"len\":100,"
	  "\"flags\":\"A\",\"fate\":\"delivered\",\"copy\":1}\n", "0 c2s 1 0 0\n" },
	{ "flows and directions apart",
	  PACKET(0, "c2s", 7, 0, "S", "delivered") PACKET(0, "s2c", 9, 0, "SA", "delivered")
	  PACKET(1, "c2s", 1, 0, "S", "delivered") PACKET(1, "c2s", 2, 30, "A", "delivered")
	  PACKET(0, "s2c", 10, 20, "A", "delivered"),
	  "0 c2s 1 0 0\n0 s2c 1 20 0\n1 c2s 1 30 0\n" },
	{ "what is no segment", "{\"event\":\"other\",\"t\":1,\"dir\":\"c2s\"}\n", "" },
	{ "a packet without numbers", "{\"event\":\"packet\",\"t\":1,\"flow\":0,\"flags\":\"A\"}\n",
	  NULL, -EBADMSG },
	{ "a packet of a flow that cannot be", PACKET(4294967296, "c2s", 0, 0, "A", "loss"), NULL,
	  -EBADMSG },
};

static char *carried_of(const char *text, int want)
{
	char path[TEMPORARY_PATH_MAX], *got = NULL, why[512] = "";
	FILE *file, *out;
	size_t size = 0;

	assert_int_equal(temporary__file(path), 0);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	out = open_memstream(&got, &size);
	assert_non_null(out);
	assert_int_equal(carried__print(path, out, why, sizeof(why)), want);
	assert_int_equal(!*why, !want);
	fclose(out);
	unlink(path);
	return got;
}

static void each_direction_has_its_extent(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[4096], *got;

		snprintf(text, sizeof(text), "%s%s%s", HEADER, cases[i].lines, TRAILER);
		got = carried_of(text, cases[i].err);
		if (cases[i].want && strcmp(got, cases[i].want))
			fail_msg("%s: %s", cases[i].what, got);
		free(got);
	}
}

static void what_is_no_whole_ledger_is_refused(void **state)
{
	free(carried_of(HEADER SYN, -ENODATA));
	free(carried_of("{\"timeline\":1,\"witness\":\"path\",\"backend\":\"netem\"}\n", -EMEDIUMTYPE));
	free(carried_of(HEADER TRAILER SYN, -EBADMSG));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_direction_has_its_extent),
		cmocka_unit_test(what_is_no_whole_ledger_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
