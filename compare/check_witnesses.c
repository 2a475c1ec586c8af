// SPDX-License-Identifier: BSD-2-Clause
/*
 * Can the witnesses be heard at all? A witness that the manifest expects and that is missing, cut,
 * unreadable or has failed makes the verdict an error: what the others say is still judged.
 *
 * The join: a cookie stands for one 4-tuple, and every stream of iperf3 is a flow of a timeline.
 */
#include "check_witnesses.h"

#include <inttypes.h>
#include <string.h>

static void judge_timeline(const struct run_timeline *t, const struct manifest_witness *m,
			   const char *name, struct result *r)
{
	r->compared = 0;
	if (!m->expected && !t->opened) {
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason), "not part of this run");
	} else if (t->why[0]) {
		r->status = STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason), "%s", t->why);
	} else if (m->expected && m->never_started) {
		r->status = STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason), "%s: tcpw-%s was never started", name,
			 r->subject);
	} else if (m->exit) {
		r->status = STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason), "%s: tcpw-%s ended with exit code %d", name,
			 r->subject, m->exit);
	} else if (!t->samples) {
		r->status = STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason), "%s: whole, but without a single sample",
			 name);
	} else {
		snprintf(r->reason, sizeof(r->reason), "%" PRIu64 " samples by %s", t->samples,
			 t->header.tool);
	}
}

static bool has_intervals(const struct report *report)
{
	for (unsigned int i = 0; i < report->count; i++)
		if (report->streams[i].count)
			return true;
	return false;
}

/*
 * Does the stream have its totals, and do the printed intervals lead up to them? NULL, or what is
 * wrong. iperf3 leaves a last interval out if it has no data and is shorter than a tenth of an
 * interval (iperf_print_intermediate()); of several in a row, when it was late, none has data.
 */
static const char *incomplete(const struct stream *s)
{
	const struct interval *last = s->count ? &s->intervals[s->count - 1] : NULL;
	uint64_t bytes = 0;
	int64_t gap;

	if (!(s->end.have & 1U << END_BYTES))
		return "no total at the end";
	if (!last)
		return "no interval";
	gap = s->end.end_ns - last->end_ns;
	if (s->end.end_ns < 0 || gap < stream__short_ns(s))
		return NULL;
	for (unsigned int k = 0; k < s->count; k++)
		bytes += s->intervals[k].epoch == last->epoch ? s->intervals[k].bytes : 0;
	if (gap < 10 * stream__short_ns(s) && bytes == s->end.value[END_BYTES])
		return NULL;
	return "the intervals stop before the end";
}

static const char *incomplete_report(const struct report *report, unsigned int *stream)
{
	const char *what = NULL;

	for (*stream = 0; *stream < report->count && !what; ++*stream)
		what = incomplete(&report->streams[*stream]);
	return what;
}

/*
 * One end that says so is enough: a server may take the client's closed connection for the end of the
 * test, without totals and without an error.
 */
static bool is_broken(const struct run *run, enum end end)
{
	return run->report[end].error[0] || run->manifest.iperf3[end].exit;
}

static void judge_report(const struct run *run, enum end end, struct result *r)
{
	const struct manifest_witness *m = &run->manifest.iperf3[end];
	static const struct report none;
	const struct report *report = run__has_accounts(run) ? &none : &run->report[end];
	const char *name = run__report_name(run, end);
	const char *what;
	unsigned int stream;

	if (!m->expected && !report->present) {
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason), "not part of this run");
		return;
	}
	r->status = STATUS_ERROR;
	if (run->report_why[end][0])
		snprintf(r->reason, sizeof(r->reason), "%s", run->report_why[end]);
	else if (m->error_expected && !is_broken(run, end) && !is_broken(run, !end))
		snprintf(r->reason, sizeof(r->reason),
			 "%s: iperf3 was to end in an error, and did not", name);
	else if (report->error[0] && !m->error_expected)
		snprintf(r->reason, sizeof(r->reason), "%s: iperf3 reports: %s", name,
			 report->error);
	else if (m->expected && m->never_started)
		snprintf(r->reason, sizeof(r->reason), "%s: iperf3 was never started", name);
	else if (m->exit && !m->error_expected)
		snprintf(r->reason, sizeof(r->reason), "%s: iperf3 ended with exit code %d", name,
			 m->exit);
	else if (!has_intervals(report))
		snprintf(r->reason, sizeof(r->reason), "%s: no interval of any stream", name);
	else if (!m->error_expected && (what = incomplete_report(report, &stream)))
		snprintf(r->reason, sizeof(r->reason), "%s: stream %u: %s", name, stream, what);
	else
		r->status = STATUS_PASS;
	if (r->status == STATUS_PASS)
		snprintf(r->reason, sizeof(r->reason), "%u streams by %s%s%s%s%s", report->count,
			 report->version[0] ? report->version : "iperf3 of unknown version",
			 report->note[0] ? "; " : "", report->note,
			 report->error[0] ? "; ended as was expected: " : "", report->error);
}

