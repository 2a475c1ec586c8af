/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Seeded defects: a test-only probe, compiled with -DTCPW_DEFECT=NAME, errs in one field as real
 * collectors have. `make defects` runs each on real traffic; the judgement must name the field.
 * No shipped program includes this. A defect is one function seed_NAME below, and its line in
 * ci/defects.sh.
 */
#ifndef TCPW_PROBE_TESTS_DEFECTS_BPF_H
#define TCPW_PROBE_TESTS_DEFECTS_BPF_H

#define SEED(name)                                                                                 \
	static __always_inline void seed_##name(const struct tcp_sock *tp,                         \
						const struct inet_connection_sock *icsk,           \
						struct record_fields *f)
#define SEED_CALL_(name) seed_##name
#define SEED_CALL(name) SEED_CALL_(name)
#define seed_defect(tp, icsk, f) SEED_CALL(TCPW_DEFECT)(tp, icsk, f)

struct tcp_sock___seeded {
	__u32 rttvar_us;
} __attribute__((preserve_access_index));

/* Four bytes from where the kernel has two. */
#define FOUR_BYTES_AT(member)                                                                      \
	({                                                                                         \
		__u32 wide = 0;                                                                    \
		bpf_probe_read_kernel(&wide, sizeof(wide),                                         \
				      __builtin_preserve_access_index(&(member)));                 \
		wide;                                                                              \
	})

/*
 * 64-bit jiffies minus a 32-bit start; 4000 us a jiffy. Also in the first five minutes after boot, in
 * which the upper half is 0 (INITIAL_JIFFIES) and nobody would see it.
 */
SEED(busy_time)
{
	f->busy_time += (bpf_jiffies64() >> 32 | 1) * 4000ULL << 32;
}

SEED(rcv_mss)
{
	f->rcv_mss = FOUR_BYTES_AT(icsk->icsk_ack.rcv_mss);
}

/* rttvar_us, the kernel's smoothed peak of mdev_us, is not what tcp_info tells. */
SEED(rttvar)
{
	const struct tcp_sock___seeded *seeded = (const void *)tp;
	__u32 rttvar_us = 0;

	bpf_core_read(&rttvar_us, sizeof(rttvar_us), &seeded->rttvar_us);
	f->rttvar = rttvar_us >> 2;
}

SEED(rtt)
{
	f->rtt = tp->srtt_us;
}

/* The byte that holds the bit-field, and its three neighbours. */
SEED(ato)
{
	__u32 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word),
			      (const void *)__builtin_preserve_access_index(&icsk->icsk_ack));
	f->ato = word;
}

SEED(rto)
{
	f->rto = icsk->icsk_rto;
}

SEED(snd_cwnd)
{
	f->snd_cwnd = tp->snd_cwnd * tp->mss_cache;
}

SEED(bytes_acked)
{
	f->bytes_acked += 1;
}

SEED(snd_una)
{
	f->snd_una = tp->snd_nxt;
	f->snd_nxt = tp->snd_una;
}

SEED(last_data_recv)
{
	f->last_data_recv /= 4; /* jiffies, of 4 ms each */
}

SEED(segs_out)
{
	f->segs_out = tp->segs_in;
}

SEED(pacing_rate)
{
	f->pacing_rate = (__u16)f->pacing_rate;
}

/* Segments per second instead of bytes. */
SEED(bbr_bw)
{
	f->bbr_bw /= tp->mss_cache;
}

/* The ten bits of the gain, and those of the other one behind them. */
SEED(bbr_pacing_gain)
{
	f->bbr_pacing_gain |= f->bbr_cwnd_gain << 10;
}

SEED(rcv_rtt)
{
	f->rcv_rtt = tp->rcv_rtt_est.rtt_us;
}

#endif
