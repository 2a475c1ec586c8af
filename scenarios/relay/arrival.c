// SPDX-License-Identifier: BSD-2-Clause
/*
 * A packet arrives and is judged: chance, blackout, size, queue, in this order, so that what chance
 * holds for a byte's first transmission does not depend on the rest.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "relay_state.h"
#include "timeline/cli.h"
#include "too_big.h"

/* The first flow may be a control connection; beyond this much in one direction it is none. */
#define CONTROL_BYTES 65536

static void describe(struct record *record, const struct packet *p)
{
	record->kind = p->tcp ? RECORD_PACKET : RECORD_OTHER;
	record->protocol = p->protocol;
	record->ip_len = p->ip_len;
	record->ecn = p->ecn;
	record->seq = p->seq;
	record->ack = p->ack;
	record->len = p->len;
	record->window = p->window;
	record->flags = p->flags;
	record->timestamps = p->timestamps;
	record->tsval = p->tsval;
	record->tsecr = p->tsecr;
	record->sacks = p->sacks;
	memcpy(record->sack, p->sack, sizeof(record->sack));
}

/* Entries for the packet, and for its flow if it begins one. NULL: it has none. */
static struct record *enter(struct relay *r, const struct packet *p, enum direction dir, uint64_t t)
{
	struct record *record;
	uint32_t flow = NO_FLOW;
	bool is_new = false;

	if (p->tcp) {
		flow = flow_table__find(r->flows, p, dir, &is_new);
		if (flow == NO_FLOW) {
			r->counts.unnumbered++;
			return NULL;
		}
	} else if (p->protocol == IPPROTO_UDP) {
		return NULL;
	} else {
		r->counts.other++;
	}
	if (is_new) {
		record = spool__take(r->spool, t);
		record->kind = RECORD_FLOW;
		record->flow = flow;
		spool__done(record);
	}
	record = spool__take(r->spool, t);
	record->dir = dir;
	record->flow = flow;
	describe(record, p);
	return record;
}

/* Blackouts count from the first payload of a flow that is no control connection. */
static void look_for_data(struct relay *r, const struct record *record, const struct half *h,
			  uint64_t t)
{
	if (!r->data_since_ns && record->len && (record->flow || h->high > CONTROL_BYTES))
		r->data_since_ns = t;
}

static bool in_blackout(const struct relay *r, uint64_t t)
{
	uint64_t since;

	if (!r->config->blackout_ns || !r->data_since_ns)
		return false;
	since = t - r->data_since_ns;
	return since >= r->config->blackout_at_ns &&
	       since - r->config->blackout_at_ns < r->config->blackout_ns;
}

static uint8_t choose(struct relay *r, const struct packet *p, enum direction dir,
		      struct record *record)
{
	struct half *h;
	uint8_t chances;

	if (!record || record->kind != RECORD_PACKET)
		return chooser__other(&r->chooser, dir);
	h = &flow_table__at(r->flows, record->flow)->half[dir];
	chances = chooser__segment(&r->chooser, h, p, record);
	look_for_data(r, record, h, record->t);
	return chances;
}

static void answer_too_big(struct relay *r, enum direction dir, const struct parcel *p, uint64_t t)
{
	uint8_t answer[TOO_BIG_BYTES];
	size_t size = too_big__answer(answer, p->data, p->size, r->config->mtu);
	struct record *record = spool__take(r->spool, t);
	uint64_t out;

	record->kind = RECORD_OTHER;
	record->made = true;
	record->dir = !dir;
	record->protocol = p->data[0] >> 4 == 6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	record->ip_len = (uint16_t)size;
	r->counts.answers++;
	out = monotonic_ns();
	relay__settle(r, record,
		      relay__write(&r->tun[dir], answer, size) == (ssize_t)size ? FATE_DELIVERED
										: FATE_OVERRUN,
		      out);
}

static void mark(struct relay *r, enum direction dir, struct parcel *p, const struct packet *packet,
		 struct record *record, uint8_t chances, uint64_t backlog)
{
	bool by_queue = r->config->mark_queue_bytes && backlog > r->config->mark_queue_bytes;

	if (!packet->ecn || packet->ecn == ECN_CE || !(by_queue || chances & 1u << CHANCE_MARK))
		return;
	packet__mark_ce(p->data);
	if (record)
		record->ce = true;
}

/* The packet goes on its way, if the queue has room for it. */
static bool forward(struct relay *r, enum direction dir, struct parcel *p,
		    const struct packet *packet, uint8_t chances, uint64_t t)
{
	uint64_t backlog = line__backlog(&r->line[dir], t);
	uint64_t jitter =
		plan__jitter(&r->chooser.plan, dir, r->packets[dir]++, r->config->jitter_ns);
	bool held = chances & 1u << CHANCE_REORDER;

	if (!line__admit(&r->line[dir], t, packet->ip_len, jitter, &p->release_ns))
		return false;
	mark(r, dir, p, packet, p->record, chances, backlog);
	p->twice = chances & 1u << CHANCE_DUPLICATE;
	p->copy = NULL;
	if (held)
		p->release_ns += r->config->reorder_ns;
	if (p->record) {
		p->record->held = held;
		if (p->twice) {
			p->copy = spool__take(r->spool, t);
			*p->copy = *p->record;
			p->copy->copy = true;
		}
	}
	parcel_queue__push(&r->queue[dir][held ? HELD : ORDERED], p);
	return true;
}

/* room: the parcel may be kept. True if it was not. */
static bool arrive(struct relay *r, enum direction dir, struct parcel *p, uint64_t t, bool room)
{
	struct packet packet;
	uint8_t chances;
	enum fate fate;

	if (packet__parse(&packet, p->data, p->size) || packet.ip_len != p->size) {
		r->counts.malformed++;
		return true;
	}
	if (packet.local) {
		r->counts.local++;
		return true;
	}
	p->record = enter(r, &packet, dir, t);
	chances = choose(r, &packet, dir, p->record);
	if (chances & 1u << CHANCE_LOSS)
		fate = FATE_LOSS;
	else if (in_blackout(r, t))
		fate = FATE_BLACKOUT;
	else if (packet.ip_len > r->config->mtu)
		fate = FATE_TOO_BIG;
	else if (!room)
		fate = FATE_OVERRUN;
	else if (forward(r, dir, p, &packet, chances, t))
		return false;
	else
		fate = FATE_QUEUE;
	relay__settle(r, p->record, fate, 0);
	if (fate == FATE_TOO_BIG)
		answer_too_big(r, dir, p, t);
	return true;
}

int relay__take(struct relay *r, enum direction dir)
{
	static struct parcel spare; /* with the pool empty packets are read, told and forgotten */
	struct parcel *p = parcel_pool__take(r->pool);
	bool overrun = !p;
	uint64_t t;
	ssize_t n;

	if (overrun)
		p = &spare;
	n = read(r->tun[dir].fd, p->data, sizeof(p->data));
	t = monotonic_ns();
	if (n <= 0) {
		if (!overrun)
			parcel_pool__give(r->pool, p);
		return n < 0 && errno != EAGAIN && errno != EINTR ? -errno : 0;
	}
	p->size = (uint16_t)n;
	r->clockwork.handled++;
	if (arrive(r, dir, p, t, !overrun) && !overrun)
		parcel_pool__give(r->pool, p);
	return 1;
}
