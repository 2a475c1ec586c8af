// SPDX-License-Identifier: BSD-2-Clause
/*
 * Every transformation of the catalogue of seeded defects turns the verdict, and the verdict names
 * the field or the cause. `make defects` prints the same as a table, with faulty probes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/defects/trial.h"

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

int main(void)
{
	struct CMUnitTest *tests = calloc(catalogue_of_defects_count + 2, sizeof(*tests));
	int failed;

	if (!tests)
		return 1;
	for (unsigned int i = 0; i < catalogue_of_defects_count; i++)
		tests[i] = (struct CMUnitTest){ catalogue_of_defects[i].name, is_caught, NULL, NULL,
						(void *)&catalogue_of_defects[i] };
	tests[catalogue_of_defects_count] =
		(struct CMUnitTest)cmocka_unit_test(no_name_is_there_twice);
	tests[catalogue_of_defects_count + 1] =
		(struct CMUnitTest)cmocka_unit_test(what_is_no_defect_is_not_caught);
	failed = _cmocka_run_group_tests("seeded defects", tests, catalogue_of_defects_count + 2,
					 NULL, NULL);
	free(tests);
	return failed;
}
