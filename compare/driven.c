// SPDX-License-Identifier: BSD-2-Clause
/*
 * One flow's settled states and netlink's windows that wait for the first one behind them.
 *
 * A segment event shows the state before the segment at hand is processed, under the lock that is
 * then held until it is: everything earlier is settled. So between two such events an ACK-driven
 * field changes once, when the first one's segment is processed, and the second one shows the
 * result. A value read under the lock in [a, b] is then one of those shown by the events behind the
 * last one at u <= a, up to and with the first one at u >= b. (That last one's own value was
 * replaced before the lock was free, unless it was no segment: a mark, a poll.)
 *
 * The history over a window is whole if
 *
 * - every settled state has the snd_una that the segments before it explain
 *   (tcp_snd_una_update(); TCP_SKB_CB(skb)->ack_seq, valid between snd_una and snd_nxt);
 * - as many pure ACKs were seen as were counted: segs_in - data_segs_in (tcp_segs_in()); a
 * duplicate ACK and a window update do not move snd_una. The count runs ahead of the events while
 * segments wait in the backlog, and stays ahead once tcp_add_backlog() has coalesced two. So: at
 * one of the AHEAD_MAX events behind the window it must not be ahead by more than at the best of as
 * many before it, when the backlog was empty;
 * - the socket was ESTABLISHED: trace_tcp_probe() is in tcp_rcv_established().
 *
 * What else moves these fields, by the kernel's sources:
 *
 * - sending: tcp_enter_cwr() when the device refuses (ca_state, snd_ssthresh), tcp_cwnd_validate()
 *   and tcp_cwnd_restart() when the application leaves the window unused (snd_cwnd, snd_ssthresh),
 *   bbr_cwnd_event() (pacing_rate, snd_cwnd), splitting of segments for retransmission (sacked,
 *   lost). If netlink's value is none of the events', and segs_out says that something was sent
 *   between it and the next event, the field has moved: counted apart.
 * - timers: the retransmission timer, RACK's reordering timer, zero-window probes. The reply says
 *   which timer is pending and when it expires; if that is before the next event, the value is
 *   unproven; likewise if the request had to wait for the lock while segments came, since that
 *   timer is read before (inet_sk_diag_fill()).
 * - tcp_get_info() reads snd_cwnd, reordering and pacing_rate before it takes the lock: the value
 * at the last event at u <= a may still hold, and while segments are processed in [a, b] it may be
 *   one between: unproven.
 * - ICMP: tcp_v4_mtu_reduced() and tcp_v6_mtu_reduced() have tcp_sync_mss() change mss_cache, and
 *   with it delivery_rate, which tcp_compute_delivery_rate() multiplies by it, as bbr_get_info() does
 *   with its bandwidth and dctcp_get_info() with what was acked. Values at different snd_mss are the
 *   same if one number of segments gives both.
 * - what a congestion control publishes is read by inet_sk_diag_fill() behind tcp_get_info(), without the
 *   lock (ca_ops->get_info()). By then the lock was free once in the window, so the last segment
 *   at u <= a is processed, and without another one inside nobody else writes: zero tolerance. With
 *   one, netlink may have read in the midst of its processing, where for some instructions values
 *   stand that no event shows (minmax_running_max(), bbr_lt_bw_sampling()): unproven. The state of
 *   BBR and DCTCP moves with ACKs alone: bbr_cwnd_event() sets neither bandwidth nor gains. But a
 *   retransmission timeout, or a smaller path MTU (tcp_simple_retransmit()), may end BBR's long-term
 *   sampling (bbr_set_state()): ca_state is then Loss until the next ACK.
 * - the end: tcp_done_with_error() (a reset, a timeout, an abort) has tcp_write_queue_purge() set
 *   icsk_backoff to 0 before the state changes. The snapshot at CLOSE does not speak for backoff.
 */
#include "driven.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WAITING_MAX	   64	/* of one flow */
#define WAITING_IN_ALL_MAX 8192 /* of all: bounds memory to some MB */
#define AHEAD_MAX	   64
enum { ESTABLISHED = 1, CA_LOSS = 4 };

struct driven_field driven[DRIVEN_MAX];
unsigned int driven_count;

/* A state, as far as it is needed here. */
struct state {
	uint64_t t_ns;
	uint64_t value[DRIVEN_MAX];
	uint64_t have;
	uint32_t segs_out, total_rto, total_retrans;
	uint64_t snd_mss; /* 0: not told */
	uint64_t ca_state;
	bool is_segment, is_purged;
};

