// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The eBPF witness.
 *
 * Every program below ends in emit(): reserve a record, read the clock, extract, submit. The clock
 * is read after the reservation, which gives user space an exact watermark: once everything that
 * was reserved before an instant T is consumed, no later record can be older than T.
 *
 * A flow's identity, its verdict by the filter and its sequence number live in socket storage,
 * made at the first sight of the socket. A sequence number is taken before the reservation, so a
 * record lost to a full ring leaves a gap.
 */
#include "probe/extract.bpf.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "timeline/flow.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* A kfunc since 6.2; where it is missing, the program that calls it is not loaded. */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

#define AF_INET 2
#define CGROUP_DEPTH_MAX 32
#define SOL_TCP 6
#define TCP_INFO_OPTION 11

/* Settings, constant once loaded. */
const volatile struct flow_filter filter;
const volatile bool want_rtt;
const volatile __u64 cgroup_id; /* of the watched cgroup; 0: the root, every socket */
const volatile __u64 wakeup_bytes = 1 << 20; /* wake the reader when this much is waiting */

__u64 losses[LOSS_COUNT];

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20); /* set before loading */
} ring SEC(".maps");

struct flow_state {
	__u64 seq;
	__u64 ignored; /* the filter does not want this flow */
	struct record_flow flow;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct flow_state);
} flows SEC(".maps");

static __always_inline void lost(enum record_loss cause)
{
	__sync_fetch_and_add(&losses[cause], 1);
}

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
	if (!flow || !filter.count)
		return true;
	for (int i = 0; i < FLOW_PATTERNS_MAX; i++) {
		if (i >= filter.count)
			break;
		if (side_matches(&filter.pattern[i].local, flow->local_addr, flow->local_port) &&
		    side_matches(&filter.pattern[i].remote, flow->remote_addr, flow->remote_port))
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

	if (!cgroup_id)
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
		if (id == cgroup_id)
			return true;
	}
	return false;
}

static __always_inline void describe(struct record_flow *flow, const struct tcp_sock *tp,
				     __u64 cookie)
{
	const struct sock_common *skc = &tp->inet_conn.icsk_inet.sk.__sk_common;

	flow->cookie = cookie;
	flow->netns = skc->skc_net.net->ns.inum;
	flow->family = skc->skc_family;
	flow->local_port = skc->skc_num;
	flow->remote_port = bpf_ntohs(skc->skc_dport);
	copy_address(flow->local_addr, &skc->skc_v6_rcv_saddr, skc->skc_rcv_saddr, flow->family);
	copy_address(flow->remote_addr, &skc->skc_v6_daddr, skc->skc_daddr, flow->family);
}

/*
 * The state of a flow, made on first sight; NULL if it is not to be watched. elsewhere: the caller
 * sees sockets outside the cgroup too. sk is the same socket, in the type that storage wants.
 */
static __always_inline struct flow_state *flow_state(void *sk, const struct tcp_sock *tp,
						      __u64 cookie, bool elsewhere)
{
	struct flow_state *state = bpf_sk_storage_get(&flows, sk, 0, 0);

	if (state) {
		if (!state->flow.cookie) /* first seen by on_getsockopt, before there was one */
			state->flow.cookie = cookie;
		return state->ignored ? 0 : state;
	}
	if (elsewhere && !in_cgroup((const struct sock *)tp))
		return 0;
	state = bpf_sk_storage_get(&flows, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!state) {
		lost(LOSS_NO_STATE);
		return 0;
	}
	describe(&state->flow, tp, cookie);
	state->ignored = !filter_matches(&state->flow);
	return state->ignored ? 0 : state;
}

/* Wake the reader only when much is waiting: a wake-up costs several times the record. */
static __always_inline void submit(void *record)
{
	__u64 waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);

	bpf_ringbuf_submit(record, waiting >= wakeup_bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
}

static __always_inline void head(struct record_head *head, enum record_type type, __u64 seq,
				 const struct flow_state *state)
{
	head->type = type;
	head->pad = 0;
	head->time_ns = bpf_ktime_get_ns();
	head->seq = seq;
	head->flow = state->flow;
}

/* A record with everything extracted, to be submitted by the caller; NULL if the ring is full. */
static __always_inline struct record *begin(struct flow_state *state, const struct tcp_sock *tp,
					    enum record_type type, bool with_cong)
{
	__u64 seq = __sync_fetch_and_add(&state->seq, 1) + 1;
	struct record *r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);

	if (!r) {
		lost(LOSS_RING_FULL);
		return 0;
	}
	head(&r->head, type, seq, state);
	r->cong[0] = 0;
	if (with_cong)
		bpf_probe_read_kernel(r->cong, sizeof(r->cong), tp->inet_conn.icsk_ca_ops->name);
	extract(tp, r->head.time_ns, &r->fields);
	return r;
}

