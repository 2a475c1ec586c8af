// SPDX-License-Identifier: BSD-2-Clause
/*
 * The relay's account, replayed. Lines come in the order in which packets were read; what is written
 * to the other end waits in a heap for its instant. Memory: the packets on their way, the bytes in
 * flight (path_board.c) and a few hundred bytes a flow.
 */
#include "path_ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TIMESTAMP_NS 1000000 /* a tick of TCP's timestamps (tcp_time_stamp_ts()) */

void path_end__free(struct path_end *e)
{
	path_board__free(&e->board);
	path_causes__free(&e->causes);
	free(e->pace);
}

/* An array with room for one more, or NULL. */
static void *room_for(struct path_ledger *l, void *array, unsigned int count, unsigned int *room,
		      size_t size)
{
	void *bigger;

	if (count < *room)
		return array;
	bigger = realloc(array, (*room ? 2 * *room : 64) * size);
	if (!bigger) {
		l->out_of_memory = true;
		return NULL;
	}
	*room = *room ? 2 * *room : 64;
	return bigger;
}

static void heap__push(struct path_ledger *l, const struct path_packet *p)
{
	struct path_packet *heap;
	unsigned int i, parent;

	heap = room_for(l, l->heap, l->heap_count, &l->heap_room, sizeof(*heap));
	if (!heap)
		return;
	l->heap = heap;
	i = l->heap_count++;
	while (i && p->out_ns < heap[parent = (i - 1) / 2].out_ns) {
		heap[i] = heap[parent];
		i = parent;
	}
	heap[i] = *p;
}

static struct path_packet heap__pop(struct path_ledger *l)
{
	struct path_packet *heap = l->heap, first = heap[0], last = heap[--l->heap_count];
	unsigned int i = 0, child;

	while ((child = 2 * i + 1) < l->heap_count) {
		if (child + 1 < l->heap_count && heap[child + 1].out_ns < heap[child].out_ns)
			child++;
		if (last.out_ns <= heap[child].out_ns)
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = last;
	return first;
}

/* The next line, or why there is none. */
static void fetch(struct path_ledger *l)
{
	int kind = path_reader__next(l->reader, &l->next);

	l->kind = kind < 0 ? PATH_END : kind;
	if (kind < 0) {
		const char *error = path_reader__error(l->reader);
		const char *name = strstr(error, "path.jsonl");

		snprintf(l->why, sizeof(l->why), "%s", name ? name : error);
	} else if (kind == PATH_END) {
		l->whole = true;
		l->trailer = *path_reader__trailer(l->reader);
	}
}

int path_ledger__open(struct path_ledger *l, const struct run *run)
{
	char path[RUN_PATH_MAX];
	int err;

	memset(l, 0, sizeof(*l));
	run__path(run->dir, "path.jsonl", path);
	err = path_reader__open(&l->reader, path);
	if (err == -ENOMEM)
		return err;
	if (err == -ENOENT)
		snprintf(l->why, sizeof(l->why), "path.jsonl: missing");
	else if (err)
		run__why(run, path_reader__error(l->reader), l->why);
	if (err)
		return 0;
	l->opened = true;
	l->config = *path_reader__config(l->reader);
	fetch(l);
	return 0;
}

static void add_flow(struct path_ledger *l, const struct path_flow_line *line)
{
	struct path_flow **flows, *f;

	flows = room_for(l, l->flows, l->flows_count, &l->flows_room, sizeof(*flows));
	f = flows ? calloc(1, sizeof(*f)) : NULL;
	if (!f) {
		l->out_of_memory = true;
		return;
	}
	l->flows = flows;
	f->number = line->flow;
	memcpy(f->end_point, line->end, sizeof(f->end_point));
	for (unsigned int i = 0; i < 2; i++) {
		f->end[i].flow = f;
		f->end[i].floor_us = f->end[i].round_us = UINT64_MAX;
	}
	flows[l->flows_count++] = f;
}

static bool is_same(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(a->addr, b->addr, sizeof(a->addr));
}

struct path_end *path_ledger__find(const struct path_ledger *l, const struct flow *socket)
{
	for (unsigned int i = l->flows_count; i--;) {
		struct path_flow *f = l->flows[i];

		for (unsigned int e = 0; e < 2; e++)
			if (is_same(&f->end_point[e], &socket->local) &&
			    is_same(&f->end_point[!e], &socket->remote))
				return f->end[e].owner ? NULL : &f->end[e];
	}
	return NULL;
}

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
	e->drops += p->fate != FATE_DELIVERED &&
		    (p->len || p->flags & (PATH_SYN | PATH_FIN));
	if (syn_ack)
		e->flow->rfc3168 = (p->flags & (PATH_ECE | PATH_CWR)) == PATH_ECE;
}

static struct path_end *peer_of(const struct path_end *e)
{
	return &e->flow->end[e == &e->flow->end[0]];
}

/* What the receiver says of what it got, as it is read from it. */
static void read_ack(struct path_ledger *l, struct path_end *e, struct path_packet *p)
{
	struct path_end *peer = peer_of(e);
	int64_t missing;

	if (!(p->flags & PATH_ACK) || p->flags & PATH_RST || !peer->board.started)
		return;
	p->echo_ns = peer->arrived_ns;
	missing = path_board__seen(&peer->board, p);
	finding__compare(&l->finding[LEDGER_ACKNOWLEDGED], !missing,
			 "bytes were acknowledged that had not been delivered", e->owner, p->t_ns, 0,
			 missing, missing);
	if (!(p->flags & PATH_SYN) && e->flow->rfc3168)
		finding__compare(&l->finding[LEDGER_MARKS], !(p->flags & PATH_ECE) || e->got.ce,
				 "ECE was said though no CE had been delivered", e->owner, p->t_ns,
				 0, 1, 1);
}

