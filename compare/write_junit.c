// SPDX-License-Identifier: BSD-2-Clause
/* junit.xml: a test case per check and field, as CI systems read it. */
#include "write.h"

#include <string.h>

/* Text for an attribute; characters that XML cannot hold become '?'. */
static void escape(FILE *f, const char *s)
{
	for (; *s; s++)
		switch (*s) {
		case '&':
			fputs("&amp;", f);
			break;
		case '<':
			fputs("&lt;", f);
			break;
		case '>':
			fputs("&gt;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		default:
			fputc((unsigned char)*s < 0x20 || (unsigned char)*s > 0x7e ? '?' : *s, f);
		}
}

struct totals {
	unsigned int tests, failures, errors, skipped;
};

static void count(struct totals *t, enum status s)
{
	t->tests++;
	t->failures += s == STATUS_FAIL;
	t->errors += s == STATUS_ERROR;
	t->skipped += s == STATUS_SKIP || s == STATUS_INFO;
}

static void test_case(FILE *f, const struct run *run, const char *check, const char *name,
		      const char *of, enum status s, const char *reason)
{
	const char *element = s == STATUS_FAIL	  ? "failure"
			      : s == STATUS_ERROR ? "error"
						  : "skipped";

	fputs("    <testcase classname=\"tcpwitness.", f);
	escape(f, run->manifest.scenario);
	fprintf(f, ".%s\" name=\"", check);
	escape(f, name);
	if (*of) {
		fputs(" ", f);
		escape(f, of);
	}
	fputs("\"", f);
	if (s == STATUS_PASS) {
		fputs("/>\n", f);
		return;
	}
	fprintf(f, "><%s message=\"", element);
	escape(f, *reason ? reason : "reported, no bound declared");
	fprintf(f, "\"/></testcase>\n");
}

void write__junit(FILE *f, const struct run *run, const struct verdict *v)
{
	struct totals t = { 0 };
	char of[24];

	for (unsigned int i = 0; i < v->results_count; i++)
		count(&t, v->results[i].status);
	for (unsigned int i = 0; i < v->statistics_count; i++)
		count(&t, v->statistics[i].status);
	for (unsigned int i = 0; i < v->coverage_count; i++)
		count(&t, v->coverage[i].status);
	count(&t, v->status);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"", f);
	escape(f, run->manifest.scenario);
	fprintf(f, "\" tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\">\n", t.tests,
		t.failures, t.errors, t.skipped);
	test_case(f, run, "verdict", "verdict", "", v->status, v->reason);
	for (unsigned int i = 0; i < v->results_count; i++) {
		const struct result *r = &v->results[i];

		test_case(f, run, r->check, *r->subject ? r->subject : r->check,
			  r->witness[0] && !r->witness[1] && strcmp(r->witness[0], r->subject)
				  ? r->witness[0]
				  : "",
			  r->status, r->reason);
	}
	for (unsigned int i = 0; i < v->coverage_count; i++) {
		const struct coverage *c = &v->coverage[i];

		snprintf(of, sizeof(of), c->flow ? "flow %u" : "all flows", c->flow);
		test_case(f, run, "coverage", c->witness, of, c->status, c->reason);
	}
	for (unsigned int i = 0; i < v->statistics_count; i++) {
		const struct statistic *s = &v->statistics[i];

		test_case(f, run, "statistics", s->field, s->pair, s->status, s->reason);
	}
	fputs("  </testsuite>\n</testsuites>\n", f);
}
