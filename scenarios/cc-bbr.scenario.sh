# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'What BBR publishes by inet_diag, bandwidth, minimum round trip and gains, is what the probe' \
	'reads from its state, while it starts up, drains and cycles.'

emulated_path
default DURATION 3
default CONGESTION bbr
default RTT 10ms
default RATE 20M
emulated default RATE 10M
default QUEUE 20000

moves client/bbr_bw client/bbr_pacing_gain client/bbr_cwnd_gain client/pacing_rate

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
