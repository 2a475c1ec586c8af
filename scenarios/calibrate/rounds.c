// SPDX-License-Identifier: BSD-2-Clause
/* Round trips of small packets. */
#include "rounds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "timeline/cli.h"

#define ROUNDS_ENOUGH 50
#define ROUNDS_MAX    2048
#define INTERVAL_NS   2000000ull

enum { QUESTION, ANSWER };

struct course {
	uint64_t sent_ns[ROUNDS_MAX];
	uint64_t took_ns[ROUNDS_MAX]; /* of those answered, in the order of the answers */
	bool answered[ROUNDS_MAX];
};

static int answer_all(struct ends *e, unsigned int size)
{
	struct arrival a;
	int err;

	while ((err = ends__receive(e, SERVER, &a)) > 0) {
		if (a.message.kind != QUESTION)
			continue;
		err = ends__send(e, SERVER, ANSWER, a.message.seq, size);
		if (err)
			return err;
	}
	return err;
}

static int take_answers(struct ends *e, struct course *c, struct rounds *r)
{
	struct arrival a;
	int err;

	while ((err = ends__receive(e, CLIENT, &a)) > 0) {
		unsigned int seq = a.message.seq;
		uint64_t took;

		/* The path may have made copies of question and answer. */
		if (a.message.kind != ANSWER || seq >= r->sent || c->answered[seq])
			continue;
		took = a.read_ns - c->sent_ns[seq];
		c->answered[seq] = true;
		c->took_ns[r->answered++] = took;
		if (took < r->min_ns)
			r->min_ns = took;
	}
	return err;
}

static int ask(struct ends *e, struct course *c, struct rounds *r, unsigned int size)
{
	int err;

	c->sent_ns[r->sent] = monotonic_ns();
	err = ends__send(e, CLIENT, QUESTION, r->sent, size);
	if (!err)
		r->sent++;
	return err == -EAGAIN ? 0 : err;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static int judge(const struct plan *p, const struct rounds *r, uint64_t limit_ns, char why[WHY_MAX])
{
	if (!r->answered)
		snprintf(why, WHY_MAX, "none of %u packets came back: nothing passes it", r->sent);
	else if (r->min_ns < p->rtt_ns)
		snprintf(why, WHY_MAX, "a round trip took %.1f us, but %.1f us are configured",
			 r->min_ns / 1e3, p->rtt_ns / 1e3);
	else if (r->min_ns > limit_ns)
		snprintf(why, WHY_MAX,
			 "the shortest of %u round trips took %.1f us, though %.1f us are configured: "
			 "this machine is too busy, or cannot",
			 r->answered, r->min_ns / 1e3, p->rtt_ns / 1e3);
	else
		return 0;
	return OUT_OF_BOUNDS;
}

int rounds__measure(struct ends *e, const struct plan *p, struct rounds *r, char why[WHY_MAX])
{
	unsigned int size = ends__overhead(e) + sizeof(struct message);
	/* Sparse enough not to queue behind each other, nor to wait for each other's jitter. */
	uint64_t interval = INTERVAL_NS + p->jitter_ns / 4 + 4 * plan__line_ns(p, size);
	uint64_t limit = p->rtt_ns + p->jitter_ns + 2 * plan__line_ns(p, size) + p->late_ns;
	uint64_t now = monotonic_ns(), next = now, deadline = now + p->patience_ns + 2 * p->rtt_ns;
	struct course *c = calloc(1, sizeof(*c));
	int err = 0;

	if (!c)
		return -ENOMEM;
	*r = (struct rounds){ .min_ns = UINT64_MAX };
	ends__next_phase(e);
	while (!err && now < deadline && !(r->answered >= ROUNDS_ENOUGH && r->min_ns <= limit)) {
		if (now >= next && r->sent < ROUNDS_MAX) {
			err = ask(e, c, r, size);
			next = now + interval;
		}
		if (!err)
			err = ends__wait(e, ENDS, next < deadline ? next : deadline);
		if (!err)
			err = answer_all(e, size);
		if (!err)
			err = take_answers(e, c, r);
		now = monotonic_ns();
	}
	if (!err && r->answered) {
		qsort(c->took_ns, r->answered, sizeof(c->took_ns[0]), compare);
		r->p50_ns = c->took_ns[r->answered / 2];
		r->p99_ns = c->took_ns[r->answered * 99 / 100];
	}
	free(c);
	return err ? err : judge(p, r, limit, why);
}
