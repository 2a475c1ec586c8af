// SPDX-License-Identifier: BSD-2-Clause
/*
 * Whether round trips vary. Both backends add to each way what a uniform choice of its own says
 * (plan__jitter() of the relay, tabledist() of netem), but never let a packet overtake
 * (line__admit(), netem_enqueue() with a rate). So only one is on its way at a time, and nothing
 * binds its choice. What the machine adds does not know of the choices: see odds__spread().
 */
#include "variation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "odds.h"
#include "timeline/cli.h"

#define ROUNDS	     25
#define ROUNDS_LEAST 12
#define SET_ASIDE    2
#define MORE_MAX_NS  7500000000ull
#define GRAIN_NS     2000 /* tc counts in whole us, and half of it to both sides */

enum { QUESTION, ANSWER };

struct course {
	unsigned int sent, answered, rounds;
	uint64_t sent_ns, took_ns[ROUNDS];
};

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int variation__judge(struct variation *v, const struct plan *p, uint64_t *took_ns,
		     unsigned int rounds, char why[WHY_MAX])
{
	uint64_t jitter_ns = p->jitter_ns > GRAIN_NS ? p->jitter_ns - GRAIN_NS : 0;

	*v = (struct variation){ .rounds = rounds };
	if (rounds <= SET_ASIDE)
		return 0;
	qsort(took_ns, rounds, sizeof(*took_ns), compare);
	v->spread_ns = took_ns[rounds - 1 - SET_ASIDE] - took_ns[0];
	v->least_ns = odds__spread(rounds, SET_ASIDE) * jitter_ns;
	if (v->spread_ns >= v->least_ns)
		return 0;
	snprintf(why, WHY_MAX,
		 "%u of %u round trips lie within %.1f us, though a jitter of %.1f us each way is "
		 "configured: they must differ by %.1f us",
		 rounds - SET_ASIDE, rounds, v->spread_ns / 1e3, p->jitter_ns / 1e3,
		 v->least_ns / 1e3);
	return OUT_OF_BOUNDS;
}

/* A copy made by the path gets no answer of its own: it would still be on its way with the next. */
static int answer(struct ends *e, struct course *c, unsigned int size)
{
	struct arrival a;
	int err;

	while ((err = ends__receive(e, SERVER, &a)) > 0) {
		if (a.message.kind != QUESTION || a.message.seq < c->answered)
			continue;
		c->answered = a.message.seq + 1;
		err = ends__send(e, SERVER, ANSWER, a.message.seq, size);
		if (err)
			return err == -EAGAIN ? 0 : err;
	}
	return err;
}

/* One question, until it is answered or lost. */
static int ask(struct ends *e, struct course *c, unsigned int size, uint64_t patience_ns)
{
	uint64_t deadline = monotonic_ns() + patience_ns;
	struct arrival a;
	int err;

	c->sent_ns = monotonic_ns();
	err = ends__send(e, CLIENT, QUESTION, c->sent++, size);
	while (!err && monotonic_ns() < deadline) {
		err = ends__wait(e, ENDS, deadline);
		if (!err)
			err = answer(e, c, size);
		while (!err && (err = ends__receive(e, CLIENT, &a)) > 0) {
			err = 0;
			if (a.message.kind != ANSWER || a.message.seq + 1 != c->sent)
				continue;
			c->took_ns[c->rounds++] = a.read_ns - c->sent_ns;
			return 0;
		}
	}
	return err == -EAGAIN ? 0 : err;
}

int variation__measure(struct ends *e, const struct plan *p, struct variation *v, char why[WHY_MAX])
{
	unsigned int size = ends__overhead(e) + sizeof(struct message);
	uint64_t most = p->rtt_ns + 2 * p->jitter_ns, more = ROUNDS_LEAST * most;
	uint64_t deadline =
		monotonic_ns() + p->patience_ns + (more < MORE_MAX_NS ? more : MORE_MAX_NS);
	struct course c = { 0 };
	int err = 0;

	*v = (struct variation){ 0 };
	if (!p->jitter_ns)
		return 0;
	ends__next_phase(e);
	while (!err && c.rounds < ROUNDS && monotonic_ns() < deadline)
		err = ask(e, &c, size,
			  most + 2 * p->reorder_ns + 2 * plan__line_ns(p, size) + p->late_ns);
	return err ? err : variation__judge(v, p, c.took_ns, c.rounds, why);
}
