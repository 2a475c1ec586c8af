# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'Behind a rate limit with a bounded queue the witnesses agree while rtt, cwnd and' \
	'retransmits move: the queue fills, overflows, and the sender backs off.'

default DURATION 5

knob RATE 200M rate 'rate of the bottleneck in bit/s'
emulated default RATE 20M
knob QUEUE 500000 int:3028:100000000 'bytes that its queue holds'
emulated default QUEUE 200000

moves client/rtt client/snd_cwnd client/total_retrans

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
bound statistics.rtt.mae_max 500 # us

build_path() {
	path_bottleneck "$RATE" "$QUEUE"
}
