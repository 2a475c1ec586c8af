// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The eBPF witness.
 *
 * Every program below does the same: reserve a record, read the clock, extract, publish. The clock
 * is read after the reservation, which gives user space an exact watermark: once everything that
 * was reserved before an instant T is consumed, no later record can be older than T.
 *
 * A flow's identity, its verdict by the filter and its sequence number live in socket storage (before
 * 5.12 in a table by cookie), made at the first sight of the socket. A sequence number is taken before the reservation, so a
 * record lost to a full ring leaves a gap.
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
#include "probe/transport.bpf.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define AF_INET 2
#define CGROUP_DEPTH_MAX 32
#define SOL_TCP 6
#define IPPROTO_TCP_ONLY 6
#define TCP_INFO_OPTION 11
#define STACK_BYTES 16384 /* at least, of a task in the kernel: THREAD_SIZE */

struct flow_state {
	__u64 seq;
	struct record_flow flow;
};
_Static_assert(sizeof(struct flow_state) == 64, "a cache line, and storage is aligned to it");

#ifdef ATOMIC_RESULTS

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct flow_state);
} flows SEC(".maps");

#define find_state(sk, cookie) bpf_sk_storage_get(&flows, sk, 0, 0)
#define make_state(sk, cookie) bpf_sk_storage_get(&flows, sk, 0, BPF_SK_STORAGE_GET_F_CREATE)
#define forget_state(cookie) ((void)0)
#define cookie_of(sk, tp) bpf_get_socket_cookie(sk)
#define is_known(cookie) true

#else

/*
 * Before 5.11 tracing programs may not use socket storage, and before 5.12 they cannot ask for a
 * cookie, only read the one that on_sock_ops has made the kernel choose. Sockets older than the
 * probe have none, and are not seen.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct flow_state);
} flows SEC(".maps");

#define find_state(sk, cookie) ({ __u64 key = (cookie); bpf_map_lookup_elem(&flows, &key); })
#define is_known(cookie) ((cookie) != 0)
#define cookie_of(sk, tp) ((tp)->inet_conn.icsk_inet.sk.__sk_common.skc_cookie.counter)

static __noinline struct flow_state *make_state_of(__u64 cookie)
{
	struct flow_state state = {};

	if (bpf_map_update_elem(&flows, &cookie, &state, BPF_ANY))
		return 0;
	return bpf_map_lookup_elem(&flows, &cookie);
}
#define make_state(sk, cookie) make_state_of(cookie)

static __always_inline void forget_state(__u64 cookie)
{
	bpf_map_delete_elem(&flows, &cookie);
}

#endif

static __always_inline void copy_address(__u8 to[16], const struct in6_addr *v6, __be32 v4,
					 __u16 family)
{
	__u32 *word = (__u32 *)to;

	if (family == AF_INET) {
		word[0] = word[1] = 0;
		word[2] = bpf_htonl(0xffff);
		word[3] = v4;
	} else {
		word[0] = v6->in6_u.u6_addr32[0];
		word[1] = v6->in6_u.u6_addr32[1];
		word[2] = v6->in6_u.u6_addr32[2];
		word[3] = v6->in6_u.u6_addr32[3];
	}
}

static __always_inline bool side_matches(const volatile struct endpoint_pattern *p,
					 const __u8 addr[16], __u16 port)
{
	const volatile __u32 *want = (const volatile __u32 *)p->addr;
	const volatile __u32 *mask = (const volatile __u32 *)p->mask;
	const __u32 *word = (const __u32 *)addr;

	if (p->port && p->port != port)
		return false;
	for (int i = 0; i < 4; i++)
		if ((word[i] & mask[i]) != want[i])
			return false;
	return true;
}

static __noinline bool filter_matches(const struct record_flow *flow)
{
	if (!flow || !settings.filter.count)
		return true;
	for (int i = 0; i < FLOW_PATTERNS_MAX; i++) {
		if (i >= settings.filter.count)
			break;
		if (side_matches(&settings.filter.pattern[i].local, flow->local_addr, flow->local_port) &&
		    side_matches(&settings.filter.pattern[i].remote, flow->remote_addr, flow->remote_port))
			return true;
	}
	return false;
}

/* cgroup_is_descendant(): where the callback itself is not bound to the cgroup. */
static __noinline bool in_cgroup(const struct sock *sk)
{
	struct cgroup *cgroup, *ancestor;
	__u64 id = 0;
	int level = 0;

	if (!settings.cgroup_id)
		return true;
	/* Before 5.15 the low bits of a union told a cgroup v1 classid (bit 0) from a pointer. */
	if (bpf_core_field_exists(((struct sock_cgroup_data___val *)0)->val)) {
		struct sock_cgroup_data___val *data = (void *)&sk->sk_cgrp_data;
		__u64 val = BPF_CORE_READ(data, val);

		if (!val || val & 1)
			return false;
		cgroup = (void *)(val & ~3ULL);
	} else {
		cgroup = BPF_CORE_READ(sk, sk_cgrp_data.cgroup);
	}
	bpf_core_read(&level, sizeof(level), &cgroup->level);
	for (int i = 0; i < CGROUP_DEPTH_MAX; i++) {
		if (i > level)
			break;
		if (bpf_core_field_exists(cgroup->ancestors)) {
			bpf_core_read(&ancestor, sizeof(ancestor), &cgroup->ancestors[i]);
			id = BPF_CORE_READ(ancestor, kn, id);
		} else {
			struct cgroup___ids *ids = (void *)cgroup;

			bpf_core_read(&id, sizeof(id), &ids->ancestor_ids[i]);
		}
		if (id == settings.cgroup_id)
			return true;
	}
	return false;
}

