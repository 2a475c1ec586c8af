# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'The send buffer holds less than the path: the application waits for room in it, and' \
	'sndbuf_limited tells for how long.'

emulated_path
default DURATION 3
# Paced, so that the application waits before the last of it is sent: tcp_cwnd_validate() looks only
# behind a segment that it sent.
IPERF3_ARGS+=(--fq-rate 80M)
emulated default RATE 50M # slower than the buffer is drained, it would be the limit
knob SNDBUF 40000 int:4608:4194304 'bytes of send buffer that the client has'

moves 'client/sndbuf_limited>=100000' # us

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200

before_client() {
	set_sysctl client net.ipv4.tcp_wmem "$SNDBUF $SNDBUF $SNDBUF"
}