SEC("sockops")
int on_sock_ops(struct bpf_sock_ops *ctx)
{
	/* Setting overwrites: keep what other programs on the same socket asked for. */
	int flags = ctx->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG |
		    (want_rtt ? BPF_SOCK_OPS_RTT_CB_FLAG : 0);
	__u32 op = ctx->op, arg0 = ctx->args[0], arg1 = ctx->args[1];
	enum record_type type;
	struct flow_state *state;
	struct bpf_sock *sk;
	struct tcp_sock *tp;
	struct record *r;

	switch (op) {
	case BPF_SOCK_OPS_RTT_CB:
		if (!want_rtt)
			return 1; /* asked for by somebody else's program */
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
		bpf_sock_ops_cb_flags_set(ctx, flags);
		return 1;
	default:
		return 1;
	}
	sk = ctx->sk;
	if (!sk)
		return 1;
	tp = (struct tcp_sock *)bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 1;
	state = bpf_sk_storage_get(&flows, sk, 0, 0);
	if (!state) {
		state = flow_state(sk, tp, bpf_get_socket_cookie(ctx), false);
		if (!state)
			return 1;
	} else if (state->ignored) {
		return 1;
	}
	if (type == RECORD_CONNECT || type == RECORD_ESTABLISHED) {
		bpf_sock_ops_cb_flags_set(ctx, flags);
		/* connect: the local address and port were chosen only now */
		describe(&state->flow, tp, state->flow.cookie);
	}
	r = begin(state, tp, type, type != RECORD_RTT);
	if (!r)
		return 1;
	if (type == RECORD_RTT) {
		/* Since 6.10 the arguments are mrtt and srtt, at least 1; before, they are 0. */
		r->fields.cb_mrtt = arg1 ? arg0 : RECORD_NO_ARGUMENT;
		r->fields.cb_srtt = arg1 ? arg1 >> 3 : RECORD_NO_ARGUMENT;
	} else if (type == RECORD_STATE) {
		r->fields.old_state = arg0;
		r->fields.new_state = arg1;
	}
	submit(r);
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

	if (!tp)
		return 0;
	state = flow_state(sk, tp, bpf_get_socket_cookie(sk), true);
	if (!state)
		return 0;
	r = begin(state, tp, RECORD_SEGMENT, false);
	if (!r)
		return 0;
	bpf_core_read(&r->fields.seg_seq, sizeof(__u32), &cb->seq);
	bpf_core_read(&r->fields.seg_end_seq, sizeof(__u32), &cb->end_seq);
	bpf_core_read(&r->fields.seg_ack_seq, sizeof(__u32), &cb->ack_seq);
	submit(r);
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
	r = begin(state, tp, RECORD_POLL, true);
	if (r)
		submit(r);
	return 0;
}

/* The kernel's extraction beside ours: an application has just asked for struct tcp_info. */
SEC("cgroup/getsockopt")
int on_getsockopt(struct bpf_sockopt *ctx)
{
	struct record_tcp_info *info;
	struct flow_state *state;
	struct tcp_sock *tp;
	struct record *r;
	__s32 len;

	if (ctx->level != SOL_TCP || ctx->optname != TCP_INFO_OPTION || ctx->retval)
		return 1;
	if (!ctx->sk)
		return 1;
	tp = bpf_rdonly_cast(ctx->sk, bpf_core_type_id_kernel(struct tcp_sock));
	state = flow_state(ctx->sk, tp, tp->inet_conn.icsk_inet.sk.__sk_common.skc_cookie.counter,
			   false);
	if (!state)
		return 1;
	r = begin(state, tp, RECORD_MARK, true);
	if (!r)
		return 1;
	info = bpf_ringbuf_reserve(&ring, sizeof(*info), 0);
	if (!info) {
		lost(LOSS_RING_FULL);
		submit(r);
		return 1;
	}
	info->head = r->head;
	info->head.type = RECORD_TCP_INFO;
	len = ctx->optlen;
	if (len < 0)
		len = 0;
	if (len > RECORD_TCP_INFO_BYTES)
		len = RECORD_TCP_INFO_BYTES;
	info->len = len;
	info->pad = 0;
	bpf_probe_read_kernel(info->bytes, len, ctx->optval);
	submit(r);
	submit(info);
	return 1;
}