struct waiting {
	struct waiting *next;
	uint64_t t0_ns, t1_ns, weight;
	struct state n;
	uint64_t timer, timer_expires_ns;
	uint64_t members;	     /* which fields an event has shown to be right */
	uint32_t breaks, odd_states; /* of the history, when it began */
	uint32_t floor;
	bool no_event, inside, sent; /* an event inside; something was sent behind N */
	bool ended;
	unsigned int events_behind;
	struct state end; /* the first event at u >= b */
};

struct driven_history {
	driven_told *told;
	void *arg;
	bool have;
	struct state last;
	uint32_t una; /* that the next settled state must have */
	uint32_t breaks, odd_states;
	uint32_t pure;	    /* pure ACKs seen */
	uint32_t ahead;	    /* pure ACKs counted, but not seen: relative */
	uint32_t floor[2];  /* the least of that in this block of events and in the one before */
	unsigned int block; /* events in this block */
	bool is_odd;
	struct waiting *first, *newest;
	unsigned int waiting, *in_all;
	uint64_t moved_until_ns[DRIVEN_MAX]; /* the event behind the last window in which it had moved */
};

uint8_t driven__moved_by(enum field f)
{
	switch (f) {
	case FIELD_unacked:
	case FIELD_retrans:
	case FIELD_notsent_bytes:
	case FIELD_total_retrans:
	case FIELD_ca_state:
	case FIELD_snd_ssthresh:
	case FIELD_sacked:
	case FIELD_lost:
		return BY_SENDING | BY_TIMER;
	case FIELD_snd_cwnd:
		return BY_SENDING | BY_TIMER | READ_EARLY;
	case FIELD_pacing_rate:
		return BY_SENDING | READ_EARLY;
	case FIELD_reordering:
		return BY_TIMER | READ_EARLY;
	case FIELD_retransmits:
	case FIELD_probes:
	case FIELD_backoff:
	case FIELD_rto:
		return BY_TIMER;
	case FIELD_delivery_rate:
		return BY_MSS;
	case FIELD_bbr_bw:
		return READ_LATE | BY_LOSS | BY_MSS;
	case FIELD_bbr_pacing_gain:
		return READ_LATE | BY_LOSS;
	case FIELD_bbr_min_rtt:
	case FIELD_bbr_cwnd_gain:
	case FIELD_dctcp_enabled:
	case FIELD_dctcp_ce_state:
	case FIELD_dctcp_alpha:
		return READ_LATE;
	case FIELD_dctcp_ab_ecn:
	case FIELD_dctcp_ab_tot:
		return READ_LATE | BY_MSS;
	case FIELD_vegas_enabled: /* tcp_vegas_cwnd_event(), tcp_vegas_state() */
	case FIELD_vegas_rttcnt:
	case FIELD_vegas_rtt:
	case FIELD_vegas_minrtt:
		return READ_LATE | BY_SENDING | BY_TIMER;
	default:
		return 0;
	}
}

static bool is_driven(enum field f)
{
	uint8_t kind = catalogue[f].kind;

	if (catalogue[f].group != GROUP_TCP_INFO && catalogue[f].group != GROUP_CC)
		return false;
	if (catalogue[f].rtt == RTT_QUIET || (kind != KIND_GAUGE && kind != KIND_RATE &&
					      kind != KIND_ENUM && kind != KIND_FLAGS))
		return false;
	/* These move with every segment sent; conservation judges them. */
	return f != FIELD_unacked && f != FIELD_retrans;
}

void driven__init(void)
{
	driven_count = 0;
	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (is_driven(f) && driven_count < DRIVEN_MAX)
			driven[driven_count++] = (struct driven_field){ f, driven__moved_by(f) };
}

static void state__of(struct state *st, const struct sample *s)
{
	st->t_ns = s->t0_ns;
	st->have = 0;
	for (unsigned int i = 0; i < driven_count; i++) {
		st->have |= (uint64_t)sample__has(s, driven[i].field) << i;
		st->value[i] = s->value[driven[i].field];
	}
	st->segs_out = sample__has(s, FIELD_segs_out) ? s->value[FIELD_segs_out] : 0;
	st->total_rto = sample__has(s, FIELD_total_rto) ? s->value[FIELD_total_rto] : 0;
	st->total_retrans = s->value[FIELD_total_retrans];
	st->snd_mss = sample__has(s, FIELD_snd_mss) ? s->value[FIELD_snd_mss] : 0;
	st->ca_state = sample__has(s, FIELD_ca_state) ? s->value[FIELD_ca_state] : 0;
	st->is_segment = s->event == EVENT_segment;
	st->is_purged = s->event == EVENT_close;
}

