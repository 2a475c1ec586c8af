/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Which sockets make callbacks: new ones as they connect, are accepted or listen (on_sock_ops), and,
 * since 6.12, those that were there before (on_arm, one walk once on_sock_ops is attached).
 *
 * Both add their flags to those that a socket has, under its lock (bpf_iter_tcp_seq_show() and every
 * callback hold it): a socket that is made during the walk is armed by either or by both, which is
 * the same, and no flag of another program is lost. One that slips through the walk between two
 * states was not established when on_sock_ops was attached, and is armed by its handshake.
 */
#ifndef TCPW_PROBE_ARM_BPF_H
#define TCPW_PROBE_ARM_BPF_H

#include "probe/flows.bpf.h"

static __always_inline int callback_flags(int flags)
{
	return flags | BPF_SOCK_OPS_STATE_CB_FLAG |
	       (settings.want_rtt ? BPF_SOCK_OPS_RTT_CB_FLAG : 0);
}

/* Ask for callbacks, beside those that other programs asked for. */
static __always_inline void arm(struct bpf_sock_ops *ctx)
{
	bpf_sock_ops_cb_flags_set(ctx, callback_flags(ctx->bpf_sock_ops_cb_flags));
}

/* Flows that on_arm found and armed, and sockets that refused. */
__u64 armed, not_armed;

SEC("iter/tcp")
int on_arm(struct bpf_iter__tcp *ctx)
{
	struct sock_common *skc = ctx->sk_common;
	int flags = 0, wanted;
	struct tcp_sock *tp;
	__u8 tcp_state;

	if (!skc)
		return 0;
	tcp_state = skc->skc_state;
	if (tcp_state == BPF_TCP_CLOSE)
		return 0;
	tp = (struct tcp_sock *)bpf_skc_to_tcp_sock(skc); /* NULL: a request or a TIME_WAIT */
	if (!tp)
		return 0;
	if (tcp_state == BPF_TCP_LISTEN) { /* children inherit the flags */
		if (!in_cgroup((const struct sock *)tp))
			return 0;
	} else if (!flow_state(tp, tp, bpf_get_socket_cookie(tp), true)) {
		return 0;
	}
	if (bpf_getsockopt(tp, SOL_TCP, SOCK_OPS_CB_FLAGS, &flags, sizeof(flags)))
		goto refused;
	wanted = callback_flags(flags);
	if (wanted != flags &&
	    bpf_setsockopt(tp, SOL_TCP, SOCK_OPS_CB_FLAGS, &wanted, sizeof(wanted)))
		goto refused;
	armed += tcp_state != BPF_TCP_LISTEN; /* one walk at a time: no atomic operation is needed */
	return 0;
refused:
	not_armed++;
	return 0;
}

#endif
