/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Marks: when an application asks the kernel for a socket's struct tcp_info, what the kernel fills and
 * what the probe extracts at that instant, as two records. On kernels with bpf_rdonly_cast (6.2) the
 * socket is locked meanwhile (on_getsockopt), on older ones it is not (on_get_info).
 */
#ifndef TCPW_PROBE_MARKS_BPF_H
#define TCPW_PROBE_MARKS_BPF_H

#include "probe/flows.bpf.h"

#include <bpf/bpf_tracing.h>

#define IPPROTO_TCP_ONLY 6
#define TCP_INFO_OPTION 11
#define STACK_BYTES 16384 /* at least, of a task in the kernel: THREAD_SIZE */

/* Does nobody hold the socket's lock, neither an interrupt nor a task? */
static __always_inline bool is_free(const struct sock *sk)
{
	return !*(volatile int *)&sk->sk_lock.slock.rlock.raw_lock.val.counter &&
	       !*(volatile int *)&sk->sk_lock.owned;
}

struct progress {
	__u32 segs_in, segs_out, write_seq, copied_seq;
};

static __always_inline struct progress progress_of(const struct tcp_sock *tp)
{
	return (struct progress){ *(volatile __u32 *)&tp->segs_in, *(volatile __u32 *)&tp->segs_out,
				  *(volatile __u32 *)&tp->write_seq,
				  *(volatile __u32 *)&tp->copied_seq };
}

/*
 * For a loop: in line the compiler would move the offsets of all fields before the loop, also of those
 * that this kernel lacks.
 */
static __noinline int extract_apart(const struct tcp_sock *tp, __u64 now_ns, struct record_fields *f)
{
	extract(tp, now_ns, f);
	return 0;
}

#define FREE_ATTEMPTS 512
#define SETTLED_ATTEMPTS 4

/*
 * A mark of a socket that is not locked. As a reader of a seqlock does: wait until nobody has the
 * lock, extract, and do it again if anything came or went meanwhile. False if that does not end.
 */
static __noinline bool extract_settled(const struct tcp_sock *tp, struct flow_state *state,
				       struct record *r)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	struct progress before, after;
	int attempts = 0, waits;

	/* Tested at their ends: before 6.3 the verifier takes only jumps for the ends of loops. */
	do {
		waits = 0;
		do {
			if (is_free(sk))
				break;
		} while (++waits < FREE_ATTEMPTS);
		before = progress_of(tp);
		if (!is_free(sk))
			continue;
		head(&r->head, RECORD_MARK, 0, state);
		extract_apart(tp, r->head.time_ns, &r->fields);
		after = progress_of(tp);
		if (is_free(sk) && before.segs_in == after.segs_in && before.segs_out == after.segs_out &&
		    before.write_seq == after.write_seq && before.copied_seq == after.copied_seq)
			return true;
	} while (++attempts < SETTLED_ATTEMPTS);
	return false;
}

/* Bare marks. */
__u64 unsettled;

/*
 * The kernel's extraction beside ours: len bytes of its struct tcp_info, which an application has
 * just asked for. Of a socket that is not locked marks have no number (before 5.12 there is no exact
 * one), and are bare where it does not come to rest.
 */
static __always_inline void mark(const struct tcp_sock *tp, struct flow_state *state,
				 const void *bytes, __s32 len, bool locked)
{
	struct record_tcp_info *info;
	__u32 ticket, info_ticket;
	__u64 seq = locked ? next_seq(state, RECORD_MARK) : 0;
	struct record *r = reserve(sizeof(*r), &ticket);

	if (!r)
		return;
	info = reserve(sizeof(*info), &info_ticket);
#ifndef ATOMIC_RESULTS
	if (!info) { /* here: the verifier of 5.10 forgets that it has seen such a test */
		bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
		return;
	}
#endif
	read_cong(r, tp);
	/* The clock is read after both reservations: they carry the same instant. */
	if (locked) {
		head(&r->head, RECORD_MARK, seq, state);
		extract(tp, r->head.time_ns, &r->fields);
	} else if (!extract_settled(tp, state, r)) {
		__sync_fetch_and_add(&unsettled, 1);
		head(&r->head, RECORD_BARE_MARK, 0, state);
	}
#ifdef ATOMIC_RESULTS
	if (!info) {
		publish(&r->head, ticket);
		return;
	}
#endif
	info->head.type = RECORD_TCP_INFO;
	info->head.time_ns = r->head.time_ns;
	info->head.seq = seq;
	info->head.flow = r->head.flow;
	if (len < 0)
		len = 0;
	if (len > RECORD_TCP_INFO_BYTES)
		len = RECORD_TCP_INFO_BYTES;
	info->len = len;
	info->pad = 0;
	bpf_probe_read_kernel(info->bytes, len, bytes);
	publish(&r->head, ticket);
	publish(&info->head, info_ticket);
}

SEC("cgroup/getsockopt")
int on_getsockopt(struct bpf_sockopt *ctx)
{
	struct flow_state *state;
	struct tcp_sock *tp;

	if (ctx->level != SOL_TCP || ctx->optname != TCP_INFO_OPTION || ctx->retval)
		return 1;
	if (!ctx->sk)
		return 1;
	/* The cast asks nobody: an MPTCP socket answers the same call and is no tcp_sock. */
	if (ctx->sk->protocol != IPPROTO_TCP_ONLY)
		return 1;
	tp = bpf_rdonly_cast(ctx->sk, bpf_core_type_id_kernel(struct tcp_sock));
	state = flow_state(ctx->sk, tp, tp->inet_conn.icsk_inet.sk.__sk_common.skc_cookie.counter,
			   false);
	if (state)
		mark(tp, state, ctx->optval, ctx->optlen, true);
	return 1;
}

/* Shows user space that the following is reached at all. */
__u64 infos_seen;

/*
 * The same before 6.2. Netlink has the kernel fill a message's buffer, getsockopt() a variable on
 * the stack of the task: that tells them apart (do_tcp_getsockopt(), tcp_diag_get_info()).
 */
SEC("fexit/tcp_get_info")
int BPF_PROG(on_get_info, struct sock *sk, struct tcp_info *info)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct flow_state *state;
	struct tcp_sock *tp;
	__u64 address = 0;

	/* A copy is a number: the verifier does not calculate with the pointer itself. */
	bpf_probe_read_kernel(&address, sizeof(address), &info);
	if (address - (__u64)BPF_CORE_READ(task, stack) >= STACK_BYTES)
		return 0;
	__sync_fetch_and_add(&infos_seen, 1);
	if (sk->__sk_common.skc_state == BPF_TCP_LISTEN)
		return 0;
	tp = (struct tcp_sock *)bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 0;
	state = flow_state(sk, tp, cookie_of(sk, tp), true);
	if (state)
		mark(tp, state, info, bpf_core_type_size(struct tcp_info), false);
	return 0;
}

#endif
