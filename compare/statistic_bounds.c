// SPDX-License-Identifier: BSD-2-Clause
/* A statistic against the bounds that its scenario declares. */
#include "statistic_bounds.h"

#include <math.h>
#include <string.h>

struct limit {
	const char *name, *figure;
	double got;
	bool minimum;
};

static void apply(struct statistic *s, const struct limit *l, const struct bound *b)
{
	if (s->status == STATUS_INFO)
		s->status = STATUS_PASS;
	if (s->status != STATUS_PASS || (l->minimum ? l->got >= b->value : l->got <= b->value))
		return;
	s->status = STATUS_FAIL;
	snprintf(s->reason, sizeof(s->reason), "%s is %g%s%s, the scenario declares at %s %g",
		 l->figure, l->got, l->minimum ? "" : " ", l->minimum ? "" : s->unit,
		 l->minimum ? "least" : "most", b->value);
}

void statistic__judge(struct statistic *s, struct manifest *m)
{
	const struct agreement_summary *a = &s->summary;
	const struct limit limits[] = {
		{ "n_min", "n", a->n, true },
		{ "bias_max", "bias", fabs(a->bias), false },
		{ "mae_max", "mae", a->mae, false },
		{ "sd_max", "sd", a->sd, false },
		{ "p50_max", "p50", a->p50, false },
		{ "p95_max", "p95", a->p95, false },
		{ "p99_max", "p99", a->p99, false },
		{ "max_max", "max", a->max, false },
		{ "shown_min", "the share shown", s->decided ? (double)s->shown / s->decided : 0,
		  true },
	};
	char subject[64];

	snprintf(subject, sizeof(subject), "%s/%s", s->pair, s->field);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct bound *b = manifest__bound(m, "statistics", subject, limits[i].name);

		if (!b && strstr(s->pair, "-probe") &&
		    (strcmp(limits[i].name, "shown_min") || s->decided))
			b = manifest__bound(m, "statistics", s->field, limits[i].name);
		if (b && !a->n) {
			s->status = STATUS_ERROR;
			snprintf(s->reason, sizeof(s->reason),
				 "a bound is declared, but nothing could be compared");
		} else if (b) {
			apply(s, &limits[i], b);
		}
	}
}
