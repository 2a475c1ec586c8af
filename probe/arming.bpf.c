// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Can a socket's callbacks be armed by an iterator? The program and its helpers load since 5.16, but
 * until 6.12 the option is refused (bpf_sol_tcp_setsockopt()). So: on one socket of ours, try.
 */
#include "probe/kernel.h"

#include <bpf/bpf_helpers.h>
#include <stdbool.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

__u64 cookie; /* of the socket to try */
bool accepted;

SEC("iter/tcp")
int try_arming(struct bpf_iter__tcp *ctx)
{
	struct sock_common *skc = ctx->sk_common;
	struct tcp_sock *tp;
	int flags = 0;

	if (!skc)
		return 0;
	tp = (struct tcp_sock *)bpf_skc_to_tcp_sock(skc);
	if (!tp || tp->inet_conn.icsk_inet.sk.__sk_common.skc_cookie.counter != cookie)
		return 0;
	accepted = !bpf_getsockopt(tp, SOL_TCP, SOCK_OPS_CB_FLAGS, &flags, sizeof(flags)) &&
		   !bpf_setsockopt(tp, SOL_TCP, SOCK_OPS_CB_FLAGS, &flags, sizeof(flags));
	return 0;
}
