// SPDX-License-Identifier: BSD-2-Clause
/* What happens to the packets of a direction. */
#include "fates.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "timeline/cli.h"

#define PACKETS_IMPAIRED 2000
#define PACKETS_BURSTS	 4000 /* too few losses, and nothing tells how they come */
#define PACKETS_PLAIN	 400
#define PACKETS_MIN	 50
#define LINE_MAX_NS	 150000000ull /* all packets together, at the bottleneck */
#define GROUP_MAX	 500
#define CLOSINGS	 3
#define LATE_NS		 100000000ull
#define SENTINEL_NS	 2000000ull

enum { PACKET, CLOSING, SENTINEL };

static const char *const names[FATES] = { "lost", "duplicated", "reordered", "marked" };

struct course {
	const struct plan *plan;
	struct fates *fates;
	enum end from, to;
	unsigned int size, group, sent, gaps, sentinels;
	int64_t newest;		 /* the highest number that arrived */
	unsigned char *arrivals; /* of each packet */
	bool closed, done;
};

const char *fate__name(enum fate f)
{
	return names[f];
}

static void take(struct course *c, const struct arrival *a)
{
	unsigned int seq = a->message.seq;

	if (a->message.kind == SENTINEL && seq == c->sent)
		c->done = true;
	c->closed |= a->message.kind == CLOSING && seq == c->sent;
	if (a->message.kind == CLOSING && seq == c->sent && c->newest < seq)
		c->newest = seq;
	if (a->message.kind != PACKET || seq >= c->fates->sent)
		return;
	if (c->arrivals[seq] < 255)
		c->arrivals[seq]++;
	if (c->arrivals[seq] > 1) {
		c->fates->count[FATE_DUPLICATED] += c->arrivals[seq] == 2;
		return;
	}
	c->fates->count[FATE_MARKED] += a->ce;
	if (seq < c->newest)
		c->fates->count[FATE_REORDERED]++;
	else
		c->newest = seq;
}

/* Send one group at once; a pause between two of its packets may be long enough to hide a held one.
 */
static int send_group(struct ends *e, struct course *c)
{
	unsigned int end = c->sent + c->group, closings = 0;
	uint64_t last = monotonic_ns();
	int err = 0;

	if (end > c->fates->sent)
		end = c->fates->sent;
	while (c->sent < end || closings < CLOSINGS) {
		bool closing = c->sent == end;
		uint64_t now;

		err = ends__send(e, c->from, closing ? CLOSING : PACKET, c->sent, c->size);
		if (err == -EAGAIN) {
			usleep(1000);
			continue;
		}
		if (err)
			return err;
		now = monotonic_ns();
		c->gaps += now - last > c->plan->reorder_ns / 2;
		last = now;
		if (closing)
			closings++;
		else
			c->sent++;
	}
	return 0;
}

static int end_group(struct ends *e, struct course *c, uint64_t deadline)
{
	const struct plan *p = c->plan;
	/*
	 * What is held, and has its own jitter, must not be overtaken by the sentinel. What closes
	 * the group has passed the queue behind it, so from its arrival on all held ones are in
	 * time; should none of those that close arrive, there is time for the queue too, and for a
	 * late path.
	 */
	uint64_t hold = p->reorder_ns + p->jitter_ns + 1000000;
	uint64_t late = hold + plan__line_ns(p, (uint64_t)c->group * c->size) + p->rtt_ns + LATE_NS;
	uint64_t next = monotonic_ns() + (p->reorder > 0 ? late : 0);
	bool waits = p->reorder > 0;
	struct arrival a;
	int err = 0;

	c->done = c->closed = false;
	while (!err && !c->done && monotonic_ns() < deadline) {
		if (monotonic_ns() >= next) {
			err = ends__send(e, c->from, SENTINEL, c->sent, c->size);
			err = err == -EAGAIN ? 0 : err;
			c->sentinels++;
			next = monotonic_ns() + SENTINEL_NS + plan__line_ns(c->plan, c->size);
		}
		if (!err)
			err = ends__wait(e, c->to, next);
		while (!err && (err = ends__receive(e, c->to, &a)) > 0) {
			take(c, &a);
			err = 0;
		}
		if (waits && c->closed) {
			waits = false;
			next = monotonic_ns() + hold;
		}
	}
	return err;
}

/*
 * Of the packets that arrived, so many may have been marked; of those sent, so many lost or held. A
 * copy is made of what is not lost, and the choice is independent of the loss.
 */
