// SPDX-License-Identifier: BSD-2-Clause
/* What became of each byte that one end of a flow sent. */
#include "path_board.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST  64	/* ranges, power of two */
#define RANGES_KEPT 512 /* behind their acknowledgement */

void path_board__free(struct path_board *b)
{
	free(b->ranges);
	b->ranges = NULL;
}

int64_t path_board__position(const struct path_board *b, uint32_t seq)
{
	return b->nxt + (int32_t)(seq - (b->isn + (uint32_t)b->nxt));
}

int64_t path_board__end_of(const struct path_packet *p, int64_t start)
{
	return start + p->len + !!(p->flags & PATH_SYN) + !!(p->flags & PATH_FIN);
}

/* i counts from the oldest range. */
static struct path_range *at(const struct path_board *b, unsigned int i)
{
	return &b->ranges[(b->head + i) & (b->room - 1)];
}

/* The first range that ends behind pos, or b->count. */
static unsigned int find(const struct path_board *b, int64_t pos)
{
	unsigned int low = 0, high = b->count;

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (at(b, middle)->end <= pos)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool grow(struct path_board *b)
{
	unsigned int room = b->room ? 2 * b->room : ROOM_FIRST;
	struct path_range *bigger;

	if (b->count < b->room)
		return true;
	bigger = malloc(room * sizeof(*bigger));
	if (!bigger) {
		b->out_of_memory = true;
		return false;
	}
	for (unsigned int i = 0; i < b->count; i++)
		bigger[i] = *at(b, i);
	free(b->ranges);
	b->ranges = bigger;
	b->room = room;
	b->head = 0;
	return true;
}

/* Make pos a border of ranges. The first range that begins at or behind it, or b->count. */
static unsigned int split(struct path_board *b, int64_t pos)
{
	unsigned int i = find(b, pos);

	if (i == b->count || at(b, i)->start >= pos || !grow(b))
		return i;
	for (unsigned int k = b->count++; k > i; k--)
		*at(b, k) = *at(b, k - 1);
	at(b, i)->end = pos;
	at(b, i + 1)->start = pos;
	return i + 1;
}

/*
 * Did anything sent later than r's first arrival arrive before it, so that the sender knows? By
 * SACK, or by a later acknowledgement of something else that was sent again (RACK counts both), or,
 * without SACK, by duplicate ACKs.
 */
static bool overtaken(const struct path_board *b, const struct path_range *r)
{
	if (!r->first_ns)
		return false;
	if (b->newest_order > r->first_order && b->newest_ns < r->first_ns)
		return true;
	for (unsigned int i = 0; i < b->count; i++) {
		const struct path_range *y = at(b, i);

		if (y->first_ns && y->first_order > r->first_order && y->first_ns < r->first_ns &&
		    (y->known || (!b->sacks && y->first_ns < b->duplicate_ns)))
			return true;
	}
	return false;
}

/* Did the receiver acknowledge something that arrived behind r, but not r? */
static bool refused(const struct path_board *b, const struct path_range *r)
{
	if (!r->arrived || r->seen)
		return false;
	for (unsigned int i = 0; i < b->count; i++) {
		const struct path_range *y = at(b, i);

		if (y->seen && y->first_ns > r->first_ns)
			return true;
	}
	return false;
}

static void look_back(const struct path_board *b, unsigned int from, int64_t end,
		      struct path_resent *resent)
{
	for (unsigned int i = from; i < b->count && at(b, i)->start < end; i++) {
		const struct path_range *r = at(b, i);

		if (r->fate != FATE_DELIVERED && !resent->dropped) {
			resent->dropped = true;
			resent->fate = r->fate;
		}
		resent->ack_lost |= r->seen_lost;
		resent->known |= r->known;
		resent->sent_ns = r->sent_ns > resent->sent_ns ? r->sent_ns : resent->sent_ns;
	}
	for (unsigned int i = from; !resent->dropped && i < b->count && at(b, i)->start < end;
	     i++) {
		resent->overtaken = resent->overtaken || overtaken(b, at(b, i));
		resent->refused = resent->refused || refused(b, at(b, i));
	}
}

static void transmit(struct path_range *r, const struct path_packet *p, uint32_t order)
{
	r->sent_ns = p->t_ns;
	r->counted = p->counted;
	r->order = order;
	r->times++;
	r->fate = p->fate;
	if (p->out_ns && (!r->first_ns || p->out_ns < r->first_ns)) {
		r->first_ns = p->out_ns;
		r->first_order = order;
	}
}

/* A new range from nxt to end. */
static struct path_range *append(struct path_board *b, int64_t end)
{
	struct path_range *r;

	if (!grow(b))
		return NULL;
	r = at(b, b->count++);
	memset(r, 0, sizeof(*r));
	r->start = b->nxt;
	r->end = b->nxt = end;
	return r;
}

/* Bytes up to end were passed over: the sender counts them as sent, and no packet brought them. */
static void never_entered(struct path_board *b, int64_t end)
{
	struct path_range *r;

	b->holes += end - b->nxt;
	r = append(b, end);
	if (r)
		r->fate = FATE_OVERRUN;
}

void path_board__sent(struct path_board *b, const struct path_packet *p, struct path_resent *resent)
{
	uint32_t order = ++b->orders;
	int64_t start, end;
	unsigned int i;

	memset(resent, 0, sizeof(*resent));
	start = path_board__position(b, p->seq);
	end = path_board__end_of(p, start);
	if (start == end)
		return;
	if (start < b->nxt) {
		resent->any = true;
		resent->tail = end >= b->nxt;
		resent->known = start < b->una;
		i = split(b, start);
		split(b, end);
		look_back(b, i, end, resent);
		for (; i < b->count && at(b, i)->start < end; i++)
			transmit(at(b, i), p, order);
		start = b->nxt;
	}
	if (start > b->nxt)
		never_entered(b, start);
	if (end > b->nxt) {
		struct path_range *r = append(b, end);

		if (r)
			transmit(r, p, order);
	}
}

bool path_board__arrived(struct path_board *b, const struct path_packet *p)
{
	int64_t start = path_board__position(b, p->seq), end = path_board__end_of(p, start);
	bool gap = start != end && start > b->edge;
	unsigned int i;

	if (start == end || end <= b->edge)
		return false;
	i = split(b, start);
	split(b, end);
	for (; i < b->count && at(b, i)->start < end; i++)
		at(b, i)->arrived = true;
	for (i = find(b, b->edge); i < b->count && at(b, i)->arrived && at(b, i)->start <= b->edge;
	     i++)
		b->edge = at(b, i)->end;
	return gap;
}

/* The blocks of p, but for a first one that reports a duplicate (RFC 2883, tcp_check_dsack()). */
static struct path_blocks blocks_of(const struct path_board *b, const struct path_packet *p)
{
	struct path_blocks blocks = { 0 };
	int64_t ack = path_board__position(b, p->ack);

	for (unsigned int i = 0; i < p->sacks; i++) {
		int64_t *edge = blocks.edge[blocks.count];

		edge[0] = path_board__position(b, p->sack[i][0]);
		edge[1] = path_board__position(b, p->sack[i][1]);
		if (edge[0] >= ack && edge[1] > edge[0])
			blocks.count++;
	}
	return blocks;
}

/* Cut from [start, end) what an earlier acknowledgement had said too. */
static void only_news(const struct path_blocks *before, int64_t *start, int64_t *end)
{
	for (unsigned int i = 0; i < before->count; i++) {
		const int64_t *old = before->edge[i];

		if (old[0] <= *start && *start < old[1])
			*start = old[1];
		if (old[0] < *end && *end <= old[1])
			*end = old[0];
	}
}

static void mark_seen(struct path_board *b, int64_t start, int64_t end, bool lost, int64_t *missing)
{
	unsigned int i = split(b, start);

	split(b, end);
	for (; i < b->count && at(b, i)->start < end; i++) {
		struct path_range *r = at(b, i);

		if (!r->seen)
			r->seen_lost = lost;
		r->seen = true;
		if (!r->arrived)
			*missing += r->end - r->start;
	}
}

/*
 * The first byte that the receiver has not acknowledged had arrived, and it has acknowledged
 * something that arrived later. What comes first is processed first, also from a backlog.
 */
static void note_refusal(struct path_board *b)
{
	unsigned int i = find(b, b->seen);

	if (!b->refused && b->last_seen.count && i < b->count && at(b, i)->arrived &&
	    !at(b, i)->seen)
		b->refused = refused(b, at(b, i));
}

int64_t path_board__seen(struct path_board *b, const struct path_packet *p)
{
	struct path_blocks blocks = blocks_of(b, p);
	int64_t ack = path_board__position(b, p->ack), missing = 0;
	bool lost = p->fate != FATE_DELIVERED;

	if (ack > b->seen) {
		mark_seen(b, b->seen, ack < b->nxt ? ack : b->nxt, lost, &missing);
		b->seen = ack;
	}
	if (ack > b->nxt)
		missing += ack - b->nxt;
	for (unsigned int i = 0; i < blocks.count; i++) {
		int64_t start = blocks.edge[i][0], end = blocks.edge[i][1];

		if (end > b->nxt)
			missing += end - (start > b->nxt ? start : b->nxt);
		only_news(&b->last_seen, &start, &end);
		if (start < end)
			mark_seen(b, start, end, lost, &missing);
	}
	b->last_seen = blocks;
	note_refusal(b);
	return missing;
}

static void is_news(struct path_board *b, const struct path_range *r, struct path_news *news)
{
	news->ranges++;
	/* the SYN has no delivered_mstamp (tcp_rate_skb_sent()), so there is no sample of it */
	if (r->end > 1 && r->order > news->newest) {
		news->newest = r->order;
		news->newest_ns = r->sent_ns;
		news->newest_counted = r->counted;
	}
	if (r->first_order > b->newest_order) {
		b->newest_order = r->first_order;
		b->newest_ns = r->first_ns;
	}
	if (r->times > 1) {
		news->again = true;
		return;
	}
	if (!news->once || r->sent_ns > news->once_sent_ns)
		news->once_sent_ns = r->sent_ns;
	news->once = true;
}

static void mark_known(struct path_board *b, int64_t start, int64_t end, struct path_news *news)
{
	unsigned int i = split(b, start);

	split(b, end);
	for (; i < b->count && at(b, i)->start < end; i++) {
		if (!at(b, i)->known)
			is_news(b, at(b, i), news);
		at(b, i)->known = true;
	}
}

/* What is acknowledged may still be sent again: it was, before, and is read late. */
static void forget(struct path_board *b)
{
	unsigned int acknowledged = find(b, b->una);

	if (acknowledged <= RANGES_KEPT)
		return;
	b->head += acknowledged - RANGES_KEPT;
	b->count -= acknowledged - RANGES_KEPT;
}

/* tcp_check_sack_reneging(), tcp_timeout_mark_lost(): the kernel may count it twice. */
static void note_reneging(struct path_board *b, int64_t ack)
{
	unsigned int i = find(b, b->una);

	b->reneged |= ack == b->una && i < b->count && at(b, i)->known;
}

void path_board__known(struct path_board *b, const struct path_packet *p, struct path_news *news)
{
	struct path_blocks blocks = blocks_of(b, p);
	int64_t ack = path_board__position(b, p->ack);

	memset(news, 0, sizeof(*news));
	b->sacks |= p->sacks > 0;
	if (ack == b->una && !p->len && b->una < b->nxt)
		b->duplicate_ns = p->t_ns;
	if (ack > b->una) {
		split(b, ack);
		mark_known(b, b->una, ack, news);
		b->duplicate_ns = 0;
		b->una = ack;
		if (b->nxt < ack) /* an account that lies; it was told when the packet was read */
			b->nxt = ack;
		if (b->edge < ack)
			b->edge = ack;
		forget(b);
	}
	for (unsigned int i = 0; i < blocks.count; i++) {
		int64_t start = blocks.edge[i][0], end = blocks.edge[i][1];

		only_news(&b->last_known, &start, &end);
		if (start < end)
			mark_known(b, start, end, news);
	}
	b->last_known = blocks;
	note_reneging(b, ack);
}

int64_t path_board__missing(const struct path_board *b)
{
	int64_t missing = 0;

	for (unsigned int i = find(b, b->edge); i < b->count; i++)
		if (!at(b, i)->arrived)
			missing += at(b, i)->end - at(b, i)->start;
	return missing;
}
