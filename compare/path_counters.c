// SPDX-License-Identifier: BSD-2-Clause
/*
 * A socket's counters against the path's account. Tolerance zero.
 *
 * What is sent is counted before the device gets it (__tcp_transmit_skb(), __tcp_retransmit_skb()),
 * and its reading by the relay lies behind: at any instant a counter of sent things is not less
 * than what had been read. What is received is written before tcp_segs_in() counts it: a counter of
 * received things is not more than what had been written. And write(2) to a TUN device returns only
 * when tcp_v4_rcv() has counted the segment, also if a process owns the socket
 * (tun_rx_batched() -> netif_receive_skb()), so segs_in and data_segs_in are not less either than
 * what had been written for certain.
 *
 * At the end they are equal. What stands between:
 *
 * - A passive socket is made when the handshake is done: the SYN-ACK is its request's, not its own
 *   segs_out, but the first SYN is its first segs_in (tcp_create_openreq_child()); a SYN that came
 *   twice may be the request's. What the SYN-ACK was sent again for is its total_retrans.
 * - Behind its change to CLOSE a socket sends nothing but a reset; what TIME_WAIT or nobody answers
 *   (tcp_v4_timewait_ack(), tcp_v4_send_reset()) is no socket's segs_out. Such packets have neither
 *   data nor SYN nor FIN, and are read behind the close: the last words may lack that many (moved).
 * - What is delivered behind the close is nobody's segs_in. What was being written at that very
 * moment may be on either side (moved).
 * - A socket that is closed with unread data resets the flow and leaves its backlog unprocessed
 *   (__tcp_close()): bytes_received, bytes_acked, rcv_ooopack and dsack_dups of such ends need only
 * not be more (unproven).
 * - rcv_ooopack: tcp_data_queue_ofo() counts what lies behind a gap. The receiver may refuse what
 * has arrived, for want of memory (tcp_try_rmem_schedule()) or because its timestamp is older than
 * that of what came first (tcp_paws_discard()); then there is a gap for it where the path sees
 * none. It is compared at the end, when it is known whether that was so (unproven).
 * - dsack_dups: see dsack_of() and may_be_passed_over() in path_event.c.
 * - delivered_ce: of ACKs with ECE (tcp_newly_delivered(), tcp_count_delivered()); 0 without, and
 * no more than they told news of.
 */
#include "path_counters.h"

#include <string.h>

static const enum field fields[PATH_COUNTERS] = {
	[SENT_SEGS] = FIELD_segs_out,	      [SENT_DATA_SEGS] = FIELD_data_segs_out,
	[SENT_BYTES] = FIELD_bytes_sent,      [SENT_BYTES_RETRANS] = FIELD_bytes_retrans,
	[SENT_RETRANS] = FIELD_total_retrans, [GOT_SEGS] = FIELD_segs_in,
	[GOT_DATA_SEGS] = FIELD_data_segs_in, [GOT_BYTES] = FIELD_bytes_received,
	[GOT_ACKED] = FIELD_bytes_acked,      [GOT_GAPS] = FIELD_rcv_ooopack,
	[GOT_DSACKS] = FIELD_dsack_dups,      [GOT_CE] = FIELD_received_ce,
	[GOT_ECHOES] = FIELD_delivered_ce,
};

enum field path_counter__field(enum path_counter c)
{
	return fields[c];
}

static uint64_t sent(const struct path_end *e, enum path_counter c)
{
	const struct path_sent *s = &e->sent;

	switch (c) {
	case SENT_SEGS:
		return s->segs - s->syn_acks;
	case SENT_DATA_SEGS:
		return s->data_segs;
	case SENT_BYTES:
		return s->bytes;
	case SENT_BYTES_RETRANS:
		return s->retrans_bytes;
	default:
		return s->retrans_segs;
	}
}

/* No more than this was received. */
static uint64_t most(const struct path_socket *s, enum path_counter c)
{
	const struct path_got *g = &s->end->got;

	switch (c) {
	case GOT_SEGS:
		return g->segs;
	case GOT_DATA_SEGS:
		return g->data_segs;
	case GOT_BYTES:
		return g->edge > 1 ? g->edge - 1 : 0;
	case GOT_ACKED:
		return s->active ? g->ack : g->ack > 1 ? g->ack - 1 : 0;
	case GOT_GAPS:
		return g->gaps;
	case GOT_DSACKS:
		return g->dsacks;
	case GOT_CE:
		return g->ce;
	default:
		return g->echoed;
	}
}

