// SPDX-License-Identifier: BSD-2-Clause
/* What a packet's reading and its writing mean for the two ends of its flow. */
#include "path_event.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TIMESTAMP_NS 1000000 /* a tick of TCP's timestamps (tcp_time_stamp_ts()) */

/* Sequence numbers of an end begin with the first packet that is read from it. */
static void begin_board(struct path_end *e, const struct path_packet *p)
{
	struct path_board *b = &e->board;

	b->started = true;
	b->isn = p->flags & PATH_SYN ? p->seq : p->seq - 1;
	if (p->flags & PATH_SYN) {
		e->active = !(p->flags & PATH_ACK);
		e->flow->whole |= e->active;
		return;
	}
	b->una = b->nxt = b->edge = b->seen = 1;
	e->got.edge = e->got_before.edge = 1;
}

static void count_sent(struct path_end *e, const struct path_packet *p, bool again)
{
	struct path_sent *s = &e->sent;
	bool syn_ack = (p->flags & (PATH_SYN | PATH_ACK)) == (PATH_SYN | PATH_ACK);

	s->segs++;
	s->data_segs += p->len > 0;
	s->bytes += p->len;
	s->syn_acks += syn_ack;
	s->pure += !p->len && !(p->flags & (PATH_SYN | PATH_FIN));
	s->retrans_segs += again;
	s->retrans_bytes += again ? p->len : 0;
	e->fin |= !!(p->flags & PATH_FIN);
	e->drops += p->fate != FATE_DELIVERED && (p->len || p->flags & (PATH_SYN | PATH_FIN));
	if (syn_ack)
		e->flow->rfc3168 = (p->flags & (PATH_ECE | PATH_CWR)) == PATH_ECE;
}

/* What the receiver says of what it got, as it is read from it. */
static void read_ack(struct path_ledger *l, struct path_end *e, struct path_packet *p)
{
	struct path_end *peer = path_end__peer(e);
	int64_t missing;

	if (!(p->flags & PATH_ACK) || p->flags & PATH_RST || !peer->board.started)
		return;
	p->echo_ns = peer->arrived_ns;
	missing = path_board__seen(&peer->board, p);
	finding__compare(&l->finding[LEDGER_ACKNOWLEDGED], !missing,
			 "bytes were acknowledged that had not been delivered", e->owner, p->t_ns,
			 0, missing, missing);
	if (!(p->flags & PATH_SYN) && e->flow->rfc3168)
		finding__compare(&l->finding[LEDGER_MARKS], !(p->flags & PATH_ECE) || e->got.ce,
				 "ECE was said though no CE had been delivered", e->owner, p->t_ns,
				 0, 1, 1);
}

void path_event__read(struct path_ledger *l, struct path_packet *p)
{
	struct path_flow *f = l->flows[p->flow];
	struct path_end *e = &f->end[p->dir];
	struct path_resend again = { .t_ns = p->t_ns, .syn = p->flags & PATH_SYN };
	int64_t holes;

	l->packets++;
	l->dropped[p->fate]++;
	l->marked += p->ce;
	if (!e->board.started)
		begin_board(e, p);
	e->reset |= !!(p->flags & PATH_RST);
	read_ack(l, e, p);
	path_pace__sent(e->pace, p);
	holes = e->board.holes;
	path_board__sent(&e->board, p, &again.resent);
	holes = e->board.holes - holes;
	finding__compare(&l->finding[LEDGER_ENTERED], !holes,
			 "bytes that later ones followed never came to the path: the sender's own "
			 "device dropped them",
			 e->owner, p->t_ns, 0, holes, holes);
	count_sent(e, p, again.resent.any);
	if (!again.resent.any)
		return;
	if (e->pace && again.resent.known)
		path_pace__late(e->pace, p, e->floor_us);
	if (e->pace && p->sacks)
		e->pace->unknown = true;
	again.duplicate =
		again.syn ? f->copied_ns && e->got.syns > 1 : f->copied_ns > again.resent.sent_ns;
	path_causes__resent(&e->causes, &again);
}

/* The segments of a DSACK in p (tcp_check_dsack(), tcp_dsack_seen()), 0 if it has none. */
static unsigned int dsack_of(const struct path_packet *p, uint32_t mss)
{
	const uint32_t *first = p->sack[0];
	uint32_t len = first[1] - first[0];

	if (!p->sacks || (int32_t)len <= 0)
		return 0;
	if ((int32_t)(first[0] - p->ack) >= 0 &&
	    (p->sacks < 2 || (int32_t)(first[1] - p->sack[1][1]) > 0 ||
	     (int32_t)(first[0] - p->sack[1][0]) < 0))
		return 0;
	return mss && len > mss ? (len + mss - 1) / mss : 1;
}

static bool has_options_of(const struct path_packet *p, const struct path_packet *last)
{
	return p->tsval == last->tsval && p->tsecr == last->tsecr && p->sacks == last->sacks &&
	       !memcmp(p->sack, last->sack, sizeof(p->sack));
}

