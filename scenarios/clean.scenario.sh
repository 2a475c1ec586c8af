# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'On a fast path with nothing in between, every counter that netlink reads lies' \
	'between two readings of the probe, and iperf3 prints what the kernel handed it.'

default DURATION 5
default BITRATE 1G # paced, so that a small machine has time left for its collectors
emulated default BITRATE 100M

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
bound statistics.rtt.mae_max 500 # us

build_path() {
	path_veth
}
