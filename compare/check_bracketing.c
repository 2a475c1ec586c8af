// SPDX-License-Identifier: BSD-2-Clause
/*
 * Bracketing: max E(u <= a) <= N <= min E(u >= b), for every counter, every netlink sample N with
 * its window [a, b], and the probe's samples E at instants u. Zero tolerance.
 *
 * The same in constant memory: each witness has, per flow, a frontier: the highest value among its
 * samples whose windows have ended. A sample whose window begins at t must not be lower than the
 * other witness's frontier at t. For N at a, that is max E(u <= a) <= N. For E at u, it is
 * N <= E for every N with b <= u. Values that netlink reports too high show as probe samples that
 * are "too low" afterwards: the pair disagrees, and the worst case says which two values.
 *
 * Why it is exact, by the kernel's sources (net/ipv4/tcp.c, tcp_input.c, tcp_output.c, tcp_ipv4.c):
 *
 * - tcp_get_info() reads every counter under lock_sock_fast(), and the request's clock is read
 *   before and after it, so N was true at one moment in [a, b]. Each counter is one word in
 *   tcp_sock that only grows: an E read at u before that moment is no higher, one read behind it
 *   no lower. When E and N are taken under the socket lock, E's moment is its whole hold of the
 *   lock; merge.c says which events hold it.
 * - An RTT callback runs in the middle of tcp_ack(), between bytes_acked (tcp_snd_una_update())
 *   and delivered_ce, reord_seen: E then mixes fields from before and behind the ACK. Field by
 * field it still lies between the states that N can see, before and behind the whole hold of the
 * lock.
 * - total_retrans, bytes_retrans (__tcp_retransmit_skb()), bytes_sent, data_segs_out, segs_out
 *   (__tcp_transmit_skb()), bytes_received (tcp_rcv_nxt_update()), rcv_ooopack
 *   (tcp_data_queue_ofo()), dsack_dups (tcp_dsack_seen()), reord_seen
 *   (tcp_check_sack_reordering(), tcp_check_reno_reordering()), delivered and delivered_ce
 *   (tcp_count_delivered()), total_rto, total_rto_recoveries (tcp_update_rto_stats()), plb_rehash
 *   and timeout_rehash: only ever added to, under the socket lock. tcp_disconnect() resets them,
 *   and the next connect begins a new flow here (flows.c). tcp_rtx_synack() adds to total_retrans
 *   of a Fast Open child.
 * - segs_in and data_segs_in: tcp_v4_rcv() calls tcp_segs_in() holding only the spinlock, before it
 *   looks whether a process owns the socket. Under lock_sock() (a mark, or tcp_get_info()'s slow
 *   path) they may grow while being read. Each is still one word that only grows, read once
 *   (READ_ONCE in tcp_get_info()), and E and N exclude each other: the order of their holds of the
 *   lock is the order of their values. tcp_fastopen_add_skb() sets segs_in to 0 before counting
 *   the same SYN again: back to what it was, in the child's first hold of the lock.
 * - delivered has one step back: counters.c leaves out the events that see it.
 * - rehash is the sum of a u32 and a u16: it would fall after 65,536 timeouts of one socket.
 * - A destroy message tells the state behind the change to CLOSE: nothing changes afterwards.
 *
 * Durations (busy_time ...) are clocks that are computed at the time of reading; not counters.
 */
#include "check_bracketing.h"

#include <stdlib.h>
#include <string.h>

#include "counters.h"

struct bracketing {
	struct check check;
	uint64_t compared[COUNTERS], violations[COUNTERS];
	struct worst worst[COUNTERS];
	enum witness low[COUNTERS]; /* whose value was too low, in the worst case */
};

struct bracketing_flow {
	struct frontier frontier[WITNESSES];
};

