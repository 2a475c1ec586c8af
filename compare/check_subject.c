// SPDX-License-Identifier: BSD-2-Clause
/*
 * Subject: what the scenario is about has happened. A run of "loss" in which nothing was
 * retransmitted says nothing about retransmissions, however well its witnesses agree: an error, not
 * a pass and no disagreement.
 *
 * Each entry of the manifest's "moves" names an end and a field. On some data flow of that end the
 * field must have changed between two samples, or, with a minimum, have been below it and then
 * reached it (with a maximum: above, and then down to it); and every witness that has the field
 * must have seen that. Counters and durations of a flow whose ESTABLISHED the probe saw began at 0:
 * there the first poll may show the movement. Values that stand for "no value yet" (all ones of
 * min_rtt and its like) are none. Some names count flows instead of reading a field (moves.h);
 * those which a witness cannot know are asked of the other alone: only the probe sees the state
 * before CLOSE, a flow's two ends, and whether it was there before.
 *
 * What a kernel lacks cannot move: such an entry is skipped, but not all of them.
 */
#include "check_subject.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BRIEF_NS 10000000

enum { AF_INET6_NUMBER = 10 };
enum { TCP_ESTABLISHED = 1, TCP_CLOSE_WAIT = 8 };

struct subject {
	struct check check;
	uint64_t looked_at[MOVES_MAX][WITNESSES], moved[MOVES_MAX][WITNESSES]; /* flows */
};

struct subject_flow {
	uint64_t first[MOVES_MAX][WITNESSES];
	uint8_t has[WITNESSES], below[WITNESSES], above[WITNESSES],
		moved[WITNESSES]; /* bits of moves */
	bool counted[FLOW_COUNTS][WITNESSES];
};

_Static_assert(MOVES_MAX <= 8, "a bit of uint8_t each");

static bool is_mapped(const struct flow *f)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return f->family == AF_INET6_NUMBER && !memcmp(f->local.addr, prefix, sizeof(prefix)) &&
	       !memcmp(f->remote.addr, prefix, sizeof(prefix));
}

static void count(struct subject_flow *f, const struct window *w)
{
	const struct sample *s = w->sample;
	const struct flow_entry *flow = w->flow;

	if (!f->counted[COUNT_FLOWS][w->witness]) {
		f->counted[COUNT_FLOWS][w->witness] = true;
		f->counted[COUNT_MAPPED][w->witness] = is_mapped(&s->flow);
		f->counted[COUNT_OLDER][w->witness] =
			s->event != EVENT_connect && s->event != EVENT_established;
	}
	if (s->event != EVENT_close)
		return;
	if (sample__has(s, FIELD_old_state))
		f->counted[COUNT_ABORTED][w->witness] =
			s->value[FIELD_old_state] == TCP_ESTABLISHED ||
			s->value[FIELD_old_state] == TCP_CLOSE_WAIT;
	if (flow->established_ns)
		f->counted[COUNT_BRIEF][w->witness] = s->t0_ns - flow->established_ns < BRIEF_NS;
}

static bool is_value(enum field f, uint64_t v)
{
	return catalogue[f].all_ones == ALL_ONES_VALUE || v != field_all_ones(f);
}

/* Has this field been 0 before the sample at hand, whether a sample shows that or not? */
static bool began_at_0(enum field f, const struct flow_entry *flow)
{
	return flow->established_ns &&
	       (catalogue[f].kind == KIND_COUNTER || catalogue[f].kind == KIND_DURATION);
}

static void look(const struct move *m, unsigned int i, struct subject_flow *f,
		 const struct window *w)
{
	const struct sample *s = w->sample;
	uint8_t bit = 1U << i;
	uint64_t v;

	if (m->field == FIELD_COUNT || !sample__has(s, m->field) ||
	    !is_value(m->field, s->value[m->field]))
		return;
	v = s->value[m->field];
	if (!(f->has[w->witness] & bit)) {
		f->has[w->witness] |= bit;
		f->first[i][w->witness] = began_at_0(m->field, w->flow) ? 0 : v;
		if (began_at_0(m->field, w->flow))
			f->below[w->witness] |= bit;
	}
	if (m->has_max) {
		if (v > m->max)
			f->above[w->witness] |= bit;
		else if (f->above[w->witness] & bit)
			f->moved[w->witness] |= bit;
	} else if (m->has_min) {
		if (v < m->min)
			f->below[w->witness] |= bit;
		else if (f->below[w->witness] & bit)
			f->moved[w->witness] |= bit;
	} else if (v != f->first[i][w->witness]) {
		f->moved[w->witness] |= bit;
	}
}

static void begin(struct check *check, const struct window *w)
{
	const struct manifest *m = &check->run->manifest;
	struct subject_flow *f = check__flow_state(check, w->flow);

	if (!flow_entry__is_data(w->flow))
		return;
	count(f, w);
	for (unsigned int i = 0; i < m->moves_count; i++)
		if (m->moves[i].place == (enum move_place)w->flow->end)
			look(&m->moves[i], i, f, w);
}

