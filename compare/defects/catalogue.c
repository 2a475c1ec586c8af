// SPDX-License-Identifier: BSD-2-Clause
/*
 * The catalogue of seeded defects: a line each. A defect is caught when the verdict is the expected
 * one and the field that was spoilt, or the cause, is named by it; a verdict that blames something
 * else does not count.
 *
 * The names begin with the witness. What the wild has brought forth (bugs of real collectors) comes
 * first, then each kind of error for each witness.
 */
#include <sys/socket.h>

#include "defect.h"
#include "edit_files.h"
#include "edit_path.h"
#include "edit_report.h"
#include "edit_stream.h"
#include "edit_values.h"

/* VALUE: a field of a timeline. STREAM: the samples. BYTES: the file. NAME: a word of it that it may
 * have. REPORT: iperf3's figures. */
#define VALUE(n, fx, w, edit, f, ...)                                                        \
	{ .name = n, .fixture = fx, .target = TARGET_##w, .tape = edit, .field = FIELD_##f,  \
	  .expected = STATUS_FAIL, ##__VA_ARGS__ }
#define STREAM(n, fx, w, edit, amount, c, ...)                                               \
	{ .name = n, .fixture = fx, .target = TARGET_##w, .tape = edit, .k = amount,         \
	  .expected = STATUS_FAIL, .cause = c, ##__VA_ARGS__ }
#define BYTES(n, fx, w, edit, amount, c, ...)                                                \
	{ .name = n, .fixture = fx, .target = TARGET_##w, .file = edit, .k = amount,         \
	  .expected = STATUS_ERROR, .cause = c, ##__VA_ARGS__ }
#define LIE(n, edit, amount, c, ...)                                                         \
	{ .name = n, .fixture = "path", .target = TARGET_PATH, .file = edit, .k = amount,    \
	  .expected = STATUS_FAIL, .cause = c, ##__VA_ARGS__ }
#define NAME(n, fx, w, c, change)                                                            \
	{ .name = n, .fixture = fx, .target = TARGET_##w, .file = edit_replace, .key = change, \
	  .expected = STATUS_FAIL, .cause = c }
#define REPORT(n, fx, w, edit, figure, fields, ...)                                          \
	{ .name = n, .fixture = fx, .target = TARGET_##w, .report = edit, .key = figure,     \
	  .named = fields, .expected = STATUS_FAIL, ##__VA_ARGS__ }

#define EVENT(name) (1U << EVENT_##name)
#define WRAPPED_US ((1ULL << 32) * 4000) /* 2^32 jiffies at 250 HZ */
#define MS 1000000ULL

/* clang-format off */
const struct defect catalogue_of_defects[] = {
	/* 64-bit jiffies minus a 32-bit start */
	VALUE("probe busy_time + 2^32 jiffies", "segment", PROBE, edit_add, busy_time, .k = WRAPPED_US),
	VALUE("probe rwnd_limited + 2^32 jiffies", "segment", PROBE, edit_add, rwnd_limited, .k = WRAPPED_US),
	VALUE("probe sndbuf_limited + 2^32 jiffies", "segment", PROBE, edit_add, sndbuf_limited, .k = WRAPPED_US),
	VALUE("netlink busy_time + 2^32 jiffies", "segment", NETLINK, edit_add, busy_time, .k = WRAPPED_US),
	/* four bytes where the kernel has two */
	VALUE("probe rcv_mss four bytes wide", "segment", PROBE, edit_add, rcv_mss, .k = 0x05a80000),
	VALUE("probe advmss four bytes wide", "segment", PROBE, edit_add, advmss, .k = 0x00010000),
	VALUE("netlink rcv_mss four bytes wide", "segment", NETLINK, edit_add, rcv_mss, .k = 0x05a80000),
	VALUE("netlink advmss four bytes wide", "rtt", NETLINK, edit_add, advmss, .k = 0x00010000),
	VALUE("probe state from callback argument", "segment", PROBE, edit_from_other, state, .other = FIELD_cb_srtt, .events = EVENT(rtt)),
	VALUE("probe srtt one update late", "segment", PROBE, edit_stale, rtt),
	VALUE("probe srtt one update late (rtt)", "rtt", PROBE, edit_stale, rtt),
	VALUE("probe ato with its neighbours' bits", "segment", PROBE, edit_add, ato, .k = 0x100 * 4000),
	VALUE("probe last_data_sent for HZ=300", "segment", PROBE, edit_scale_3_4, last_data_sent),
	VALUE("probe last_data_recv for HZ=300", "segment", PROBE, edit_scale_3_4, last_data_recv),
	VALUE("probe last_ack_recv for HZ=300", "segment", PROBE, edit_scale_3_4, last_ack_recv),
	VALUE("netlink last_ack_recv for HZ=300", "segment", NETLINK, edit_scale_3_4, last_ack_recv),
	STREAM("netlink AF_INET never matched", "rtt", NETLINK, edit_drop_family, AF_INET, "coverage/netlink: never seen"),
	STREAM("netlink mapped addresses missed", "rtt", NETLINK, edit_drop_family, AF_INET6, "coverage/netlink: never seen"),
	STREAM("probe mapped addresses missed", "rtt", PROBE, edit_drop_family, AF_INET6, "coverage/probe: never seen"),
	STREAM("netlink port bytes in wrong order", "rtt", NETLINK, edit_swap_ports, 1, "join/: 4-tuple"),
	STREAM("probe ring full, told nowhere", "segment", PROBE, edit_drop, 20, "losses/probe: missing"),
	VALUE("probe rttvar from rttvar_us", "segment", PROBE, edit_slow_peak, rttvar),
	VALUE("netlink rttvar from rttvar_us", "segment", NETLINK, edit_slow_peak, rttvar),
	VALUE("probe snd_cwnd in bytes", "segment", PROBE, edit_times_other, snd_cwnd, .other = FIELD_snd_mss),
	VALUE("netlink snd_cwnd in bytes", "segment", NETLINK, edit_times_other, snd_cwnd, .other = FIELD_snd_mss),
	BYTES("probe min_rtt ~0 as a number", "segment", PROBE, edit_replace, 0, "witness/probe: min_rtt", .key = "\"min_rtt\":null=>\"min_rtt\":4294967295"),
	BYTES("netlink max_pacing_rate ~0 as a number", "segment", NETLINK, edit_replace, 0, "witness/netlink: max_pacing_rate", .key = "\"max_pacing_rate\":\"unlimited\"=>\"max_pacing_rate\":\"18446744073709551615\""),
	STREAM("netlink one stamp for a whole round", "segment", NETLINK, edit_one_stamp, 0, "schedule/netlink: window"),
	STREAM("netlink stamped after the answer", "segment", NETLINK, edit_stamp_after, 0, "schedule/netlink: window"),
	STREAM("netlink period drifts by the work done", "segment", NETLINK, edit_slow_grid, 100, "schedule/netlink: tick"),
	REPORT("iperf3 placed by its whole second", "segment", CLIENT, report_whole_second, NULL, NULL, .k = 365000, .cause = "clock/iperf3 client"),
	STREAM("netlink listener's record after the end", "segment", NETLINK, edit_listener, 0, "states/state: netlink"),
	STREAM("probe listener's record after the end", "poll", PROBE, edit_listener, 0, "states/state: probe"),
	VALUE("netlink absent field as 0", "segment", NETLINK, edit_announce, ecn_mode, .cause = "presence/ecn_mode"),
	VALUE("probe absent field as 0", "segment", PROBE, edit_announce, ecn_mode, .cause = "presence/ecn_mode"),
	VALUE("probe field that its header denies", "rtt", PROBE, edit_smuggle, rqueue, .cause = "presence/rqueue"),

	/* probe */
	VALUE("probe rtt without >> 3", "segment", PROBE, edit_multiply, rtt, .k = 8),
	VALUE("probe rttvar without >> 2", "segment", PROBE, edit_multiply, rttvar, .k = 4),
	VALUE("probe rcv_rtt without >> 3", "segment", PROBE, edit_multiply, rcv_rtt, .k = 8),
	VALUE("probe rtt in ms", "segment", PROBE, edit_divide, rtt, .k = 1000),
	VALUE("probe rto in jiffies", "segment", PROBE, edit_divide, rto, .k = 4000),
	VALUE("probe busy_time in jiffies", "segment", PROBE, edit_divide, busy_time, .k = 4000),
	VALUE("probe last_data_recv in jiffies", "poll", PROBE, edit_divide, last_data_recv, .k = 4),
	VALUE("probe unacked in bytes", "segment", PROBE, edit_times_other, unacked, .other = FIELD_snd_mss),
	VALUE("probe delivered in bytes", "segment", PROBE, edit_times_other, delivered, .other = FIELD_snd_mss),
	VALUE("probe pacing_rate in bits", "segment", PROBE, edit_multiply, pacing_rate, .k = 8),
	VALUE("probe bytes_acked 16 bits wide", "segment", PROBE, edit_keep_bits, bytes_acked, .k = 0xffff),
	VALUE("probe delivery_rate 16 bits wide", "segment", PROBE, edit_keep_bits, delivery_rate, .k = 0xffff),
	VALUE("probe bytes_acked and bytes_received swapped", "segment", PROBE, edit_swap, bytes_acked, .other = FIELD_bytes_received),
	VALUE("probe segs_in and segs_out swapped", "segment", PROBE, edit_swap, segs_in, .other = FIELD_segs_out),
	VALUE("probe rtt and rttvar swapped", "segment", PROBE, edit_swap, rtt, .other = FIELD_rttvar),
	VALUE("probe snd_una and snd_nxt swapped", "segment", PROBE, edit_swap, snd_una, .other = FIELD_snd_nxt),
	VALUE("probe last_data_recv and last_ack_recv swapped", "segment", PROBE, edit_swap, last_data_recv, .other = FIELD_last_ack_recv),
	VALUE("probe snd_cwnd stale by one", "segment", PROBE, edit_stale, snd_cwnd),
	VALUE("probe bytes_acked stale by one", "segment", PROBE, edit_stale, bytes_acked),
	VALUE("probe segs_in stale by one", "segment", PROBE, edit_stale, segs_in),
	VALUE("probe ca_state stale by one", "segment", PROBE, edit_stale, ca_state),
	VALUE("probe bytes_acked off by one", "segment", PROBE, edit_add, bytes_acked, .k = 1),
	VALUE("probe bytes_received off by one", "segment", PROBE, edit_add, bytes_received, .k = 1),
	VALUE("probe segs_out off by one", "rtt", PROBE, edit_add, segs_out, .k = 1),
	VALUE("probe data_segs_in off by one", "poll", PROBE, edit_add, data_segs_in, .k = 1),
	VALUE("probe total_retrans off by one", "state", PROBE, edit_add, total_retrans, .k = 1),
	VALUE("probe rtt off by one", "segment", PROBE, edit_add, rtt, .k = 1),
	VALUE("probe snd_wnd off by one", "segment", PROBE, edit_add, snd_wnd, .k = 1),
	VALUE("probe rcv_wnd off by one", "segment", PROBE, edit_add, rcv_wnd, .k = 1),
	VALUE("probe snd_ssthresh off by one", "segment", PROBE, edit_add, snd_ssthresh, .k = 1),
	VALUE("probe pmtu off by one", "rtt", PROBE, edit_add, pmtu, .k = 1),
	VALUE("probe snd_una off by one", "segment", PROBE, edit_add, snd_una, .k = 1),
	VALUE("probe write_seq off by one", "segment", PROBE, edit_add, write_seq, .k = 1),
	VALUE("probe rcv_nxt off by one", "segment", PROBE, edit_add, rcv_nxt, .k = 1),
	/* the tick that dates ages: where it is wrong, they are */
	VALUE("probe jiffies stale by one", "segment", PROBE, edit_stale, jiffies, .named = "last_data_sent last_data_recv last_ack_recv"),
	VALUE("probe total_rto_time + 2^31 ms", "segment", PROBE, edit_add, total_rto_time, .k = 1ULL << 31),
	VALUE("probe rtt constant", "segment", PROBE, edit_constant, rtt),
	VALUE("probe bytes_acked constant", "segment", PROBE, edit_constant, bytes_acked),
	VALUE("probe lost 0", "segment", PROBE, edit_set, lost, .k = 0),
	VALUE("probe snd_wnd 0", "segment", PROBE, edit_set, snd_wnd, .k = 0),
	STREAM("probe clock + 1 ms", "segment", PROBE, edit_shift, 1 * MS, "clock/netlink"),
	STREAM("probe clock + 10 ms", "segment", PROBE, edit_shift, 10 * MS, "clock/netlink"),
	STREAM("probe clock + 1 s", "segment", PROBE, edit_shift, 1000 * MS, "clock/netlink"),
	STREAM("probe losses told honestly", "segment", PROBE, edit_drop_honest, 20, "losses/probe: were lost"),
	STREAM("probe polls lost, told nowhere", "poll", PROBE, edit_drop, 20, "losses/probe: missing", .events = EVENT(poll)),
	STREAM("probe samples twice", "rtt", PROBE, edit_duplicate, 20, "losses/probe: twice"),
	STREAM("probe samples under the wrong flow", "rtt", PROBE, edit_wrong_flow, 10, "losses/probe: twice"),
	BYTES("probe lines lost", "state", PROBE, edit_lose_lines, 10, "witness/probe: lines were lost"),
	BYTES("probe lines doubled", "state", PROBE, edit_double_lines, 10, "witness/probe: lines were lost or added"),
	BYTES("probe lines out of order", "segment", PROBE, edit_swap_lines, 100, "witness/probe: time runs backwards"),
	BYTES("probe file cut in a line", "segment", PROBE, edit_cut, 600, "witness/probe: cut"),
	BYTES("probe file cut between lines", "segment", PROBE, edit_cut_lines, 600, "witness/probe: cut"),
	BYTES("probe trailer missing", "segment", PROBE, edit_cut_trailer, 0, "witness/probe: trailer"),
	BYTES("probe file empty", "state", PROBE, edit_empty, 0, "witness/probe: empty"),
	BYTES("probe field misspelt", "rtt", PROBE, edit_replace, 0, "witness/probe: snd_cwdn", .key = "\"snd_cwnd\":=>\"snd_cwdn\":"),

	/* netlink */
	VALUE("netlink rtt without >> 3", "segment", NETLINK, edit_multiply, rtt, .k = 8),
	VALUE("netlink rtt in ms", "rtt", NETLINK, edit_divide, rtt, .k = 1000),
	VALUE("netlink rto in ms", "segment", NETLINK, edit_divide, rto, .k = 1000),
	VALUE("netlink busy_time in ms", "segment", NETLINK, edit_divide, busy_time, .k = 1000),
	VALUE("netlink last_data_recv in us", "segment", NETLINK, edit_multiply, last_data_recv, .k = 1000),
	VALUE("netlink unacked in bytes", "segment", NETLINK, edit_times_other, unacked, .other = FIELD_snd_mss),
	VALUE("netlink bytes_acked 16 bits wide", "rtt", NETLINK, edit_keep_bits, bytes_acked, .k = 0xffff),
	VALUE("netlink rcv_space 16 bits wide", "segment", NETLINK, edit_keep_bits, rcv_space, .k = 0xff),
	VALUE("netlink pacing_rate 32 bits wide", "segment", NETLINK, edit_keep_bits, pacing_rate, .k = 0xffff),
	VALUE("netlink segs_in and segs_out swapped", "segment", NETLINK, edit_swap, segs_in, .other = FIELD_segs_out),
	VALUE("netlink rtt and rttvar swapped", "segment", NETLINK, edit_swap, rtt, .other = FIELD_rttvar),
	VALUE("netlink last_data_sent and last_data_recv swapped", "segment", NETLINK, edit_swap, last_data_sent, .other = FIELD_last_data_recv),
	VALUE("netlink bytes_acked stale by one", "segment", NETLINK, edit_stale, bytes_acked),
	VALUE("netlink snd_cwnd stale by one", "segment", NETLINK, edit_stale, snd_cwnd),
	VALUE("netlink state stale by one", "segment", NETLINK, edit_stale, state),
	VALUE("netlink bytes_received off by one", "segment", NETLINK, edit_add, bytes_received, .k = 1),
	VALUE("netlink delivered off by one", "poll", NETLINK, edit_add, delivered, .k = 1),
	VALUE("netlink segs_out off by one", "rtt", NETLINK, edit_add, segs_out, .k = 1),
	VALUE("netlink bytes_sent off by one", "state", NETLINK, edit_add, bytes_sent, .k = 1),
	VALUE("netlink rtt off by one", "segment", NETLINK, edit_add, rtt, .k = 1),
	VALUE("netlink snd_cwnd off by one", "segment", NETLINK, edit_add, snd_cwnd, .k = 1),
	VALUE("netlink reordering off by one", "segment", NETLINK, edit_add, reordering, .k = 1),
	VALUE("netlink rcv_ssthresh off by one", "segment", NETLINK, edit_add, rcv_ssthresh, .k = 1),
	VALUE("netlink notsent_bytes off by one", "segment", NETLINK, edit_add, notsent_bytes, .k = 1),
	VALUE("netlink options with a bit too many", "segment", NETLINK, edit_add, options, .k = 8),
	VALUE("netlink snd_wscale off by one", "segment", NETLINK, edit_add, snd_wscale, .k = 1),
	VALUE("netlink last_ack_recv wrapped", "segment", NETLINK, edit_add, last_ack_recv, .k = (1ULL << 32) - 4),
	VALUE("netlink rttvar constant", "segment", NETLINK, edit_constant, rttvar),
	VALUE("netlink segs_in constant", "poll", NETLINK, edit_constant, segs_in),
	VALUE("netlink snd_ssthresh 0", "segment", NETLINK, edit_set, snd_ssthresh, .k = 0),
	VALUE("netlink min_rtt 0", "segment", NETLINK, edit_set, min_rtt, .k = 0),
	STREAM("netlink clock + 1 ms", "segment", NETLINK, edit_shift, 1 * MS, "clock/netlink"),
	STREAM("netlink clock + 10 ms", "rtt", NETLINK, edit_shift, 10 * MS, "clock/netlink"),
	STREAM("netlink clock + 1 s", "segment", NETLINK, edit_shift, 1000 * MS, "clock/netlink"),
	STREAM("netlink samples lost, told nowhere", "segment", NETLINK, edit_drop, 10, "schedule/netlink: tick", .events = EVENT(sample)),
	STREAM("netlink losses told honestly", "segment", NETLINK, edit_drop_honest, 3, "coverage/netlink: declares at least", .events = EVENT(sample)),
	STREAM("netlink samples twice", "segment", NETLINK, edit_duplicate, 10, "schedule/netlink: window", .events = EVENT(sample)),
	STREAM("netlink samples under the wrong flow", "rtt", NETLINK, edit_wrong_flow, 10, "schedule/netlink", .events = EVENT(sample)),
	BYTES("netlink lines lost", "rtt", NETLINK, edit_lose_lines, 10, "witness/netlink: lines were lost"),
	BYTES("netlink lines doubled", "poll", NETLINK, edit_double_lines, 10, "witness/netlink: lines were lost or added"),
	BYTES("netlink lines out of order", "segment", NETLINK, edit_swap_lines, 40, "witness/netlink: time runs backwards"),
	BYTES("netlink file cut in a line", "segment", NETLINK, edit_cut, 600, "witness/netlink: cut"),
	BYTES("netlink trailer missing", "state", NETLINK, edit_cut_trailer, 0, "witness/netlink: trailer"),
	BYTES("netlink file missing", "rtt", NETLINK, edit_delete, 0, "witness/netlink: missing"),
	BYTES("netlink other schema version", "state", NETLINK, edit_replace, 0, "witness/netlink: schema version 2", .key = "{\"timeline\":1=>{\"timeline\":2"),

	/* what a congestion control publishes */
	VALUE("probe bbr_bw without mss", "bbr", PROBE, edit_divide, bbr_bw, .k = 1448),
	VALUE("probe bbr_bw shifted by 23", "bbr", PROBE, edit_multiply, bbr_bw, .k = 2),
	VALUE("probe bbr_bw in bits", "bbr", PROBE, edit_multiply, bbr_bw, .k = 8),
	VALUE("probe bbr_bw off by one", "bbr", PROBE, edit_add, bbr_bw, .k = 1),
	VALUE("probe bbr_bw stale by one", "bbr", PROBE, edit_stale, bbr_bw),
	VALUE("probe bbr_bw of the RTT callback of the ACK before", "bbr", PROBE, edit_stale, bbr_bw, .events = EVENT(rtt)),
	VALUE("probe bbr_min_rtt in ns", "bbr", PROBE, edit_multiply, bbr_min_rtt, .k = 1000),
	VALUE("probe bbr_pacing_gain off by one", "bbr", PROBE, edit_add, bbr_pacing_gain, .k = 1),
	VALUE("probe bbr_pacing_gain in percent", "bbr", PROBE, edit_scale_3_4, bbr_pacing_gain),
	VALUE("probe bbr_pacing_gain with its neighbours' bits", "bbr", PROBE, edit_add, bbr_pacing_gain, .k = 0x200 << 10),
	VALUE("probe bbr_cwnd_gain stale by one", "bbr", PROBE, edit_stale, bbr_cwnd_gain),
	VALUE("probe gains of bbr swapped", "bbr", PROBE, edit_swap, bbr_pacing_gain, .other = FIELD_bbr_cwnd_gain),
	VALUE("probe bbr's fields under cubic", "segment", PROBE, edit_announce, bbr_bw, .k = 7, .cause = "congestion/info: probe tells bbr_bw"),
	VALUE("netlink bbr_bw low half alone", "bbr", NETLINK, edit_keep_bits, bbr_bw, .k = 0xffff),
	VALUE("netlink bbr_pacing_gain stale by one", "bbr", NETLINK, edit_stale, bbr_pacing_gain),
	VALUE("netlink bbr_bw off by one", "bbr", NETLINK, edit_add, bbr_bw, .k = 1),
	VALUE("netlink bbr_min_rtt in ns", "bbr", NETLINK, edit_multiply, bbr_min_rtt, .k = 1000),
	VALUE("netlink bbr_cwnd_gain off by one", "bbr", NETLINK, edit_add, bbr_cwnd_gain, .k = 1),
	VALUE("netlink gains of bbr swapped", "bbr", NETLINK, edit_swap, bbr_pacing_gain, .other = FIELD_bbr_cwnd_gain),
	VALUE("netlink bbr's fields under cubic", "segment", NETLINK, edit_smuggle, bbr_bw, .k = 7, .cause = "congestion/info: netlink tells bbr_bw"),
	NAME("netlink another congestion control's name", "bbr", NETLINK, "congestion/cong: cong cubic, the probe saw bbr", "\"cong\":\"bbr\"=>\"cong\":\"cubic\""),
	NAME("probe another congestion control's name", "bbr", PROBE, "congestion/cong: cong bbr, the probe saw cubic", "\"cong\":\"bbr\"=>\"cong\":\"cubic\""),
	NAME("netlink name of a congestion control cut", "segment", NETLINK, "congestion/cong: cong cubi,", "\"cong\":\"cubic\"=>\"cong\":\"cubi\""),

	/* iperf3 */
	REPORT("iperf3 rtt without >> 3", "segment", CLIENT, report_multiply, "rtt", "rtt", .k = 8),
	REPORT("iperf3 rtt in ms", "segment", CLIENT, report_divide, "rtt", "rtt", .k = 1000),
	REPORT("iperf3 snd_cwnd in segments", "segment", CLIENT, report_divide, "snd_cwnd", "snd_cwnd", .k = 1448),
	REPORT("iperf3 rtt 8 bits wide", "segment", CLIENT, report_keep_bits, "rtt", "rtt", .k = 0xff),
	REPORT("iperf3 rtt and rttvar swapped", "segment", CLIENT, report_swap, "rtt rttvar", "rtt rttvar"),
	REPORT("iperf3 rtt stale by one", "segment", CLIENT, report_stale, "rtt", "rtt", .k = 1),
	REPORT("iperf3 retransmits stale by one", "segment", CLIENT, report_stale, "retransmits", "total_retrans", .k = 1),
	REPORT("iperf3 rttvar off by one", "segment", CLIENT, report_add, "rttvar", "rttvar", .k = 1),
	REPORT("iperf3 retransmits off by one", "rtt", CLIENT, report_add, "retransmits", "total_retrans", .k = 1),
	REPORT("iperf3 snd_cwnd off by one segment", "poll", CLIENT, report_add, "snd_cwnd", "snd_cwnd", .k = 1448),
	REPORT("iperf3 pmtu off by one", "state", CLIENT, report_add, "pmtu", "pmtu", .k = 1),
	REPORT("iperf3 retransmits + 2^32", "segment", CLIENT, report_add, "retransmits", "total_retrans", .k = 1ULL << 32),
	REPORT("iperf3 rtt constant", "segment", CLIENT, report_constant, "rtt", "rtt", .k = 0),
	REPORT("iperf3 pmtu 0 for absent", "segment", CLIENT, report_set, "pmtu", "pmtu", .k = 0),
	REPORT("iperf3 bytes at the end off by one", "segment", CLIENT, report_end_add, "bytes", "bytes bytes_acked", .k = 1),
	REPORT("iperf3 retransmits at the end off by one", "segment", CLIENT, report_end_add, "retransmits", "retransmits", .k = 1),
	REPORT("iperf3 max_rtt at the end off by one", "segment", CLIENT, report_end_add, "max_rtt", "rtt max_rtt", .k = 1),
	REPORT("iperf3 clock + 1 ms", "rtt", CLIENT, report_shift, NULL, NULL, .k = 1000, .cause = "clock/iperf3 client"),
	REPORT("iperf3 clock + 10 ms", "segment", CLIENT, report_shift, NULL, NULL, .k = 10000, .cause = "clock/iperf3 client"),
	REPORT("iperf3 clock + 1 s", "poll", CLIENT, report_shift, NULL, NULL, .k = 1000000, .cause = "clock/iperf3 client"),
	REPORT("iperf3 an interval lost", "segment", CLIENT, report_drop, NULL, NULL, .k = 4, .cause = "intervals/iperf3 client: follow"),
	REPORT("iperf3 an interval twice", "segment", CLIENT, report_duplicate, NULL, NULL, .k = 4, .cause = "intervals/iperf3 client: follow"),
	REPORT("iperf3 intervals out of order", "segment", CLIENT, report_reorder, NULL, NULL, .k = 4, .cause = "intervals/iperf3 client: follow"),
	REPORT("iperf3 the other stream's figures", "rtt", CLIENT, report_wrong_flow, "", "rtt rttvar"),
	BYTES("iperf3 report cut", "segment", CLIENT, edit_cut, 600, "witness/iperf3 client"),
	BYTES("iperf3 server's report cut", "rtt", SERVER, edit_cut, 600, "witness/iperf3 server"),
	BYTES("iperf3 report missing", "state", CLIENT, edit_delete, 0, "witness/iperf3 client: missing"),
	BYTES("iperf3 an error, exit code 0", "segment", CLIENT, edit_replace, 0, "witness/iperf3 client: interrupted", .key = "\"end\":=>\"error\": \"interrupted\", \"end\":"),

	BYTES("iperf3 rtt 1e400", "segment", CLIENT, edit_replace, 0, "witness/iperf3 client: rtt is inf", .key = "\"rtt\":=>\"rtt\":1e400,\"was\":"),
	BYTES("iperf3 rtt negative", "segment", CLIENT, edit_replace, 0, "witness/iperf3 client: rtt is -", .key = "\"rtt\":=>\"rtt\":-1,\"was\":"),
	BYTES("iperf3 rtt in quotes", "segment", CLIENT, edit_replace, 0, "witness/iperf3 client: not a number", .key = "\"rtt\":=>\"rtt\":\"12\",\"was\":"),
	BYTES("iperf3 no totals", "segment", CLIENT, edit_replace, 0, "witness/iperf3 client: no total", .key = "\"sum_sent\":=>\"streams\": [], \"sum_sent\":"),
	{ .name = "iperf3 rtt under another name", .fixture = "segment", .target = TARGET_CLIENT, .file = edit_replace, .expected = STATUS_FAIL, .cause = "marks/iperf3 client: lack", .key = "\"rtt\":=>\"was\":" },

	/* the run's own account */
	BYTES("run that failed", "segment", MANIFEST, edit_replace, 0, "witness/manifest: the run failed: dead", .key = "\"errors\": []=>\"errors\": [\"dead\"]"),
	BYTES("run interrupted", "segment", MANIFEST, edit_replace, 0, "witness/manifest: interrupted", .key = "\"interrupted\": false=>\"interrupted\": true"),
	BYTES("run whose witnesses never started", "segment", MANIFEST, edit_replace, 0, "witness/netlink: never started", .key = "\"exit\": 0=>\"exit\": null"),
	BYTES("run with a port in quotes", "segment", MANIFEST, edit_replace, 0, "witness/manifest: flows.port", .key = "\"port\": 5201=>\"port\": \"5201\""),
	BYTES("probe header without a mode", "segment", PROBE, edit_replace, 0, "claims/probe: mode segment", .key = "\"modes\":[\"rtt\",\"segment\"]=>\"modes\":[\"rtt\"]"),
	BYTES("probe header with another HZ", "segment", PROBE, edit_replace, 0, "claims/probe: hz 1000", .key = "\"hz\":250=>\"hz\":1000"),
	BYTES("netlink header with another interval", "segment", NETLINK, edit_replace, 0, "claims/netlink: interval_ns 60000000", .key = "\"interval_ns\":50000000=>\"interval_ns\":60000000"),
	BYTES("netlink header with another mode", "segment", NETLINK, edit_replace, 0, "claims/netlink: mode exact", .key = "\"modes\":[\"exact\"]=>\"modes\":[\"dump\"]"),

	/* the path's own account */
	LIE("path a drop told as delivered", path_revive, 2, "path/data_segs_in: less than"),
	LIE("path a delivered packet told as lost", path_kill, 20, "path/acknowledged: had not been delivered"),
	LIE("path a delivered packet not told", path_omit, 20, "path/data_segs_out: more than ever left"),
	LIE("path a packet written too early", path_hurry, 20, "path/delay: faster"),
	LIE("path a packet served too fast", path_rush, 20, "path/rate: faster"),
	LIE("path marks not told", path_unmark, 0, "path/marks: no CE"),
	LIE("path copies not told", path_single, 0, "path/segs_in: more than had been delivered"),
	LIE("path a retransmission invented", path_invent, 20, "path/total_retrans: less than"),
	VALUE("probe delivery_rate doubled on the path", "path", PROBE, edit_multiply, delivery_rate, .k = 2, .cause = "path/delivery_rate: any interval"),
	VALUE("netlink delivery_rate doubled on the path", "path", NETLINK, edit_multiply, delivery_rate, .k = 2, .cause = "path/delivery_rate: any interval"),
	LIE("path clock + 20 ms", path_later, 20 * MS, "path/clock: late"),
	LIE("path clock - 20 ms", path_earlier, 20 * MS, "path/clock: early"),
	LIE("path clock + 1 ms", path_later, 1 * MS, "path/clock: late"),
	BYTES("path file missing", "path", PATH, edit_delete, 0, "witness/path: missing"),
	BYTES("path file empty", "path", PATH, edit_empty, 0, "witness/path: empty"),
	BYTES("path file cut in a line", "path", PATH, edit_cut, 600, "witness/path: cut"),
	BYTES("path trailer missing", "path", PATH, edit_cut_trailer, 0, "witness/path: trailer"),
	BYTES("path lines lost", "path", PATH, edit_lose_lines, 50, "witness/path: lines were lost"),
	BYTES("path lines out of order", "path", PATH, edit_swap_lines, 100, "witness/path: time runs backwards"),
	BYTES("path key misspelt", "path", PATH, edit_replace, 0, "witness/path: fait", .key = "\"fate\":=>\"fait\":"),
	BYTES("path of another backend", "path", PATH, edit_replace, 0, "witness/path: backend", .key = "\"backend\":\"relay\"=>\"backend\":\"netem\""),
	BYTES("path of another rate", "path", PATH, edit_replace, 0, "witness/path: asked for 10000000", .key = "\"rate_bit\":10000000=>\"rate_bit\":20000000"),

	/* what cannot be seen, and why: kept here so that it stays known */
	VALUE("probe jiffies off by one, always", "segment", PROBE, edit_add, jiffies, .k = 1, .blind = "only differences of it are used: the probe's ages and stamps move together, and no other witness tells the tick"),
	STREAM("netlink last polls lost, told nowhere", "segment", NETLINK, edit_drop_last, 1, "schedule/netlink", .blind = "who stops a poll early and who loses the last one leave the same file; what matters of the end is in the destroy message"),
	LIE("path losses told as the queue's", path_rename, 0, "path/retransmissions", .blind = "both were dropped: which of its parts did it only the path itself can tell"),
	REPORT("iperf3 clock - 10 us", "segment", CLIENT, report_shift_back, NULL, NULL, .k = 10, .cause = "clock/iperf3 client", .blind = "a beginning that is told too late cannot be told from marks that come late: iperf3 was interrupted between its clock and its call"),
};
/* clang-format on */

const unsigned int catalogue_of_defects_count =
	sizeof(catalogue_of_defects) / sizeof(catalogue_of_defects[0]);

const char *target__file(enum target t)
{
	static const char *const names[] = { "probe.jsonl", "netlink.jsonl", "iperf3.json",
					     "iperf3-server.json", "manifest.json", "path.jsonl" };

	return names[t];
}
