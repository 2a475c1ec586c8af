// SPDX-License-Identifier: BSD-2-Clause
/* What was found, as data, and the one word that sums it up. */
#include "verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/cli.h"

const char *status__name(enum status s)
{
	static const char *const names[] = {
		[STATUS_INFO] = "info", [STATUS_SKIP] = "skip",	  [STATUS_PASS] = "pass",
		[STATUS_FAIL] = "fail", [STATUS_ERROR] = "error",
	};

	return names[s];
}

/* One more zeroed element at the end of *array. */
static void *append(void *array, unsigned int *count, size_t size)
{
	char **p = array, *bigger;

	/* grow at powers of two */
	if (!(*count & (*count - 1))) {
		bigger = realloc(*p, (*count ? 2 * *count : 1) * size);
		if (!bigger)
			return NULL;
		*p = bigger;
	}
	return memset(*p + (*count)++ * size, 0, size);
}

struct result *verdict__result(struct verdict *v, const char *check, const char *subject)
{
	struct result *r = append(&v->results, &v->results_count, sizeof(*r));

	if (!r)
		return NULL;
	r->check = check;
	snprintf(r->subject, sizeof(r->subject), "%s", subject);
	r->status = STATUS_PASS;
	r->tolerance = "0";
	return r;
}

struct statistic *verdict__statistic(struct verdict *v, const char *pair, const char *field)
{
	struct statistic *s = append(&v->statistics, &v->statistics_count, sizeof(*s));

	if (!s)
		return NULL;
	s->pair = pair;
	s->field = field;
	return s;
}

struct coverage *verdict__coverage(struct verdict *v, const char *witness, unsigned int flow)
{
	struct coverage *c = append(&v->coverage, &v->coverage_count, sizeof(*c));

	if (!c)
		return NULL;
	c->witness = witness;
	c->flow = flow;
	return c;
}

struct loss *verdict__loss(struct verdict *v, const char *witness, const char *cause,
			   uint64_t count, bool note)
{
	struct loss *l = append(&v->losses, &v->losses_count, sizeof(*l));

	if (!l)
		return NULL;
	l->witness = witness;
	l->note = note;
	l->count = count;
	snprintf(l->cause, sizeof(l->cause), "%s", cause);
	return l;
}

struct skew_finding *verdict__skew(struct verdict *v, const char *field)
{
	struct skew_finding *s = append(&v->skew, &v->skew_count, sizeof(*s));

	if (s)
		s->field = field;
	return s;
}

struct path_tally *verdict__tally(struct verdict *v, const char *group, const char *name, uint64_t count)
{
	struct path_tally *t = append(&v->tallies, &v->tallies_count, sizeof(*t));

	if (t)
		*t = (struct path_tally){ group, name, count };
	return t;
}

void worst__update(struct worst *w, unsigned int flow, uint64_t t_ns, uint64_t expected,
		   uint64_t got, uint64_t size)
{
	if (w->set && size <= w->size)
		return;
	*w = (struct worst){ true, flow, t_ns, expected, got, size };
}

/* Count a finding; the first of the gravest status becomes the verdict's reason. */
static void weigh(struct verdict *v, enum status s, const char *what, const char *of,
		  const char *reason)
{
	if (s == STATUS_FAIL)
		v->failures++;
	else if (s == STATUS_ERROR)
		v->errors++;
	else
		return;
	if (s <= v->status)
		return;
	v->status = s;
	snprintf(v->reason, sizeof(v->reason), "%s%s%s: %s", what, *of ? " of " : "", of, reason);
}

void verdict__conclude(struct verdict *v, const char *skip)
{
	if (skip && *skip) {
		v->status = STATUS_SKIP;
		snprintf(v->reason, sizeof(v->reason), "%s", skip);
		return;
	}
	v->status = STATUS_PASS;
	for (unsigned int i = 0; i < v->results_count; i++) {
		const struct result *r = &v->results[i];

		v->compared += r->compared;
		v->violations += r->violations;
		v->moved += r->moved;
		v->unproven += r->unproven;
		weigh(v, r->status, r->check, r->subject, r->reason);
	}
	for (unsigned int i = 0; i < v->statistics_count; i++) {
		const struct statistic *s = &v->statistics[i];

		weigh(v, s->status, s->pair, s->field, s->reason);
	}
	for (unsigned int i = 0; i < v->coverage_count; i++) {
		const struct coverage *c = &v->coverage[i];

		weigh(v, c->status, "coverage", c->witness, c->reason);
	}
	if (v->status == STATUS_PASS && !v->compared) {
		v->status = STATUS_ERROR;
		v->errors++;
		snprintf(v->reason, sizeof(v->reason), "nothing could be compared");
	} else if (v->status == STATUS_PASS) {
		snprintf(v->reason, sizeof(v->reason),
			 "%llu values compared exactly, 0 violations; all bounds kept",
			 (unsigned long long)v->compared);
	}
}

int verdict__exit_code(const struct verdict *v)
{
	switch (v->status) {
	case STATUS_PASS:
		return EXIT_PASS;
	case STATUS_FAIL:
		return EXIT_FAIL;
	case STATUS_SKIP:
		return EXIT_SKIP;
	default:
		return EXIT_ERROR;
	}
}

void verdict__free(struct verdict *v)
{
	free(v->results);
	free(v->statistics);
	free(v->coverage);
	free(v->losses);
	free(v->skew);
	free(v->tallies);
	memset(v, 0, sizeof(*v));
}
