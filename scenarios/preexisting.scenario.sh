# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# Before kernel 6.12 the probe has no callbacks of such flows: no samples of mode rtt and no snapshot at
# CLOSE, so that final and bytes do not apply. From 6.12 on it arms them, and both must hold.
hypothesis 'The flows are older than their witnesses: both see them all the same, the probe (before kernel' \
	'6.12 in polls, calls and segments only, then to the end) as if it had been there, and all agree.'

collectors late
default DURATION 4
default STREAMS 2
default BITRATE 100M
default PROBE_MODES rtt,segment,poll
default PROBE_INTERVAL 100ms
emulated default DURATION 45 # until the verifier has let the probe in
emulated default BITRATE 10M

moves client/older server/older client/bytes_acked server/bytes_received

bound coverage.netlink_share_min 0.8
bound coverage.probe_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200

build_path() {
	path_veth
}
