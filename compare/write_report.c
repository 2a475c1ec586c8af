// SPDX-License-Identifier: BSD-2-Clause
/* report.txt: the verdict for a person. The first screen answers; the rest is for looking closer.
 */
#include "write.h"

#include <inttypes.h>
#include <string.h>

#define WIDTH 100
#define FLOWS_SHOWN 40

/* Text in lines of at most WIDTH columns, indented. */
static void paragraph(FILE *f, const char *text, int indent)
{
	int column = 0;

	while (*text) {
		int word = (int)strcspn(text, " ");

		if (column && column + 1 + word > WIDTH) {
			fputc('\n', f);
			column = 0;
		}
		if (!column)
			column = fprintf(f, "%*s", indent, "");
		else
			column += fprintf(f, " ");
		column += fprintf(f, "%.*s", word, text);
		text += word;
		text += strspn(text, " ");
	}
	fputc('\n', f);
}

/* 1234567 as 1,234,567. */
static const char *thousands(uint64_t n, char text[32])
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n), at = 0;

	for (int i = 0; i < len; i++) {
		text[at++] = digits[i];
		if ((len - i) % 3 == 1 && i + 1 < len)
			text[at++] = ',';
	}
	text[at] = '\0';
	return text;
}

struct row {
	const char *name;
	unsigned int subjects, skipped, failed, wrong;
	uint64_t compared, violations, apart;
};

static void count_status(struct row *row, enum status s)
{
	row->subjects++;
	row->skipped += s == STATUS_SKIP || s == STATUS_INFO;
	row->failed += s == STATUS_FAIL;
	row->wrong += s == STATUS_ERROR;
}

static void write_row(FILE *f, const struct row *r, const char *skipped)
{
	char compared[32], violations[32], apart[32];

	if (!r->subjects)
		return;
	fprintf(f, "  %-12s %9u %15s %11s %9s   %s", r->name, r->subjects,
		r->compared ? thousands(r->compared, compared) : "-",
		r->compared ? thousands(r->violations, violations) : "-",
		r->apart ? thousands(r->apart, apart) : "-",
		r->wrong		    ? "ERROR"
		: r->failed		    ? "FAIL"
		: r->skipped == r->subjects ? skipped
					    : "pass");
	if (r->failed)
		fprintf(f, ", %u failed", r->failed);
	if (r->wrong)
		fprintf(f, ", %u could not be judged", r->wrong);
	if (r->skipped && r->skipped < r->subjects)
		fprintf(f, ", %u %s", r->skipped, skipped);
	fputc('\n', f);
}

static void write_table(FILE *f, const struct verdict *v)
{
	struct row statistics = { "statistics" }, coverage = { "coverage" };

	fprintf(f, "  %-12s %9s %15s %11s %9s   %s\n", "check", "subjects", "compared",
		"violations", "apart", "verdict");
	for (unsigned int i = 0; i < v->results_count; i++) {
		struct row row = { v->results[i].check };
		bool first = true;

		for (unsigned int k = 0; k < i; k++)
			first &= strcmp(v->results[k].check, row.name) != 0;
		if (!first)
			continue;
		for (unsigned int k = i; k < v->results_count; k++) {
			const struct result *r = &v->results[k];

			if (strcmp(r->check, row.name))
				continue;
			count_status(&row, r->status);
			row.compared += r->compared;
			row.violations += r->violations;
			row.apart += r->moved + r->unproven;
		}
		write_row(f, &row, "not applicable");
	}
	for (unsigned int i = 0; i < v->coverage_count; i++)
		count_status(&coverage, v->coverage[i].status);
	for (unsigned int i = 0; i < v->statistics_count; i++) {
		count_status(&statistics, v->statistics[i].status);
		statistics.compared += v->statistics[i].summary.n;
	}
	write_row(f, &coverage, "without a bound");
	write_row(f, &statistics, "without a bound");
}

static void write_totals(FILE *f, const struct verdict *v)
{
	char compared[32], violations[32], moved[32], unproven[32], text[256];

	if (!v->compared)
		return;
	fprintf(f, "\n");
	snprintf(text, sizeof(text),
		 "%s values compared exactly, %s violations. Counted apart: %s that moved between "
		 "two readings, by proof; %s without proof.",
		 thousands(v->compared, compared), thousands(v->violations, violations),
		 thousands(v->moved, moved), thousands(v->unproven, unproven));
	paragraph(f, text, 2);
	if (!v->instants)
		return;
	fprintf(f, "  The socket had moved at %.2f%% of %s marks (%s).\n",
		100.0 * v->instants_moved / v->instants, thousands(v->instants, compared),
		thousands(v->instants_moved, moved));
}

