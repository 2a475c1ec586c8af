// SPDX-License-Identifier: BSD-2-Clause
/* The path check's findings as results of the verdict. */
#include "path_report.h"

#include <inttypes.h>
#include <string.h>

static const char *const witness_path = "path";

static struct result *result_of(struct verdict *v, const char *subject, const struct finding *f)
{
	struct result *r = verdict__result(v, "path", subject);

	if (!r)
		return NULL;
	r->witness[0] = witness_path;
	r->compared = f->compared;
	r->violations = f->violations;
	r->moved = f->moved;
	r->unproven = f->unproven;
	r->worst = f->worst;
	if (!f->violations && !f->compared) {
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason), "nothing of that kind to compare");
	}
	if (f->violations) {
		r->status = STATUS_FAIL;
		snprintf(r->reason, sizeof(r->reason),
			 "%" PRIu64 " violations; worst on flow %u: %s: %" PRIu64
			 ", the path's account says %" PRIu64,
			 f->violations, f->worst.flow, f->what, f->worst.got, f->worst.expected);
	}
	return r;
}

/* Is the account there, and whole? 1: it can be judged, 0: not, -1: no memory. */
static int judge_witness(const struct run *run, const struct path_ledger *l, struct verdict *v)
{
	struct result *r = verdict__result(v, "witness", witness_path);
	uint64_t lost = l->dropped[FATE_OVERRUN];

	if (!r)
		return -1;
	for (unsigned int i = 0; i < l->trailer.losses; i++)
		lost += l->trailer.lost[i].count;
	r->status = STATUS_ERROR;
	if (l->opened && strcmp(l->config.backend, run->manifest.path.backend))
		snprintf(r->reason, sizeof(r->reason),
			 "path.jsonl: of the backend \"%s\", but the run's path is \"%s\"",
			 l->config.backend, run->manifest.path.backend);
	else if (run->manifest.path.rate_bit > 0 && l->opened &&
		 run->manifest.path.rate_bit != (double)l->config.rate_bit &&
		 !strcmp(l->config.backend, PATH_RELAY))
		snprintf(r->reason, sizeof(r->reason),
			 "path.jsonl: of a path of %" PRIu64 " bit/s, but the run asked for %.0f",
			 l->config.rate_bit, run->manifest.path.rate_bit);
	else if (l->why[0])
		snprintf(r->reason, sizeof(r->reason), "%s", l->why);
	else if (lost)
		snprintf(r->reason, sizeof(r->reason),
			 "path.jsonl: the path lost %" PRIu64 " packets or lines of its own", lost);
	else if (!l->packets && !strcmp(l->config.backend, PATH_RELAY))
		snprintf(r->reason, sizeof(r->reason), "path.jsonl: whole, but without a packet");
	else if (l->devices.ends != 4 && !strcmp(l->config.backend, PATH_NETEM))
		snprintf(r->reason, sizeof(r->reason),
			 "path.jsonl: the devices of both ends are not there, before and after");
	else
		r->status = STATUS_PASS;
	if (r->status != STATUS_PASS)
		return 0;
	if (l->packets)
		snprintf(r->reason, sizeof(r->reason), "%" PRIu64 " packets of %u flows by the %s",
			 l->packets, l->flows_count, l->config.backend);
	else
		snprintf(r->reason, sizeof(r->reason), "counters of devices by %s",
			 l->config.backend);
	return 1;
}

/* Was every flow of the path seen by the probe, at both ends? And by netlink? */
static int judge_flows(const struct run *run, const struct path_ledger *l, struct verdict *v)
{
	uint64_t sockets = 0, missed[WITNESSES] = { 0 };
	const struct path_flow *first = NULL;
	struct result *r = verdict__result(v, "path", "flows");

	if (!r)
		return -1;
	for (unsigned int i = 0; i < 2 * l->flows_count; i++) {
		const struct path_end *e = &l->flows[i / 2]->end[i & 1];
		const struct flow_entry *f;
		bool made = e->active || e->got.segs > e->got.syns;

		/* a passive socket is made when the handshake is done */
		if (!e->flow->whole || !made)
			continue;
		sockets++;
		f = e->owner ? flows__at(run->flows, e->owner - 1) : NULL;
		for (enum witness w = 0; w < WITNESSES; w++)
			missed[w] += !f || !f->samples[w];
		if (!first && (!f || !f->samples[WITNESS_PROBE]))
			first = e->flow;
	}
	r->witness[0] = witness_path;
	r->compared = sockets;
	r->violations = missed[WITNESS_PROBE];
	snprintf(r->reason, sizeof(r->reason),
		 "%" PRIu64
		 " sockets on the path, none missed by the probe; netlink missed %" PRIu64
		 " (%.1f%%)",
		 sockets, missed[WITNESS_NETLINK],
		 sockets ? 100.0 * missed[WITNESS_NETLINK] / sockets : 0);
	if (!r->violations)
		return 0;
	r->status = STATUS_FAIL;
	snprintf(r->reason, sizeof(r->reason),
		 "the probe never saw %" PRIu64 " of %" PRIu64
		 " sockets on the path; the first is of flow %u of path.jsonl",
		 r->violations, sockets, first->number);
	return 0;
}

static int judge_ledger(const struct path_ledger *l, struct verdict *v)
{
	static const char *const names[LEDGER_FINDINGS] = {
		[LEDGER_ACKNOWLEDGED] = "acknowledged",
		[LEDGER_DELAY] = "delay",
		[LEDGER_RATE] = "rate",
		[LEDGER_MARKS] = "marks",
		[LEDGER_ENTERED] = "entered",
		[LEDGER_DROPS] = "drops",
	};

	for (enum ledger_finding i = 0; i < LEDGER_FINDINGS; i++)
		if (!result_of(v, names[i], &l->finding[i]))
			return -1;
	return 0;
}

