// SPDX-License-Identifier: BSD-2-Clause
/*
 * Clocks. A witness whose times are shifted breaks the brackets of many counters at once, and each
 * of them would be blamed for it. So where bracketing has failed, the question is put the other
 * way round: by which shift d of the probe's times would a counter agree? For a netlink value N
 * with window [a, b], true at one moment of it, and the probe's samples E at u:
 *
 *	E(u) > N: behind that moment, so u + d >= a		d >= a - min u
 *	E(u) < N: before it, so u + d <= b			d <= b - max u
 *
 * Each counter gives an interval of shifts. The clock is to blame if at least two counters exclude
 * 0 and one shift satisfies every counter; a field that is wrong by itself leaves the others at 0.
 *
 * Counters only grow, so the windows of a flow are sorted by their values as by their times, and two
 * pointers that walk through them suffice. Where netlink's values go back there is no such order,
 * and nothing is said: monotone has its finding then.
 *
 * iperf3 prints times since a beginning that it does not tell; marks minus printed ends give it. In
 * iperf_handle_message_client() and iperf_run_server() that beginning is taken at TEST_START, when
 * all data streams are accepted: it cannot be before the last of them was ESTABLISHED. (A mark comes
 * behind the clock reading that is printed, so the real beginning is a little earlier still.)
 */
#include "check_clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define CLOCK_WINDOWS 4096
#define NEVER INT64_MIN

static const enum field watched[] = { FIELD_segs_in,	FIELD_segs_out,	      FIELD_delivered,
				      FIELD_bytes_acked, FIELD_bytes_received, FIELD_bytes_sent };
enum { WATCHED = sizeof(watched) / sizeof(watched[0]) };

struct poll {
	uint64_t a, b;
	int64_t value[WATCHED]; /* above the flow's first poll: counters wrap */
	struct poll *next; /* of the flow */
};

struct poll_list {
	uint64_t base[WATCHED];
	struct poll *first, *last;
};

struct shifts {
	int64_t least, most;
	bool bounded;
};

struct check_clock {
	struct check windows, samples;
	struct poll poll[CLOCK_WINDOWS];
	unsigned int count;
	bool disordered;
	struct poll_list *lists; /* by flow id */
	unsigned int lists_count;
	struct shifts of[WATCHED];
};

static bool has_all(const struct sample *s)
{
	for (int i = 0; i < WATCHED; i++)
		if (!sample__has(s, watched[i]))
			return false;
	return true;
}

static struct check_clock *of_windows(struct check *c)
{
	return (struct check_clock *)c;
}

static struct check_clock *of_samples(struct check *c)
{
	return (struct check_clock *)((char *)c - offsetof(struct check_clock, samples));
}

static struct poll_list *list_of(struct check_clock *c, const struct window *w)
{
	unsigned int id = w->flow->id;
	struct poll_list *lists;

	if (id >= c->lists_count) {
		lists = realloc(c->lists, 2 * (id + 1) * sizeof(*lists));
		if (!lists)
			return NULL;
		for (unsigned int i = c->lists_count; i < 2 * (id + 1); i++)
			lists[i] = (struct poll_list){ 0 };
		c->lists = lists;
		c->lists_count = 2 * (id + 1);
	}
	return &c->lists[id];
}

static void add_window(struct check *check, const struct window *w)
{
	struct check_clock *c = of_windows(check);
	struct poll_list *list;
	struct poll *p;

	if (w->witness != WITNESS_NETLINK || c->count == CLOCK_WINDOWS || !has_all(w->sample))
		return;
	list = list_of(c, w);
	if (!list)
		return;
	p = &c->poll[c->count++];
	p->a = w->sample->t0_ns;
	p->b = w->sample->t1_ns;
	for (int i = 0; i < WATCHED; i++) {
		uint64_t v = w->sample->value[watched[i]];

		if (!list->first)
			list->base[i] = v;
		p->value[i] = field__difference(watched[i], v, list->base[i]);
		c->disordered |= list->last && p->value[i] < list->last->value[i];
	}
	*(list->last ? &list->last->next : &list->first) = p;
	list->last = p;
}

/* Where a flow's samples have got to, per counter. */
struct clock_flow {
	bool begun;
	struct poll *not_below[WATCHED]; /* first window whose value no sample has reached */
	struct poll *not_above[WATCHED]; /* first window whose value no sample has passed */
	uint64_t last_ns[WATCHED];	 /* of the last sample */
};

static void bound(struct shifts *s, int64_t least, int64_t most)
{
	if (!s->bounded)
		*s = (struct shifts){ INT64_MIN, INT64_MAX, true };
	if (least > s->least)
		s->least = least;
	if (most < s->most)
		s->most = most;
}

