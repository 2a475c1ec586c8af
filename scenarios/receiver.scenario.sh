# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'The data flows from server to client: the end that only receives has no round trips of its' \
	'own to report, and what it does report both collectors report alike.'

direction receive
default DURATION 3
default BITRATE 500M
emulated default BITRATE 50M

moves 'server/bytes_acked>=1000000' 'client/bytes_received>=1000000' client/rcv_rtt

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
bound statistics.rtt.mae_max 500 # us

build_path() {
	path_veth
}
