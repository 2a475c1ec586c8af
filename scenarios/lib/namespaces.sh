# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# Network namespaces of the run. Their names live on a tmpfs that only the run's mount namespace
# sees: they collide with nobody's, and vanish with the run. So do the links inside them, which are
# made there and never pass through the host's namespace.

namespaces_open() {
	local why
	why=$(mount -t tmpfs -o mode=755,size=1m tcpwitness /run/netns 2>&1) ||
		skip "cannot mount a tmpfs on /run/netns (${why##*: }): run on the host, or in a privileged container"
}

# in_ns NAME COMMAND ...: not ip netns exec, which mounts a new /sys and hides cgroups
in_ns() {
	local ns=$1
	shift
	nsenter --net="/run/netns/$ns" "$@"
}

has_ipv6() {
	[[ -d /proc/sys/net/ipv6 ]]
}

# ns_add NAME ...
ns_add() {
	local ns
	for ns in "$@"; do
		ip netns add "$ns"
		ip -n "$ns" link set lo up
		# The host may have turned it off for all namespaces to come.
		! has_ipv6 || set_sysctl "$ns" net.ipv6.conf.all.disable_ipv6 0
	done
}

ns_inode() {
	stat -L -c %i "/run/netns/$1"
}

# link_add NS DEV NS DEV: a veth pair between two namespaces, both ends up
link_add() {
	ip link add name "$2" netns "$1" type veth peer name "$4" netns "$3"
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
	PATH_DEVICES+=("$1 $2" "$3 $4")
}

# address_add NS DEV ADDRESS/PREFIX ...: IPv6 ones are usable at once, or left out without IPv6
address_add() {
	local ns=$1 dev=$2 address
	shift 2
	for address in "$@"; do
		if [[ $address == *:* ]]; then
			! has_ipv6 || ip -n "$ns" address add "$address" dev "$dev" nodad
		else
			ip -n "$ns" address add "$address" dev "$dev"
		fi
	done
}

# set_sysctl NS KEY VALUE
set_sysctl() {
	in_ns "$1" sysctl -q -w "$2=$3"
}

# set_congestion NS ...: the congestion control of the run. iperf3 asks for it too (-C): a kernel
# may forbid a namespace to change its default to a module that it does not list as allowed
# (tcp_set_default_congestion_control()), while a privileged setsockopt() may use it. reno is then
# the default that a socket starts from: bbr would leave its pacing on the socket.
set_congestion() {
	local ns available
	for ns in "$@"; do
		set_sysctl "$ns" net.ipv4.tcp_congestion_control "$CONGESTION" 2>/dev/null ||
			set_sysctl "$ns" net.ipv4.tcp_congestion_control reno
		available=$(in_ns "$ns" sysctl -n net.ipv4.tcp_available_congestion_control)
		[[ " $available " == *" $CONGESTION "* ]] ||
			skip "this kernel has no congestion control $CONGESTION, it has $available"
	done
}
