// SPDX-License-Identifier: BSD-2-Clause
/* The rate of a direction. */
#include "train.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "timeline/cli.h"

#define TRAIN_NS      60000000ull /* of the bottleneck's time */
#define TRAIN_MAX_NS  1000000000ull
#define PACKETS_MIN   20
#define SIZE_MAX_IP   1400u
#define SENTINEL_NS   2000000ull
#define SHARE_ENOUGH  0.9

enum { WAGON, SENTINEL };

struct course {
	const struct plan *plan;
	enum end from, to;
	unsigned int size, count; /* of the wagons */
	unsigned int sent, arrived, sentinels;
	uint64_t first_sent_ns;
	double queued; /* bytes that wait at the bottleneck, if nobody was late */
	uint64_t queued_at_ns;
	unsigned int last_seq;
	uint64_t last_read_ns;
	bool *seen, done;
};

static void prepare(struct course *c, const struct ends *e, const struct plan *p, enum direction d)
{
	uint64_t least = ends__overhead(e) + sizeof(struct message);
	uint64_t length = TRAIN_NS, bytes, size;

	/* Much longer than what jitter and the bucket may blur. */
	if (length < 10 * p->jitter_ns)
		length = 10 * p->jitter_ns;
	if (length < 4 * plan__line_ns(p, p->burst_bytes))
		length = 4 * plan__line_ns(p, p->burst_bytes);
	if (length > TRAIN_MAX_NS)
		length = TRAIN_MAX_NS;
	bytes = (double)p->rate_bit / 8e9 * length;
	size = bytes / 40;
	if (size < least)
		size = least;
	if (size > SIZE_MAX_IP)
		size = SIZE_MAX_IP;
	if (size > p->mtu)
		size = p->mtu;
	*c = (struct course){ .plan = p, .size = size, .count = bytes / size };
	if (c->count < PACKETS_MIN)
		c->count = PACKETS_MIN;
	c->from = d == C2S ? CLIENT : SERVER;
	c->to = !c->from;
}

/*
 * As much as keeps the queue filled, but less than half: so nothing is dropped, also when the path
 * takes in late what was sent in time.
 */
static int send_wagons(struct ends *e, struct course *c)
{
	double limit = c->plan->queue_bytes / 2.0, ahead = c->plan->rate_bit / 8.0 * 0.03;
	uint64_t now = monotonic_ns();
	int err = 0;

	/* By more than the bucket holds, or nothing could come too early. */
	if (ahead < 2.0 * c->plan->burst_bytes)
		ahead = 2.0 * c->plan->burst_bytes;
	if (limit > ahead)
		limit = ahead;
	c->queued -= (now - c->queued_at_ns) * (double)c->plan->rate_bit / 8e9;
	if (c->queued < 0)
		c->queued = 0;
	c->queued_at_ns = now;
	while (c->sent < c->count && (!c->queued || c->queued + c->size <= limit)) {
		if (!c->sent)
			c->first_sent_ns = monotonic_ns();
		err = ends__send(e, c->from, WAGON, c->sent, c->size);
		if (err)
			break;
		c->queued += c->size;
		c->sent++;
	}
	return err == -EAGAIN ? 0 : err;
}

static int take(struct course *c, const struct arrival *a, char why[WHY_MAX])
{
	const struct plan *p = c->plan;
	double passed, earliest;

	if (a->message.kind == SENTINEL) {
		c->done = true;
		return 0;
	}
	if (a->message.seq >= c->count || c->seen[a->message.seq])
		return 0;
	c->seen[a->message.seq] = true;
	/* The first one may pass at once, and what the bucket holds with it. */
	passed = (double)c->arrived * c->size - p->burst_bytes;
	earliest = p->rtt_ns / 2 + (passed > 0 ? passed * 8e9 / p->rate_bit : 0);
	if (!c->arrived++ || a->message.seq > c->last_seq) {
		c->last_seq = a->message.seq;
		c->last_read_ns = a->read_ns;
	}
	if ((double)(a->read_ns - c->first_sent_ns) >= earliest - 1)
		return 0;
	snprintf(why, WHY_MAX,
		 "%.0f bytes passed within %.3f ms, but at %.3f Mbit/s they need %.3f ms: "
		 "it is faster than configured",
		 (double)c->arrived * c->size, (a->read_ns - c->first_sent_ns) / 1e6,
		 p->rate_bit / 1e6, earliest / 1e6);
	return OUT_OF_BOUNDS;
}

static int run(struct ends *e, struct course *c, uint64_t deadline, char why[WHY_MAX])
{
	unsigned int least = ends__overhead(e) + sizeof(struct message);
	uint64_t next = 0, step = plan__line_ns(c->plan, c->size);
	struct arrival a;
	int err = 0;

	ends__next_phase(e);
	c->queued_at_ns = monotonic_ns();
	while (!err && !c->done && monotonic_ns() < deadline) {
		uint64_t now = monotonic_ns();

		if (c->sent < c->count) {
			err = send_wagons(e, c);
			next = now + (step < 1000000 ? step : 1000000);
		} else if (now >= next) {
			/* What arrives after the last wagon tells that none is under way. */
			err = ends__send(e, c->from, SENTINEL, c->sentinels++, least);
			next = now + SENTINEL_NS + plan__line_ns(c->plan, least);
			err = err == -EAGAIN ? 0 : err;
		}
		if (!err)
			err = ends__wait(e, c->to, next);
		while (!err && ends__receive(e, c->to, &a) > 0)
			err = take(c, &a, why);
	}
	return err;
}

int train__measure(struct ends *e, const struct plan *p, enum direction d, struct train *t,
		   char why[WHY_MAX])
{
	uint64_t deadline = monotonic_ns() + p->patience_ns + p->rtt_ns;
	struct course c;
	int err = 0;

	*t = (struct train){ 0 };
	if (!p->rate_bit || !p->limited[d])
		return 0;
	while (!err && t->rate_bit < SHARE_ENOUGH * p->rate_bit && monotonic_ns() < deadline) {
		prepare(&c, e, p, d);
		c.seen = calloc(c.count, sizeof(*c.seen));
		if (!c.seen)
			return -ENOMEM;
		err = run(e, &c, deadline, why);
		free(c.seen);
		t->trains++;
		if (!err && c.done && c.arrived) {
			/* Every delay counts against the path, so that it is never overrated. */
			uint64_t rate = (c.last_seq + 1.0) * c.size * 8e9 /
					(c.last_read_ns - c.first_sent_ns - p->rtt_ns / 2);

			if (rate > t->rate_bit)
				t->rate_bit = rate;
		}
	}
	if (err || t->rate_bit >= SHARE_ENOUGH * p->rate_bit)
		return err;
	snprintf(why, WHY_MAX,
		 "the best of %u trains passed at %.3f Mbit/s, though %.3f Mbit/s are configured: this "
		 "machine cannot reach that rate, choose a lower RATE",
		 t->trains, t->rate_bit / 1e6, p->rate_bit / 1e6);
	return OUT_OF_BOUNDS;
}
