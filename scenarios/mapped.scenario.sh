# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'An IPv4 client talks to an IPv6 server: the server'"'"'s sockets are of AF_INET6 and have mapped' \
	'addresses, where dumps of AF_INET do not find them. All witnesses see one flow all the same.'

default DURATION 2
default BITRATE 250M
default NETLINK_MODE filter # the mode that asks by family
emulated default BITRATE 25M

moves server/mapped client/flows

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
bound statistics.rtt.mae_max 500 # us

build_path() {
	path_veth
}