static void add_sample(struct check *check, const struct window *w)
{
	struct check_clock *c = of_samples(check);
	struct clock_flow *f = check__flow_state(check, w->flow);
	const struct sample *s = w->sample;
	const struct poll_list *list;

	if (w->witness != WITNESS_PROBE || !has_all(s) || w->flow->id >= c->lists_count)
		return;
	list = &c->lists[w->flow->id];
	for (int i = 0; i < WATCHED; i++) {
		int64_t v = field__difference(watched[i], s->value[watched[i]], list->base[i]);

		if (!f->begun)
			f->not_below[i] = f->not_above[i] = list->first;
		for (struct poll *p; (p = f->not_below[i]) && p->value[i] <= v;
		     f->not_below[i] = p->next)
			if (f->last_ns[i])
				bound(&c->of[i], INT64_MIN, (int64_t)(p->b - f->last_ns[i]));
		for (struct poll *p; (p = f->not_above[i]) && p->value[i] < v;
		     f->not_above[i] = p->next)
			bound(&c->of[i], (int64_t)(p->a - s->t0_ns), INT64_MAX);
		f->last_ns[i] = s->t0_ns;
	}
	f->begun = true;
}

static int finish_pass(struct check *c, struct verdict *v)
{
	return 0;
}

/* In the shifts that all counters allow; false: there is none. */
static bool common_shifts(const struct check_clock *c, struct shifts *all, unsigned int *excluding)
{
	*all = (struct shifts){ INT64_MIN, INT64_MAX, false };
	*excluding = 0;
	for (int i = 0; i < WATCHED; i++) {
		const struct shifts *s = &c->of[i];

		if (!s->bounded)
			continue;
		bound(all, s->least, s->most);
		all->bounded = true;
		*excluding += s->least > 0 || s->most < 0;
	}
	return all->bounded && all->least <= all->most && !c->disordered;
}

int check_clock__judge(const struct check_clock *c, struct verdict *v)
{
	unsigned int excluding;
	struct shifts s;
	struct result *r;
	int64_t nearest;

	if (!common_shifts(c, &s, &excluding) || excluding < 2)
		return 0;
	r = verdict__result(v, "clock", "netlink");
	if (!r)
		return -ENOMEM;
	nearest = s.least > 0 ? s.least : s.most;
	r->witness[0] = witness__name(WITNESS_NETLINK);
	r->witness[1] = witness__name(WITNESS_PROBE);
	r->status = STATUS_FAIL;
	r->violations = 1;
	snprintf(r->reason, sizeof(r->reason),
		 "%u counters disagree as the times stand, and all agree if one clock is shifted: "
		 "netlink's times are %s the probe's by at least %.3f ms",
		 excluding, nearest > 0 ? "behind (later than)" : "ahead of (earlier than)",
		 (nearest < 0 ? -nearest : nearest) / 1e6);
	return 0;
}

static const struct check_ops windows_ops = {
	.events = EVENT_BIT(sample),
	.begin = add_window,
	.finish = finish_pass,
};

static const struct check_ops samples_ops = {
	.flow_size = sizeof(struct clock_flow),
	.events = EVENTS_STATE,
	.begin = add_sample,
	.finish = finish_pass,
};

struct check_clock *check_clock__new(struct run *run)
{
	struct check_clock *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->windows.ops = &windows_ops;
	c->samples.ops = &samples_ops;
	c->windows.run = c->samples.run = run;
	return c;
}

struct check *check_clock__windows(struct check_clock *c)
{
	return &c->windows;
}

struct check *check_clock__samples(struct check_clock *c)
{
	return &c->samples;
}

void check_clock__free(struct check_clock *c)
{
	if (c)
		free(c->lists);
	free(c);
}

static uint64_t last_established(const struct report *report, const struct captures *c,
				 enum end end)
{
	uint64_t last = 0;

	for (unsigned int i = 0; i < report->count; i++) {
		uint64_t t = captures__of(c, end, i)->established_ns;

		if (t > last)
			last = t;
	}
	return last;
}

int check_clock__judge_iperf3(const struct run *run, const struct captures *c, struct verdict *v)
{
	for (enum end end = 0; end < ENDS; end++) {
		const struct placement *p = run->placement[end];
		uint64_t established = last_established(&run->report[end], c, end);
		int64_t early;
		struct result *r;

		/* --omit restarts the clock: the first epoch has the beginning */
		if (p->method != PLACEMENT_MARKS || !p->placed || !established)
			continue;
		r = verdict__result(v, "clock",
				    end == END_CLIENT ? "iperf3 client" : "iperf3 server");
		if (!r)
			return -ENOMEM;
		r->compared = p->placed;
		early = (int64_t)established - p->offset_ns;
		if (early <= 0)
			continue;
		r->status = STATUS_FAIL;
		r->violations = p->placed;
		snprintf(r->reason, sizeof(r->reason),
			 "iperf3's times say that its test began %.3f ms before its last stream was "
			 "established: they are not counted from its beginning",
			 early / 1e6);
	}
	return 0;
}
