// SPDX-License-Identifier: BSD-2-Clause
/*
 * What one sample says must add up, whatever its witness, as the kernel keeps it. This binds
 * together fields that no receive event sees moving (what is sent), and needs no second witness.
 *
 * Inside one sample (tcp_get_info() and the probe's programs read under the socket lock):
 *
 * - sacked + lost <= unacked: tcp_verify_left_out(). retrans <= unacked: only what is in flight can
 *   be retransmitted, and tcp_adjust_pcount() keeps all four together. In an RTT callback
 *   tcp_clean_rtx_queue() has taken off what was acked; only without SACK does
 *   tcp_remove_reno_sacks() come later, so there the sum is not looked at.
 * - tcp_write_queue_purge() sets packets_out to 0 and leaves the others as they were: relations
 *   with unacked end with the flow. A netlink request may have waited for the lock meanwhile.
 * - unacked is 0 just when snd_nxt is snd_una, and no larger than their difference: each segment
 *   covers a byte, SYN or FIN (tcp_clean_rtx_queue(), tcp_event_new_data_sent()).
 * - bytes_retrans <= bytes_sent: __tcp_retransmit_skb() counts what __tcp_transmit_skb() counts
 *   again as sent. data_segs_out <= segs_out: counted in one function.
 * - bytes_acked <= bytes_sent - bytes_retrans + 2, of samples without sequence numbers: only what was
 *   sent once is acked; SYN and FIN are acked, not sent (tcp_snd_una_update()).
 * - retrans <= total_retrans: every retransmission in flight was counted, segment for segment. A
 *   smaller MSS splits segments behind that count (tcp_fragment()): flows whose snd_mss has fallen
 *   are left out.
 * - busy_time >= rwnd_limited + sndbuf_limited: tcp_get_info_chrono_stats() adds up three clocks,
 *   and tells the sum and two of them.
 * - delivered_ce <= delivered: tcp_count_delivered() adds to both. With AccECN (6.18) the peer's
 *   counter decides, which also counts pure ACKs; a kernel that has it is judged without ECN only.
 * - retransmits <= total_rto, total_rto_recoveries <= total_rto: tcp_update_rto_stats().
 * - notsent_bytes = max(0, write_seq - snd_nxt), by definition.
 *
 * From sample to sample of one flow:
 *
 * - bytes_acked - snd_una and bytes_received - rcv_nxt do not change: tcp_snd_una_update() and
 *   tcp_rcv_nxt_update() move both at once. rcv_nxt is first set in the handshake
 *   (tcp_rcv_synsent_state_process(), tcp_fastopen_add_skb()): judged behind it.
 * - bytes_acked + (snd_nxt - snd_una) - (bytes_sent - bytes_retrans) is what was sent and is no
 *   byte of data: 1 at the active opener (its SYN), 0 at the passive one, and 1 more once a FIN is
 *   sent. In the middle of tcp_ack() this holds too: snd_una and bytes_acked have moved together
 *   and nothing is sent before its end. It falls when a first transmission is refused by the
 *   sender's own device: __tcp_transmit_skb() has counted it, tcp_write_xmit() does not move
 *   snd_nxt. tcp_enter_cwr() tells: the socket is in CWR or worse until a later ACK ends that, so
 *   the next event shows it. Such a step is counted apart; where that event is missing (the chain
 *   of acknowledgement numbers is broken, or no segments are captured), unproven. (A local firewall
 *   or a lost route refuse without CWR, and a retransmission that finds no memory is counted
 *   without being sent: both are told as violations.)
 * - data_segs_in of an earlier sample <= segs_in of a later one. Not inside one sample:
 *   tcp_segs_in() runs without the socket's owner, and between two reads of one sample segments
 *   may arrive.
 */
#include "relations.h"

#include <string.h>

enum { SYN_SENT = 2, SYN_RECV = 3, CLOSE = 7, LISTEN = 10, CA_CWR = 2 };
enum { OPTION_SACK = 2, OPTION_ECN = 8 };

