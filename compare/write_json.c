// SPDX-License-Identifier: BSD-2-Clause
/*
 * verdict.json (docs/verdict.md). It holds no time of judging and no path: judging the same run
 * again, anywhere, gives the same bytes.
 */
#include "write.h"

#include <string.h>

#include "json_writer.h"

#define TOOL "tcpw-compare " TCPW_VERSION

static void put_flow_id(struct json_writer *w, const char *key, unsigned int id)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", id);
	json_writer__put_string(w, key, text);
}

static void put_reason(struct json_writer *w, const char *reason)
{
	if (*reason)
		json_writer__put_string(w, "reason", reason);
}

static void put_worst(struct json_writer *w, const struct worst *worst)
{
	if (!worst->set) {
		json_writer__put_null(w, "worst");
		return;
	}
	json_writer__open(w, "worst", '{', true);
	put_flow_id(w, "flow", worst->flow);
	json_writer__put_u64(w, "t_ns", worst->t_ns);
	json_writer__put_u64(w, "expected", worst->expected);
	json_writer__put_u64(w, "got", worst->got);
	json_writer__put_u64(w, "size", worst->size);
	json_writer__close(w, '}');
}

static void put_result(struct json_writer *w, const struct result *r)
{
	json_writer__open(w, NULL, '{', true);
	json_writer__put_string(w, "check", r->check);
	if (r->subject[0])
		json_writer__put_string(w, "field", r->subject);
	else
		json_writer__put_null(w, "field");
	json_writer__open(w, "witnesses", '[', true);
	for (int i = 0; i < 2; i++)
		if (r->witness[i])
			json_writer__put_string(w, NULL, r->witness[i]);
	json_writer__close(w, ']');
	json_writer__put_string(w, "status", status__name(r->status));
	json_writer__put_u64(w, "compared", r->compared);
	json_writer__put_u64(w, "violations", r->violations);
	json_writer__put_u64(w, "moved", r->moved);
	json_writer__put_u64(w, "unproven", r->unproven);
	json_writer__put_string(w, "tolerance", r->tolerance);
	put_worst(w, &r->worst);
	put_reason(w, r->reason);
	json_writer__close(w, '}');
}

static void put_statistic(struct json_writer *w, const struct statistic *s)
{
	const struct agreement_summary *a = &s->summary;

	json_writer__open(w, NULL, '{', true);
	json_writer__put_string(w, "pair", s->pair);
	json_writer__put_string(w, "field", s->field);
	json_writer__put_string(w, "unit", s->unit);
	json_writer__put_string(w, "status", status__name(s->status));
	json_writer__put_u64(w, "n", a->n);
	if (a->n) {
		json_writer__put_double(w, "bias", a->bias);
		json_writer__put_double(w, "mae", a->mae);
		json_writer__put_double(w, "sd", a->sd);
		json_writer__open(w, "limits_of_agreement", '[', true);
		json_writer__put_double(w, NULL, a->limit[0]);
		json_writer__put_double(w, NULL, a->limit[1]);
		json_writer__close(w, ']');
		json_writer__put_double(w, "p50", a->p50);
		json_writer__put_double(w, "p95", a->p95);
		json_writer__put_double(w, "p99", a->p99);
		json_writer__put_double(w, "max", a->max);
		json_writer__open(w, "worst", '{', true);
		put_flow_id(w, "flow", a->worst_flow);
		json_writer__put_u64(w, "t_ns", a->worst_ns);
		json_writer__close(w, '}');
	}
	if (s->decided) {
		json_writer__put_u64(w, "decided", s->decided);
		json_writer__put_u64(w, "shown", s->shown);
	}
	put_reason(w, s->reason);
	json_writer__close(w, '}');
}