static double seconds(const struct run *run, uint64_t t_ns)
{
	uint64_t origin = run->flows ? flows__origin_ns(run->flows) : 0;

	return (double)(int64_t)(t_ns - origin) / 1e9;
}

static void write_finding(FILE *f, enum status s, const char *what, const char *of,
			  const char *reason)
{
	char text[REASON_MAX + 128];

	if (s != STATUS_FAIL && s != STATUS_ERROR)
		return;
	snprintf(text, sizeof(text), "%s %s%s%s: %s", s == STATUS_FAIL ? "FAIL " : "ERROR", what,
		 *of ? " of " : "", of, reason);
	paragraph(f, text, 2);
}

/* How many results before and behind number i say the same of another subject. */
static unsigned int same_findings(const struct verdict *v, unsigned int i, unsigned int *before)
{
	const struct result *r = &v->results[i];
	unsigned int behind = 0;

	*before = 0;
	for (unsigned int k = 0; k < v->results_count; k++) {
		const struct result *o = &v->results[k];

		if (k == i || o->status != r->status || strcmp(o->check, r->check) ||
		    strcmp(o->reason, r->reason))
			continue;
		*(k < i ? before : &behind) += 1;
	}
	return behind;
}

static void write_findings(FILE *f, const struct run *run, const struct verdict *v)
{
	if (!v->failures && !v->errors)
		return;
	fprintf(f, "\nFindings\n");
	for (unsigned int i = 0; i < v->results_count; i++) {
		const struct result *r = &v->results[i];
		unsigned int earlier, later = same_findings(v, i, &earlier);
		bool floor = !strcmp(r->check, "bracketing") || !strcmp(r->check, "monotone");
		char subject[64];

		if (earlier)
			continue;
		snprintf(subject, sizeof(subject), later ? "%s and %u more" : "%s", r->subject,
			 later);
		write_finding(f, r->status, r->check, subject, r->reason);
		if (r->status == STATUS_FAIL && r->worst.set && r->worst.size)
			fprintf(f,
				"        worst: flow %u at %.6f s: expected %s%" PRIu64
				", got %" PRIu64 " (%" PRIu64 " %s)\n",
				r->worst.flow, seconds(run, r->worst.t_ns),
				floor ? "at least " : "", r->worst.expected, r->worst.got,
				r->worst.size, floor ? "short" : "off");
	}
	for (unsigned int i = 0; i < v->coverage_count; i++)
		write_finding(f, v->coverage[i].status, "coverage", v->coverage[i].witness,
			      v->coverage[i].reason);
	for (unsigned int i = 0; i < v->statistics_count; i++)
		write_finding(f, v->statistics[i].status, v->statistics[i].pair,
			      v->statistics[i].field, v->statistics[i].reason);
}

void write__summary(FILE *f, const struct run *run, const struct verdict *v)
{
	static const char *const word[] = { "INFO", "SKIP", "PASS", "FAIL", "ERROR" };

	fprintf(f, "%s  %s\n", word[v->status], run->manifest.scenario);
	paragraph(f, v->reason, 0);
	if (run->manifest.hypothesis[0]) {
		fputc('\n', f);
		paragraph(f, run->manifest.hypothesis, 2);
	}
	if (run->manifest.accelerator[0])
		fprintf(f,
			"\n  Run in a virtual machine (%s): its times are not a real "
			"machine's.\n",
			run->manifest.accelerator);
	fputc('\n', f);
	write_table(f, v);
	write_totals(f, v);
	write_findings(f, run, v);
}

