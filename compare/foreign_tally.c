// SPDX-License-Identifier: BSD-2-Clause
/* What was found about a foreign witness, and what the verdict says of it. */
#include "foreign_tally.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool has_mode(const struct timeline_header *h, const char *mode)
{
	for (unsigned int i = 0; i < h->modes; i++)
		if (!strcmp(h->mode[i], mode))
			return true;
	return false;
}

/*
 * Driven by ACKs alone, and by timers and restarts that leave a trace. unacked and retrans also
 * move whenever something is sent (tcp_event_new_data_sent(), __tcp_retransmit_skb()), which no
 * received segment shows.
 */
static bool ack_driven(enum field f)
{
	switch (catalogue[f].kind) {
	case KIND_GAUGE:
	case KIND_RATE:
	case KIND_ENUM:
	case KIND_FLAGS:
		return catalogue[f].rtt != RTT_QUIET && f != FIELD_unacked && f != FIELD_retrans;
	default:
		return false;
	}
}

enum manner manner__of(enum field f, const struct timeline_header *probe)
{
	if (catalogue[f].group != GROUP_TCP_INFO || !field_set__has(&probe->fields, f))
		return MANNER_NONE;
	switch (catalogue[f].kind) {
	case KIND_COUNTER:
	case KIND_DURATION:
		return MANNER_BRACKET;
	case KIND_CONSTANT:
		return MANNER_CONSTANT;
	case KIND_AGE:
		return MANNER_AGE;
	default:
		return ack_driven(f) && has_mode(probe, "segment") ? MANNER_SHOWN
								   : MANNER_STATISTIC;
	}
}

const char *manner__tolerance(enum manner m)
{
	return m == MANNER_STATISTIC ? "" : "0";
}

struct foreign_tally *foreign_tally__new(void)
{
	return calloc(1, sizeof(struct foreign_tally));
}

void foreign_tally__free(struct foreign_tally *t)
{
	for (enum field f = 0; t && f < FIELD_COUNT; f++)
		agreement__free(&t->field[f].error);
	free(t);
}

static uint64_t compared(const struct foreign_tally *t)
{
	uint64_t n = 0;

	for (enum field f = 0; f < FIELD_COUNT; f++)
		n += t->field[f].compared;
	return n;
}

/* The names of a set of fields, as many as fit. */
static size_t name_fields(const struct field_set *set, char *to, size_t size)
{
	unsigned int left = 0;
	size_t n = 0;

	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (!field_set__has(set, f))
			continue;
		if (n + catalogue[f].name_len + 20 > size)
			left++;
		else
			n += snprintf(to + n, size - n, "%s%s", n ? " " : "", catalogue[f].name);
	}
	if (left)
		n += snprintf(to + n, size - n, " and %u more", left);
	return n;
}

static void say_apart(const struct run *run, const struct foreign_tally *t, uint64_t probe_first_ns,
		      uint64_t probe_last_ns, struct result *r)
{
	bool early = t->last_ns < probe_first_ns;
	double gap =
		early ? (probe_first_ns - t->last_ns) / 1e9 : (t->first_ns - probe_last_ns) / 1e9;

	snprintf(
		r->reason, sizeof(r->reason),
		"no overlap in time: its samples end or begin %.3f s %s the probe's; it must be of "
		"the same machine and run, on the clock that its header names",
		gap, early ? "before" : "behind");
}

static void judge_witness(const struct foreign_tally *t, const struct run *run, unsigned int which,
			  uint64_t probe_first_ns, uint64_t probe_last_ns, struct result *r)
{
	const struct run_foreign *f = &run->foreign[which];
	size_t n;

	r->compared = 0;
	r->status = STATUS_ERROR;
	if (f->timeline.why[0])
		snprintf(r->reason, sizeof(r->reason), "%s", f->timeline.why);
	else if (!run->timeline[WITNESS_PROBE].opened || !probe_last_ns)
		snprintf(r->reason, sizeof(r->reason),
			 "nothing compared: the run has no timeline of the probe to judge it by");
	else if (!t->samples)
		snprintf(r->reason, sizeof(r->reason), "not a single sample%s%s",
			 f->note[0] ? ": " : "", f->note);
	else if (t->last_ns < probe_first_ns || t->first_ns > probe_last_ns)
		say_apart(run, t, probe_first_ns, probe_last_ns, r);
	else if (!t->joined)
		snprintf(r->reason, sizeof(r->reason),
			 "no common flow: none of its %" PRIu64
			 " samples is of a flow that the probe saw",
			 t->samples);
	else if (t->joined == 1)
		snprintf(r->reason, sizeof(r->reason),
			 "one sample only: a single moment says nothing about a collector");
	else if (!compared(t))
		snprintf(r->reason, sizeof(r->reason),
			 "nothing could be compared exactly in %" PRIu64
			 " samples: counters need samples of the probe before and behind them, "
			 "gauges a run with segment capture",
			 t->joined);
	else
		r->status = STATUS_PASS;
	if (r->status == STATUS_ERROR)
		return;
	n = snprintf(r->reason, sizeof(r->reason), "%" PRIu64 " samples of this run's flows",
		     t->joined);
	if (t->stranger)
		n += snprintf(r->reason + n, sizeof(r->reason) - n, ", %" PRIu64 " of others",
			      t->stranger);
	if (t->dropped)
		n += snprintf(r->reason + n, sizeof(r->reason) - n,
			      ", %" PRIu64 " not judged: too many windows open at once",
			      t->dropped);
	if (f->placed_error_ns)
		n += snprintf(r->reason + n, sizeof(r->reason) - n,
			      "; on CLOCK_REALTIME, placed to within %.3f ms",
			      f->placed_error_ns / 1e6);
	if (f->note[0])
		snprintf(r->reason + n, sizeof(r->reason) - n, "; %s", f->note);
}

