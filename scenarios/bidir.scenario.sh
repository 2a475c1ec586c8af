# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'Both ends send at the same time, on a flow each: every end is sender of one flow and' \
	'receiver of the other, and no witness mixes them up.'

IPERF3_ARGS+=(--bidir)
default DURATION 3
default BITRATE 250M
emulated default BITRATE 25M

moves 'client/flows>=2' 'client/bytes_acked>=1000000' 'server/bytes_acked>=1000000'

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
bound statistics.rtt.mae_max 500 # us

build_path() {
	path_veth
}
