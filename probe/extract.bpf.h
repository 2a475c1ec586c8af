/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The one extraction: struct tcp_sock to the catalogue's fields, mirroring tcp_get_info() of
 * net/ipv4/tcp.c. Members are loaded directly through BTF pointers (no bpf_probe_read), which is
 * several times cheaper and lets the verifier check each access.
 *
 * A direct load through a pointer that the verifier does not trust is guarded by the JIT: on x86
 * eight more instructions each, which double the cost of a sample. A pointer that a helper such as
 * bpf_skc_to_tcp_sock() returns is not marked as trusted, but may be passed as a trusted argument
 * to a global function (btf_ptr_types of kernel/bpf/verifier.c), since 6.9: extract_trusted(). The
 * pointer is valid: sockets live at least as long as the callback. Programs that lack such a
 * pointer, and older kernels, take extract() in line, with guards.
 */
#ifndef TCPW_PROBE_EXTRACT_BPF_H
#define TCPW_PROBE_EXTRACT_BPF_H

#include "probe/kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "probe/record.h"

#define KERNEL(a, b) (((a) << 16) + ((b) << 8))

const volatile struct record_settings settings;

/* Kfuncs since 6.2. A program that calls one is not loaded where it is missing. */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

#define BITFIELD(ptr, member) BPF_CORE_READ_BITFIELD(ptr, member)

/* jiffies_to_usecs(), kernel/time/time.c, 64-bit: exact where HZ divides 10^6, floor elsewhere. */
static __always_inline __u32 jiffies_to_usecs(__u32 jiffies)
{
	if (settings.usecs_per_jiffy * settings.hz == 1000000)
		return jiffies * settings.usecs_per_jiffy;
	return (__u64)jiffies * 1000000 / settings.hz;
}

/* jiffies_to_msecs(): exact where HZ divides 1000, rounded up elsewhere (also for HZ = 300). */
static __always_inline __u32 jiffies_to_msecs(__u32 jiffies)
{
	if (settings.msecs_per_jiffy)
		return jiffies * settings.msecs_per_jiffy;
	return ((__u64)jiffies * 1000 + settings.hz - 1) / settings.hz;
}

static __always_inline __u32 at_least_zero(__u32 difference)
{
	return (__s32)difference < 0 ? 0 : difference;
}

/* Metric i of a route: a guarded load where the kernel has the kfunc, which is a tenth of a call. */
static __always_inline __u32 route_metric(unsigned long metrics, int i)
{
	__u32 value = 0;

#ifdef TRUSTED_ARGUMENTS
	const struct dst_metrics *m = bpf_rdonly_cast((void *)metrics,
						      bpf_core_type_id_kernel(struct dst_metrics));

	value = m->metrics[i];
#else
	bpf_probe_read_kernel(&value, sizeof(value), (const __u32 *)metrics + i);
#endif
	return value;
}

/* dst_metric_locked(RTAX_RTO_MIN) ? dst_metric_rtt(RTAX_RTO_MIN), in jiffies : 0. */
static __always_inline __u32 route_rto_min(const struct sock *sk)
{
	enum { RTAX_LOCK = 1, RTAX_RTO_MIN = 13 }; /* metric i is metrics[i - 1] */
	const struct dst_entry *dst = sk->sk_dst_cache;
	unsigned long metrics;

	if (!dst)
		return 0;
	metrics = dst->_metrics & ~3UL; /* DST_METRICS_FLAGS */
	if (!(route_metric(metrics, RTAX_LOCK - 1) & (1 << RTAX_RTO_MIN)))
		return 0;
	return ((__u64)route_metric(metrics, RTAX_RTO_MIN - 1) * settings.hz + 999) / 1000;
}

/*
 * min(icsk_ack.ato, tcp_delack_max()), net/ipv4/tcp_output.c. Since 6.7 a locked rto_min of the
 * route bounds the delay; since 6.11 (tcp_rto_min()) the socket's own rto_min does so too.
 */
