# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'Both ends speak ECN and the path marks instead of dropping: delivered_ce counts the marks, the' \
	'window shrinks without a loss.'

emulated_path
default DURATION 3
default MARK 0.5

moves client/delivered_ce client/snd_ssthresh path/ce

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
bound statistics.rtt.mae_max 500 # us

build_path() {
	path_emulated
	set_sysctl client net.ipv4.tcp_ecn 1
	set_sysctl server net.ipv4.tcp_ecn 1
}
