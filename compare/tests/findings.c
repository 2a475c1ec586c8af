// SPDX-License-Identifier: BSD-2-Clause
/* Cases of a made-up run, each with its finding. */
#include "findings.h"

#include <string.h>

#include "cases.h"

static void the_finding_is_made(void **state)
{
	const struct finding *c = *state;
	bool judged = false, found = false;
	struct judgement j;

	synthetic__judge(&j, &c->recipe);
	for (unsigned int k = 0; k < j.verdict.results_count; k++) {
		const struct result *r = &j.verdict.results[k];

		if (strcmp(r->check, c->check) || strcmp(r->subject, c->subject))
			continue;
		judged = true;
		if (!c->says)
			assert_int_equal(r->status, STATUS_PASS);
		found |= (r->status == STATUS_FAIL || r->status == STATUS_ERROR) && c->says &&
			 strstr(r->reason, c->says) && r->violations;
	}
	assert_int_equal(judged, !c->silent);
	assert_int_equal(found, c->says != NULL);
	judge__free(&j);
}

int findings__run(const struct finding *cases, size_t count, const struct CMUnitTest *others,
		  size_t others_count)
{
	return cases__run(cases, sizeof(*cases), count, the_finding_is_made, others, others_count);
}
