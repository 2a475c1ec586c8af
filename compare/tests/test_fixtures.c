// SPDX-License-Identifier: BSD-2-Clause
/* The recorded good runs, one per capture mode, are judged pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "synthetic.h"

static const char *fixtures(void)
{
	return getenv("TCPW_FIXTURES") ?: "compare/tests/fixtures";
}

static void a_good_run_is_judged_pass(void **state)
{
	const char *name = *state;
	char dir[RUN_PATH_MAX], output[TEMPORARY_PATH_MAX];
	struct judgement *j = malloc(sizeof(*j));

	assert_non_null(j);
	assert_int_equal(temporary__directory(output), 0);
	assert_int_equal(run__path(fixtures(), name, dir), 0);
	assert_int_equal(judge__run(j, dir, output, NULL), 0);
	synthetic__remove(output);
	if (j->verdict.status != STATUS_PASS)
		print_error("%s: %s\n", name, j->verdict.reason);
	assert_int_equal(j->verdict.status, STATUS_PASS);
	assert_true(j->verdict.compared > 1000);
	judge__free(j);
	free(j);
}

static void what_is_kept_names_no_folder_of_a_machine(void **state)
{
	static const char *const files[] = { "manifest.json", "iperf3.json",
					     "iperf3-server.json" };
	char dir[RUN_PATH_MAX];

	assert_int_equal(run__path(fixtures(), *state, dir), 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char *text = slurp(dir, files[i]);

		assert_non_null(text);
		assert_null(strstr(text, "/tmp"));
		assert_null(strstr(text, "/home"));
		assert_null(strstr(text, "/root"));
		free(text);
	}
}

int main(void)
{
#define FIXTURE(name)                                                                        \
	{ "a good run is judged pass: " name, a_good_run_is_judged_pass, NULL, NULL, name }, \
	{                                                                                    \
		"what is kept names no folder of a machine: " name,                          \
			what_is_kept_names_no_folder_of_a_machine, NULL, NULL, name          \
	}
	const struct CMUnitTest tests[] = {
		FIXTURE("segment"),
		FIXTURE("rtt"),
		FIXTURE("poll"),
		FIXTURE("state"),
		FIXTURE("bbr"),
		FIXTURE("path"),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