/* May this end have refused something that had come, so that more came behind gaps? */
static bool may_have_refused(const struct path_socket *s)
{
	const struct path_end *peer = path_end__peer(s->end);

	return peer->board.refused || peer->stale;
}

/* And no less than this, of a socket that lives; closing: and has just come to its end. */
static uint64_t least(const struct path_socket *s, enum path_counter c, bool closing)
{
	const struct path_got *g = path_ledger__got_surely(s->ledger, s->end);

	if (!closing && c != GOT_SEGS && c != GOT_DATA_SEGS)
		return 0;
	switch (c) {
	case GOT_SEGS:
		return s->active ? g->segs : g->segs - g->syns + (g->syns > 0);
	case GOT_DATA_SEGS:
		return g->data_segs;
	case GOT_BYTES:
		return g->edge > 1 ? g->edge - 1 : 0;
	case GOT_ACKED:
		return s->active ? g->ack : g->ack > 1 ? g->ack - 1 : 0;
	case GOT_GAPS:
		return g->gaps;
	case GOT_DSACKS:
		return g->dsacks - g->dsacks_maybe;
	case GOT_CE:
		return 0;
	default:
		return s->end->flow->rfc3168 && g->echoes;
	}
}

static bool is_there(const struct path_socket *s, enum path_counter c, const struct sample *sample)
{
	if (!sample__has(sample, fields[c]))
		return false;
	if (c == GOT_CE || c == GOT_ECHOES)
		return s->end->flow->rfc3168 || !s->end->got.ce;
	return true;
}

/* Compare v with a bound, in the width of its field. 1 for a violation. */
static unsigned int compare(struct finding *f, const struct path_socket *s, enum path_counter c,
			    uint64_t v, uint64_t bound, bool is_floor, uint64_t t_ns)
{
	static const char *const words[2][2] = {
		{ "more than ever left it", "less than had left it" },
		{ "more than had been delivered", "less than had been delivered" },
	};
	uint64_t known = bound & field_all_ones(fields[c]);
	int64_t above = field__difference(fields[c], v, known);

	bool ok = is_floor ? above >= 0 : above <= 0;

	finding__compare(f, ok, words[c >= GOT_FIRST][is_floor], s->flow, t_ns, known, v,
			 above < 0 ? -above : above);
	return !ok;
}

static bool counts_beside_lock(enum path_counter c)
{
	return c == GOT_SEGS || c == GOT_DATA_SEGS;
}

/*
 * segs_in and data_segs_in grow while the socket is locked, also between the clock of a sample and
 * its reading: they are held against what had been delivered by the flow's next sample.
 */
static void judge_the_last(struct path_counters *k, const struct path_socket *s)
{
	struct path_account *a = s->account;

	if (!a->asked)
		return;
	a->asked = false;
	k->premature[GOT_SEGS] += compare(&k->running[GOT_SEGS], s, GOT_SEGS, a->segs_in,
					  most(s, GOT_SEGS), false, a->asked_ns);
	k->premature[GOT_DATA_SEGS] +=
		compare(&k->running[GOT_DATA_SEGS], s, GOT_DATA_SEGS, a->data_segs_in,
			most(s, GOT_DATA_SEGS), false, a->asked_ns);
}

static void keep(struct path_account *a, enum witness w, const struct path_socket *s,
		 const struct sample *sample)
{
	a->has[w] = 0;
	a->last_ns[w] = sample->t0_ns;
	for (enum path_counter c = 0; c < PATH_COUNTERS; c++)
		if (is_there(s, c, sample)) {
			a->has[w] |= 1U << c;
			a->last[w][c] = sample->value[fields[c]];
		}
}

