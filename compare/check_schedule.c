// SPDX-License-Identifier: BSD-2-Clause
/*
 * Does the netlink collector's polling keep the schedule that its header and trailer claim?
 * Zero tolerance, and of tcpw-netlink's own polls only: other tools have other schedules.
 *
 * - A window has a length: the clock is read before the request and after the reply. A poll with one
 *   stamp tells an instant that nobody knows.
 * - A flow's windows follow one another: one thread asks, and waits for the answer.
 * - Ticks lie on a grid, base_ns + k * interval_ns, that work does not move. Between a flow's first
 *   poll and its last one, every tick has a poll, or the trailer tells what became of it: late_ticks
 *   (skipped for all flows), interrupted_dumps, a failed request. A poll's tick is not written, but
 *   a round begins at its deadline, so its polls lie in their tick or, where the round overran, in a
 *   later one: the lag, floor(t0) in ticks minus the number of the flow's polls so far, rises by what
 *   was skipped for good, and by an overrun only until a round begins in time again. So the lag's
 *   lowest value among the flow's last polls, above its lowest ever, is what is missing. More than
 *   the trailer accounts for is a loss that nobody counted, or a period longer than the declared.
 *   The lag cannot fall either: that is more polls than ticks, so a period shorter than the declared,
 *   or samples that are there twice. Only once, by one: where the flow's first poll itself lies in a
 *   later tick than its own, the next round, in time, makes two polls in one tick (ticker.c serves
 *   the latest deadline that passed and skips those before it).
 *   (The last polls themselves are the blind end of this: a loss among them shows as coverage.)
 */
#include "check_schedule.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct schedule {
	struct check check;
	uint64_t windows, instants, overlaps, surplus;
	struct worst worst;
	unsigned int flow; /* the one that missed most */
	uint64_t skipped;
};

/* How many polls in a row a machine under load may overrun. */
#define LAST_POLLS 8

struct schedule_flow {
	uint64_t last_end_ns, polls;
	int64_t lag[LAST_POLLS], lowest, first;
};

static const struct timeline_header *own_header(const struct run *run)
{
	const struct run_timeline *t = &run->timeline[WITNESS_NETLINK];

	return t->opened && t->header.interval_ns && !strncmp(t->header.tool, "tcpw-netlink", 12)
		       ? &t->header
		       : NULL;
}

static void begin(struct check *c, const struct window *w)
{
	struct schedule *s = (struct schedule *)c;
	struct schedule_flow *f = check__flow_state(c, w->flow);
	const struct timeline_header *h = own_header(c->run);
	uint64_t t0 = w->sample->t0_ns;
	int64_t lag;

	if (!h || w->witness != WITNESS_NETLINK || t0 < h->base_ns)
		return;
	s->windows++;
	if (t0 == w->sample->t1_ns) {
		s->instants++;
		worst__update(&s->worst, w->flow->id, t0, t0 + 1, t0, 1);
	} else if (t0 < f->last_end_ns) {
		s->overlaps++;
		worst__update(&s->worst, w->flow->id, t0, f->last_end_ns, t0, f->last_end_ns - t0);
	}
	f->last_end_ns = w->sample->t1_ns;
	lag = (int64_t)((t0 - h->base_ns) / h->interval_ns) - (int64_t)f->polls;
	if (!f->polls)
		f->first = lag;
	if (lag < f->first - 1) {
		s->surplus++;
		worst__update(&s->worst, w->flow->id, t0, 0, f->first - lag, f->first - lag);
	}
	if (!f->polls || lag < f->lowest)
		f->lowest = lag;
	f->lag[f->polls++ % LAST_POLLS] = lag;
}

/* Ticks of the flow that have no poll. */
static uint64_t skipped(const struct schedule_flow *f)
{
	uint64_t n = f->polls < LAST_POLLS ? f->polls : LAST_POLLS;
	int64_t settled = f->lag[0];

	for (uint64_t i = 1; i < n; i++)
		if (f->lag[i] < settled)
			settled = f->lag[i];
	return settled - f->lowest;
}

/* Of all flows, the one that missed most. */
static void find_worst(struct schedule *s)
{
	struct flows *flows = s->check.run->flows;

	for (unsigned int i = 0; i < flows__count(flows); i++) {
		struct flow_entry *f = flows__at(flows, i);
		uint64_t n = skipped(check__flow_state(&s->check, f));

		if (n > s->skipped) {
			s->skipped = n;
			s->flow = f->id;
		}
	}
}

static uint64_t accounted(const struct timeline_trailer *t)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < t->losses; i++)
		sum += t->lost[i].count;
	for (unsigned int i = 0; i < t->notes; i++)
		if (!strcmp(t->note[i].cause, "late_ticks") ||
		    !strcmp(t->note[i].cause, "interrupted_dumps"))
			sum += t->note[i].count;
	return sum;
}

static int finish(struct check *c, struct verdict *v)
{
	struct schedule *s = (struct schedule *)c;
	const struct run_timeline *t = &c->run->timeline[WITNESS_NETLINK];
	struct result *r;
	uint64_t known;

	if (!own_header(c->run))
		return 0;
	r = verdict__result(v, "schedule", "netlink");
	if (!r)
		return -1;
	find_worst(s);
	known = t->whole ? accounted(&t->trailer) : UINT64_MAX; /* a cut file is told elsewhere */
	r->witness[0] = witness__name(WITNESS_NETLINK);
	r->compared = s->windows;
	r->violations = s->instants + s->overlaps + s->surplus;
	r->worst = s->worst;
	if (s->instants)
		snprintf(r->reason, sizeof(r->reason),
			 "%" PRIu64 " of %" PRIu64 " polls have no window but one stamp: what was "
			 "read before the request or after the reply is not known",
			 s->instants, s->windows);
	else if (s->overlaps)
		snprintf(r->reason, sizeof(r->reason),
			 "%" PRIu64 " polls begin inside the window of the flow's poll before: a "
			 "sample is there twice, or under the wrong flow",
			 s->overlaps);
	else if (s->surplus)
		snprintf(r->reason, sizeof(r->reason),
			 "%" PRIu64 " polls are more than there are ticks: the interval is shorter "
			 "than the declared, or samples are there twice",
			 s->surplus);
	else if (s->skipped > known) {
		r->violations = s->skipped - known;
		worst__update(&r->worst, s->flow, 0, known, s->skipped, r->violations);
		snprintf(r->reason, sizeof(r->reason),
			 "flow %u has no poll at %" PRIu64 " of its ticks, the trailer accounts "
			 "for %" PRIu64 ": samples are lost, or the interval is not the declared",
			 s->flow, s->skipped, known);
	}
	if (r->violations)
		r->status = STATUS_FAIL;
	return 0;
}

static void destroy(struct check *c)
{
	free(c);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct schedule_flow),
	.events = EVENT_BIT(sample),
	.begin = begin,
	.finish = finish,
	.free = destroy,
};

struct check *check_schedule__new(struct run *run)
{
	struct schedule *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->check.ops = &ops;
	s->check.run = run;
	return &s->check;
}