static void put_coverage(struct json_writer *w, const struct coverage *c)
{
	json_writer__open(w, NULL, '{', true);
	json_writer__put_string(w, "witness", c->witness);
	if (c->flow)
		put_flow_id(w, "flow", c->flow);
	else
		json_writer__put_null(w, "flow");
	json_writer__put_string(w, "status", status__name(c->status));
	if (c->has_expected)
		json_writer__put_u64(w, "expected", c->expected);
	else
		json_writer__put_null(w, "expected");
	json_writer__put_u64(w, "got", c->got);
	if (c->gaps.n) {
		json_writer__put_double(w, "gap_p50_ms", c->gaps.p50 / 1e6);
		json_writer__put_double(w, "gap_p99_ms", c->gaps.p99 / 1e6);
	}
	json_writer__put_double(w, "gap_max_ms", c->max_gap_ns / 1e6);
	put_reason(w, c->reason);
	json_writer__close(w, '}');
}

static void put_placement(struct json_writer *w, const struct run *run)
{
	static const char *const name[ENDS] = { "client", "server" };

	json_writer__open(w, "placement", '{', false);
	for (enum end end = 0; end < ENDS; end++) {
		json_writer__open(w, name[end], '[', false);
		for (unsigned int e = 0; e < EPOCHS; e++) {
			const struct placement *p = &run->placement[end][e];

			if (!p->intervals)
				continue;
			json_writer__open(w, NULL, '{', true);
			json_writer__put_string(w, "method", placement_method__name(p->method));
			json_writer__put_u64(w, "intervals", p->intervals);
			json_writer__put_u64(w, "placed", p->placed);
			if (p->method != PLACEMENT_NONE) {
				json_writer__put_i64(w, "offset_ns", p->offset_ns);
				json_writer__put_u64(w, "residual_max_ns", p->residual_max_ns);
			}
			if (p->method == PLACEMENT_MARKS)
				json_writer__put_double(w, "residual_sd_ns", p->residual_sd_ns);
			json_writer__close(w, '}');
		}
		json_writer__close(w, ']');
	}
	json_writer__close(w, '}');
}

static void put_witness(struct json_writer *w, const char *name, const struct run_timeline *t)
{
	if (!t->opened)
		return;
	json_writer__open(w, NULL, '{', true);
	json_writer__put_string(w, "witness", name);
	json_writer__put_string(w, "tool", t->header.tool);
	json_writer__put_string(w, "kernel", t->header.kernel);
	json_writer__open(w, "modes", '[', true);
	for (unsigned int m = 0; m < t->header.modes; m++)
		json_writer__put_string(w, NULL, t->header.mode[m]);
	json_writer__close(w, ']');
	json_writer__put_u64(w, "interval_ns", t->header.interval_ns);
	json_writer__put_u64(w, "samples", t->samples);
	json_writer__put_bool(w, "whole", t->whole);
	json_writer__close(w, '}');
}

static void put_witnesses(struct json_writer *w, const struct run *run)
{
	json_writer__open(w, "witnesses", '[', false);
	for (enum witness i = 0; i < WITNESSES; i++)
		put_witness(w, witness__name(i), &run->timeline[i]);
	for (unsigned int i = 0; i < run->foreign_count; i++)
		put_witness(w, run->foreign[i].name, &run->foreign[i].timeline);
	json_writer__close(w, ']');
}

static void put_losses(struct json_writer *w, const struct verdict *v, bool note)
{
	json_writer__open(w, note ? "notes" : "losses", '[', false);
	for (unsigned int i = 0; i < v->losses_count; i++) {
		const struct loss *l = &v->losses[i];

		if (l->note != note)
			continue;
		json_writer__open(w, NULL, '{', true);
		json_writer__put_string(w, "witness", l->witness);
		json_writer__put_string(w, "cause", l->cause);
		json_writer__put_u64(w, "count", l->count);
		json_writer__close(w, '}');
	}
	json_writer__close(w, ']');
}

/* What happened on the path, by groups: {"retransmissions": {"loss": 12, ...}, ...}. */
static void put_path(struct json_writer *w, const struct verdict *v)
{
	const char *group = NULL;

	if (!v->tallies_count)
		return;
	json_writer__open(w, "path", '{', false);
	for (unsigned int i = 0; i < v->tallies_count; i++) {
		const struct path_tally *t = &v->tallies[i];

		if (!group || strcmp(group, t->group)) {
			if (group)
				json_writer__close(w, '}');
			json_writer__open(w, t->group, '{', true);
			group = t->group;
		}
		json_writer__put_u64(w, t->name, t->count);
	}
	json_writer__close(w, '}');
	json_writer__close(w, '}');
}

