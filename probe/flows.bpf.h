/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The flows that are watched: by cgroup and by address; and the records that are begun for them.
 *
 * A flow's identity, its verdict by the filter and its sequence number live in socket storage (before
 * 5.12 in a table by cookie), made at the first sight of the socket. A sequence number is taken before
 * the reservation, so a record lost to a full ring leaves a gap.
 */
#ifndef TCPW_PROBE_FLOWS_BPF_H
#define TCPW_PROBE_FLOWS_BPF_H

#include "probe/extract.bpf.h" /* settings */
#include "probe/transport.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

#define AF_INET 2
#define CGROUP_DEPTH_MAX 32

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
#define cookie_of(s, t) bpf_get_socket_cookie(s)
#define is_known(cookie) true

#else

/*
 * Before 5.11 tracing programs may not use socket storage, and before 5.12 they cannot ask for a
 * cookie, only read the one that on_sock_ops or a dump of inet_diag has made the kernel choose.
 * Sockets older than the probe that nobody has dumped have none, and are not seen.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct flow_state);
} flows SEC(".maps");

#define find_state(sk, cookie) ({ __u64 key = (cookie); bpf_map_lookup_elem(&flows, &key); })
#define is_known(cookie) ((cookie) != 0)
#define cookie_of(s, t) ((t)->inet_conn.icsk_inet.sk.__sk_common.skc_cookie.counter)

static __noinline struct flow_state *make_state_of(__u64 cookie)
{
	struct flow_state state = {};

	/* Fails where another processor's program was faster: then its state is the flow's. */
	bpf_map_update_elem(&flows, &cookie, &state, BPF_NOEXIST);
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
	/*
	 * __inet_put_port() clears the one, tcp_v4_connect() sets the other late. A socket may be seen
	 * for the first time when it is closed: of two that two processors make for one handshake, the
	 * loser is (inet_ehash_nolisten()), and tcp_check_req() still has its round trip measured.
	 */
	flow->local_port = skc->skc_num ?: bpf_ntohs(tp->inet_conn.icsk_inet.inet_sport);
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
 * The flow's next number. Before 5.12 no atomic operation returns a value. A plain increment is exact
 * under the socket's lock, which all programs hold there but on_poll (iter/tcp takes it since 5.15):
 * polls have no number then, and what a full ring loses of them is only counted.
 */
static __always_inline __u64 next_seq(struct flow_state *state, enum record_type type)
{
#ifdef ATOMIC_RESULTS
	return __sync_fetch_and_add(&state->seq, 1) + 1;
#else
	return type == RECORD_POLL ? 0 : ++state->seq;
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
	__u64 seq = next_seq(state, type);
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

#endif
