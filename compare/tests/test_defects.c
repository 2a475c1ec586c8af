// SPDX-License-Identifier: BSD-2-Clause
/*
 * Every transformation of the catalogue of seeded defects turns the verdict, and the verdict names
 * the field or the cause. `make defects` prints the same as a table, with faulty probes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "compare/defects/edit_values.h"
#include "compare/defects/lacks.h"
#include "timeline/temporary.h"

static const char *fixtures(void)
{
	return getenv("TCPW_FIXTURES") ?: "compare/tests/fixtures";
}

static void is_caught(void **state)
{
	const struct defect *d = *state;
	struct trial t;

	trial__run(&t, d, fixtures());
	if (t.outcome != (d->blind ? OUTCOME_BLIND : OUTCOME_CAUGHT))
		print_error("%s: %s%s%s %s\n", d->name, outcome__name(t.outcome),
			    t.by.check[0] ? "; named instead: " : "",
			    t.by.check[0] ? t.by.check : t.why,
			    t.by.check[0] ? t.by.reason : "");
	assert_int_equal(t.outcome, d->blind ? OUTCOME_BLIND : OUTCOME_CAUGHT);
}

static void no_name_is_there_twice(void **state)
{
	for (unsigned int i = 0; i < catalogue_of_defects_count; i++)
		for (unsigned int k = 0; k < i; k++)
			assert_string_not_equal(catalogue_of_defects[i].name,
						catalogue_of_defects[k].name);
}

/* The machinery itself: what is no defect is missed, what changes nothing is no test. */
static void what_is_no_defect_is_not_caught(void **state)
{
	struct defect d = catalogue_of_defects[0];
	struct trial t;

	d.k = 0;
	trial__run(&t, &d, fixtures());
	assert_int_equal(t.outcome, OUTCOME_BROKEN);
	assert_non_null(strstr(t.why, "changes nothing"));
	d.fixture = "none";
	trial__run(&t, &d, fixtures());
	assert_int_equal(t.outcome, OUTCOME_BROKEN);
	d = catalogue_of_defects[0];
	d.named = "rtt"; /* another field than the one that is spoilt */
	trial__run(&t, &d, fixtures());
	assert_int_equal(t.outcome, OUTCOME_MISNAMED);
}

/* A field that the kernel of the recording does not have cannot be spoilt: no kernel but 7.0 has ecn_mode. */
static void a_field_that_the_kernel_lacks_is_told(void **state)
{
	struct defect d = { .name = "netlink ecn_mode off by one", .fixture = "segment",
			    .target = TARGET_NETLINK, .tape = edit_add, .field = FIELD_ecn_mode,
			    .k = 1, .expected = STATUS_FAIL };
	char dir[512];
	struct trial t;

	snprintf(dir, sizeof(dir), "%s/segment", fixtures());
	trial__run(&t, &d, fixtures());
	lacks__explain(&t, &d, dir, fixtures());
	assert_int_equal(t.outcome, OUTCOME_LACKS);
	assert_string_equal(t.why, "this kernel has no ecn_mode");

	d.field = FIELD_rtt; /* which it has: what is missed is missed */
	t.outcome = OUTCOME_MISSED;
	lacks__explain(&t, &d, dir, fixtures());
	assert_int_equal(t.outcome, OUTCOME_MISSED);
}

/* What could not be recorded at all: the words are left beside where it would be. */
static void a_run_that_the_kernel_cannot_record_is_told(void **state)
{
	struct trial t = { .outcome = OUTCOME_BROKEN };
	char dir[TEMPORARY_PATH_MAX], run[TEMPORARY_PATH_MAX + 8], path[sizeof(run) + 8];
	FILE *f;

	assert_int_equal(temporary__directory(dir), 0);
	snprintf(run, sizeof(run), "%s/poll", dir);
	snprintf(path, sizeof(path), "%s.lacks", run);
	lacks__explain(&t, &catalogue_of_defects[0], run, fixtures());
	assert_int_equal(t.outcome, OUTCOME_BROKEN);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("this kernel refuses poll\n", f);
	fclose(f);
	lacks__explain(&t, &catalogue_of_defects[0], run, fixtures());
	assert_int_equal(t.outcome, OUTCOME_LACKS);
	assert_string_equal(t.why, "this kernel refuses poll");
	unlink(path);
	rmdir(dir);
}

/* The probe's timeline of a recording, in dir, as of a kernel where TCP_INFO cannot be followed. */
static void copy_without_marks(const char *dir)
{
	static char line[1 << 16];
	char path[512], *marks;
	FILE *in, *out;

	snprintf(path, sizeof(path), "%s/segment/probe.jsonl", fixtures());
	in = fopen(path, "r");
	snprintf(path, sizeof(path), "%s/probe.jsonl", dir);
	out = fopen(path, "w");
	assert_true(in && out);
	while (fgets(line, sizeof(line), in)) {
		marks = strstr(line, "\"marks\":true");
		if (marks)
			fprintf(out, "%.*s\"marks\":false%s", (int)(marks - line), line,
				marks + strlen("\"marks\":true"));
		else
			fputs(line, out);
	}
	fclose(in);
	fclose(out);
}

static const struct defect *find(const char *name)
{
	for (unsigned int i = 0; i < catalogue_of_defects_count; i++)
		if (!strcmp(catalogue_of_defects[i].name, name))
			return &catalogue_of_defects[i];
	fail_msg("no defect %s", name);
	return NULL;
}

static void marks_are_to_blame_only_where_nothing_else_would_catch_it(void **state)
{
	static const struct {
		const char *name;
		enum outcome outcome;
	} cases[] = {
		{ "iperf3 rttvar off by one", OUTCOME_LACKS },
		{ "iperf3 bytes at the end off by one", OUTCOME_MISSED }, /* bytes: no mark */
		{ "netlink segs_in constant", OUTCOME_MISSED },		  /* bracketing */
	};
	char dir[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX + 16], whole[512];

	assert_int_equal(temporary__directory(dir), 0);
	copy_without_marks(dir);
	snprintf(whole, sizeof(whole), "%s/segment", fixtures());
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct trial t = { .outcome = OUTCOME_MISSED };

		lacks__explain(&t, find(cases[i].name), dir, fixtures());
		if (t.outcome != cases[i].outcome)
			fail_msg("%s: %s", cases[i].name, outcome__name(t.outcome));
		t.outcome = OUTCOME_MISSED; /* a recording with marks excuses nothing */
		lacks__explain(&t, find(cases[i].name), whole, fixtures());
		assert_int_equal(t.outcome, OUTCOME_MISSED);
	}
	snprintf(path, sizeof(path), "%s/probe.jsonl", dir);
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(no_name_is_there_twice),
		cmocka_unit_test(what_is_no_defect_is_not_caught),
		cmocka_unit_test(a_field_that_the_kernel_lacks_is_told),
		cmocka_unit_test(a_run_that_the_kernel_cannot_record_is_told),
		cmocka_unit_test(marks_are_to_blame_only_where_nothing_else_would_catch_it),
	};
	const unsigned int n = catalogue_of_defects_count, more = sizeof(others) / sizeof(others[0]);
	struct CMUnitTest *tests = calloc(n + more, sizeof(*tests));
	int failed;

	if (!tests)
		return 1;
	for (unsigned int i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){ catalogue_of_defects[i].name, is_caught, NULL, NULL,
						(void *)&catalogue_of_defects[i] };
	memcpy(tests + n, others, sizeof(others));
	failed = _cmocka_run_group_tests("seeded defects", tests, n + more, NULL, NULL);
	free(tests);
	return failed;
}