static void put_flows(struct json_writer *w, const struct run *run)
{
	json_writer__open(w, "flows", '[', false);
	for (unsigned int i = 0; run->flows && i < flows__count(run->flows); i++) {
		const struct flow_entry *f = flows__at(run->flows, i);
		char text[ENDPOINT_TEXT_MAX];

		json_writer__open(w, NULL, '{', true);
		put_flow_id(w, "flow", f->id);
		json_writer__put_string(w, "role", flow_role__name(f->role));
		if (flow_entry__is_data(f))
			json_writer__put_u64(w, "stream", f->stream);
		if (f->role >= ROLE_CONTROL)
			json_writer__put_string(w, "end",
						f->end == END_CLIENT ? "client" : "server");
		json_writer__put_u64(w, "netns", f->ident.netns);
		json_writer__put_u64(w, "cookie", f->ident.cookie);
		endpoint__format(&f->ident.local, f->ident.family, text);
		json_writer__put_string(w, "local", text);
		endpoint__format(&f->ident.remote, f->ident.family, text);
		json_writer__put_string(w, "remote", text);
		for (enum witness k = 0; k < WITNESSES; k++)
			json_writer__put_u64(
				w, k == WITNESS_PROBE ? "probe_samples" : "netlink_samples",
				f->samples[k]);
		if (f->established_ns)
			json_writer__put_u64(w, "established_ns", f->established_ns);
		if (f->closed_ns)
			json_writer__put_u64(w, "closed_ns", f->closed_ns);
		json_writer__close(w, '}');
	}
	json_writer__close(w, ']');
}

void write__json(FILE *f, const struct run *run, const struct verdict *v)
{
	struct json_writer w = { .file = f };

	json_writer__open(&w, NULL, '{', false);
	json_writer__put_u64(&w, "schema", 1);
	json_writer__put_string(&w, "tool", TOOL);
	json_writer__put_string(&w, "scenario", run->manifest.scenario);
	if (run->manifest.accelerator[0])
		json_writer__put_string(&w, "accelerator", run->manifest.accelerator);
	json_writer__put_string(&w, "verdict", status__name(v->status));
	json_writer__put_string(&w, "reason", v->reason);
	json_writer__put_u64(&w, "compared", v->compared);
	json_writer__put_u64(&w, "violations", v->violations);
	json_writer__put_u64(&w, "moved", v->moved);
	json_writer__put_u64(&w, "unproven", v->unproven);
	json_writer__put_u64(&w, "instants", v->instants);
	json_writer__put_u64(&w, "instants_moved", v->instants_moved);
	json_writer__put_u64(&w, "failures", v->failures);
	json_writer__put_u64(&w, "errors", v->errors);
	json_writer__put_u64(&w, "origin_ns", run->flows ? flows__origin_ns(run->flows) : 0);
	put_witnesses(&w, run);
	put_placement(&w, run);
	json_writer__open(&w, "checks", '[', false);
	for (unsigned int i = 0; i < v->results_count; i++)
		put_result(&w, &v->results[i]);
	json_writer__close(&w, ']');
	json_writer__open(&w, "statistics", '[', false);
	for (unsigned int i = 0; i < v->statistics_count; i++)
		put_statistic(&w, &v->statistics[i]);
	json_writer__close(&w, ']');
	json_writer__open(&w, "coverage", '[', false);
	for (unsigned int i = 0; i < v->coverage_count; i++)
		put_coverage(&w, &v->coverage[i]);
	json_writer__close(&w, ']');
	write__skew_json(&w, v);
	put_losses(&w, v, false);
	put_losses(&w, v, true);
	put_path(&w, v);
	put_flows(&w, run);
	json_writer__close(&w, '}');
}