/* Functions of the first sight and of rare events stay out of the way of the frequent ones. */
static __noinline int describe(struct record_flow *flow, const struct tcp_sock *tp)
{
	const struct sock_common *skc = &tp->inet_conn.icsk_inet.sk.__sk_common;

	flow->netns = skc->skc_net.net->ns.inum;
	flow->family = skc->skc_family;
	flow->local_port = skc->skc_num;
	flow->remote_port = bpf_ntohs(skc->skc_dport);
	copy_address(flow->local_addr, &skc->skc_v6_rcv_saddr, skc->skc_rcv_saddr, flow->family);
	copy_address(flow->remote_addr, &skc->skc_v6_daddr, skc->skc_daddr, flow->family);
	return 0;
}

/*
 * The state of a flow, made on first sight; NULL if it is not to be watched. elsewhere: the caller
 * sees sockets outside the cgroup too. sk is the same socket, in the type that storage wants.
 */
static __always_inline struct flow_state *flow_state(void *sk, const struct tcp_sock *tp,
						      __u64 cookie, bool elsewhere)
{
	struct flow_state *state = find_state(sk, cookie);

	if (state) {
		if (!state->flow.cookie) /* first seen by on_getsockopt, before there was one */
			state->flow.cookie = cookie;
		return state->flow.ignored ? 0 : state;
	}
	if (elsewhere && (!is_known(cookie) || !in_cgroup((const struct sock *)tp)))
		return 0;
	state = make_state(sk, cookie);
	if (!state) {
		lost(LOSS_NO_STATE);
		return 0;
	}
	state->flow.cookie = cookie;
	describe(&state->flow, tp);
	state->flow.ignored = !filter_matches(&state->flow);
	return state->flow.ignored ? 0 : state;
}

/*
 * The flow's next number. Before 5.12 no atomic operation returns a value, but then all programs that
 * load run under the socket's lock (on_poll asks for cookies), where a plain increment is exact.
 */
static __always_inline __u64 next_seq(struct flow_state *state)
{
#ifdef ATOMIC_RESULTS
	return __sync_fetch_and_add(&state->seq, 1) + 1;
#else
	return ++state->seq;
#endif
}

static __always_inline void head(struct record_head *head, enum record_type type, __u64 seq,
				 const struct flow_state *state)
{
	head->type = type;
	head->time_ns = bpf_ktime_get_ns();
	head->seq = seq;
	head->flow = state->flow;
}

/* A record with its head filled in, to be extracted into and published; NULL if the ring is full. */
static __always_inline struct record *begin(struct flow_state *state, enum record_type type,
					    __u32 *ticket)
{
	__u64 seq = next_seq(state);
	struct record *r = reserve(sizeof(*r), ticket);

	if (!r)
		return 0;
	head(&r->head, type, seq, state);
	r->cong[0] = 0;
	return r;
}

static __always_inline void read_cong(struct record *r, const struct tcp_sock *tp)
{
	bpf_probe_read_kernel(r->cong, sizeof(r->cong), tp->inet_conn.icsk_ca_ops->name);
}

#include "probe/arm.bpf.h"

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
	state = flow_state(tp, tp, bpf_get_socket_cookie(tp), true);
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
	__u64 seq = locked ? next_seq(state) : 0;
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
