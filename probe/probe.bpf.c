// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The eBPF witness.
 *
 * Every program does the same: reserve a record, read the clock, extract, publish. The clock is read
 * after the reservation, which gives user space an exact watermark: once everything that was reserved
 * before an instant T is consumed, no later record can be older than T.
 *
 * Here are the programs for what the kernel does by itself; those for an application's questions are
 * in marks.bpf.h, the one that arms sockets in arm.bpf.h.
 *
 * This file is compiled once for each generation of kernels (programs.h), with
 *	ATOMIC_RESULTS		atomic operations return values: 5.12
 *	TRUSTED_ARGUMENTS	global functions take trusted pointers: 6.9
 */
#ifndef GENERATION_CHOSEN /* as it stands, this file is the newest */
#define ATOMIC_RESULTS
#define TRUSTED_ARGUMENTS
#endif

#include "probe/extract.bpf.h"
#include "probe/flows.bpf.h"
#include "probe/arm.bpf.h"

#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("sockops")
int on_sock_ops(struct bpf_sock_ops *ctx)
{
	__u32 op = ctx->op, arg0 = ctx->args[0], arg1 = ctx->args[1];
	enum record_type type;
	struct flow_state *state;
	struct bpf_sock *sk;
	struct tcp_sock *tp;
	struct record *r;
	bool closes = op == BPF_SOCK_OPS_STATE_CB && arg1 == BPF_TCP_CLOSE;
	__u32 ticket;

	switch (op) {
	case BPF_SOCK_OPS_RTT_CB:
		if (!settings.want_rtt) /* another program has asked for it */
			return 1;
		type = RECORD_RTT;
		break;
	case BPF_SOCK_OPS_STATE_CB:
		if (arg0 == BPF_TCP_LISTEN || arg1 == BPF_TCP_LISTEN)
			return 1; /* a listener is no flow */
		type = RECORD_STATE;
		break;
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
		type = RECORD_CONNECT;
		break;
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		type = RECORD_ESTABLISHED;
		break;
	case BPF_SOCK_OPS_TCP_LISTEN_CB: /* children inherit the flags */
		arm(ctx);
		return 1;
	default:
		return 1;
	}
	sk = ctx->sk;
	if (!sk)
		return 1;
	announce();
	tp = (struct tcp_sock *)bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 1;
	state = find_state(sk, bpf_get_socket_cookie(ctx));
	if (!state) {
		state = flow_state(sk, tp, bpf_get_socket_cookie(ctx), false);
		if (!state)
			return 1;
	} else if (state->flow.ignored) {
		if (closes)
			forget_state(state->flow.cookie);
		return 1;
	}
	if (type == RECORD_CONNECT || type == RECORD_ESTABLISHED) {
		arm(ctx);
		/* connect: the local address and port were chosen only now */
		describe(&state->flow, tp);
	}
	r = begin(state, type, &ticket);
	if (!r) {
		if (closes)
			forget_state(state->flow.cookie);
		return 1;
	}
	extract_trusted(tp, r->head.time_ns, &r->fields);
	if (type == RECORD_RTT) {
		/* Since 6.10 the arguments are mrtt and srtt, at least 1; before, they are 0. */
		r->fields.cb_mrtt = arg1 ? arg0 : RECORD_NO_ARGUMENT;
		r->fields.cb_srtt = arg1 ? arg1 >> 3 : RECORD_NO_ARGUMENT;
	} else {
		read_cong(r, tp);
		r->fields.old_state = arg0;
		r->fields.new_state = arg1;
	}
	publish(&r->head, ticket);
	if (closes)
		forget_state(state->flow.cookie);
	return 1;
}

/*
 * A segment arrived for an established socket and nothing of it is processed: the state is the
 * settled one after everything earlier. The numbers are TCP_SKB_CB's, since the header of
 * coalesced ACKs keeps the first one's.
 */
SEC("tp_btf/tcp_probe")
int BPF_PROG(on_segment, struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = (struct tcp_sock *)bpf_skc_to_tcp_sock(sk);
	struct tcp_skb_cb *cb = (struct tcp_skb_cb *)skb->cb;
	struct flow_state *state;
	struct record *r;
	__u32 ticket;

	if (!tp)
		return 0;
	state = flow_state(sk, tp, cookie_of(sk, tp), true);
	if (!state)
		return 0;
	r = begin(state, RECORD_SEGMENT, &ticket);
	if (!r)
		return 0;
	extract_trusted(tp, r->head.time_ns, &r->fields);
	bpf_core_read(&r->fields.seg_seq, sizeof(__u32), &cb->seq);
	bpf_core_read(&r->fields.seg_end_seq, sizeof(__u32), &cb->end_seq);
	bpf_core_read(&r->fields.seg_ack_seq, sizeof(__u32), &cb->ack_seq);
	publish(&r->head, ticket);
	return 0;
}

/* Sockets that trigger no callback: receivers, idle flows, flows older than this program. */
SEC("iter/tcp")
int on_poll(struct bpf_iter__tcp *ctx)
{
	struct sock_common *skc = ctx->sk_common;
	struct flow_state *state;
	struct tcp_sock *tp;
	struct record *r;
	__u8 tcp_state;
	__u32 ticket;

	if (!skc)
		return 0;
	tcp_state = skc->skc_state;
	if (tcp_state == BPF_TCP_LISTEN || tcp_state == BPF_TCP_CLOSE)
		return 0;
	tp = (struct tcp_sock *)bpf_skc_to_tcp_sock(skc); /* NULL: a request or a TIME_WAIT */
	if (!tp)
		return 0;
	state = flow_state(tp, tp, cookie_of(tp, tp), true);
	if (!state)
		return 0;
	r = begin(state, RECORD_POLL, &ticket);
	if (!r)
		return 0;
	read_cong(r, tp);
	extract_trusted(tp, r->head.time_ns, &r->fields);
	publish(&r->head, ticket);
	return 0;
}

#include "probe/marks.bpf.h"
