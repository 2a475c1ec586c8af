# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'The receiver has room for less than the path holds: the sender stands before a full window again' \
	'and again, and rwnd_limited tells for how long.'

emulated_path
default DURATION 3
knob RCVBUF 40000 int:2304:6291456 'bytes of receive buffer that the server has'

moves 'client/rwnd_limited>=100000' # us

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200

before_client() {
	set_sysctl server net.ipv4.tcp_rmem "$RCVBUF $RCVBUF $RCVBUF"
}
