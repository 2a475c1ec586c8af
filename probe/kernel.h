/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The parts of kernel types that the probe reads, written down by hand instead of taken from the
 * build machine's BTF, so that the machine that builds never limits the fields. Member offsets and
 * widths are those of the kernel that runs it: libbpf relocates every access (CO-RE). A member
 * that a kernel lacks is asked for with bpf_core_field_exists() first.
 */
#ifndef TCPW_PROBE_KERNEL_H
#define TCPW_PROBE_KERNEL_H

#include <linux/bpf.h>
#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in6_addr {
	union {
		__u32 u6_addr32[4];
	} in6_u;
};

typedef struct {
	__s64 counter;
} atomic64_t;

struct sock_common {
	struct {
		__be32 skc_daddr;
		__be32 skc_rcv_saddr;
	};
	struct {
		__be16 skc_dport;
		__u16 skc_num;
	};
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	atomic64_t skc_cookie;
};

struct dst_metrics {
	__u32 metrics[17];
};

struct dst_entry {
	unsigned long _metrics;
};

struct kernfs_node {
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
	int level;
	struct cgroup *ancestors[1]; /* since 6.1 */
};

/* Before 6.1 a cgroup kept its ancestors' ids. */
struct cgroup___ids {
	__u64 ancestor_ids[1];
};

struct sock_cgroup_data {
	struct cgroup *cgroup; /* since 5.15; before, a union with flags in the low bits */
};

struct sock_cgroup_data___val {
	__u64 val;
};

struct atomic {
	int counter;
};

struct qspinlock {
	struct atomic val;
};

struct raw_spinlock {
	struct qspinlock raw_lock;
};

struct spinlock {
	struct raw_spinlock rlock;
};

struct sock {
	struct sock_common __sk_common;
	struct {
		struct spinlock slock;
		int owned;
	} sk_lock;
	struct dst_entry *sk_dst_cache;
	unsigned long sk_pacing_rate;
	unsigned long sk_max_pacing_rate;
	struct sock_cgroup_data sk_cgrp_data;
};

struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
};

struct tcp_congestion_ops {
	char name[16];
};

/* The state of congestion controls, in icsk_ca_priv; of modules, in the BTF of their own. */
struct minmax_sample {
	__u32 t;
	__u32 v;
};

struct minmax {
	struct minmax_sample s[3];
};

struct bbr {
	__u32 min_rtt_us;
	struct minmax bw;
	__u32 lt_use_bw : 1;
	__u32 lt_bw;
	__u32 pacing_gain : 10;
	__u32 cwnd_gain : 10;
};

struct dctcp {
	__u32 old_delivered;
	__u32 old_delivered_ce;
	__u32 dctcp_alpha;
	__u32 ce_state;
};

struct vegas {
	__u8 doing_vegas_now;
	__u16 cntRTT;
	__u32 minRTT;
	__u32 baseRTT;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	__u32 icsk_rto;
	__u32 icsk_rto_min;
	__u32 icsk_delack_max;
	__u32 icsk_pmtu_cookie;
	const struct tcp_congestion_ops *icsk_ca_ops;
	__u8 icsk_ca_state : 5;
	__u8 icsk_retransmits;
	__u8 icsk_backoff;
	__u8 icsk_probes_out;
	struct {
		__u32 ato : 8; /* all 32 bits before 6.7 */
		__u32 lrcvtime;
		__u16 rcv_mss;
	} icsk_ack;
	__u64 icsk_ca_priv[13];
};

struct tcp_options_received {
	__u16 tstamp_ok : 1;
	__u16 wscale_ok : 1;
	__u16 sack_ok : 3;
	__u16 snd_wscale : 4;
	__u16 rcv_wscale : 4;
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	struct tcp_options_received rx_opt;
	struct minmax rtt_min;
	__u64 bytes_received;
	__u64 bytes_sent;
	__u64 bytes_acked;
	__u64 bytes_retrans;
	__u32 segs_in;
	__u32 data_segs_in;
	__u32 copied_seq;
	__u32 rcv_nxt;
	__u32 segs_out;
	__u32 data_segs_out;
	__u32 snd_una;
	__u32 snd_nxt;
	__u32 dsack_dups;
	__u32 rcv_tstamp;
	__u32 lsndtime;
	__u32 snd_wnd;
	__u32 mss_cache;
	__u32 rcv_ssthresh;
	__u8 chrono_type : 2; /* a whole byte since 6.18 */
	__u8 rate_app_limited : 1;
	__u8 fastopen_client_fail : 2;
	__u8 syn_data_acked : 1;
	__u8 syn_fastopen_child : 1;
	__u8 tcp_usec_ts : 1;
	__u8 accecn_fail_mode : 4;
	__u8 saw_accecn_opt : 2;
	__u8 ecn_flags;
	__u16 advmss;
	__u16 total_rto;
	__u16 total_rto_recoveries;
	__u16 timeout_rehash;
	__u32 chrono_start;
	__u32 chrono_stat[3];
	__u32 srtt_us;
	__u32 mdev_us;
	__u32 packets_out;
	__u32 retrans_out;
	__u32 lost_out;
	__u32 sacked_out;
	__u32 snd_ssthresh;
	__u32 snd_cwnd;
	__u32 reordering;
	__u32 reord_seen;
	__u32 rcv_wnd;
	__u32 write_seq;
	__u32 delivered;
	__u32 delivered_ce;
	__u32 received_ce;
	__u32 delivered_ecn_bytes[3];
	__u32 received_ecn_bytes[3];
	__u32 rate_delivered;
	__u32 rate_interval_us;
	__u32 total_retrans;
	__u32 rcv_ooopack;
	__u32 plb_rehash;
	__u32 rto_stamp;
	__u32 total_rto_time;
	struct {
		__u32 rtt_us;
	} rcv_rtt_est;
	struct {
		int space;
	} rcvq_space;
};

/* Only to ask which members the kernel's struct tcp_info has. */
struct tcp_info {
	__u32 tcpi_snd_wnd;
	__u32 tcpi_rcv_wnd;
	__u32 tcpi_ecn_mode : 2;
	__u32 tcpi_options2 : 24;
};

struct task_struct {
	void *stack;
};

struct sk_buff {
	char cb[48];
};

struct tcp_skb_cb {
	__u32 seq;
	__u32 end_seq;
	__u32 ack_seq;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id;
	__u64 seq_num;
};

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
};

#pragma clang attribute pop

#define SOL_TCP 6
#define SOCK_OPS_CB_FLAGS 1008 /* TCP_BPF_SOCK_OPS_CB_FLAGS of 6.12; older headers lack it */

#endif