static int judge_counters(const struct path_counters *c, struct verdict *v)
{
	for (enum path_counter i = 0; i < PATH_COUNTERS; i++) {
		struct finding f = c->running[i];

		finding__add(&f, &c->final[i]);
		if (!result_of(v, catalogue[path_counter__field(i)].name, &f))
			return -1;
	}
	return 0;
}

static int judge_rounds(const struct path_rounds *p, struct verdict *v)
{
	struct result *r;

	for (unsigned int i = 0; i < PATH_ROUND_FIELDS; i++)
		if (!result_of(v, catalogue[path_rounds__field(i)].name, &p->found[i]))
			return -1;
	r = result_of(v, "min_rtt, longest", &p->longest);
	if (!r)
		return -1;
	r->tolerance = "calibrated";
	if (r->status == STATUS_SKIP)
		snprintf(r->reason, sizeof(r->reason),
			 "no flow with enough round trips, or the path was not calibrated");
	return result_of(v, "delivery_rate", &p->rate) ? 0 : -1;
}

/* Each cause by its name: "212 retransmissions: 180 loss, 20 queue, 12 TLP". */
static int judge_causes(const struct path_ledger *l, struct verdict *v)
{
	uint64_t of[CAUSES] = { 0 }, all = 0, unproven = 0;
	struct result *r = verdict__result(v, "path", "retransmissions");
	const char *between = ": ";
	size_t n;

	if (!r)
		return -1;
	for (unsigned int i = 0; i < 2 * l->flows_count; i++) {
		const struct path_end *e = &l->flows[i / 2]->end[i & 1];

		unproven += e->causes.unproven;
		for (enum path_cause k = 0; k < CAUSES; k++) {
			of[k] += e->causes.of[k];
			all += e->causes.of[k];
		}
		if (e->causes.of[CAUSE_UNEXPLAINED])
			worst__update(&r->worst, e->owner, e->causes.unexplained_ns, 0,
				      e->causes.of[CAUSE_UNEXPLAINED],
				      e->causes.of[CAUSE_UNEXPLAINED]);
	}
	for (enum path_cause k = 0; k < CAUSES; k++)
		if (!verdict__tally(v, "retransmissions", path_cause__name(k), of[k]))
			return -1;
	for (enum path_fate f = 0; f < FATES; f++)
		if (!verdict__tally(v, "packets", path_fate__name(f), l->dropped[f]))
			return -1;
	if (!verdict__tally(v, "packets", "ce", l->marked) ||
	    !verdict__tally(v, "packets", "copy", l->copied))
		return -1;
	r->witness[0] = witness_path;
	r->compared = all;
	r->violations = of[CAUSE_UNEXPLAINED];
	r->unproven = unproven;
	r->status = r->violations ? STATUS_FAIL : STATUS_PASS;
	n = snprintf(r->reason, sizeof(r->reason), "%" PRIu64 " retransmissions", all + unproven);
	for (enum path_cause k = 0; k < CAUSES && n < sizeof(r->reason); k++)
		if (of[k]) {
			n += snprintf(r->reason + n, sizeof(r->reason) - n, "%s%" PRIu64 " %s",
				      between, of[k], path_cause__name(k));
			between = ", ";
		}
	if (unproven && n < sizeof(r->reason))
		snprintf(r->reason + n, sizeof(r->reason) - n, "%s%" PRIu64 " without proof",
			 between, unproven);
	return 0;
}

/*
 * Does the account's clock go wrong? Too early, and things had been read before they were counted,
 * though in the end as many were sent as counted. Too late, and things were counted before they had
 * been written, though in the end no more were counted than written.
 */
static int judge_clock(const struct path_ledger *l, const struct path_counters *c,
		       struct verdict *v)
{
	unsigned int sent = 0, got = 0;
	bool sums = true;
	struct result *r;

	for (enum path_counter i = 0; i < PATH_COUNTERS; i++) {
		sent += i < GOT_FIRST && c->running[i].violations;
		got += c->premature[i] > 0;
		sums &= i < SENT_DATA_SEGS || i >= GOT_FIRST || !c->final[i].violations;
	}
	/* an account that contradicts itself does so at any time */
	for (enum ledger_finding i = 0; i < LEDGER_FINDINGS; i++)
		sums &= !l->finding[i].violations;
	/* packets that are not told are counted too early as well, but bring no new bytes */
	if (!sums || (!sent && (got < 2 || c->too_many ||
				!(c->premature[GOT_BYTES] || c->premature[GOT_ACKED]))))
		return 0;
	r = verdict__result(v, "path", "clock");
	if (!r)
		return -1;
	r->witness[0] = witness_path;
	r->status = STATUS_FAIL;
	snprintf(r->reason, sizeof(r->reason),
		 "%u counters agree with the path's account in the end, but not on the way: its "
		 "times "
		 "are too %s",
		 sent ? sent : got, sent ? "early" : "late");
	return 0;
}

int path_report(const struct run *run, const struct path_ledger *l, const struct path_counters *c,
		const struct path_rounds *r, struct path_counts *counts, struct verdict *v)
{
	bool is_relay = !strcmp(run->manifest.path.backend, PATH_RELAY);
	int ok;

	if (!is_relay && strcmp(run->manifest.path.backend, PATH_NETEM))
		return 0;
	ok = judge_witness(run, l, v);
	if (ok <= 0)
		return ok;
	if (!is_relay)
		return path_counts__judge(counts, &l->config, v);
	if (judge_flows(run, l, v) || judge_ledger(l, v) || judge_counters(c, v) ||
	    judge_causes(l, v) || judge_rounds(r, v) || judge_clock(l, c, v))
		return -1;
	return 0;
}