static void sum_up(struct subject *c)
{
	const struct run *run = c->check.run;
	const struct manifest *m = &run->manifest;

	for (unsigned int k = 0; k < flows__count(run->flows); k++) {
		const struct flow_entry *e = flows__at(run->flows, k);
		const struct subject_flow *f = check__flow_state(&c->check, e);

		if (!flow_entry__is_data(e))
			continue;
		for (unsigned int i = 0; i < m->moves_count; i++) {
			const struct move *move = &m->moves[i];

			if (move->place != (enum move_place)e->end)
				continue;
			for (enum witness w = 0; w < WITNESSES; w++) {
				bool counts = move->count != FLOW_COUNTS;

				c->looked_at[i][w] +=
					counts ? f->counted[COUNT_FLOWS][w] : f->has[w] >> i & 1;
				c->moved[i][w] +=
					counts ? f->counted[move->count][w] : f->moved[w] >> i & 1;
			}
		}
	}
}

/* Can this witness tell, on this kernel? */
static bool can_tell(const struct run *run, const struct move *m, enum witness w)
{
	const struct manifest_witness *own[WITNESSES] = { &run->manifest.probe,
							  &run->manifest.netlink };

	if (!own[w]->expected || !run->timeline[w].opened)
		return false;
	if (m->field != FIELD_COUNT)
		return field_set__has(&run->timeline[w].header.fields, m->field);
	return w == WITNESS_PROBE || m->count == COUNT_FLOWS || m->count == COUNT_MAPPED;
}

/* The path check has been told by now. NULL: its account knows no single packets. */
static const struct path_tally *find_tally(const struct verdict *v, const char *name)
{
	for (unsigned int i = 0; i < v->tallies_count; i++)
		if (!strcmp(v->tallies[i].group, "packets") && !strcmp(v->tallies[i].name, name))
			return &v->tallies[i];
	return NULL;
}

static void judge_path(const struct verdict *v, const struct move *m, const char *text,
		       struct result *r)
{
	const struct path_tally *t = find_tally(v, m->name);
	uint64_t min = m->has_min ? m->min : 1;

	if (!t) {
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason), "this path's account tells of no packets");
	} else if (t->count < min) {
		r->status = STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason),
			 "nothing that this scenario is about happened: %s, the path counted "
			 "%" PRIu64,
			 text, t->count);
	} else {
		snprintf(r->reason, sizeof(r->reason), "the path counted %" PRIu64, t->count);
	}
}

static void judge_end(const struct subject *c, unsigned int i, const char *text, struct result *r)
{
	const struct run *run = c->check.run;
	const struct move *m = &run->manifest.moves[i];
	uint64_t need = m->count != FLOW_COUNTS && m->has_min ? m->min : 1;
	const char *blind = NULL;
	char told[128] = "";
	size_t len = 0;

	for (enum witness w = 0; w < WITNESSES; w++) {
		if (!can_tell(run, m, w))
			continue;
		len += snprintf(told + len, sizeof(told) - len,
				"%s%" PRIu64 " of %" PRIu64 " flows by %s", len ? ", " : "",
				c->moved[i][w], c->looked_at[i][w], witness__name(w));
		if (c->moved[i][w] < need && !blind)
			blind = witness__name(w);
	}
	if (!len) {
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason), "no witness can tell on this kernel");
	} else if (!blind) {
		snprintf(r->reason, sizeof(r->reason), "%s", told);
	} else {
		r->status = STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason),
			 "nothing that this scenario is about happened: %s did not %s by %s (%s)",
			 text, m->has_min || m->has_max ? "come true" : "move", blind, told);
	}
}

static int finish(struct check *check, struct verdict *v)
{
	struct subject *c = (struct subject *)check;
	const struct run *run = check->run;
	struct result *r = NULL;
	unsigned int told = 0;

	sum_up(c);
	for (unsigned int i = 0; i < run->manifest.moves_count; i++) {
		const struct move *m = &run->manifest.moves[i];
		char text[MOVE_NAME_MAX];

		move__format(m, text);
		r = verdict__result(v, "subject", text);
		if (!r)
			return -1;
		r->compared = 0;
		r->tolerance = "";
		if (m->place == MOVE_PATH)
			judge_path(v, m, text, r);
		else
			judge_end(c, i, text, r);
		told += r->status != STATUS_SKIP;
	}
	if (r && !told) {
		r->status = STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason),
			 "nothing that this scenario is about can be told on this kernel");
	}
	return 0;
}

static void destroy(struct check *check)
{
	free(check);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct subject_flow),
	.events = EVENTS_STATE,
	.begin = begin,
	.finish = finish,
	.free = destroy,
};

struct check *check_subject__new(struct run *run)
{
	struct subject *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->check.ops = &ops;
	c->check.run = run;
	return &c->check;
}
