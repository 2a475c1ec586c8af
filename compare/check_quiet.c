// SPDX-License-Identifier: BSD-2-Clause
/*
 * Gauges that move on sending, as unacked (packets_out) and retrans (retrans_out): no event of the
 * receiving side sees them move, so membership cannot speak for them. But whatever moves them moves
 * a counter, or another gauge, as well. Zero tolerance:
 *
 * A netlink value N and the probe's next settled sample E of the flow: if all fields below are the
 * same in both, nothing was sent, acknowledged, marked or retransmitted in between, and the gauges
 * are the same too. Where they differ, the value is unproven and counted apart.
 *
 * packets_out changes in tcp_event_new_data_sent() (data_segs_out or, for a FIN, segs_out moves in
 * __tcp_transmit_skb()), tcp_clean_rtx_queue() (bytes_acked, delivered), tcp_adjust_pcount() (where
 * a segment is split: to mark a part of it by SACK, delivered moves; to retransmit a part,
 * segs_out), tcp_write_queue_purge() (state). retrans_out changes in __tcp_retransmit_skb()
 * (segs_out, total_retrans), on being acknowledged or sacked (delivered), on being marked lost
 * again (lost), in tcp_enter_loss() and tcp_undo_cwnd_reduction() (ca_state, lost),
 * tcp_clear_retrans() (state).
 *
 * The snapshot at the change to CLOSE proves nothing: tcp_reset(), tcp_write_err() and tcp_abort()
 * call tcp_done_with_error(), where tcp_write_queue_purge() sets packets_out to 0 and only then
 * tcp_done() changes the state, which the snapshot still shows as it was. What waits for its
 * proof then is counted as unproven.
 */
#include "check_quiet.h"

#include <inttypes.h>
#include <stdlib.h>

#include "merge.h"

static const enum field evidence[] = {
	FIELD_state,	     FIELD_ca_state,	  FIELD_retransmits,   FIELD_sacked,
	FIELD_lost,	     FIELD_total_retrans, FIELD_bytes_acked,   FIELD_segs_out,
	FIELD_data_segs_out, FIELD_delivered,	  FIELD_bytes_retrans, FIELD_dsack_dups,
};
static const enum field judged[] = { FIELD_unacked, FIELD_retrans };

enum {
	EVIDENCE = sizeof(evidence) / sizeof(evidence[0]),
	JUDGED = sizeof(judged) / sizeof(judged[0]),
	WAITING = 4, /* netlink's values of a flow that wait for the probe's next sample */
};

struct waiting {
	uint64_t t_ns, evidence[EVIDENCE], judged[JUDGED];
};

struct quiet {
	struct check check;
	uint64_t compared, unproven, violations[JUDGED];
	struct worst worst[JUDGED];
};

struct quiet_flow {
	struct waiting waiting[WAITING];
	unsigned int count;
};

static bool has_all(const struct sample *s)
{
	for (int i = 0; i < EVIDENCE; i++)
		if (!sample__has(s, evidence[i]))
			return false;
	for (int i = 0; i < JUDGED; i++)
		if (!sample__has(s, judged[i]))
			return false;
	return true;
}

static bool is_proven(const struct waiting *n, const struct sample *e)
{
	for (int i = 0; i < EVIDENCE; i++)
		if (n->evidence[i] != e->value[evidence[i]])
			return false;
	return true;
}

static void begin(struct check *c, const struct window *w)
{
	struct quiet *q = (struct quiet *)c;
	struct quiet_flow *f = check__flow_state(c, w->flow);
	const struct sample *e = w->sample;

	if (w->witness != WITNESS_PROBE || !f->count)
		return;
	if (e->event == EVENT_close) {
		q->unproven += (uint64_t)JUDGED * f->count;
		f->count = 0;
		return;
	}
	if (!has_all(e) || (e->event == EVENT_poll &&
			    !merge__poll_is_locked(&c->run->timeline[WITNESS_PROBE].header)))
		return;
	for (unsigned int k = 0; k < f->count; k++) {
		const struct waiting *n = &f->waiting[k];

		if (!is_proven(n, e)) {
			q->unproven += JUDGED;
			continue;
		}
		q->compared++;
		for (int i = 0; i < JUDGED; i++) {
			uint64_t got = n->judged[i], expected = e->value[judged[i]];

			if (got == expected)
				continue;
			q->violations[i]++;
			worst__update(&q->worst[i], w->flow->id, n->t_ns, expected, got,
				      got > expected ? got - expected : expected - got);
		}
	}
	f->count = 0;
}

static void end(struct check *c, const struct window *w)
{
	struct quiet *q = (struct quiet *)c;
	struct quiet_flow *f = check__flow_state(c, w->flow);
	struct waiting *n;

	if (w->witness != WITNESS_NETLINK || !has_all(w->sample))
		return;
	if (f->count == WAITING) {
		/* the probe is silent: the last ones stand for those before */
		q->unproven += JUDGED;
		f->count--;
	}
	n = &f->waiting[f->count++];
	n->t_ns = w->sample->t0_ns;
	for (int i = 0; i < EVIDENCE; i++)
		n->evidence[i] = w->sample->value[evidence[i]];
	for (int i = 0; i < JUDGED; i++)
		n->judged[i] = w->sample->value[judged[i]];
}

static int finish(struct check *c, struct verdict *v)
{
	const struct quiet *q = (struct quiet *)c;

	for (int i = 0; i < JUDGED; i++) {
		struct result *r;

		if (!q->compared && !q->unproven)
			continue;
		r = verdict__result(v, "quiet", catalogue[judged[i]].name);
		if (!r)
			return -1;
		r->witness[0] = witness__name(WITNESS_NETLINK);
		r->witness[1] = witness__name(WITNESS_PROBE);
		r->compared = q->compared;
		r->unproven = q->unproven / JUDGED;
		r->violations = q->violations[i];
		r->worst = q->worst[i];
		if (!r->violations)
			continue;
		r->status = STATUS_FAIL;
		snprintf(r->reason, sizeof(r->reason),
			 "differs %" PRIu64 " of %" PRIu64
			 " times though nothing was sent or acknowledged in between; worst on flow "
			 "%u: netlink says %" PRIu64 ", the probe %" PRIu64,
			 r->violations, r->compared, r->worst.flow, r->worst.got,
			 r->worst.expected);
	}
	return 0;
}

static void destroy(struct check *c)
{
	free(c);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct quiet_flow),
	/* an RTT callback sees the middle of an ACK */
	.events = EVENTS_STATE & ~EVENT_BIT(rtt) & ~EVENT_BIT(destroy),
	.begin = begin,
	.end = end,
	.finish = finish,
	.free = destroy,
};

struct check *check_quiet__new(struct run *run)
{
	struct quiet *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->check.ops = &ops;
	q->check.run = run;
	return &q->check;
}