static __always_inline __u32 delayed_ack_timeout(const struct sock *sk,
						 const struct inet_connection_sock *icsk)
{
	__u32 ato = BITFIELD(icsk, icsk_ack.ato), max, rto_min;

	if (settings.kernel_version < KERNEL(6, 7) || ato < 2)
		return ato;
	max = icsk->icsk_delack_max;
	rto_min = route_rto_min(sk);
	if (!rto_min && settings.kernel_version >= KERNEL(6, 11))
		rto_min = icsk->icsk_rto_min;
	if (rto_min) {
		rto_min = rto_min > 2 ? rto_min - 1 : 1;
		if (rto_min < max)
			max = rto_min;
	}
	return ato < max ? ato : max;
}

static __always_inline __u8 tcp_options(const struct tcp_sock *tp)
{
	__u8 options = 0, ecn = tp->ecn_flags;

	if (BITFIELD(tp, rx_opt.tstamp_ok))
		options |= 1;
	if (BITFIELD(tp, rx_opt.sack_ok)) /* tcp_is_sack() */
		options |= 2;
	if (BITFIELD(tp, rx_opt.wscale_ok))
		options |= 4;
	if (ecn & 0x11) /* TCP_ECN_OK, since 6.18 tcp_ecn_mode_any(): RFC 3168 or AccECN */
		options |= 8;
	if (ecn & 8) /* TCP_ECN_SEEN */
		options |= 16;
	if (BITFIELD(tp, syn_data_acked))
		options |= 32;
	if (bpf_core_field_exists(tp->tcp_usec_ts) && BITFIELD(tp, tcp_usec_ts))
		options |= 64;
	if (bpf_core_field_exists(tp->syn_fastopen_child) && BITFIELD(tp, syn_fastopen_child))
		options |= 128;
	return options;
}

/* tcp_compute_delivery_rate() */
static __always_inline __u64 delivery_rate(const struct tcp_sock *tp)
{
	__u32 rate = tp->rate_delivered, interval = tp->rate_interval_us;

	return rate && interval ? (__u64)rate * tp->mss_cache * 1000000 / interval : 0;
}

struct clocks {
	__u64 busy, rwnd_limited, sndbuf_limited; /* us */
};

/* tcp_get_info_chrono_stats(): all in 32-bit jiffies, then USEC_PER_SEC / HZ each. */
static __always_inline struct clocks read_clocks(const struct tcp_sock *tp, __u32 now)
{
	enum { CHRONO_BUSY = 1, CHRONO_RWND_LIMITED, CHRONO_SNDBUF_LIMITED }; /* enum tcp_chrono */
	__u64 busy = tp->chrono_stat[0], rwnd = tp->chrono_stat[1], sndbuf = tp->chrono_stat[2];
	__u32 running = now - tp->chrono_start, usecs = settings.usecs_per_jiffy;
	__u8 type = BITFIELD(tp, chrono_type);

	if (type == CHRONO_BUSY)
		busy += running;
	else if (type == CHRONO_RWND_LIMITED)
		rwnd += running;
	else if (type == CHRONO_SNDBUF_LIMITED)
		sndbuf += running;
	return (struct clocks){ .busy = (busy + rwnd + sndbuf) * usecs,
				.rwnd_limited = rwnd * usecs,
				.sndbuf_limited = sndbuf * usecs };
}

/* total_rto_time plus the unfinished recovery; tcp_clock_ms() is CLOCK_MONOTONIC. */
static __always_inline __u32 rto_time(const struct tcp_sock *tp, __u64 now_ns)
{
	__u32 stamp = tp->rto_stamp, total = tp->total_rto_time;

	return stamp ? total + (__u32)(now_ns / 1000000) - stamp : total;
}

/* tcp_ecn_mode_*() of include/net/tcp_ecn.h, as TCPI_ECN_MODE_* */
static __always_inline __u8 ecn_mode(const struct tcp_sock *tp)
{
	__u8 flags = tp->ecn_flags & 0x11;

	return flags == 0x11 ? 3 : flags == 0x10 ? 2 : flags;
}

/* A name's first eight bytes, as a little-endian machine loads them. */
#define NAME(a, b, c, d, e, f, g)                                                                  \
	((__u64)(a) | (__u64)(b) << 8 | (__u64)(c) << 16 | (__u64)(d) << 24 | (__u64)(e) << 32 |   \
	 (__u64)(f) << 40 | (__u64)(g) << 48)