/* One line per counter: bracketing, and monotone within each witness. */
static void write_counters(FILE *f, const struct verdict *v)
{
	static const char *const witness[] = { "probe", "netlink" };
	char text[3][32];
	bool skipped = false;

	fprintf(f, "\nCounters, values compared\n  %-5s  %-21s %15s %15s %15s\n", "", "",
		"bracketing", "monotone probe", "netlink");
	for (unsigned int i = 0; i < v->results_count; i++) {
		const struct result *r = &v->results[i];
		uint64_t monotone[2] = { 0 };
		enum status s = r->status;

		if (strcmp(r->check, "bracketing"))
			continue;
		for (unsigned int k = 0; k < v->results_count; k++) {
			const struct result *m = &v->results[k];

			if (strcmp(m->check, "monotone") || strcmp(m->subject, r->subject))
				continue;
			monotone[!strcmp(m->witness[0], witness[1])] = m->compared;
			if (m->status > s)
				s = m->status;
		}
		fprintf(f, "  %-5s  %-21s %15s %15s %15s%s\n", status__name(s), r->subject,
			thousands(r->compared, text[0]), thousands(monotone[0], text[1]),
			thousands(monotone[1], text[2]), r->status == STATUS_SKIP ? "  *" : "");
		if (r->status == STATUS_SKIP)
			skipped = true;
	}
	if (skipped)
		fprintf(f, "  * no bracketing: not reported by both witnesses here\n");
}

static void write_results(FILE *f, const struct verdict *v, const char *check, const char *title)
{
	bool begun = false;
	char compared[32];

	for (unsigned int i = 0; i < v->results_count; i++) {
		const struct result *r = &v->results[i];

		if (strcmp(r->check, check))
			continue;
		if (!begun)
			fprintf(f, "\n%s\n", title);
		begun = true;
		fprintf(f, "  %-5s  %-21s", status__name(r->status), r->subject);
		if (r->compared)
			fprintf(f, " %-8s %12s compared", r->witness[1] ? "" : r->witness[0],
				thousands(r->compared, compared));
		if (r->reason[0] && r->compared)
			fprintf(f, "\n");
		if (r->reason[0] && r->compared)
			paragraph(f, r->reason, 9);
		else if (r->reason[0] && strlen(r->reason) < WIDTH - 31)
			fprintf(f, " %s\n", r->reason);
		else if (r->reason[0]) {
			fputc('\n', f);
			paragraph(f, r->reason, 9);
		} else
			fputc('\n', f);
	}
}

static const char *short_unit(const char *unit)
{
	static const char *const units[][2] = {
		{ "segments", "segs" }, { "bytes", "B" }, { "bytes/s", "B/s" }, { "count", "" }
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(unit, units[i][0]))
			return units[i][1];
	return unit;
}

static void write_statistics(FILE *f, const struct verdict *v)
{
	const char *pair = "";

	if (v->statistics_count)
		fprintf(f,
			"\nStatistics: error = first witness minus second; percentiles of |error|, "
			"to within 1%%\n");
	for (unsigned int i = 0; i < v->statistics_count; i++) {
		const struct statistic *s = &v->statistics[i];
		const struct agreement_summary *a = &s->summary;

		if (strcmp(pair, s->pair))
			fprintf(f, "\n  %-21s %9s %10s %9s %9s %8s %8s %9s%s\n", s->pair, "n",
				"bias", "MAE", "SD", "p50", "p99", "max",
				strcmp(s->pair, "netlink-probe") ? "" : "  shown");
		pair = s->pair;
		fprintf(f, "  %-16s %4s %9" PRIu64, s->field, short_unit(s->unit), a->n);
		if (a->n)
			fprintf(f, " %10.4g %9.4g %9.4g %8.4g %8.4g %9.4g", a->bias, a->mae, a->sd,
				a->p50, a->p99, a->max);
		if (s->decided)
			fprintf(f, " %5.1f%%", 100.0 * s->shown / s->decided);
		fprintf(f, "%s\n", s->status == STATUS_FAIL ? "  FAIL" : "");
	}
	if (v->statistics_count)
		fprintf(f, "\n  shown: share of netlink's values that the probe showed too, just "
			   "before, in or just\n  behind the request's window. Limits of agreement "
			   "and worst instants: verdict.json.\n");
}

/* Of hundreds of flows the first are shown, and those that fail. */
static bool is_shown(const struct coverage *c, const char *witness, unsigned int *rows)
{
	if (!witness || strcmp(witness, c->witness))
		*rows = 0;
	return !c->flow || c->status == STATUS_FAIL || ++*rows <= FLOWS_SHOWN;
}

