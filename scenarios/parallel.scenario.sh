# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'Four IPv6 streams at once: each sample belongs to its own flow, told apart by' \
	'cookie and ports, and none is lost for the others.'

default DURATION 5
default FAMILY inet6
default STREAMS 4
default BITRATE 250M
emulated default BITRATE 25M
client_ports 45001 # flows are named alike in every run

moves 'client/flows>=2' 'server/flows>=2' client/bytes_acked server/bytes_received # with one, there is nothing to mix up

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
bound statistics.rtt.mae_max 500 # us

build_path() {
	path_veth
}
