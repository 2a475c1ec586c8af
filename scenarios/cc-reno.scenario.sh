# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'Reno before a small queue loses, halves its window and grows it again; both witnesses name it,' \
	'and neither tells anything of it that it does not publish.'

default DURATION 3
default CONGESTION reno
knob RATE 100M rate 'rate of the bottleneck in bit/s'
emulated default RATE 20M
knob QUEUE 60000 int:3028:100000000 'bytes that its queue holds'

moves client/snd_cwnd client/total_retrans

# how often netlink gets its turn on a busy machine is not what this is about
bound coverage.netlink_share_min 0.3
bound coverage.probe_lost_max 0

build_path() {
	path_bottleneck "$RATE" "$QUEUE"
}
