// SPDX-License-Identifier: BSD-2-Clause
/*
 * Final: the probe's snapshot at the change to CLOSE (event close) equals the struct tcp_info that
 * netlink multicasts when the socket is freed (event destroy), of both ends of iperf3's
 * connections. Tolerance zero.
 *
 * tcp_set_state() calls the probe before it unhashes the socket and stores CLOSE; __sk_free() has
 * sock_diag_broadcast_destroy() tell the last words, from a work queue. What the kernel changes in
 * between, and nothing else:
 *
 * - state is CLOSE, as the callback's argument (new_state) had said.
 *
 * - unacked and backoff are 0: tcp_write_queue_purge() in tcp_v4_destroy_sock(). (It does not touch
 *   sacked_out, lost_out, retrans_out, nor write_seq and snd_nxt.)
 *
 * - segs_out is one more where close() finds data that the application has not read: __tcp_close()
 *   sets CLOSE and then calls tcp_send_active_reset(). The evidence is rcv_nxt ahead of copied_seq
 *   in the snapshot (by more than the peer's FIN). Sending it runs tcp_select_window() and
 *   tcp_event_ack_sent(): rcv_wnd, rcv_ssthresh and ato may change with it. Counted as moved.
 *
 * - segs_in and data_segs_in may be more: until the socket is unhashed, tcp_v4_rcv() finds it and
 *   counts (tcp_segs_in()) before it looks at the lock and the state; the segment is then dropped.
 *   Counted as moved; that it happens to more than half of at least SOCKETS_MIN is a failure.
 *
 * - Ages all grow by the same number of ticks, at least 0: no stamp is set any more.
 *
 * - busy_time, rwnd_limited, sndbuf_limited run on until tcp_chrono_stop() in the purge: they grow
 *   by whole ticks, by no more than the ages.
 *
 * - total_rto_time runs on if a recovery is unfinished: by no more than the clock until t1.
 *
 * Where the probe's header says that older sockets are armed too (kernel 6.12), it sees every socket
 * close: one that it has samples of and netlink the last words, without a snapshot, is a failure,
 * unless samples were lost.
 *
 * An application that sets SO_LINGER to 0 gets tcp_disconnect() instead, which resets everything:
 * therefore iperf3's sockets only, which do not.
 */
#include "check_final.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "ticks.h"

enum { TCP_CLOSE_WAIT = 8 };
#define NS_PER_MS 1000000

/*
 * What comes in at that moment was sent by a peer that was still open, so at most one of a
 * connection's two ends is hit: half of all. iperf3's smallest run that is watched at both ends has
 * four (control, one stream); fewer are ends of one side, and all of them may be hit.
 */
#define SOCKETS_MIN 4

struct snapshot {
	LIST_ENTRY(snapshot) entry;
	struct sample close;
};

struct final_flow {
	struct snapshot *snapshot;
};

struct final {
	struct check check;
	LIST_HEAD(, snapshot) waiting;
	bool out_of_memory;
	uint64_t closes, destroys, pairs;
	uint64_t armed, armed_unseen; /* destroyed sockets that were to close with a snapshot; without */
	struct worst unseen;
	struct {
		uint64_t compared, violations, moved, unproven;
		struct worst worst;
	} found[FIELD_COUNT];
};

/* A snapshot with its last words. */
struct pair {
	const struct sample *close, *destroy;
	unsigned int flow;
};

static bool is_comparable(const struct pair *p, enum field f)
{
	return catalogue[f].group == GROUP_TCP_INFO && sample__has(p->close, f) &&
	       sample__has(p->destroy, f);
}

static void verdict_on(struct final *c, const struct pair *p, enum field f, bool ok,
		       uint64_t expected)
{
	uint64_t got = p->destroy->value[f];

	c->found[f].compared++;
	if (ok)
		return;
	c->found[f].violations++;
	worst__update(&c->found[f].worst, p->flow, p->close->t0_ns, expected, got,
		      expected > got ? expected - got : got - expected);
}

/* Did close() find data that the application had not read? -1: the probe did not say. */
static int had_unread_data(const struct sample *close)
{
	int64_t unread;

	if (!sample__has(close, FIELD_rcv_nxt) || !sample__has(close, FIELD_copied_seq))
		return -1;
	unread = field__difference(FIELD_rcv_nxt, close->value[FIELD_rcv_nxt],
				   close->value[FIELD_copied_seq]);
	return unread > (close->value[FIELD_state] == TCP_CLOSE_WAIT);
}

/* Was one more segment sent behind the snapshot? */
static bool sent_one(const struct pair *p)
{
	return is_comparable(p, FIELD_segs_out) &&
	       field__difference(FIELD_segs_out, p->destroy->value[FIELD_segs_out],
				 p->close->value[FIELD_segs_out]) == 1;
}

