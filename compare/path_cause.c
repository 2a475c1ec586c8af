// SPDX-License-Identifier: BSD-2-Clause
/*
 * The rules, in this order; docs/verdict.md says them in words.
 *
 * - loss, queue, blackout, too-big, overrun: the path dropped the last transmission.
 *
 * - reordering: something sent later than the copy that arrived first had arrived before it, and
 * the SACK or acknowledgement that says so had been written to the sender: RACK's evidence
 *   (tcp_rack_detect_loss()).
 *
 * - ack-loss: the first packet that acknowledged it was dropped by the path.
 *
 * - refused: it had been delivered, but the receiver then acknowledged something delivered later
 * and not this: it had no room (tcp_try_rmem_schedule(), tcp_add_backlog()), or its timestamp was
 * too old (tcp_paws_discard()).
 *
 * - RTO: the sender's timer ran out before the acknowledgement was back. tcp_retransmit_timer()
 * calls tcp_enter_loss(), which counts total_rto (6.7) and marks everything unacknowledged lost, so
 * that all of it may be sent again in ca_state Loss. A SYN is only sent again by timer, a SYN-ACK
 * also for a SYN that comes twice (tcp_check_req()): as a duplicate, if the path made it.
 *
 * - TLP: tcp_send_loss_probe() sends the last segment once more, in ca_state Open or CWR
 *   (tcp_schedule_loss_probe()), and enters no recovery. tcp_fastretrans_alert() retransmits in
 *   Recovery or Loss alone, so what is counted in another state was a probe.
 *
 * - duplicate: a copy that the path made had been written to either end meanwhile, and made the
 *   receiver or the sender take it for a sign of loss (duplicate ACKs without SACK).
 */
#include "path_cause.h"

#include <stdlib.h>
#include <string.h>

#include "path_plot.h"

enum { CA_RECOVERY = 3, CA_LOSS = 4 };

const char *path_cause__name(enum path_cause c)
{
	static const char *const names[] = {
		[CAUSE_LOSS] = "loss",
		[CAUSE_QUEUE] = "queue",
		[CAUSE_BLACKOUT] = "blackout",
		[CAUSE_TOO_BIG] = "too-big",
		[CAUSE_OVERRUN] = "overrun",
		[CAUSE_REORDERING] = "reordering",
		[CAUSE_ACK_LOSS] = "ack-loss",
		[CAUSE_REFUSED] = "refused",
		[CAUSE_RTO] = "RTO",
		[CAUSE_TLP] = "TLP",
		[CAUSE_DUPLICATE] = "duplicate",
		[CAUSE_UNEXPLAINED] = "unexplained",
	};

	return names[c];
}

void path_causes__free(struct path_causes *c)
{
	free(c->resends);
	free(c->heard);
	c->resends = NULL;
	c->heard = NULL;
}

static void draw(struct path_causes *c, unsigned int cause, const struct path_resend *r)
{
	if (c->plot)
		path_plot__resent(c->plot, cause, r->t_ns);
}

/* heard: NULL if no sample behind the retransmission is left to tell. */
static void conclude(struct path_causes *c, const struct path_resend *r,
		     const struct path_testimony *heard)
{
	enum path_cause cause = CAUSE_UNEXPLAINED;

	if (r->resent.dropped)
		cause = CAUSE_LOSS + (r->resent.fate - FATE_LOSS);
	else if (r->resent.overtaken)
		cause = CAUSE_REORDERING;
	else if (r->resent.ack_lost)
		cause = CAUSE_ACK_LOSS;
	else if (r->resent.refused)
		cause = CAUSE_REFUSED;
	else if (r->syn && r->duplicate)
		cause = CAUSE_DUPLICATE;
	else if (r->syn || (heard && heard->rto))
		cause = CAUSE_RTO;
	else if (heard && heard->open && r->resent.tail)
		cause = CAUSE_TLP;
	else if (r->duplicate)
		cause = CAUSE_DUPLICATE;
	if (cause == CAUSE_UNEXPLAINED && !(heard && heard->precise)) {
		c->unproven++;
		draw(c, CAUSES, r);
		return;
	}
	if (cause == CAUSE_UNEXPLAINED && !c->of[cause])
		c->unexplained_ns = r->t_ns;
	c->of[cause]++;
	draw(c, cause, r);
}

static void *room_for(void *array, unsigned int count, unsigned int *room, size_t size,
		      bool *failed)
{
	void *bigger;

	if (count < *room)
		return array;
	bigger = realloc(array, (*room ? 2 * *room : 16) * size);
	if (!bigger) {
		*failed = true;
		return NULL;
	}
	*room = *room ? 2 * *room : 16;
	return bigger;
}

void path_causes__resent(struct path_causes *c, const struct path_resend *r)
{
	struct path_resend *array;

	if (c->heard_first < c->heard_count) {
		conclude(c, r, &c->heard[c->heard_first++]);
		if (c->heard_first == c->heard_count)
			c->heard_first = c->heard_count = 0;
		return;
	}
	array = room_for(c->resends, c->resends_count, &c->resends_room, sizeof(*array),
			 &c->out_of_memory);
	if (!array)
		return;
	c->resends = array;
	c->resends[c->resends_count++] = *r;
}

static void hear(struct path_causes *c, const struct path_testimony *t)
{
	struct path_testimony *array = room_for(c->heard, c->heard_count, &c->heard_room,
						sizeof(*array), &c->out_of_memory);

	if (!array)
		return;
	c->heard = array;
	c->heard[c->heard_count++] = *t;
}

void path_causes__sample(struct path_causes *c, const struct sample *s, bool precise)
{
	struct path_testimony t = { .precise = precise };
	int64_t more;
	unsigned int waiting;

	if (!sample__has(s, FIELD_total_retrans) || !sample__has(s, FIELD_ca_state))
		return;
	t.open = s->value[FIELD_ca_state] < CA_RECOVERY;
	t.rto = s->value[FIELD_ca_state] == CA_LOSS ||
		(sample__has(s, FIELD_retransmits) && s->value[FIELD_retransmits]);
	if (sample__has(s, FIELD_total_rto))
		t.rto |= s->value[FIELD_total_rto] != c->total_rto;
	more = field__difference(FIELD_total_retrans, s->value[FIELD_total_retrans], c->counted);
	if (more <= 0)
		return;
	if (sample__has(s, FIELD_total_rto))
		c->total_rto = s->value[FIELD_total_rto];
	c->counted += more;
	waiting = c->resends_count < more ? c->resends_count : more;
	for (unsigned int i = 0; i < waiting; i++)
		conclude(c, &c->resends[i], &t);
	if (waiting)
		memmove(c->resends, c->resends + waiting,
			(c->resends_count - waiting) * sizeof(*c->resends));
	c->resends_count -= waiting;
	/* what a lying sample counts beyond reason need not be kept */
	for (int64_t i = waiting; i < more && c->heard_count < 1U << 20; i++)
		hear(c, &t);
}

void path_causes__finish(struct path_causes *c)
{
	for (unsigned int i = 0; i < c->resends_count; i++)
		conclude(c, &c->resends[i], NULL);
	c->resends_count = 0;
}
