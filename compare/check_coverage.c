// SPDX-License-Identifier: BSD-2-Clause
/*
 * Coverage: did the witnesses look as often as they said, and do they say what they missed?
 *
 * - netlink is expected once an interval over each data flow's life as the probe saw it; one sample
 *   less is granted for the edges. The probe likewise for its polls, if it polls.
 * - The probe numbers a flow's samples, also those it then loses. Numbers that are missing must be
 *   told in the trailer: a loss that is counted nowhere fails, whatever the bounds. The trailer may
 *   tell more than is missing: the last samples of a flow leave no gap.
 * - Counted losses fail above bounds.coverage.probe_lost_max (default 0) and netlink_lost_max (by
 *   default not judged, since a later poll makes up for a lost one; the share shows it).
 */
#include "check_coverage.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sequence.h"

struct coverage_check {
	struct check check;
	struct agreement gaps[WITNESSES];
};

struct coverage_flow {
	struct sequence sequence; /* the probe's */
	uint64_t last_ns[WITNESSES], max_gap_ns[WITNESSES];
	uint64_t periodic[WITNESSES]; /* samples taken at an interval, within the flow's life */
};

static void begin(struct check *c, const struct window *w)
{
	struct coverage_check *cc = (struct coverage_check *)c;
	struct coverage_flow *f = check__flow_state(c, w->flow);
	const struct sample *s = w->sample;
	uint64_t gap;

	if (w->witness == WITNESS_PROBE)
		sequence__add(&f->sequence, s->seq, s->event);
	if (s->event == EVENT_tcp_info || s->event == EVENT_destroy)
		return;
	if (s->event == EVENT_poll ||
	    (s->event == EVENT_sample && w->flow->samples[WITNESS_PROBE] && !w->flow->closed_ns))
		f->periodic[w->witness]++;
	if (flow_entry__is_data(w->flow) && f->last_ns[w->witness]) {
		gap = s->t0_ns - f->last_ns[w->witness];
		agreement__add(&cc->gaps[w->witness], (int64_t)gap, w->flow->id, s->t0_ns);
		if (gap > f->max_gap_ns[w->witness])
			f->max_gap_ns[w->witness] = gap;
	}
	f->last_ns[w->witness] = s->t0_ns;
}

static uint64_t life_ns(const struct flow_entry *f)
{
	uint64_t from = f->established_ns ? f->established_ns : f->first_ns[WITNESS_PROBE];
	uint64_t to = f->closed_ns ? f->closed_ns : f->last_ns[WITNESS_PROBE];

	return to > from ? to - from : 0;
}

/* NULL unless this witness samples at an interval. */
static const struct timeline_header *periodic_header(const struct run *run, enum witness w)
{
	const struct timeline_header *h = &run->timeline[w].header;

	if (!run->timeline[w].opened || !h->interval_ns)
		return NULL;
	if (w == WITNESS_NETLINK)
		return h;
	for (unsigned int i = 0; i < h->modes; i++)
		if (!strcmp(h->mode[i], "poll"))
			return h;
	return NULL;
}

static void judge_share(struct coverage *row, const struct bound *min)
{
	double share = row->expected ? (double)row->got / row->expected : 1;

	if (!min)
		return;
	row->status = STATUS_PASS;
	if (row->got + 1 >= min->value * row->expected)
		return;
	row->status = STATUS_FAIL;
	snprintf(row->reason, sizeof(row->reason),
		 "%" PRIu64 " of %" PRIu64 " samples on flow %u: %.1f%%, the scenario declares at "
		 "least %.1f%%",
		 row->got, row->expected, row->flow, 100 * share, 100 * min->value);
}