/*
 * Is there a q with floor(q * a's mss) = a's value and floor(q * b's mss) = b's value? With q the
 * segments (a second) behind both. 32 bits of rate do for 34 Gbit/s; above, values must be equal.
 */
static bool same_rate(const struct state *a, const struct state *b, unsigned int i)
{
	uint64_t x = a->value[i], y = b->value[i];

	if (x == y || !(driven[i].moved_by & BY_MSS) || !a->snd_mss || !b->snd_mss)
		return x == y;
	if (a->snd_mss == b->snd_mss || x >= UINT32_MAX || y >= UINT32_MAX)
		return false;
	return x * b->snd_mss < (y + 1) * a->snd_mss && y * a->snd_mss < (x + 1) * b->snd_mss;
}

static uint64_t equal_fields(const struct state *a, const struct state *b)
{
	uint64_t set = 0;

	for (unsigned int i = 0; i < driven_count; i++)
		set |= (uint64_t)same_rate(a, b, i) << i;
	return set & a->have & b->have;
}

struct driven_history *driven_history__new(driven_told *told, void *arg, unsigned int *in_all)
{
	struct driven_history *h = calloc(1, sizeof(*h));

	if (h) {
		h->told = told;
		h->arg = arg;
		h->in_all = in_all;
	}
	return h;
}

static void free_all(struct waiting *w)
{
	while (w) {
		struct waiting *next = w->next;

		free(w);
		w = next;
	}
}

void driven_history__free(struct driven_history *h)
{
	if (!h)
		return;
	free_all(h->first);
	free(h);
}

/* A value that no event has shown. */
static enum belonging explain(const struct waiting *w, unsigned int i)
{
	uint8_t by = driven[i].moved_by;

	if (w->end.is_purged && driven[i].field == FIELD_backoff)
		return MEMBER_UNPROVEN;
	if (by & (READ_EARLY | READ_LATE) && w->inside)
		return MEMBER_UNPROVEN;
	if (by & BY_LOSS && w->end.ca_state == CA_LOSS)
		return MEMBER_MOVED;
	if (by & (BY_SENDING | BY_TIMER) && w->sent)
		return MEMBER_MOVED;
	if (by & BY_TIMER &&
	    (w->inside || (w->timer && w->t0_ns + w->timer_expires_ns <= w->end.t_ns)))
		return MEMBER_UNPROVEN;
	return MEMBER_NOT;
}

static void conclude(struct driven_history *h, struct waiting *w, enum gap gap)
{
	struct window_verdict v = { .weight = w->weight, .t_ns = w->t0_ns,
				    .gap = gap, .reported = w->n.have };

	for (unsigned int i = 0; i < driven_count && gap == GAP_NONE; i++) {
		v.got[i] = w->n.value[i];
		v.expected[i] = w->end.value[i];
		if (!(w->n.have & w->end.have & 1ULL << i))
			v.field[i] = MEMBER_ABSENT;
		else
			v.field[i] = w->members & 1ULL << i ? MEMBER : explain(w, i);
		if (v.field[i] != MEMBER_MOVED)
			continue;
		v.again[i] = h->moved_until_ns[i] == w->end.t_ns;
		h->moved_until_ns[i] = w->end.t_ns;
	}
	h->told(h->arg, &v);
	free(w);
	h->waiting--;
	--*h->in_all;
}

static enum gap gap_of(const struct driven_history *h, const struct waiting *w)
{
	if (w->no_event)
		return GAP_NO_EVENT;
	if (w->odd_states != h->odd_states || h->is_odd)
		return GAP_STATE;
	if (w->breaks != h->breaks)
		return GAP_CHAIN;
	return GAP_NONE;
}

