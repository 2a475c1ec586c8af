/* SPDX-License-Identifier: BSD-2-Clause */
/* A table of cases, each a test; the first member of a case is its description. */
#ifndef TCPW_COMPARE_TESTS_CASES_H
#define TCPW_COMPARE_TESTS_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define CASES(table) table, sizeof((table)[0]), sizeof(table) / sizeof((table)[0])

/* Run judge on each case (in *state), then the others. The exit code for main(). */
static inline int cases__run(const void *table, size_t size, size_t count, CMUnitTestFunction judge,
			     const struct CMUnitTest *others, size_t others_count)
{
	struct CMUnitTest *tests = calloc(count + others_count, sizeof(*tests));
	int failed;

	if (!tests)
		abort();
	for (size_t i = 0; i < count; i++) {
		const char *const *description = (const void *)((const char *)table + i * size);

		tests[i] = (struct CMUnitTest){ *description, judge, NULL, NULL,
						(void *)description };
	}
	for (size_t i = 0; i < others_count; i++)
		tests[count + i] = others[i];
	failed = _cmocka_run_group_tests("cases", tests, count + others_count, NULL, NULL);
	free(tests);
	return failed;
}

#endif