static int finish_flow(struct coverage_check *cc, struct verdict *v, enum witness w,
		       const struct flow_entry *f, struct coverage *total)
{
	struct run *run = cc->check.run;
	const struct timeline_header *h = periodic_header(run, w);
	struct coverage_flow *cf = check__flow_state(&cc->check, f);
	struct coverage *row = verdict__coverage(v, witness__name(w), f->id);
	const struct bound *min;

	if (!row)
		return -1;
	row->got = f->samples[w];
	row->max_gap_ns = cf->max_gap_ns[w];
	if (h && f->samples[WITNESS_PROBE]) {
		row->has_expected = true;
		row->expected = life_ns(f) / h->interval_ns;
		row->got = cf->periodic[w];
		total->has_expected = true;
		total->expected += row->expected;
		min = manifest__bound(&run->manifest, "coverage", "",
				      w == WITNESS_PROBE ? "probe_share_min" : "netlink_share_min");
		if (run->timeline[w].whole)
			judge_share(row, min);
	}
	/* A flow between two ticks may be missed by polling; a probe misses none. */
	if (!f->samples[w] && (w == WITNESS_PROBE || row->expected > 1)) {
		row->status = STATUS_FAIL;
		snprintf(row->reason, sizeof(row->reason),
			 "flow %u, an end of stream %u, was never seen", f->id, f->stream);
	}
	total->got += row->got;
	return 0;
}

static int finish_witness(struct coverage_check *cc, struct verdict *v, enum witness w)
{
	struct run *run = cc->check.run;
	struct coverage total = { 0 }, *row;
	const struct bound *p99, *max;
	char name[32];

	if (!run->timeline[w].opened)
		return 0;
	for (unsigned int i = 0; i < flows__count(run->flows); i++)
		if (flow_entry__is_data(flows__at(run->flows, i)) &&
		    finish_flow(cc, v, w, flows__at(run->flows, i), &total))
			return -1;
	row = verdict__coverage(v, witness__name(w), 0);
	if (!row)
		return -1;
	row->has_expected = total.has_expected;
	row->expected = total.expected;
	row->got = total.got;
	row->gaps = agreement__summary(&cc->gaps[w]);
	row->max_gap_ns = row->gaps.max;
	snprintf(name, sizeof(name), "%sgap_p99_ms_max", w == WITNESS_PROBE ? "probe_" : "");
	p99 = manifest__bound(&run->manifest, "coverage", "", name);
	snprintf(name, sizeof(name), "%sgap_max_ms_max", w == WITNESS_PROBE ? "probe_" : "");
	max = manifest__bound(&run->manifest, "coverage", "", name);
	if (p99 || max)
		row->status = STATUS_PASS;
	if ((p99 || max) && !row->gaps.n) {
		row->status = STATUS_ERROR;
		snprintf(row->reason, sizeof(row->reason),
			 "a bound on gaps is declared, but no data flow was sampled twice");
	} else if (p99 && row->gaps.p99 > p99->value * 1e6) {
		row->status = STATUS_FAIL;
		snprintf(row->reason, sizeof(row->reason),
			 "p99 of the gaps is %.3f ms, the scenario declares at most %g ms",
			 row->gaps.p99 / 1e6, p99->value);
	} else if (max && row->gaps.max > max->value * 1e6) {
		row->status = STATUS_FAIL;
		snprintf(row->reason, sizeof(row->reason),
			 "the longest gap is %.3f ms, the scenario declares at most %g ms",
			 row->gaps.max / 1e6, max->value);
	}
	return 0;
}

static uint64_t count_of(const struct timeline_count *c, unsigned int n, const char *cause)
{
	for (unsigned int i = 0; i < n; i++)
		if (!strcmp(c[i].cause, cause))
			return c[i].count;
	return 0;
}

/* What would have held the samples for which the probe's ring had no room, by its trailer. */
static void tell_remedy(const struct timeline_trailer *t, char *text, size_t size)
{
	uint64_t now = count_of(t->note, t->notes, "ring_bytes");
	uint64_t enough = count_of(t->note, t->notes, "ring_enough");

	*text = '\0';
	if (!now || !count_of(t->lost, t->losses, "ring_full"))
		return;
	if (enough)
		snprintf(text, size,
			 ": the probe's ring of %" PRIu64 " KiB was full; PROBE_RING=%" PRIu64
			 "K (tcpw-probe --ring-size=%" PRIu64 ") would have held them",
			 now / 1024, enough / 1024, enough);
	else
		snprintf(text, size,
			 ": the probe's ring of %" PRIu64 " KiB was full, and no larger one that it "
			 "allows would have held them; lower BITRATE or STREAMS, or leave segment "
			 "out of PROBE_MODES",
			 now / 1024);
}

