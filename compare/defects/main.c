// SPDX-License-Identifier: BSD-2-Clause
/*
 * Puts the catalogue of seeded defects to the test and prints it as a table: `make defects`.
 *
 *	defects [FIXTURES]		every transformation (default: compare/tests/fixtures)
 *	defects --live NAME FIELD DIR	judge DIR, recorded by a faulty probe; FIELD must be named
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "timeline/cli.h"

int main(int argc, char **argv)
{
	const char *fixtures = argc > 1 ? argv[1] : "compare/tests/fixtures";
	unsigned int caught = 0, missed = 0, blind = 0;

	if (argc == 5 && !strcmp(argv[1], "--live"))
		return table__live(argv[2], argv[3], argv[4]) ? EXIT_FAIL : EXIT_PASS;
	if (argc > 2 || fixtures[0] == '-') {
		fprintf(stderr, "usage: defects [FIXTURES] | defects --live NAME FIELD RUN_DIR\n");
		return EXIT_USAGE;
	}
	table__head();
	for (unsigned int i = 0; i < catalogue_of_defects_count; i++) {
		int rc = table__line(&catalogue_of_defects[i], fixtures);

		caught += !rc;
		missed += rc < 0;
		blind += rc > 0;
	}
	printf("%u that cannot be caught, each with its reason\n", blind);
	printf("%u caught, %u missed\n", caught, missed);
	return missed ? EXIT_FAIL : EXIT_PASS;
}
