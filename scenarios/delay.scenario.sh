# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'On a line of 40 ms no witness sees a round trip shorter than the line is long, and min_rtt is' \
	'its length.'

emulated_path
default DURATION 3
default RTT 40ms

moves client/rtt client/snd_cwnd

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
bound statistics.rtt.mae_max 500 # us