void path_counters__begin(struct path_counters *k, const struct path_socket *s,
			  const struct window *w)
{
	struct path_account *a = s->account;
	const struct sample *sample = w->sample;

	if (w->witness == WITNESS_PROBE)
		judge_the_last(k, s);
	if (sample->event == EVENT_destroy)
		return;
	for (enum path_counter c = 0; c < PATH_COUNTERS; c++) {
		uint64_t v = sample->value[fields[c]];

		if (!is_there(s, c, sample))
			continue;
		if (c < GOT_FIRST)
			compare(&k->running[c], s, c, v, sent(s->end, c), true, sample->t0_ns);
		else if (counts_beside_lock(c))
			compare(&k->running[c], s, c, v, least(s, c, false), true, sample->t0_ns);
	}
	if (w->witness == WITNESS_PROBE && sample__has(sample, FIELD_segs_in) &&
	    sample__has(sample, FIELD_data_segs_in) && sample->event != EVENT_close) {
		a->asked = true;
		a->asked_ns = sample->t0_ns;
		a->segs_in = sample->value[FIELD_segs_in];
		a->data_segs_in = sample->value[FIELD_data_segs_in];
	}
	if (w->witness == WITNESS_PROBE && sample->event == EVENT_close) {
		a->closed = true;
		a->pure_at_close = s->end->sent.pure;
		for (enum path_counter c = GOT_FIRST; c < PATH_COUNTERS; c++)
			a->least[c] = least(s, c, true);
		keep(a, WITNESS_PROBE, s, sample);
	}
}

void path_counters__end(struct path_counters *k, const struct path_socket *s,
			const struct window *w)
{
	const struct sample *sample = w->sample;

	if (sample->event == EVENT_destroy)
		keep(s->account, WITNESS_NETLINK, s, sample);
	for (enum path_counter c = GOT_FIRST; c < PATH_COUNTERS; c++)
		if (is_there(s, c, sample) && c != GOT_GAPS &&
		    (w->witness == WITNESS_NETLINK || !counts_beside_lock(c)))
			k->premature[c] += compare(&k->running[c], s, c, sample->value[fields[c]],
						   most(s, c), false, w->end_ns);
}

static void judge_sent(struct finding *f, const struct path_socket *s, enum path_counter c,
		       enum witness w)
{
	const struct path_account *a = s->account;
	uint64_t v = a->last[w][c], all = sent(s->end, c);
	uint64_t behind = c == SENT_SEGS ? s->end->sent.pure - a->pure_at_close : 0;
	int64_t short_of = field__difference(fields[c], all & field_all_ones(fields[c]), v);

	if (short_of > 0 && (uint64_t)short_of <= behind) {
		f->moved++;
		return;
	}
	compare(f, s, c, v, all, short_of > 0, a->last_ns[w]);
}

static void judge_got(struct path_counters *k, const struct path_socket *s, enum path_counter c,
		      enum witness w)
{
	struct finding *f = &k->final[c];
	const struct path_account *a = s->account;
	/* whoever resets may leave a backlog of what had come: only what is counted beside it is
	 * sure */
	bool loose = s->end->reset && !counts_beside_lock(c);
	uint64_t v = a->last[w][c], all = most(s, c), low = loose ? 0 : a->least[c];
	int64_t above = field__difference(fields[c], v, all & field_all_ones(fields[c]));
	int64_t below = field__difference(fields[c], low & field_all_ones(fields[c]), v);

	if (c == GOT_GAPS && above && may_have_refused(s)) {
		f->unproven++;
		return;
	}
	k->too_many += above > 0;
	if (above >= 0 || below > 0)
		compare(f, s, c, v, below > 0 ? low : all, below > 0, a->last_ns[w]);
	else if (loose || c == GOT_CE || c == GOT_ECHOES)
		f->unproven++;
	else
		f->moved++;
}

void path_counters__finish(struct path_counters *k, const struct path_socket *s)
{
	const struct path_account *a = s->account;

	judge_the_last(k, s);
	if (!a->closed)
		return;
	for (enum witness w = 0; w < WITNESSES; w++)
		for (enum path_counter c = 0; c < PATH_COUNTERS; c++)
			if (a->has[w] & 1U << c) {
				if (c < GOT_FIRST)
					judge_sent(&k->final[c], s, c, w);
				else
					judge_got(k, s, c, w);
			}
}