static void judge_field(struct final *c, const struct pair *p, enum field f)
{
	uint64_t expected = p->close->value[f], got = p->destroy->value[f];

	if (f == FIELD_state && sample__has(p->close, FIELD_new_state))
		expected = p->close->value[FIELD_new_state];
	else if (f == FIELD_unacked || f == FIELD_backoff)
		expected = 0;
	if (got == expected) {
		verdict_on(c, p, f, true, expected);
		return;
	}
	if ((f == FIELD_segs_out || f == FIELD_rcv_wnd || f == FIELD_rcv_ssthresh ||
	     f == FIELD_ato) &&
	    sent_one(p)) {
		int unread = had_unread_data(p->close);

		if (unread < 0)
			c->found[f].unproven++;
		else if (unread)
			c->found[f].moved++;
		else
			verdict_on(c, p, f, false, expected);
		return;
	}
	if ((f == FIELD_segs_in || f == FIELD_data_segs_in) &&
	    field__difference(f, got, expected) > 0) {
		c->found[f].moved++;
		return;
	}
	verdict_on(c, p, f, false, expected);
}

static int64_t age_growth(const struct pair *p, enum field f, uint32_t hz)
{
	return ticks__between_ages(p->destroy->value[f], p->close->value[f], hz);
}

static void judge_clocks(struct final *c, const struct pair *p)
{
	uint32_t hz = c->check.run->timeline[WITNESS_PROBE].header.hz;
	int64_t growths[FIELD_COUNT], passed = 0, ms;
	unsigned int ages = 0;

	if (is_comparable(p, FIELD_total_rto_time)) {
		ms = field__difference(FIELD_total_rto_time,
				       p->destroy->value[FIELD_total_rto_time],
				       p->close->value[FIELD_total_rto_time]);
		verdict_on(c, p, FIELD_total_rto_time,
			   ms >= 0 && ms <= (int64_t)(p->destroy->t1_ns / NS_PER_MS -
						      p->close->t0_ns / NS_PER_MS),
			   p->close->value[FIELD_total_rto_time]);
	}
	if (!hz || hz > 1000)
		return;
	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (catalogue[f].kind == KIND_AGE && is_comparable(p, f))
			growths[ages++] = age_growth(p, f, hz);
	if (ages)
		passed = ticks__most_say(growths, ages);
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		uint64_t before = p->close->value[f];
		int64_t ticks;

		if (!is_comparable(p, f) || f == FIELD_total_rto_time)
			continue;
		if (catalogue[f].kind == KIND_AGE) {
			ticks = age_growth(p, f, hz);
			verdict_on(c, p, f, ticks == passed && passed >= 0, before);
		} else if (catalogue[f].kind == KIND_DURATION) {
			ticks = ticks__between_durations(p->destroy->value[f], before, hz);
			verdict_on(c, p, f, ticks >= 0 && (!ages || ticks <= passed), before);
		}
	}
}

static void judge_pair(struct final *c, const struct pair *p)
{
	c->pairs++;
	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (is_comparable(p, f) && catalogue[f].kind != KIND_AGE &&
		    catalogue[f].kind != KIND_DURATION)
			judge_field(c, p, f);
	judge_clocks(c, p);
}

static void keep(struct final *c, struct final_flow *f, const struct sample *close)
{
	c->closes++;
	if (!f->snapshot) {
		f->snapshot = malloc(sizeof(*f->snapshot));
		if (!f->snapshot) {
			c->out_of_memory = true;
			return;
		}
		LIST_INSERT_HEAD(&c->waiting, f->snapshot, entry);
	}
	f->snapshot->close = *close;
}

static void begin(struct check *check, const struct window *w)
{
	if (w->witness == WITNESS_PROBE && w->sample->event == EVENT_close &&
	    w->flow->role >= ROLE_CONTROL)
		keep((struct final *)check, check__flow_state(check, w->flow), w->sample);
}

/* The message is made at its window's end at the latest, so its close has been seen by then. */
static void end(struct check *check, const struct window *w)
{
	struct final *c = (struct final *)check;
	struct final_flow *f = check__flow_state(check, w->flow);
	struct pair p = { NULL, w->sample, w->flow->id };

	if (w->witness != WITNESS_NETLINK || w->sample->event != EVENT_destroy ||
	    w->flow->role < ROLE_CONTROL)
		return;
	c->destroys++;
	if (w->flow->samples[WITNESS_PROBE] && run__is_armed(check->run, w->sample->flow.netns)) {
		c->armed++;
		if (!f->snapshot) {
			c->armed_unseen++;
			worst__update(&c->unseen, w->flow->id, w->sample->t1_ns, 1, 0, 1);
		}
	}
	if (!f->snapshot)
		return;
	p.close = &f->snapshot->close;
	judge_pair(c, &p);
	LIST_REMOVE(f->snapshot, entry);
	free(f->snapshot);
	f->snapshot = NULL;
}

