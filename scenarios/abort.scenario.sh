# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'A reset ends the flow in the middle of its data: the last words of both ends agree, and nothing' \
	'that was counted before is lost with the connection.'

default DURATION 6 # the reset comes after a quarter of it
default BITRATE 250M
emulated default BITRATE 25M
emulated default DURATION 20
client_ports 45001
iperf3_ends error

moves client/aborted server/aborted 'client/bytes_acked>=100000'

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200

build_path() {
	path_veth
}

data_flow() {
	in_ns client ss "$@" -Htn state established "sport = :$CLIENT_PORT"
}

carries_data() {
	[[ $(data_flow -i) =~ bytes_acked:([0-9]+) ]] && ((BASH_REMATCH[1] > 1000000))
}

# As an administrator does: tcp_abort() sends a RST and closes the socket under its owner.
during_client() {
	await 10000 carries_data || fail "no data flowed within $((10 * PATIENCE)) s"
	pause_ms $((DURATION * 250))
	[[ $(data_flow) ]] || fail "the flow was over before it could be reset: use a longer DURATION"
	[[ $(data_flow -K) ]] || skip "this kernel cannot end a flow (CONFIG_INET_DIAG_DESTROY)"
}
