// SPDX-License-Identifier: BSD-2-Clause
/* One foreign value of total_rto_time between the probe's: the one clock that may step back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/foreign_claim.h"
#include "cases.h"

static const struct test_case {
	const char *description;
	uint64_t floor, floor_recoveries, value, ceiling, ceiling_recoveries;
	uint64_t compared, moved, violations;
} cases[] = {
	{ "in between", 50, 1, 55, 60, 1, 1, 0, 0 },
	{ "less than before", 50, 1, 49, 60, 1, 1, 0, 1 },
	{ "more than behind", 50, 1, 61, 60, 1, 1, 0, 1 },
	/* tcp_update_rto_stats() overwrites rto_stamp */
	{ "behind the step back", 50, 1, 2, 7, 2, 0, 1, 0 },
	{ "before the step back", 50, 1, 55, 7, 2, 0, 1, 0 },
	{ "a new recovery without a step back", 50, 1, 55, 60, 2, 1, 0, 0 },
	{ "runs back without a new recovery", 50, 2, 55, 7, 2, 1, 0, 1 },
};

static void judge_case(void **state)
{
	const struct test_case *c = *state;
	struct claim claim = { .field = FIELD_total_rto_time,
			       .manner = MANNER_BRACKET,
			       .value = c->value,
			       .low = c->value,
			       .high = c->value,
			       .min = UINT64_MAX };
	struct watch *watch = calloc(1, sizeof(*watch));
	struct sample *behind = calloc(1, sizeof(*behind));
	struct field_tally *tally = calloc(1, sizeof(*tally));
	struct claim_context context = { .flow = 1 };
	struct waiting waiting = { 0 };

	assert_true(watch && behind && tally);
	field_set__add(&watch->have, FIELD_total_rto_time);
	watch->value[FIELD_total_rto_time] = c->floor;
	watch->recoveries = c->floor_recoveries;
	behind->event = EVENT_segment;
	sample__set(behind, FIELD_total_rto_time, c->ceiling);
	sample__set(behind, FIELD_total_rto_recoveries, c->ceiling_recoveries);
	claim__set_floor(&claim, watch, true);
	claim__show(&claim, behind, true, true);
	claim__close(&claim, &waiting, tally, &context);
	assert_int_equal(tally->compared, c->compared);
	assert_int_equal(tally->moved, c->moved);
	assert_int_equal(tally->violations, c->violations);
	free(tally);
	free(behind);
	free(watch);
}

int main(void)
{
	return cases__run(CASES(cases), judge_case, NULL, 0);
}