static void judge(const struct final *c, enum field f, struct result *r)
{
	uint64_t apart = c->found[f].moved, all;

	r->witness[0] = witness__name(WITNESS_PROBE);
	r->witness[1] = witness__name(WITNESS_NETLINK);
	r->compared = c->found[f].compared;
	r->violations = c->found[f].violations;
	r->moved = c->found[f].moved;
	r->unproven = c->found[f].unproven;
	r->worst = c->found[f].worst;
	all = r->compared + r->moved + r->unproven;
	if (r->violations) {
		r->status = STATUS_FAIL;
		snprintf(r->reason, sizeof(r->reason),
			 "differs at the end of %llu of %llu sockets; worst on flow %u: expected "
			 "%llu, netlink's last word is %llu",
			 (unsigned long long)r->violations, (unsigned long long)all, r->worst.flow,
			 (unsigned long long)r->worst.expected, (unsigned long long)r->worst.got);
	} else if ((f == FIELD_segs_in || f == FIELD_data_segs_in) && all >= SOCKETS_MIN &&
		   2 * apart > all) {
		r->status = STATUS_FAIL;
		snprintf(r->reason, sizeof(r->reason),
			 "more at the destruction of %llu of %llu sockets than at their close",
			 (unsigned long long)apart, (unsigned long long)all);
	} else if (!r->compared) {
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason), "%s",
			 all ? "moved behind every snapshot" : "not reported by both witnesses");
	}
}

/* Did the probe see every socket close that it said it would? */
static int judge_armed(const struct final *c, struct verdict *v)
{
	struct result *r = verdict__result(v, "final", "sockets");
	bool lost = run__lost_samples(c->check.run, WITNESS_PROBE);

	if (!r)
		return -1;
	r->witness[0] = witness__name(WITNESS_PROBE);
	r->witness[1] = witness__name(WITNESS_NETLINK);
	r->compared = lost ? c->armed - c->armed_unseen : c->armed;
	*(lost ? &r->unproven : &r->violations) = c->armed_unseen;
	if (!r->violations) {
		if (!r->compared) {
			r->status = STATUS_SKIP;
			snprintf(r->reason, sizeof(r->reason), "their close may be a lost sample");
		}
		return 0;
	}
	r->status = STATUS_FAIL;
	r->worst = c->unseen;
	snprintf(r->reason, sizeof(r->reason),
		 "%llu of %llu sockets were destroyed and the probe, armed, saw no close; first: flow %u",
		 (unsigned long long)c->armed_unseen, (unsigned long long)c->armed, c->unseen.flow);
	return 0;
}

static int finish_without_pairs(const struct final *c, struct verdict *v)
{
	const struct run *run = c->check.run;
	struct result *r = verdict__result(v, "final", "");

	if (!r)
		return -1;
	r->status = STATUS_SKIP;
	snprintf(r->reason, sizeof(r->reason), "%s",
		 !c->closes ? "the probe saw none of iperf3's sockets close (those older than itself "
			      "it sees from kernel 6.12 on, where it arms them)"
			    : "no last words by netlink");
	if (c->closes && run->manifest.netlink.expected && run->timeline[WITNESS_NETLINK].opened) {
		r->status = STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason),
			 "nothing compared: the probe saw %llu of iperf3's sockets close, netlink "
			 "has the last words of none of them",
			 (unsigned long long)c->closes);
	}
	return 0;
}

static int finish(struct check *check, struct verdict *v)
{
	const struct final *c = (struct final *)check;

	if (c->out_of_memory)
		return -1;
	if (c->armed && judge_armed(c, v))
		return -1;
	if (!c->pairs)
		return finish_without_pairs(c, v);
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		struct result *r;

		if (catalogue[f].group != GROUP_TCP_INFO)
			continue;
		r = verdict__result(v, "final", catalogue[f].name);
		if (!r)
			return -1;
		judge(c, f, r);
	}
	return 0;
}

static void destroy(struct check *check)
{
	struct final *c = (struct final *)check;
	struct snapshot *s;

	while ((s = LIST_FIRST(&c->waiting))) {
		LIST_REMOVE(s, entry);
		free(s);
	}
	free(c);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct final_flow),
	.events = EVENT_BIT(close) | EVENT_BIT(destroy),
	.begin = begin,
	.end = end,
	.finish = finish,
	.free = destroy,
};

struct check *check_final__new(struct run *run)
{
	struct final *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	LIST_INIT(&c->waiting);
	c->check.ops = &ops;
	c->check.run = run;
	return &c->check;
}
