# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'The path is narrower than both ends think: too big segments are answered by ICMP, and pmtu and mss' \
	'shrink for all witnesses alike.'

emulated_path
default DURATION 3
default MTU 1400
default NETLINK_MODE filter # exact may find the flow only when it has happened

moves client/pmtu client/snd_mss path/too-big

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
bound statistics.rtt.mae_max 500 # us