struct cc {
	enum record_cc info;
	bool fallback;     /* DCTCP without ECN: dctcp_get_info() tells zeros */
	const void *state; /* inet_csk_ca() */
};

/*
 * Which congestion control's state is in icsk_ca_priv, told by icsk_ca_ops->name. Types that this
 * kernel lacks drop out when the program is loaded: where only bbr is there, one comparison is left.
 * Of those that fill VEGASINFO the first member of YeAH's state is Vegas's; Westwood, Illinois and NV
 * have states of their own.
 */
static __always_inline struct cc read_cc(const struct inet_connection_sock *icsk)
{
	__u64 name = *(const volatile __u64 *)icsk->icsk_ca_ops->name;
	struct cc cc = { .info = CC_NONE };

	if (bpf_core_type_exists(struct bbr) && name == NAME('b', 'b', 'r', 0, 0, 0, 0))
		cc.info = CC_BBRINFO;
	if (bpf_core_type_exists(struct dctcp)) {
		cc.fallback = name == (NAME('d', 'c', 't', 'c', 'p', '-', 'r') | (__u64)'e' << 56);
		if (cc.fallback || name == NAME('d', 'c', 't', 'c', 'p', 0, 0))
			cc.info = CC_DCTCPINFO;
	}
	if (bpf_core_type_exists(struct vegas) && (name == NAME('v', 'e', 'g', 'a', 's', 0, 0) ||
						   name == NAME('y', 'e', 'a', 'h', 0, 0, 0)))
		cc.info = CC_VEGASINFO;
	cc.state = icsk->icsk_ca_priv;
	/* Its members are relocated on their own, not as one path with icsk_ca_priv's. */
	asm volatile("" : "+r"(cc.state));
	return cc;
}

/* bbr_get_info(), net/ipv4/tcp_bbr.c: segments per us, times 2^24 */
static __always_inline __u64 bbr_bandwidth(const struct tcp_sock *tp, const struct bbr *bbr)
{
	__u64 bw = BITFIELD(bbr, lt_use_bw) ? bbr->lt_bw : bbr->bw.s[0].v;

	return bw * tp->mss_cache * 1000000 >> 24;
}

#ifdef TCPW_DEFECT /* a test-only probe: ci/defects.sh */
#include "probe/tests/defects.bpf.h"
#else
#define seed_defect(tp, icsk, f)
#endif

static __always_inline void extract(const struct tcp_sock *tp, __u64 now_ns,
				    struct record_fields *f)
{
	const struct inet_connection_sock *icsk = &tp->inet_conn;
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	__u32 now = bpf_jiffies64();
	struct clocks clocks = read_clocks(tp, now); /* several fields share them */
	struct cc cc = read_cc(icsk);
	const struct vegas *vegas = cc.state;
	const struct dctcp *dctcp = cc.state;
	const struct bbr *bbr = cc.state;

#define TCPI(name, type, unit, kind, at, since, rtt, all_ones, have, expr, doc)                \
	if (have)                                                                                  \
		f->name = (expr);
#define SOCK(name, type, unit, kind, have, expr, doc)                                              \
	if (have)                                                                                  \
		f->name = (expr);
#include "timeline/catalogue.def"
	f->cc_info = cc.info;
	if (cc.info != CC_NONE) {
#define CC(name, type, unit, kind, attribute, at, rtt, all_ones, have, expr, doc)               \
		if ((have) && cc.info == CC_##attribute)                                           \
			f->name = (expr);
#include "timeline/catalogue.def"
	}
	seed_defect(tp, icsk, f);
}

#ifdef TRUSTED_ARGUMENTS
#define __arg_trusted __attribute__((btf_decl_tag("arg:trusted")))
#define __arg_nonnull __attribute__((btf_decl_tag("arg:nonnull")))

__attribute__((noinline)) int extract_trusted(const struct tcp_sock *tp __arg_trusted, __u64 now_ns,
					      struct record_fields *f __arg_nonnull)
{
	extract(tp, now_ns, f);
	return 0;
}
#else
#define extract_trusted extract
#endif

#endif
