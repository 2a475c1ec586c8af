# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'Round trips vary by up to 20 ms while the order of packets stays: rttvar and rto follow alike' \
	'for all witnesses, and nobody counts a loss or a reordering.'

emulated_path
default DURATION 3
default JITTER 10ms

moves client/rttvar client/rto

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
bound statistics.rtt.mae_max 500 # us