/* got <= bound, as serial numbers of that width where the field wraps. */
static enum outcome at_most(struct terms *t, uint64_t got, uint64_t bound)
{
	*t = (struct terms){ bound, got, got > bound ? got - bound : 0 };
	return got > bound ? BROKEN : HOLDS;
}

static enum outcome serial_at_most(struct terms *t, enum field width, uint64_t got, uint64_t bound)
{
	int64_t over = field__difference(width, got, bound);

	*t = (struct terms){ bound, got, over > 0 ? over : 0 };
	return over > 0 ? BROKEN : HOLDS;
}

static enum outcome equal(struct terms *t, uint64_t got, uint64_t expected)
{
	*t = (struct terms){ expected, got, got > expected ? got - expected : expected - got };
	return got == expected ? HOLDS : BROKEN;
}

#define V(name) (s->value[FIELD_##name])

static uint32_t in_flight(const struct sample *s)
{
	return (uint32_t)V(snd_nxt) - (uint32_t)V(snd_una);
}

static bool has_queue(const struct relation_flow *f, const struct sample *s)
{
	return !f->over && V(state) != CLOSE && V(state) != LISTEN;
}

static enum outcome judge_lost(struct relation_flow *f, const struct sample *s,
			       struct terms *t)
{
	if (!has_queue(f, s) || (s->event == EVENT_rtt && !(V(options) & OPTION_SACK)))
		return ABSENT;
	return at_most(t, V(sacked) + V(lost), V(unacked));
}

static enum outcome judge_retrans(struct relation_flow *f, const struct sample *s,
				  struct terms *t)
{
	return has_queue(f, s) ? at_most(t, V(retrans), V(unacked)) : ABSENT;
}

static enum outcome judge_unacked(struct relation_flow *f, const struct sample *s,
				  struct terms *t)
{
	if (!has_queue(f, s) || s->event == EVENT_connect)
		return ABSENT;
	if (!V(unacked))
		return equal(t, V(unacked), in_flight(s));
	return at_most(t, V(unacked), in_flight(s));
}

static enum outcome judge_bytes_retrans(struct relation_flow *f, const struct sample *s,
					struct terms *t)
{
	return at_most(t, V(bytes_retrans), V(bytes_sent));
}

static enum outcome judge_segs_out(struct relation_flow *f, const struct sample *s,
				   struct terms *t)
{
	return serial_at_most(t, FIELD_segs_out, V(data_segs_out), V(segs_out));
}

static enum outcome judge_total_retrans(struct relation_flow *f, const struct sample *s,
					struct terms *t)
{
	if (!has_queue(f, s) || f->mss_fell)
		return ABSENT;
	return serial_at_most(t, FIELD_total_retrans, V(retrans), V(total_retrans));
}

static enum outcome judge_busy_time(struct relation_flow *f, const struct sample *s,
				    struct terms *t)
{
	return at_most(t, V(rwnd_limited) + V(sndbuf_limited), V(busy_time));
}

static enum outcome judge_delivered_ce(struct relation_flow *f, const struct sample *s,
				       struct terms *t)
{
	if (sample__has(s, FIELD_received_ce) && V(options) & OPTION_ECN)
		return ABSENT;
	return serial_at_most(t, FIELD_delivered, V(delivered_ce), V(delivered));
}

static enum outcome judge_recoveries(struct relation_flow *f, const struct sample *s,
				     struct terms *t)
{
	return serial_at_most(t, FIELD_total_rto, V(total_rto_recoveries), V(total_rto));
}

static enum outcome judge_retransmits(struct relation_flow *f, const struct sample *s,
				      struct terms *t)
{
	return serial_at_most(t, FIELD_total_rto, V(retransmits), V(total_rto));
}

static enum outcome judge_notsent(struct relation_flow *f, const struct sample *s,
				  struct terms *t)
{
	uint32_t left = (uint32_t)V(write_seq) - (uint32_t)V(snd_nxt);

	if (s->event == EVENT_connect)
		return ABSENT;
	return equal(t, V(notsent_bytes), (int32_t)left < 0 ? 0 : left);
}

