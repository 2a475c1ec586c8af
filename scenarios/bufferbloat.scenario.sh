# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'A queue of a second before a slow line: the round trip grows to many times that of the empty line,' \
	'and all witnesses see it grow alike.'

emulated_path
default DURATION 4
default RATE 20M
emulated default RATE 8M
default QUEUE 2000000

moves 'client/rtt>=100000' client/snd_cwnd

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
bound statistics.rtt.mae_max 500 # us