static void begin(struct check *c, const struct window *w)
{
	struct bracketing *b = (struct bracketing *)c;
	struct bracketing_flow *f = check__flow_state(c, w->flow);
	uint64_t set = counters__of(w->sample), compared, below;

	for (enum witness other = 0; other < WITNESSES; other++) {
		if (other == w->witness)
			continue;
		compared = frontier__compare(&f->frontier[other], w->sample, set, &below);
		for (; compared; compared &= compared - 1)
			b->compared[__builtin_ctzll(compared)]++;
		for (; below; below &= below - 1) {
			unsigned int i = __builtin_ctzll(below);
			uint64_t floor = f->frontier[other].value[i];
			uint64_t size = frontier__shortfall(&f->frontier[other], w->sample, i);

			b->violations[i]++;
			if (!b->worst[i].set || size > b->worst[i].size)
				b->low[i] = w->witness;
			worst__update(&b->worst[i], w->flow->id, w->sample->t0_ns, floor,
				      w->sample->value[counters[i]], size);
		}
	}
}

static void end(struct check *c, const struct window *w)
{
	struct bracketing_flow *f = check__flow_state(c, w->flow);

	frontier__raise(&f->frontier[w->witness], w->sample, counters__of(w->sample));
}

static bool reports(const struct run_timeline *t, enum field f)
{
	return t->opened && field_set__has(&t->header.fields, f);
}

static void judge(const struct bracketing *b, unsigned int i, struct result *r)
{
	const struct run *run = b->check.run;
	const struct run_timeline *t = run->timeline;
	bool probe = reports(&t[WITNESS_PROBE], counters[i]);
	bool netlink = reports(&t[WITNESS_NETLINK], counters[i]);
	enum witness low = b->low[i];

	r->witness[0] = witness__name(WITNESS_NETLINK);
	r->witness[1] = witness__name(WITNESS_PROBE);
	r->compared = b->compared[i];
	r->violations = b->violations[i];
	r->worst = b->worst[i];
	if (r->violations) {
		r->status = STATUS_FAIL;
		snprintf(r->reason, sizeof(r->reason),
			 "%llu of %llu comparisons violated; worst on flow %u: %s says %llu after "
			 "%s had reached %llu",
			 (unsigned long long)r->violations, (unsigned long long)r->compared,
			 r->worst.flow, witness__name(low), (unsigned long long)r->worst.got,
			 witness__name(!low), (unsigned long long)r->worst.expected);
	} else if (!run->manifest.probe.expected || !run->manifest.netlink.expected) {
		r->status = r->compared ? STATUS_PASS : STATUS_SKIP;
		if (!r->compared)
			snprintf(r->reason, sizeof(r->reason), "the run has only one witness");
	} else if (!t[WITNESS_PROBE].opened || !t[WITNESS_NETLINK].opened) {
		r->status = STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason), "nothing compared: no timeline of %s",
			 t[WITNESS_PROBE].opened ? "netlink" : "the probe");
	} else if (!r->compared && probe && netlink) {
		r->status = STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason),
			 "nothing compared, though both witnesses say they report it");
	} else if (!r->compared) {
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason), "reported by %s",
			 probe	   ? "the probe only"
			 : netlink ? "netlink only"
				   : "no witness here");
	}
}

static int finish(struct check *c, struct verdict *v)
{
	for (unsigned int i = 0; i < COUNTERS; i++) {
		struct result *r;

		if (catalogue[counters[i]].group != GROUP_TCP_INFO)
			continue; /* netlink's own attributes */
		r = verdict__result(v, "bracketing", catalogue[counters[i]].name);
		if (!r)
			return -1;
		judge((struct bracketing *)c, i, r);
	}
	return 0;
}

static void destroy(struct check *c)
{
	free(c);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct bracketing_flow),
	.events = EVENTS_STATE,
	.begin = begin,
	.end = end,
	.finish = finish,
	.free = destroy,
};

struct check *check_bracketing__new(struct run *run)
{
	struct bracketing *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	counters__init();
	b->check.ops = &ops;
	b->check.run = run;
	return &b->check;
}