static void read_packet(struct path_ledger *l, struct path_packet *p)
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
	again.duplicate = f->copied_ns > again.resent.sent_ns;
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

/*
 * May the kernel pass the DSACK in p over? A socket's backlog merges it with the packet before if
 * their options are alike (tcp_add_backlog()); and one that was overtaken may be refused for its
 * old timestamp (tcp_paws_discard(), tcp_disordered_ack()).
 */
static bool may_be_passed_over(const struct path_end *e, const struct path_packet *p)
{
	const struct path_packet *last = &e->last;

	return p->t_ns < last->t_ns ||
	       (p->tsval == last->tsval && p->tsecr == last->tsecr && p->sacks == last->sacks &&
		!memcmp(p->sack, last->sack, sizeof(p->sack)));
}

static void shorter(uint64_t *least, uint64_t us)
{
	if (us < *least)
		*least = us;
}

/* Acknowledgements that follow one another within a hundredth of a round trip are one. */
static int note_pace(struct path_end *e, uint64_t out_ns, uint32_t segments)
{
	struct path_pace *p = e->pace;
	uint32_t last;

	e->told += segments;
	if (!segments)
		return 0;
	if (!p) {
		p = e->pace = calloc(1, sizeof(*p));
		if (!p)
			return -ENOMEM;
	}
	last = (p->count - 1) % PATH_PACE;
	if (!p->count || out_ns - p->out_ns[last] > e->floor_us * 10) {
		last = p->count++ % PATH_PACE;
		p->out_ns[last] = out_ns;
	}
	p->told[last] = e->told;
	return 0;
}

/*
 * The sender hears what was acknowledged. No round trip that the kernel measures (tcp_clean_rtx_queue(),
 * tcp_sacktag_one(), tcp_ack_update_rtt()) can be shorter than from the reading of the packet, which
 * had been stamped before, to the writing of this acknowledgement, which is processed behind. Both
 * of the kernel's stamps are cut to whole us, which cannot make the difference smaller than the
 * cut difference. Of data that was sent again it may take the echoed timestamp instead
 * (tcp_rtt_tsopt_us()), cut to ms likewise.
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
	if (note_pace(e, p->out_ns, news.ranges + dsacks))
		l->out_of_memory = true;
}

/*
 * The receiver keeps the timestamp of what comes in order (tcp_replace_ts_recent()), and refuses what
 * comes with one older by more than a tick (tcp_paws_discard()), though it may be what it lacks.
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

static void write_packet(struct path_ledger *l, const struct path_packet *p)
{
	struct path_end *from = &l->flows[p->flow]->end[p->dir], *to = peer_of(from);
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

/* Something happened at now_ns: what was written before is done. The relay has one thread. */
static void pass(struct path_ledger *l, uint64_t now_ns)
{
	if (l->writing && now_ns > l->written_ns)
		l->writing = NULL;
}

void path_ledger__advance(struct path_ledger *l, uint64_t until_ns)
{
	for (;;) {
		uint64_t line_ns = UINT64_MAX, out_ns = UINT64_MAX;

		if (l->kind == PATH_PACKET)
			line_ns = l->next.packet.t_ns;
		else if (l->kind == PATH_FLOW)
			line_ns = l->next.flow.t_ns;
		else if (l->kind != PATH_END)
			line_ns = 0;
		if (l->heap_count)
			out_ns = l->heap[0].out_ns;
		if (out_ns <= line_ns && l->heap_count) {
			struct path_packet p;

			if (out_ns > until_ns)
				return;
			pass(l, out_ns);
			p = heap__pop(l);
			write_packet(l, &p);
			continue;
		}
		if (l->kind == PATH_END || line_ns > until_ns || l->out_of_memory)
			return;
		pass(l, line_ns);
		if (l->kind == PATH_FLOW)
			add_flow(l, &l->next.flow);
		else if (l->kind == PATH_PACKET && l->next.packet.copy)
			l->copied++;
		else if (l->kind == PATH_PACKET)
			read_packet(l, &l->next.packet);
		else if (l->kind == PATH_DEVICE)
			path_devices__add(&l->devices, &l->next.device);
		if (l->kind == PATH_PACKET && l->next.packet.out_ns)
			heap__push(l, &l->next.packet);
		fetch(l);
	}
}

const struct path_got *path_ledger__got_surely(const struct path_ledger *l, const struct path_end *e)
{
	return l->writing == e ? &e->got_before : &e->got;
}

void path_ledger__finish(struct path_ledger *l)
{
	for (unsigned int i = 0; i < l->flows_count * 2; i++) {
		struct path_end *e = &l->flows[i / 2]->end[i & 1];
		struct finding *f = &l->finding[LEDGER_DROPS];
		int64_t missing = path_board__missing(&e->board);

		path_causes__finish(&e->causes);
		l->out_of_memory |= e->board.out_of_memory || e->causes.out_of_memory;
		f->compared += e->drops;
		if (!missing)
			continue;
		if (e->reset || peer_of(e)->reset || !e->fin || !e->flow->whole) {
			f->unproven++;
			continue;
		}
		f->violations++;
		f->what = "bytes were never delivered, though the flow ended in order";
		worst__update(&f->worst, e->owner, 0, 0, missing, missing);
	}
}

void path_ledger__close(struct path_ledger *l)
{
	for (unsigned int i = 0; i < l->flows_count; i++) {
		path_end__free(&l->flows[i]->end[0]);
		path_end__free(&l->flows[i]->end[1]);
		free(l->flows[i]);
	}
	free(l->flows);
	free(l->heap);
	path_reader__close(l->reader);
	memset(l, 0, sizeof(*l));
}