static bool ahead_of(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

/* One more settled state for a window that waits. Returns whether it waits no longer. */
static bool advance(struct driven_history *h, struct waiting *w, const struct state *now)
{
	enum gap gap = gap_of(h, w);

	if (!w->ended) {
		w->members |= equal_fields(&w->n, now);
		w->sent |= (int32_t)(now->segs_out - w->n.segs_out) > 0;
		w->inside |= now->t_ns < w->t1_ns;
		if (now->t_ns < w->t1_ns)
			return false;
		w->ended = true;
		w->end = *now;
	}
	if (gap == GAP_NONE && ahead_of(h->ahead, w->floor)) {
		if (++w->events_behind < AHEAD_MAX)
			return false;
		gap = GAP_COUNT;
	}
	conclude(h, w, gap);
	return true;
}

static void follow(struct driven_history *h, const struct sample *s)
{
	uint32_t una = s->value[FIELD_snd_una], ack = s->value[FIELD_seg_ack_seq];
	bool segment = s->event == EVENT_segment;

	if (h->have && una != h->una)
		h->breaks++;
	if (segment && (int32_t)(ack - una) > 0 &&
	    (int32_t)(ack - (uint32_t)s->value[FIELD_snd_nxt]) <= 0)
		una = ack;
	h->una = una;
	h->is_odd = s->value[FIELD_state] != ESTABLISHED;
	h->odd_states += h->is_odd;
	if (segment && s->value[FIELD_seg_seq] == s->value[FIELD_seg_end_seq])
		h->pure++;
	h->ahead = (uint32_t)s->value[FIELD_segs_in] - (uint32_t)s->value[FIELD_data_segs_in] -
		   h->pure;
	if (!h->have || ++h->block == AHEAD_MAX) {
		h->floor[1] = h->have ? h->floor[0] : h->ahead;
		h->floor[0] = h->ahead;
		h->block = 0;
	}
	if (ahead_of(h->floor[0], h->ahead))
		h->floor[0] = h->ahead;
}

void driven_history__event(struct driven_history *h, const struct sample *s)
{
	struct waiting **at = &h->first, *w;

	follow(h, s);
	state__of(&h->last, s);
	h->have = true;
	h->newest = NULL;
	while ((w = *at)) {
		struct waiting *next = w->next;

		if (advance(h, w, &h->last)) {
			*at = next;
		} else {
			h->newest = w;
			at = &w->next;
		}
	}
}

/* A poll of an idle flow, like the one before it in everything: counted with it. */
static bool joins(const struct driven_history *h, const struct state *n, uint64_t t0_ns)
{
	const struct waiting *w = h->newest;

	return w && !w->ended && !w->inside && w->t1_ns <= t0_ns && h->last.t_ns <= w->t0_ns &&
	       w->n.have == n->have && equal_fields(&w->n, n) == n->have &&
	       w->n.segs_out == n->segs_out && w->n.snd_mss == n->snd_mss;
}

int driven_history__window(struct driven_history *h, const struct sample *s)
{
	struct waiting *w;
	struct state n;

	state__of(&n, s);
	if (joins(h, &n, s->t0_ns)) {
		h->newest->weight++;
		return 0;
	}
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	h->waiting++;
	++*h->in_all;
	w->weight = 1;
	w->t0_ns = s->t0_ns;
	w->t1_ns = s->t1_ns;
	w->n = n;
	w->timer = sample__has(s, FIELD_timer) ? s->value[FIELD_timer] : 0;
	w->timer_expires_ns = s->value[FIELD_timer_expires] * 1000000;
	w->no_event = !h->have;
	w->breaks = h->breaks;
	w->odd_states = h->odd_states;
	w->floor = ahead_of(h->floor[1], h->floor[0]) ? h->floor[0] : h->floor[1];
	if (h->have)
		for (unsigned int i = 0; i < driven_count; i++)
			if (!h->last.is_segment || driven[i].moved_by & READ_EARLY)
				w->members |= equal_fields(&n, &h->last) & 1ULL << i;
	if (h->waiting > WAITING_MAX || *h->in_all > WAITING_IN_ALL_MAX) {
		conclude(h, w, GAP_CROWDED);
		return 0;
	}
	if (h->newest)
		h->newest->next = w;
	else
		h->first = w;
	h->newest = w;
	return 0;
}

void driven_history__close(struct driven_history *h)
{
	while (h->first) {
		struct waiting *w = h->first;

		h->first = w->next;
		conclude(h, w, w->ended ? GAP_COUNT : GAP_NO_EVENT);
	}
	h->newest = NULL;
}
