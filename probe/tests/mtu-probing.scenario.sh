# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# Where a probe that reads too much behind icsk_ack.rcv_mss errs on every kernel: icsk_mtup follows there
# in struct inet_connection_sock. On 5.10 its first member is enabled, which is 0, as if nothing was read
# wrongly, unless net.ipv4.tcp_mtu_probing is 2 (tcp_mtup_init()). ci/defects.sh runs it.

# shellcheck source=scenarios/clean.scenario.sh
. "$SCENARIO_DIR/clean.scenario.sh"
hypothesis 'While both ends probe for the MTU from the first segment on, the witnesses agree as they do' \
	'without it.'

build_path() {
	path_veth
	set_sysctl client net.ipv4.tcp_mtu_probing 2
	set_sysctl server net.ipv4.tcp_mtu_probing 2
}
