// SPDX-License-Identifier: BSD-2-Clause
/*
 * A connection's two ends: nothing is received that was not sent, and nothing is acknowledged that
 * was not received. Zero tolerance, for the probe's samples X of one end and Y of the other, of the
 * run's own connections (whose both ends the probe watches):
 *
 *	X.rcv_nxt(t) <= Y.snd_nxt(u),   X.snd_una(t) <= Y.rcv_nxt(u)	for t <= u
 *
 * tcp_write_xmit() transmits first and sets snd_nxt behind it (tcp_event_new_data_sent()), so the
 * other end may have received what snd_nxt does not show yet; but all within one hold of the
 *sender's lock, in which no event comes in between: a sample of it at a later time is behind that
 *hold, or in it and then before the transmission. An acknowledgement leaves behind
 *tcp_rcv_nxt_update(). Polls before kernel 5.15 hold no lock and are left out.
 *
 * An end may be silent for long (RTT callbacks come to the sender only), so the two may be more
 *than 2^31 bytes apart and serial arithmetic does not tell which is ahead. What is compared are the
 * sequence numbers; the 64-bit counters that move with them tell the turns of 2^32 in between:
 * tcp_rcv_nxt_update() adds to bytes_received, tcp_snd_una_update() to bytes_acked. What the
 * handshake adds to one but not to the other (SYN, data in it) is far less than a turn.
 */
#include "check_ends.h"

#include <inttypes.h>
#include <stdlib.h>

#include "merge.h"

enum relation { RECEIVED_IS_SENT, ACKED_IS_RECEIVED, RELATIONS };

static const struct {
	enum field low, high; /* this end's low is at most the other end's high */
} relations[RELATIONS] = {
	[RECEIVED_IS_SENT] = { FIELD_rcv_nxt, FIELD_snd_nxt },
	[ACKED_IS_RECEIVED] = { FIELD_snd_una, FIELD_rcv_nxt },
};

/* A sequence number, and about where the stream of bytes has got to there. */
struct position {
	uint32_t sequence;
	uint64_t bytes;
};

struct ends {
	struct check check;
	struct {
		uint64_t compared, violations;
		struct worst worst;
	} found[RELATIONS];
};

struct ends_flow {
	struct flow_entry *peer;
	bool seen;
	struct position floor[RELATIONS]; /* the highest value of its low field */
};

static bool is_settled_connection(const struct run *run, const struct sample *s)
{
	enum { TCP_SYN_SENT = 2 };

	if (s->event == EVENT_poll && !merge__poll_is_locked(&run->timeline[WITNESS_PROBE].header))
		return false;
	return sample__has(s, FIELD_rcv_nxt) && sample__has(s, FIELD_snd_nxt) &&
	       sample__has(s, FIELD_snd_una) && sample__has(s, FIELD_bytes_received) &&
	       sample__has(s, FIELD_bytes_acked) && s->event != EVENT_connect &&
	       s->value[FIELD_state] != TCP_SYN_SENT; /* rcv_nxt is not known yet */
}

/* The other end, once it has been seen. A closed one may be an earlier user of the same ports. */
static struct flow_entry *find_peer(struct flows *flows, const struct flow_entry *f)
{
	struct flow mirror = { .family = f->ident.family,
			       .local = f->ident.remote,
			       .remote = f->ident.local };
	struct flow_entry *peer;
	bool mixed;

	if (f->role < ROLE_CONTROL)
		return NULL;
	peer = flows__find(flows, &mirror, &mixed);
	return peer && !peer->closed_ns &&
			       peer->role == (f->role == ROLE_SENDER	 ? ROLE_RECEIVER
					      : f->role == ROLE_RECEIVER ? ROLE_SENDER
									 : f->role)
		       ? peer
		       : NULL;
}

static struct position position_of(const struct sample *s, enum field f)
{
	uint32_t una = s->value[FIELD_snd_una];
	struct position p = { .sequence = s->value[f] };

	if (f == FIELD_rcv_nxt)
		p.bytes = s->value[FIELD_bytes_received];
	else
		p.bytes = s->value[FIELD_bytes_acked] + (uint32_t)(p.sequence - una);
	return p;
}

/* a - b, of the numbers; how often they have wrapped in between, the bytes tell. */
static int64_t position__difference(struct position a, struct position b)
{
	int64_t bytes = (int64_t)(a.bytes - b.bytes);

	return bytes + (int32_t)(a.sequence - b.sequence - (uint32_t)bytes);
}

static void compare(struct ends *e, enum relation r, const struct window *w, struct position floor)
{
	struct position value = position_of(w->sample, relations[r].high);
	int64_t short_of = position__difference(floor, value);

	e->found[r].compared++;
	if (short_of <= 0)
		return;
	e->found[r].violations++;
	worst__update(&e->found[r].worst, w->flow->id, w->sample->t0_ns, floor.sequence,
		      value.sequence, short_of);
}

static void begin(struct check *c, const struct window *w)
{
	struct ends *e = (struct ends *)c;
	struct ends_flow *f = check__flow_state(c, w->flow), *peer;

	if (w->witness != WITNESS_PROBE || !is_settled_connection(c->run, w->sample))
		return;
	if (!f->peer)
		f->peer = find_peer(c->run->flows, w->flow);
	if (f->peer) {
		peer = check__flow_state(c, f->peer);
		for (enum relation r = 0; r < RELATIONS && peer->seen; r++)
			compare(e, r, w, peer->floor[r]);
	}
	for (enum relation r = 0; r < RELATIONS; r++) {
		struct position low = position_of(w->sample, relations[r].low);

		if (!f->seen || position__difference(low, f->floor[r]) > 0)
			f->floor[r] = low;
	}
	f->seen = true;
}

static int finish(struct check *c, struct verdict *v)
{
	const struct ends *e = (struct ends *)c;

	for (enum relation r = 0; r < RELATIONS; r++) {
		const char *low = catalogue[relations[r].low].name;
		struct result *result;

		if (!e->found[r].compared)
			continue;
		result = verdict__result(v, "ends", low);
		if (!result)
			return -1;
		result->witness[0] = witness__name(WITNESS_PROBE);
		result->compared = e->found[r].compared;
		result->violations = e->found[r].violations;
		result->worst = e->found[r].worst;
		if (!result->violations)
			continue;
		result->status = STATUS_FAIL;
		snprintf(result->reason, sizeof(result->reason),
			 "%s <= the other end's %s: broken %" PRIu64 " of %" PRIu64
			 " times; worst on flow %u, whose %s is %" PRIu64 " short",
			 low, catalogue[relations[r].high].name, result->violations,
			 result->compared, result->worst.flow, catalogue[relations[r].high].name,
			 result->worst.size);
	}
	return 0;
}

static void destroy(struct check *c)
{
	free(c);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct ends_flow),
	.events = EVENTS_STATE & ~EVENT_BIT(sample) & ~EVENT_BIT(destroy),
	.begin = begin,
	.finish = finish,
	.free = destroy,
};

struct check *check_ends__new(struct run *run)
{
	struct ends *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->check.ops = &ops;
	e->check.run = run;
	return &e->check;
}