/* A difference that stays what it was when first seen. */
static enum outcome constant(struct terms *t, bool *have, uint32_t *was, uint64_t bytes,
			     uint64_t sequence)
{
	uint32_t now = (uint32_t)bytes - (uint32_t)sequence, off = now - *was;

	if (!*have) {
		*have = true;
		*was = now;
		return ABSENT;
	}
	*was = now; /* a step is told once */
	*t = (struct terms){ bytes - (int32_t)off, bytes, (int32_t)off < 0 ? -off : off };
	return off ? BROKEN : HOLDS;
}

static enum outcome judge_acked(struct relation_flow *f, const struct sample *s,
				struct terms *t)
{
	enum outcome o;

	if (s->event == EVENT_connect)
		return ABSENT;
	o = constant(t, &f->have_acked, &f->acked, V(bytes_acked), V(snd_una));
	f->acked_broke = o == BROKEN;
	return o;
}

static enum outcome judge_received(struct relation_flow *f, const struct sample *s,
				   struct terms *t)
{
	if (V(state) == SYN_SENT || V(state) == SYN_RECV || V(state) == CLOSE)
		return ABSENT;
	return constant(t, &f->have_received, &f->received, V(bytes_received), V(rcv_nxt));
}

/* ca_state must show that the device refused a segment; else, was the event there to show it? */
static enum outcome refused(const struct relation_flow *f, const struct sample *s)
{
	if (V(ca_state) >= CA_CWR)
		return REFUSED;
	return f->have_una && f->una == (uint32_t)V(snd_una) ? BROKEN : UNPROVEN;
}

static bool fin_may_be_sent(const struct sample *s)
{
	/* FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE LAST_ACK CLOSING: set before tcp_send_fin() */
	return 1 << V(state) & (1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 9 | 1 << 11);
}

static bool has_numbers(const struct sample *s)
{
	return sample__has(s, FIELD_snd_una) && sample__has(s, FIELD_snd_nxt) &&
	       sample__has(s, FIELD_state) && sample__has(s, FIELD_ca_state);
}

static enum outcome judge_sent(struct relation_flow *f, const struct sample *s,
			       struct terms *t)
{
	int64_t other = (int64_t)(V(bytes_acked) + in_flight(s) - V(bytes_sent) + V(bytes_retrans));
	int64_t step = other - f->sent;

	if (!has_numbers(s)) /* then at least: only what was sent once is acked */
		return at_most(t, V(bytes_acked), V(bytes_sent) - V(bytes_retrans) + 2);
	if (s->event == EVENT_connect) {
		f->have_sent = true;
		f->sent = 1;
		return ABSENT;
	}
	if (!f->have_sent) {
		/* in the handshake of a passive opener nothing; else unknown, at most SYN and FIN */
		f->have_sent = true;
		f->sent = s->event == EVENT_established && V(state) == SYN_RECV ? 0 : other;
		step = other - f->sent;
		if (f->sent > 1 + fin_may_be_sent(s))
			step = other - 1 - fin_may_be_sent(s);
	}
	if (step == 1 && !f->fin && fin_may_be_sent(s)) {
		f->fin = true;
		f->sent = other;
		step = 0;
	}
	*t = (struct terms){ V(bytes_sent) + step, V(bytes_sent), step < 0 ? -step : step };
	f->sent = other; /* a step is told once */
	if (f->acked_broke) /* that names the field already */
		return ABSENT;
	if (!step)
		return HOLDS;
	return step < 0 ? refused(f, s) : BROKEN;
}

static enum outcome judge_segs_in(struct relation_flow *f, const struct sample *s,
				  struct terms *t)
{
	if (!f->have_segs)
		return ABSENT;
	return serial_at_most(t, FIELD_segs_in, f->data_segs_in, V(segs_in));
}

#define F(name) FIELD_##name
#define END FIELD_COUNT

