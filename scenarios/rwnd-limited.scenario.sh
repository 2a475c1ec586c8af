# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'The receiver has room for a few segments only: the sender stands before a full window again' \
	'and again, and rwnd_limited tells for how long.'

default DURATION 3
knob RCVBUF 16384 int:2304:6291456 'bytes of receive buffer that the server has'

moves client/rwnd_limited

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200

build_path() {
	path_bottleneck 100M 500000
	set_sysctl server net.ipv4.tcp_rmem "$RCVBUF $RCVBUF $RCVBUF"
}
