# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'Two hundred flows at once, a hundred each way: both collectors look at each of the 400 sockets' \
	'every 100 ms, and account for every sample that they lose.'

IPERF3_ARGS+=(--bidir -l 4K)
default DURATION 3
default STREAMS 100
default BITRATE 300K
default PROBE_MODES rtt,segment,poll
default PROBE_INTERVAL 100ms
default NETLINK_INTERVAL 100ms
emulated default DURATION 8
emulated default BITRATE 30K
emulated default IPERF3_INTERVAL 2
emulated default PROBE_INTERVAL 1s
emulated default NETLINK_INTERVAL 1s

moves 'client/flows>=200' 'server/flows>=200' client/bytes_acked server/bytes_acked

bound coverage.netlink_share_min 0.99
bound coverage.probe_share_min 0.99
bound coverage.probe_lost_max 0

build_path() {
	path_veth
}
