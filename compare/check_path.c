// SPDX-License-Identifier: BSD-2-Clause
/*
 * Path: what the collectors count is what the path saw. Its account (path.jsonl of the relay) is
 * replayed beside the merged timelines: when a sample comes, everything before it has been
 * replayed.
 *
 * Sockets are joined to ends of the account's flows by their 4-tuple; a 4-tuple that is used again
 * is another flow from its SYN on. Where the path only has counters of devices, see path_counts.c.
 */
#include "check_path.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "path_counters.h"
#include "path_report.h"
#include "path_rounds.h"

struct path_state {
	struct path_end *end;
	unsigned int tried; /* flows of the account when the socket was looked for last */
	struct path_account account;
};

struct path_check {
	struct check check;
	struct path_ledger ledger;
	struct path_counters counters;
	struct path_rounds rounds;
	struct path_counts counts;
	bool precise;
};

static struct path_end *end_of(struct path_check *c, struct flow_entry *f)
{
	struct path_state *state = check__flow_state(&c->check, f);

	if (!state->end && state->tried != c->ledger.flows_count) {
		state->tried = c->ledger.flows_count;
		state->end = path_ledger__find(&c->ledger, &f->ident);
		if (state->end)
			state->end->owner = f->id;
	}
	return state->end && state->end->flow->whole ? state->end : NULL;
}

static bool socket_of(struct path_check *c, struct flow_entry *f, struct path_socket *s)
{
	struct path_state *state = check__flow_state(&c->check, f);

	s->ledger = &c->ledger;
	s->end = end_of(c, f);
	s->account = &state->account;
	s->flow = f->id;
	s->active = s->end && s->end->active;
	return s->end != NULL;
}

static void begin(struct check *check, const struct window *w)
{
	struct path_check *c = (struct path_check *)check;
	struct path_socket s;
	struct path_end *e;

	path_ledger__advance(&c->ledger, w->sample->t0_ns);
	if (w->witness == WITNESS_PROBE && w->sample->event == EVENT_close)
		path_counts__close(&c->counts, check->run, &c->ledger.config, w);
	e = end_of(c, w->flow);
	if (!e || !socket_of(c, w->flow, &s))
		return;
	if (w->witness == WITNESS_PROBE) {
		c->precise = run__has_mode(check->run, WITNESS_PROBE, "segment");
		path_causes__sample(&e->causes, w->sample, c->precise);
		if (sample__has(w->sample, FIELD_snd_mss))
			e->mss = w->sample->value[FIELD_snd_mss];
	}
	path_counters__begin(&c->counters, &s, w);
}

/* What a round trip takes beyond the configured one, every second time; negative: not calibrated.
 */
static double excess_us(const struct manifest_path *p)
{
	return p->rtt_p50_us ? p->rtt_p50_us - p->rtt_us : -1;
}

static void end(struct check *check, const struct window *w)
{
	struct path_check *c = (struct path_check *)check;
	struct path_socket s;

	path_ledger__advance(&c->ledger, w->end_ns);
	if (!socket_of(c, w->flow, &s))
		return;
	path_counters__end(&c->counters, &s, w);
	path_rounds__sample(&c->rounds, excess_us(&check->run->manifest.path), end_of(c, w->flow),
			    w);
}

static int finish(struct check *check, struct verdict *v)
{
	struct path_check *c = (struct path_check *)check;
	struct run *run = check->run;
	struct path_socket s;

	path_ledger__advance(&c->ledger, UINT64_MAX);
	path_ledger__finish(&c->ledger);
	if (c->ledger.out_of_memory)
		return -1;
	for (unsigned int i = 0; i < flows__count(run->flows); i++)
		if (socket_of(c, flows__at(run->flows, i), &s))
			path_counters__finish(&c->counters, &s);
	for (unsigned int i = 0; i < 2 * c->ledger.flows_count; i++)
		path_rounds__finish(&c->rounds, &c->ledger.flows[i / 2]->end[i & 1]);
	c->counts.devices = c->ledger.devices;
	return path_report(run, &c->ledger, &c->counters, &c->rounds, &c->counts, v);
}

static void destroy(struct check *check)
{
	struct path_check *c = (struct path_check *)check;

	path_ledger__close(&c->ledger);
	free(c);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct path_state),
	.events = EVENTS_STATE,
	.begin = begin,
	.end = end,
	.finish = finish,
	.free = destroy,
};

struct check *check_path__new(struct run *run)
{
	struct path_check *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->check.ops = &ops;
	c->check.run = run;
	if (path_ledger__open(&c->ledger, run)) {
		destroy(&c->check);
		return NULL;
	}
	return &c->check;
}

const struct path_plot *check_path__plot(const struct check *check)
{
	return &((const struct path_check *)check)->ledger.plot;
}