static void judge_account(const struct run *run, enum end end, struct result *r)
{
	const struct manifest_witness *m = &run->manifest.generator[end];
	const struct report *report = &run->report[end];
	const char *name = run__report_name(run, end);

	r->status = STATUS_ERROR;
	if (run->report_why[end][0])
		snprintf(r->reason, sizeof(r->reason), "%s", run->report_why[end]);
	else if (report->error[0])
		snprintf(r->reason, sizeof(r->reason), "%s: %s", name, report->error);
	else if (m->never_started)
		snprintf(r->reason, sizeof(r->reason), "%s: tcpw-generator was never started", name);
	else if (m->exit)
		snprintf(r->reason, sizeof(r->reason), "%s: tcpw-generator ended with exit code %d",
			 name, m->exit);
	else if (!report->count)
		snprintf(r->reason, sizeof(r->reason), "%s: not a single flow", name);
	else
		r->status = STATUS_PASS;
	if (r->status == STATUS_PASS)
		snprintf(r->reason, sizeof(r->reason), "%u flows by %s", report->count,
			 report->version);
}

static int judge_accounts(const struct run *run, struct verdict *v)
{
	static const char *const subject[ENDS] = { "generator client", "generator server" };

	for (enum end end = 0; end < ENDS; end++) {
		struct result *r = verdict__result(v, "witness", subject[end]);

		if (!r)
			return -1;
		r->compared = 0;
		judge_account(run, end, r);
	}
	return 0;
}

int check_bounds__judge(struct run *run, struct verdict *v)
{
	const struct manifest *m = &run->manifest;
	struct result *r;
	bool broken = false;

	if (!m->bounds_count)
		return 0;
	for (unsigned int i = 0; i < v->results_count; i++)
		broken |= v->results[i].status == STATUS_ERROR;
	r = verdict__result(v, "bounds", "manifest.json");
	if (!r)
		return -1;
	r->tolerance = "";
	for (unsigned int i = 0; i < m->bounds_count; i++) {
		const struct bound *b = &m->bounds[i];

		if (b->used)
			continue;
		r->status = broken ? STATUS_SKIP : STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason),
			 "nothing was judged by the bound %s.%s%s%s (misspelt, or its values are "
			 "missing)",
			 b->group, b->subject, b->subject[0] ? "." : "", b->name);
		break;
	}
	return 0;
}

int check_witnesses__judge(struct run *run, struct verdict *v)
{
	static const char *const subject[ENDS] = { "iperf3 client", "iperf3 server" };
	const struct manifest_witness *m[WITNESSES] = { &run->manifest.probe,
							&run->manifest.netlink };
	struct result *r = verdict__result(v, "witness", "manifest");

	if (!r)
		return -1;
	if (run->manifest_why[0]) {
		r->status = STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason), "%s", run->manifest_why);
	} else if (run->manifest.failure[0]) {
		r->status = STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason), "the run failed: %s", run->manifest.failure);
	}
	for (enum witness w = 0; w < WITNESSES; w++) {
		r = verdict__result(v, "witness", witness__name(w));
		if (!r)
			return -1;
		judge_timeline(&run->timeline[w], m[w], run__timeline_name(w), r);
	}
	for (enum end end = 0; end < ENDS; end++) {
		r = verdict__result(v, "witness", subject[end]);
		if (!r)
			return -1;
		judge_report(run, end, r);
	}
	if (run__has_accounts(run))
		return judge_accounts(run, v);
	return 0;
}

/* The first stream that no timeline has, or -1. */
static int unseen_stream(const struct run *run, enum end *end)
{
	for (*end = 0; *end < ENDS; (*end)++)
		for (unsigned int s = 0; s < run->report[*end].count; s++) {
			bool found = false;

			for (unsigned int i = 0; i < flows__count(run->flows) && !found; i++) {
				const struct flow_entry *f = flows__at(run->flows, i);

				found = flow_entry__is_data(f) && f->end == *end &&
					f->report_stream == (int)s;
			}
			if (!found)
				return (int)s;
		}
	return -1;
}

int check_join__judge(struct run *run, struct verdict *v)
{
	struct result *r = verdict__result(v, "join", "");
	char local[ENDPOINT_TEXT_MAX], remote[ENDPOINT_TEXT_MAX];
	struct flow_mismatch first;
	enum end end;
	int stream;

	if (!r)
		return -1;
	r->compared = 0;
	r->violations = flows__mismatches(run->flows, &first);
	stream = unseen_stream(run, &end);
	if (r->violations) {
		endpoint__format(&first.local, first.family, local);
		endpoint__format(&first.remote, first.family, remote);
		r->status = STATUS_FAIL;
		worst__update(&r->worst, first.flow, first.t_ns, 0, 0, 0);
		snprintf(r->reason, sizeof(r->reason),
			 "%" PRIu64 " samples have a flow's cookie but another 4-tuple; first: %s "
			 "says flow %u is %s %s",
			 r->violations, witness__name(first.witness), first.flow, local, remote);
	} else if (flows__refused(run->flows)) {
		r->status = STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason),
			 "%" PRIu64
			 " samples are of flows beyond the first %d and were not judged: "
			 "filter the collectors",
			 flows__refused(run->flows), FLOWS_MAX);
	} else if (stream >= 0 && (run->timeline[WITNESS_PROBE].samples ||
				   run->timeline[WITNESS_NETLINK].samples)) {
		const struct stream *s = &run->report[end].streams[stream];

		endpoint__format(&s->local, 0, local);
		endpoint__format(&s->remote, 0, remote);
		r->status = STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason), "stream %d of %s, %s %s, is in no timeline",
			 stream + 1, run__report_name(run, end), local, remote);
	}
	return 0;
}
