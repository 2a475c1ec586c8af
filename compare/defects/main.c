// SPDX-License-Identifier: BSD-2-Clause
/*
 * Puts the catalogue of seeded defects to the test and prints it as a table: `make defects`.
 *
 *	defects [FIXTURES]		every transformation (default: compare/tests/fixtures)
 *	defects --live NAME FIELD DIR	judge DIR, recorded by a faulty probe; FIELD must be named
 *
 * FIXTURES recorded on another kernel: defects that it cannot show are told by name, with the reason,
 * and counted apart; --live ends with code 4 for one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "timeline/cli.h"

#define FIXTURES "compare/tests/fixtures"

static int live(char **argv)
{
	switch (table__live(argv[2], argv[3], argv[4], FIXTURES)) {
	case LINE_CAUGHT:
		return EXIT_PASS;
	case LINE_LACKS:
		return EXIT_SKIP;
	default:
		return EXIT_FAIL;
	}
}

int main(int argc, char **argv)
{
	const char *fixtures = argc > 1 ? argv[1] : FIXTURES;
	unsigned int count[4] = { 0 };

	if (argc == 5 && !strcmp(argv[1], "--live"))
		return live(argv);
	if (argc > 2 || fixtures[0] == '-') {
		fprintf(stderr, "usage: defects [FIXTURES] | defects --live NAME FIELD RUN_DIR\n");
		return EXIT_USAGE;
	}
	table__head();
	for (unsigned int i = 0; i < catalogue_of_defects_count; i++)
		count[table__line(&catalogue_of_defects[i], fixtures, FIXTURES)]++;
	printf("%u that cannot be caught, each with its reason\n", count[LINE_BLIND]);
	printf("%u caught, %u missed, %u lacking\n", count[LINE_CAUGHT], count[LINE_MISSED],
	       count[LINE_LACKS]);
	return count[LINE_MISSED] ? EXIT_FAIL : EXIT_PASS;
}