static void judge_join(const struct foreign_tally *t, const struct run_foreign *f, struct result *r)
{
	r->compared = t->joined;
	r->violations = t->mixed;
	if (!t->mixed)
		return;
	r->status = STATUS_FAIL;
	snprintf(r->reason, sizeof(r->reason),
		 "%s: %" PRIu64 " samples have one flow's cookie and another's addresses and ports",
		 f->name, t->mixed);
}

/* Fields that only one side tells. */
static void judge_unmatched(const struct foreign_tally *t, const struct run *run, bool missing,
			    struct result *r)
{
	const struct timeline_header *probe = &run->timeline[WITNESS_PROBE].header;
	struct field_set set = { 0 };

	for (enum field f = 0; f < FIELD_COUNT; f++)
		if ((manner__of(f, probe) == MANNER_NONE) != missing &&
		    field_set__has(&t->told, f) != missing)
			field_set__add(&set, f);
	r->status = STATUS_SKIP;
	r->tolerance = "";
	if (!name_fields(&set, r->reason, sizeof(r->reason)))
		snprintf(r->reason, sizeof(r->reason), "none");
}

static void say_violated(const struct field_tally *t, enum field f, const char *unit,
			 struct result *r)
{
	size_t n = 0, size = sizeof(r->reason);

	if (unit)
		n = snprintf(r->reason, size, "%s looks like %s: ", catalogue[f].name, unit);
	n += snprintf(r->reason + n, size - n, "%" PRIu64 " of %" PRIu64 " values violated",
		      t->violations, t->compared);
	if (t->worst.set)
		n += snprintf(r->reason + n, size - n,
			      "; worst on flow %u: %" PRIu64 " where the probe has %" PRIu64,
			      t->worst.flow, t->worst.got, t->worst.expected);
	if (t->backwards)
		snprintf(r->reason + n, size - n,
			 "; runs backwards %" PRIu64
			 " times in its own timeline: two flows mixed, or samples out of order",
			 t->backwards);
	else if (!unit && t->violations > 1 && !t->behind)
		snprintf(r->reason + n, size - n,
			 "; always ahead: its stamps may be too early, or the field miscounted");
	else if (!unit && t->violations > 1 && !t->ahead)
		snprintf(r->reason + n, size - n,
			 "; always behind: its stamps may be too late, its values stale");
}

static void judge_field(const struct foreign_tally *tally, enum field f, enum manner m,
			struct result *r)
{
	const struct field_tally *t = &tally->field[f];
	const char *unit = units__guess(&t->votes, f);

	r->tolerance = manner__tolerance(m);
	r->compared = t->compared;
	r->violations = t->violations;
	r->moved = t->moved;
	r->unproven = t->unproven;
	r->worst = t->worst;
	if (t->violations || t->backwards) {
		r->status = STATUS_FAIL;
		r->violations += t->violations ? 0 : t->backwards;
		say_violated(t, f, unit, r);
	} else if (unit && t->votes.tried > 2) {
		r->status = STATUS_FAIL;
		r->violations = t->votes.tried - t->votes.as_due;
		r->compared += m == MANNER_STATISTIC ? t->votes.tried : 0;
		snprintf(r->reason, sizeof(r->reason), "%s looks like %s", catalogue[f].name, unit);
	} else if (m == MANNER_STATISTIC) {
		r->status = STATUS_INFO;
		snprintf(r->reason, sizeof(r->reason),
			 "described, not judged: it may move between the probe's samples");
	} else if (!t->compared) {
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason),
			 t->unproven ? "no window was proven complete"
				     : "no sample of the probe before and behind its values");
	}
}

static int add_statistic(const struct run_foreign *w, enum field f, const struct field_tally *t,
			 struct verdict *v)
{
	struct statistic *s;

	if (!t->error.n)
		return 0;
	s = verdict__statistic(v, w->pair, catalogue[f].name);
	if (!s)
		return -1;
	s->unit = catalogue[f].unit;
	s->status = STATUS_INFO;
	s->summary = agreement__summary(&t->error);
	s->decided = t->placed;
	s->shown = t->shown;
	return 0;
}

static struct result *add(struct verdict *v, const char *check, const char *subject,
			  const struct run_foreign *w)
{
	struct result *r = verdict__result(v, check, subject);

	if (r)
		r->witness[0] = w->name;
	return r;
}

int foreign_tally__judge(const struct foreign_tally *t, const struct run *run, unsigned int which,
			 uint64_t probe_first_ns, uint64_t probe_last_ns, struct verdict *v)
{
	const struct timeline_header *probe = &run->timeline[WITNESS_PROBE].header;
	const struct run_foreign *w = &run->foreign[which];
	struct result *r = add(v, "witness", w->name, w);

	if (!r)
		return -1;
	judge_witness(t, run, which, probe_first_ns, probe_last_ns, r);
	if (!t->joined)
		return 0;
	r = add(v, "foreign", "flows", w);
	if (!r)
		return -1;
	judge_join(t, w, r);
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (!t->field[f].told || manner__of(f, probe) == MANNER_NONE)
			continue;
		r = add(v, "foreign", catalogue[f].name, w);
		if (!r)
			return -1;
		r->witness[1] = witness__name(WITNESS_PROBE);
		judge_field(t, f, manner__of(f, probe), r);
		if (add_statistic(w, f, &t->field[f], v))
			return -1;
	}
	for (int missing = 0; missing < 2; missing++) {
		r = add(v, "foreign", missing ? "fields missing" : "fields not of the probe", w);
		if (!r)
			return -1;
		judge_unmatched(t, run, missing, r);
	}
	return 0;
}
