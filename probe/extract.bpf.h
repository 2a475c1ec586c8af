/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The one extraction: struct tcp_sock to the catalogue's fields, mirroring tcp_get_info() of
 * net/ipv4/tcp.c. Members are loaded directly through BTF pointers (no bpf_probe_read), which is
 * several times cheaper and lets the verifier check each access.
 */
#ifndef TCPW_PROBE_EXTRACT_BPF_H
#define TCPW_PROBE_EXTRACT_BPF_H

#include "probe/kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "probe/record.h"

extern int LINUX_KERNEL_VERSION __kconfig;
#define KERNEL(a, b) (((a) << 16) + ((b) << 8))

/* The kernel's HZ; USEC_PER_SEC / HZ rounded down; MSEC_PER_SEC / HZ, 0 if that is no whole
 * number. Set before loading, so that the verifier sees constants and drops the slow branches. */
const volatile __u32 kernel_hz = 250;
const volatile __u32 usecs_per_jiffy = 4000;
const volatile __u32 msecs_per_jiffy = 4;

#define BITFIELD(ptr, member) BPF_CORE_READ_BITFIELD(ptr, member)

/* jiffies_to_usecs(), kernel/time/time.c, 64-bit: exact where HZ divides 10^6, floor elsewhere. */
static __always_inline __u32 jiffies_to_usecs(__u32 jiffies)
{
	if (usecs_per_jiffy * kernel_hz == 1000000)
		return jiffies * usecs_per_jiffy;
	return (__u64)jiffies * 1000000 / kernel_hz;
}

/* jiffies_to_msecs(): exact where HZ divides 1000, rounded up elsewhere (also for HZ = 300). */
static __always_inline __u32 jiffies_to_msecs(__u32 jiffies)
{
	if (msecs_per_jiffy)
		return jiffies * msecs_per_jiffy;
	return ((__u64)jiffies * 1000 + kernel_hz - 1) / kernel_hz;
}

static __always_inline __u32 at_least_zero(__u32 difference)
{
	return (__s32)difference < 0 ? 0 : difference;
}

/* dst_metric_locked(RTAX_RTO_MIN) ? dst_metric_rtt(RTAX_RTO_MIN), in jiffies : 0. */
static __always_inline __u32 route_rto_min(const struct sock *sk)
{
	enum { METRIC_LOCK = 0, METRIC_RTO_MIN = 12, RTAX_RTO_MIN = 13 };
	const struct dst_entry *dst = sk->sk_dst_cache;
	__u32 locks = 0, msecs = 0;
	const __u32 *metrics;

	if (!dst)
		return 0;
	metrics = (const __u32 *)(dst->_metrics & ~3UL); /* DST_METRICS_FLAGS */
	bpf_probe_read_kernel(&locks, sizeof(locks), metrics + METRIC_LOCK);
	if (!(locks & (1 << RTAX_RTO_MIN)))
		return 0;
	bpf_probe_read_kernel(&msecs, sizeof(msecs), metrics + METRIC_RTO_MIN);
	return ((__u64)msecs * kernel_hz + 999) / 1000;
}

/*
 * min(icsk_ack.ato, tcp_delack_max()), net/ipv4/tcp_output.c. Since 6.7 a locked rto_min of the
 * route bounds the delay; since 6.11 (tcp_rto_min()) the socket's own rto_min does so too.
 */
static __always_inline __u32 delayed_ack_timeout(const struct sock *sk,
						 const struct inet_connection_sock *icsk)
{
	__u32 ato = BITFIELD(icsk, icsk_ack.ato), max, rto_min;

	if (LINUX_KERNEL_VERSION < KERNEL(6, 7) || ato < 2)
		return ato;
	max = icsk->icsk_delack_max;
	rto_min = route_rto_min(sk);
	if (!rto_min && LINUX_KERNEL_VERSION >= KERNEL(6, 11))
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

/* tcp_get_info_chrono_stats(): all in 32-bit jiffies, then USEC_PER_SEC / HZ each. */
static __always_inline __u64 chrono(const struct tcp_sock *tp, __u32 now, int i)
{
	__u64 stat = tp->chrono_stat[i - 1];

	if (BITFIELD(tp, chrono_type) == i)
		stat += (__u32)(now - tp->chrono_start);
	return stat * usecs_per_jiffy;
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

#define TCPI(name, type, unit, kind, at, since, rtt, all_ones, have, expr, doc)                \
	if (have)                                                                                  \
		f->name = (expr);
#define SOCK(name, type, unit, kind, have, expr, doc)                                              \
	if (have)                                                                                  \
		f->name = (expr);
#include "timeline/catalogue.def"
	seed_defect(tp, icsk, f);
}

#endif