const struct relation relations[] = {
	{ "lost", "sacked + lost <= unacked",
	  { F(sacked), F(lost), F(unacked), F(options), F(state), END }, judge_lost },
	{ "retrans", "retrans <= unacked",
	  { F(retrans), F(unacked), F(state), END }, judge_retrans },
	{ "unacked", "unacked <= snd_nxt - snd_una, 0 if and only if that is",
	  { F(unacked), F(snd_nxt), F(snd_una), F(state), END }, judge_unacked },
	{ "bytes_retrans", "bytes_retrans <= bytes_sent",
	  { F(bytes_retrans), F(bytes_sent), END }, judge_bytes_retrans },
	{ "data_segs_out", "data_segs_out <= segs_out",
	  { F(data_segs_out), F(segs_out), END }, judge_segs_out },
	{ "total_retrans", "retrans <= total_retrans",
	  { F(retrans), F(total_retrans), F(state), F(snd_mss), END }, judge_total_retrans },
	{ "busy_time", "rwnd_limited + sndbuf_limited <= busy_time",
	  { F(busy_time), F(rwnd_limited), F(sndbuf_limited), END }, judge_busy_time },
	{ "delivered_ce", "delivered_ce <= delivered",
	  { F(delivered), F(delivered_ce), F(options), END }, judge_delivered_ce },
	{ "total_rto_recoveries", "total_rto_recoveries <= total_rto",
	  { F(total_rto), F(total_rto_recoveries), END }, judge_recoveries },
	{ "retransmits", "retransmits <= total_rto",
	  { F(total_rto), F(retransmits), END }, judge_retransmits },
	{ "notsent_bytes", "notsent_bytes = max(0, write_seq - snd_nxt)",
	  { F(notsent_bytes), F(write_seq), F(snd_nxt), END }, judge_notsent },
	{ "bytes_acked", "bytes_acked moves with snd_una",
	  { F(bytes_acked), F(snd_una), END }, judge_acked },
	{ "bytes_received", "bytes_received moves with rcv_nxt",
	  { F(bytes_received), F(rcv_nxt), F(state), END }, judge_received },
	{ "bytes_sent", "bytes_acked + in flight = bytes_sent - bytes_retrans + SYN + FIN",
	  { F(bytes_acked), F(bytes_sent), F(bytes_retrans), END }, judge_sent },
	{ "data_segs_in", "data_segs_in <= a later segs_in",
	  { F(segs_in), F(data_segs_in), END }, judge_segs_in },
};
_Static_assert(sizeof(relations) / sizeof(relations[0]) == RELATIONS, "RELATIONS counts them");
static bool has_all(const struct relation *r, const struct sample *s)
{
	for (unsigned int i = 0; r->needs[i] != END; i++)
		if (!sample__has(s, r->needs[i]))
			return false;
	return true;
}

enum outcome relation__judge(const struct relation *r, struct relation_flow *f,
			     const struct sample *s, struct terms *t)
{
	return has_all(r, s) ? r->judge(f, s, t) : ABSENT;
}

static void watch_mss(struct relation_flow *f, const struct sample *s)
{
	if (!sample__has(s, FIELD_snd_mss) || !sample__has(s, FIELD_state) ||
	    V(state) == SYN_SENT || V(state) == SYN_RECV)
		return;
	f->mss_fell |= V(snd_mss) < f->mss;
	f->mss = V(snd_mss);
}

void relation_flow__prepare(struct relation_flow *f, const struct sample *s)
{
	if (s->event == EVENT_connect) /* perhaps again, after tcp_disconnect() */
		memset(f, 0, sizeof(*f));
	f->acked_broke = false;
	watch_mss(f, s);
	f->over |= s->event == EVENT_close || s->event == EVENT_destroy;
}

/* What later samples are judged by. A tcp_info was filled before its time: it says nothing. */
void relation_flow__remember(struct relation_flow *f, const struct sample *s)
{
	if (s->event == EVENT_tcp_info)
		return;
	if (sample__has(s, FIELD_data_segs_in)) {
		f->data_segs_in = V(data_segs_in);
		f->have_segs = true;
	}
	if (s->event == EVENT_segment && sample__has(s, FIELD_snd_una) &&
	    sample__has(s, FIELD_seg_ack_seq)) {
		f->have_una = true;
		f->una = V(snd_una);
		if (field__difference(FIELD_snd_una, V(seg_ack_seq), f->una) > 0)
			f->una = V(seg_ack_seq);
	}
}
