# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'What BBR publishes by inet_diag, bandwidth, minimum round trip and gains, is what the probe' \
	'reads from its state, while it starts up, drains and cycles.'

default DURATION 3
default CONGESTION bbr
knob RATE 100M rate 'rate of the bottleneck in bit/s'
emulated default RATE 20M
knob QUEUE 60000 int:3028:100000000 'bytes that its queue holds'

moves client/bbr_bw client/bbr_pacing_gain client/pacing_rate

# how often netlink gets its turn on a busy machine is not what this is about
bound coverage.netlink_share_min 0.3
bound coverage.probe_lost_max 0

build_path() {
	path_bottleneck "$RATE" "$QUEUE"
}
