// SPDX-License-Identifier: BSD-2-Clause
/* The RTT callback's skew, in report.txt and verdict.json. */
#include <inttypes.h>

#include "json_writer.h"
#include "write.h"

static double share(const struct skew_finding *s)
{
	return s->samples ? 100.0 * s->stale / s->samples : 0;
}

void write__skew(FILE *f, const struct verdict *v)
{
	if (!v->skew_count)
		return;
	fprintf(f,
		"\n  What a reader of RTT callbacks alone is told late: the value there against "
		"the\n"
		"  one that the same ACK leaves, and the time until the next callback tells it.\n"
		"  %-26s %9s %7s %9s %9s %9s %9s %9s\n",
		"field", "samples", "stale", "by p50", "p99", "max", "for p50", "p99 ms");
	for (unsigned int i = 0; i < v->skew_count; i++) {
		const struct skew_finding *s = &v->skew[i];

		fprintf(f, "  %-26s %9" PRIu64 " %6.1f%%", s->field, s->samples, share(s));
		if (s->size.n)
			fprintf(f, " %9.4g %9.4g %9.4g", s->size.p50, s->size.p99, s->size.max);
		else
			fprintf(f, " %9s %9s %9s", "-", "-", "-");
		if (s->lag.n)
			fprintf(f, " %9.3f %9.3f", s->lag.p50 / 1e6, s->lag.p99 / 1e6);
		fprintf(f, "%s%s\n", s->size.n ? "  " : "", s->size.n ? s->unit : "");
	}
}

static void put_summary(struct json_writer *w, const char *name, const struct agreement_summary *a,
			double scale)
{
	json_writer__open(w, name, '{', true);
	json_writer__put_double(w, "p50", a->p50 * scale);
	json_writer__put_double(w, "p99", a->p99 * scale);
	json_writer__put_double(w, "max", a->max * scale);
	json_writer__close(w, '}');
}

void write__skew_json(struct json_writer *w, const struct verdict *v)
{
	json_writer__open(w, "skew", '[', false);
	for (unsigned int i = 0; i < v->skew_count; i++) {
		const struct skew_finding *s = &v->skew[i];

		json_writer__open(w, NULL, '{', true);
		json_writer__put_string(w, "field", s->field);
		json_writer__put_string(w, "unit", s->unit);
		json_writer__put_u64(w, "samples", s->samples);
		json_writer__put_u64(w, "stale", s->stale);
		if (s->size.n)
			put_summary(w, "by", &s->size, 1);
		if (s->lag.n)
			put_summary(w, "for_ms", &s->lag, 1e-6);
		json_writer__close(w, '}');
	}
	json_writer__close(w, ']');
}