static int finish_losses(struct coverage_check *cc, struct verdict *v, enum witness w)
{
	struct run *run = cc->check.run;
	const struct run_timeline *t = &run->timeline[w];
	uint64_t missing = 0, duplicates = 0, lost = 0;
	const struct bound *bound;
	char remedy[256];
	double lost_max;
	struct result *r;

	if (!t->opened)
		return 0;
	for (unsigned int i = 0; t->whole && i < t->trailer.losses; i++) {
		lost += t->trailer.lost[i].count;
		if (!verdict__loss(v, witness__name(w), t->trailer.lost[i].cause,
				   t->trailer.lost[i].count, false))
			return -1;
	}
	for (unsigned int i = 0; t->whole && i < t->trailer.notes; i++)
		if (!verdict__loss(v, witness__name(w), t->trailer.note[i].cause,
				   t->trailer.note[i].count, true))
			return -1;
	for (unsigned int i = 0; i < flows__count(run->flows); i++) {
		const struct coverage_flow *f =
			check__flow_state(&cc->check, flows__at(run->flows, i));

		if (w != WITNESS_PROBE)
			break;
		missing += sequence__missing(&f->sequence);
		duplicates += f->sequence.duplicates;
	}
	r = verdict__result(v, "losses", witness__name(w));
	if (!r)
		return -1;
	r->witness[0] = witness__name(w);
	bound = manifest__bound(&run->manifest, "coverage", "",
				w == WITNESS_PROBE ? "probe_lost_max" : "netlink_lost_max");
	lost_max = bound ? bound->value : w == WITNESS_PROBE ? 0 : HUGE_VAL;
	if (duplicates) {
		r->status = STATUS_FAIL;
		r->violations = duplicates;
		snprintf(r->reason, sizeof(r->reason), "%" PRIu64 " samples are there twice",
			 duplicates);
	} else if (!t->whole) {
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason), "no trailer says what was lost");
	} else if (missing > lost) {
		r->status = STATUS_FAIL;
		r->violations = missing - lost;
		snprintf(r->reason, sizeof(r->reason),
			 "%" PRIu64
			 " sample numbers are missing, but the trailer counts only %" PRIu64
			 " lost",
			 missing, lost);
	} else if (lost > lost_max) {
		tell_remedy(&t->trailer, remedy, sizeof(remedy));
		r->status = STATUS_FAIL;
		r->violations = lost;
		snprintf(r->reason, sizeof(r->reason),
			 "%" PRIu64 " samples were lost, the scenario declares at most %g%s", lost,
			 lost_max, remedy);
	}
	return 0;
}

static int finish(struct check *c, struct verdict *v)
{
	struct coverage_check *cc = (struct coverage_check *)c;
	int err = 0;

	for (enum witness w = 0; w < WITNESSES && !err; w++) {
		err = finish_witness(cc, v, w);
		if (!err)
			err = finish_losses(cc, v, w);
	}
	return err;
}

static void destroy(struct check *c)
{
	struct coverage_check *cc = (struct coverage_check *)c;

	for (enum witness w = 0; w < WITNESSES; w++)
		agreement__free(&cc->gaps[w]);
	free(cc);
}

const struct agreement *check_coverage__gaps(const struct check *c, enum witness w)
{
	return &((const struct coverage_check *)c)->gaps[w];
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct coverage_flow),
	.events = ~0U,
	.begin = begin,
	.finish = finish,
	.free = destroy,
};

struct check *check_coverage__new(struct run *run)
{
	struct coverage_check *cc = calloc(1, sizeof(*cc));

	if (!cc)
		return NULL;
	cc->check.ops = &ops;
	cc->check.run = run;
	for (enum witness w = 0; w < WITNESSES; w++)
		if (agreement__init(&cc->gaps[w])) {
			destroy(&cc->check);
			return NULL;
		}
	return &cc->check;
}