static void write_coverage(FILE *f, const struct verdict *v)
{
	unsigned int rows = 0;

	if (v->coverage_count)
		fprintf(f, "\nCoverage\n  %-9s %-12s %9s %9s %7s %12s %12s %12s\n", "witness",
			"flow", "expected", "got", "share", "gap p50 ms", "gap p99 ms",
			"gap max ms");
	for (unsigned int i = 0; i < v->coverage_count; i++) {
		const struct coverage *c = &v->coverage[i];

		if (!is_shown(c, i ? v->coverage[i - 1].witness : NULL, &rows))
			continue;
		if (!c->flow && rows > FLOWS_SHOWN)
			fprintf(f, "  %-9s ... and %u more in verdict.json\n", c->witness,
				rows - FLOWS_SHOWN);
		if (c->flow)
			fprintf(f, "  %-9s %-12u", c->witness, c->flow);
		else
			fprintf(f, "  %-9s %-12s", c->witness, "all data");
		if (c->has_expected)
			fprintf(f, " %9" PRIu64 " %9" PRIu64 " %6.1f%%", c->expected, c->got,
				c->expected ? 100.0 * c->got / c->expected : 100.0);
		else
			fprintf(f, " %9s %9" PRIu64 " %7s", "-", c->got, "-");
		if (c->gaps.n)
			fprintf(f, " %12.3f %12.3f", c->gaps.p50 / 1e6, c->gaps.p99 / 1e6);
		else
			fprintf(f, " %12s %12s", "", "");
		fprintf(f, " %12.3f%s\n", c->max_gap_ns / 1e6,
			c->status == STATUS_FAIL ? "  FAIL" : "");
	}
	if (v->losses_count)
		fprintf(f, "\nLosses and notes by the trailers\n");
	for (unsigned int i = 0; i < v->losses_count; i++)
		fprintf(f, "  %-9s %-5s %-28s %12" PRIu64 "\n", v->losses[i].witness,
			v->losses[i].note ? "note" : "lost", v->losses[i].cause,
			v->losses[i].count);
}

static void write_flows(FILE *f, const struct run *run)
{
	unsigned int n = run->flows ? flows__count(run->flows) : 0;

	if (n)
		fprintf(f, "\nFlows\n  %4s %-18s %9s %9s  %s\n", "flow", "role", "probe", "netlink",
			"local, remote");
	for (unsigned int i = 0; i < n && i < FLOWS_SHOWN; i++) {
		const struct flow_entry *e = flows__at(run->flows, i);
		char role[64], local[ENDPOINT_TEXT_MAX], remote[ENDPOINT_TEXT_MAX];

		snprintf(role, sizeof(role), "%s", flow_role__name(e->role));
		if (flow_entry__is_data(e))
			snprintf(role, sizeof(role), "stream %u %s", e->stream,
				 flow_role__name(e->role));
		endpoint__format(&e->ident.local, e->ident.family, local);
		endpoint__format(&e->ident.remote, e->ident.family, remote);
		fprintf(f, "  %4u %-18s %9" PRIu64 " %9" PRIu64 "  %s%s%s\n", e->id, role,
			e->samples[WITNESS_PROBE], e->samples[WITNESS_NETLINK], local,
			strlen(local) + strlen(remote) > 50
				? "\n                                            "
				: " ",
			remote);
	}
	if (n > FLOWS_SHOWN)
		fprintf(f, "  ... and %u more in verdict.json\n", n - FLOWS_SHOWN);
}

void write__report(FILE *f, const struct run *run, const struct verdict *v)
{
	write__summary(f, run, v);
	write_results(f, v, "witness", "Witnesses");
	write_results(f, v, "subject", "Subject: what the scenario is about has happened");
	write_results(f, v, "census", "Census: who saw the flows of the generator's account");
	write_results(f, v, "placement", "Placement of iperf3's intervals on CLOCK_MONOTONIC");
	write_results(f, v, "path", "Path: what the collectors count is what the path saw");
	write_results(f, v, "membership", "Membership: netlink's values are the socket's");
	write_results(f, v, "conservation", "Conservation: what adds up inside one sample");
	write_results(f, v, "clocks", "Clocks: durations and ages, in ticks");
	write_results(f, v, "skew", "Skew: the RTT callback stands in the middle of an ACK");
	write__skew(f, v);
	write_coverage(f, v);
	write_statistics(f, v);
	write_counters(f, v);
	write__foreign(f, run, v);
	write_flows(f, run);
	if (run->manifest.command[0]) {
		fprintf(f, "\nRepeat with\n");
		paragraph(f, run->manifest.command, 2);
	}
}