static int allow(struct course *c, bool impaired)
{
	const struct plan *p = c->plan;
	struct fates *f = c->fates;
	unsigned int arrived = f->sent - f->count[FATE_LOST];
	struct odds *o = f->allowed;
	int err;

	if (!impaired)
		return 0;
	err = odds__bounds(f->sent, p->loss, p->loss_burst, &o[FATE_LOST]);
	if (!err)
		err = odds__bounds(arrived, p->duplicate, 1, &o[FATE_DUPLICATED]);
	if (!err)
		err = odds__bounds(arrived, p->reorder, 1, &o[FATE_REORDERED]);
	if (!err)
		err = odds__bounds(arrived, p->mark, 1, &o[FATE_MARKED]);
	/* A held packet is not overtaken if nothing was sent while it was held. */
	o[FATE_REORDERED].low -= c->gaps < o[FATE_REORDERED].low ? c->gaps : o[FATE_REORDERED].low;
	return err;
}

static int judge(const struct course *c, enum direction d, char why[WHY_MAX])
{
	const struct plan *p = c->plan;
	const double share[FATES] = { p->loss, p->duplicate, p->reorder, p->mark };
	const struct fates *f = c->fates;

	for (int i = 0; i < FATES; i++) {
		if (f->count[i] >= f->allowed[i].low && f->count[i] <= f->allowed[i].high)
			continue;
		snprintf(why, WHY_MAX,
			 "%u of %u packets from %s were %s, though %g %% are configured there: at "
			 "most %u "
			 "and at least %u may be",
			 f->count[i], f->sent, d == C2S ? "client to server" : "server to client",
			 names[i], p->impaired[d] ? share[i] * 100 : 0, f->allowed[i].high,
			 f->allowed[i].low);
		return OUT_OF_BOUNDS;
	}
	return 0;
}

static void prepare(struct course *c, const struct ends *e, enum direction d)
{
	const struct plan *p = c->plan;
	uint64_t n = PACKETS_PLAIN, most, room;

	c->size = ends__overhead(e) + sizeof(struct message);
	if (p->impaired[d] && (p->loss > 0 || p->duplicate > 0 || p->reorder > 0 || p->mark > 0))
		n = PACKETS_IMPAIRED;
	if (p->impaired[d] && p->loss > 0 && p->loss_burst > 1)
		n = PACKETS_BURSTS;
	most = p->rate_bit ? LINE_MAX_NS / (plan__line_ns(p, c->size) + 1) : n;
	if (n > most)
		n = most;
	if (n < PACKETS_MIN)
		n = PACKETS_MIN;
	c->fates->sent = n;
	/* Half the queue holds a whole group, so that none of it is dropped or marked there. */
	room = p->mark_queue_bytes && p->mark_queue_bytes < p->queue_bytes ? p->mark_queue_bytes
									   : p->queue_bytes;
	c->group = room / 2 > c->size ? room / 2 / c->size : 1;
	if (c->group > GROUP_MAX)
		c->group = GROUP_MAX;
	c->from = d == C2S ? CLIENT : SERVER;
	c->to = !c->from;
	c->newest = -1;
}

int fates__measure(struct ends *e, const struct plan *p, enum direction d, struct fates *f,
		   char why[WHY_MAX])
{
	struct course c = { .plan = p, .fates = f };
	int err = 0;

	*f = (struct fates){ 0 };
	prepare(&c, e, d);
	c.arrivals = calloc(f->sent, sizeof(*c.arrivals));
	if (!c.arrivals)
		return -ENOMEM;
	ends__next_phase(e);
	while (!err && c.sent < f->sent) {
		err = send_group(e, &c);
		if (!err)
			err = end_group(e, &c,
					monotonic_ns() + p->patience_ns + p->rtt_ns + p->jitter_ns +
						p->reorder_ns);
		if (!err && !c.done) {
			snprintf(why, WHY_MAX, "nothing of %u packets arrived any more",
				 c.sentinels);
			err = OUT_OF_BOUNDS;
		}
	}
	for (unsigned int i = 0; i < f->sent; i++)
		f->count[FATE_LOST] += !c.arrivals[i];
	if (!err)
		err = allow(&c, p->impaired[d]);
	if (!err)
		err = judge(&c, d, why);
	if (!err && p->impaired[d])
		err = runs__judge(&f->runs, p, c.arrivals, f->sent, c.group, why);
	free(c.arrivals);
	return err;
}