/*
 * May the kernel pass the DSACK in p over? A socket's backlog merges it with the packet before if
 * their options are alike (tcp_add_backlog()); and one that was overtaken may be refused for its
 * old timestamp (tcp_paws_discard(), tcp_disordered_ack()).
 */
static bool may_be_passed_over(const struct path_end *e, const struct path_packet *p)
{
	return p->t_ns < e->last.t_ns || has_options_of(p, &e->last);
}

static void shorter(uint64_t *least, uint64_t us)
{
	if (us < *least)
		*least = us;
}

static int note_pace(struct path_end *e, const struct path_packet *p, const struct path_news *news,
		     unsigned int dsacks)
{
	const struct path_board *peer = &path_end__peer(e)->board;
	struct path_told told = {
		.packet = p,
		.news = news,
		.dsacks = dsacks,
		.alike = has_options_of(p, &e->last),
		.sure = path_board__end_of(p, path_board__position(peer, p->seq)) >=
			e->got_before.edge,
		.ack = path_board__position(&e->board, p->ack),
		.end = e->board.nxt,
		.floor_us = e->floor_us,
	};

	if (!e->pace && !news->ranges)
		return 0;
	if (!e->pace)
		e->pace = calloc(1, sizeof(*e->pace));
	if (!e->pace)
		return -ENOMEM;
	path_pace__told(e->pace, &told);
	return 0;
}

/*
 * The sender hears what was acknowledged. No round trip that the kernel measures
 * (tcp_clean_rtx_queue(), tcp_sacktag_one(), tcp_ack_update_rtt()) can be shorter than from the
 * reading of the packet, which had been stamped before, to the writing of this acknowledgement,
 * which is processed behind. Both of the kernel's stamps are cut to whole us, which cannot make the
 * difference smaller than the cut difference. Of data that was sent again it may take the echoed
 * timestamp instead (tcp_rtt_tsopt_us()), cut to ms likewise.
 */
static void write_ack(struct path_ledger *l, struct path_end *e, const struct path_packet *p)
{
	struct path_news news;
	unsigned int dsacks;
	int64_t ack;

	if (!(p->flags & PATH_ACK) || p->flags & PATH_RST || !e->board.started)
		return;
	ack = path_board__position(&e->board, p->ack);
	path_board__known(&e->board, p, &news);
	if (ack > e->got.ack)
		e->got.ack = ack;
	dsacks = dsack_of(p, e->mss);
	e->got.dsacks += dsacks;
	e->got.dsacks_maybe += may_be_passed_over(e, p) ? dsacks : 0;
	if (p->flags & PATH_ECE && !(p->flags & PATH_SYN)) {
		e->got.echoes += news.ranges > 0;
		e->got.echoed += news.ranges + dsacks;
	}
	if (news.once) {
		e->rounds++;
		shorter(&e->round_us, (p->out_ns - news.once_sent_ns) / 1000);
		shorter(&e->floor_us, e->round_us);
	}
	if (news.again && p->echo_ns)
		shorter(&e->floor_us, (p->out_ns - p->echo_ns) / TIMESTAMP_NS * 1000);
	if (note_pace(e, p, &news, dsacks))
		l->out_of_memory = true;
}

/*
 * The receiver keeps the timestamp of what comes in order (tcp_replace_ts_recent()), and refuses
 * what comes with one older by more than a tick (tcp_paws_discard()), though it may be what it
 * lacks.
 */
static void note_timestamp(struct path_end *from, const struct path_packet *p)
{
	int64_t start = path_board__position(&from->board, p->seq);
	int32_t older = (int32_t)(from->ts_recent - p->tsval);

	if (!p->tsval)
		return;
	if (from->ts_recent && older > 1)
		from->stale |= path_board__end_of(p, start) > from->board.edge;
	else if (!from->ts_recent || (older < 0 && start <= from->board.edge))
		from->ts_recent = p->tsval;
}

void path_event__write(struct path_ledger *l, const struct path_packet *p)
{
	struct path_end *from = &l->flows[p->flow]->end[p->dir], *to = path_end__peer(from);
	/* of the two halves, the longer one is the client's (tcpw-relay) */
	double half_ns = l->config.rtt_us * 1000 / 2 - 1;

	to->got_before = to->got;
	l->writing = to;
	l->written_ns = p->out_ns;
	to->got.segs++;
	to->got.data_segs += p->len > 0;
	to->got.syns += (p->flags & (PATH_SYN | PATH_ACK)) == PATH_SYN;
	to->got.ce += p->ce || p->ecn == ECN_CE;
	note_timestamp(from, p);
	to->got.gaps += path_board__arrived(&from->board, p);
	to->got.edge = from->board.edge;
	if (p->t_ns > from->arrived_ns)
		from->arrived_ns = p->t_ns;
	if (p->copy)
		from->flow->copied_ns = p->out_ns;
	finding__compare(&l->finding[LEDGER_DELAY], p->out_ns - p->t_ns >= half_ns,
			 "a packet was delivered faster than the path is", to->owner, p->t_ns,
			 half_ns, p->out_ns - p->t_ns, half_ns - (p->out_ns - p->t_ns));
	write_ack(l, to, p);
	to->last = *p;
}
