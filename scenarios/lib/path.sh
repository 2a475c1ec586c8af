# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# The paths between client and server, and the path's own account of a run (path.jsonl).
#
# A path function makes the namespaces `client` and `server`, their links, addresses and routes,
# and states what it built by path_fact. Both families are always there.

PATH_DEVICES=() # "NS DEV", the devices whose counters and offloads are recorded
PATH_FACTS='{}'
LEDGER=path.jsonl # where the counters go; the relay writes a path.jsonl of its own

CLIENT_ADDRESS=(10.77.1.1 fd77:1::1)
SERVER_ADDRESS=(10.77.2.1 fd77:2::1)

# path_fact KEY JSON
path_fact() {
	PATH_FACTS=$(jq -c --arg key "$1" --argjson value "$2" '.[$key] = $value' <<<"$PATH_FACTS")
}

# path_facts OBJECT: several at once
path_facts() {
	PATH_FACTS=$(jq -c --argjson more "$1" '. + $more' <<<"$PATH_FACTS")
}

server_address() {
	[[ $FAMILY == inet6 ]] && echo "${SERVER_ADDRESS[1]}" || echo "${SERVER_ADDRESS[0]}"
}

# Route between the two ends' networks over a neighbour: route_add NS DEV TO4 VIA4 TO6 VIA6
route_add() {
	ip -n "$1" route add "$3" via "$4" dev "$2"
	! has_ipv6 || ip -n "$1" -6 route add "$5" via "$6" dev "$2"
}

# The other end's network lies behind eth0 itself.
routes_direct() {
	ip -n client route add 10.77.2.0/24 dev eth0
	ip -n server route add 10.77.1.0/24 dev eth0
	if has_ipv6; then
		ip -n client -6 route add fd77:2::/64 dev eth0
		ip -n server -6 route add fd77:1::/64 dev eth0
	fi
}

# offloads_off NS DEV ...: without them a packet on the wire is one segment, so that a queue counts
# and drops what TCP counts and retransmits
offloads_off() {
	local ns=$1 dev why
	shift
	for dev in "$@"; do
		why=$(in_ns "$ns" ethtool -K "$dev" tso off gso off gro off 2>&1) ||
			fail "ethtool cannot turn off the offloads of $dev in $ns: $why"
	done
}

# One link, nothing in between.
path_veth() {
	ns_add client server
	link_add client eth0 server eth0
	address_add client eth0 "${CLIENT_ADDRESS[0]}/24" "${CLIENT_ADDRESS[1]}/64"
	address_add server eth0 "${SERVER_ADDRESS[0]}/24" "${SERVER_ADDRESS[1]}/64"
	routes_direct
	path_fact backend '"veth"'
}

# client - router - server, offloads off everywhere
path_routed() {
	local ns
	ns_add client router server
	link_add client eth0 router client
	link_add router server server eth0
	address_add client eth0 "${CLIENT_ADDRESS[0]}/24" "${CLIENT_ADDRESS[1]}/64"
	address_add router client 10.77.1.254/24 fd77:1::fe/64
	address_add router server 10.77.2.254/24 fd77:2::fe/64
	address_add server eth0 "${SERVER_ADDRESS[0]}/24" "${SERVER_ADDRESS[1]}/64"
	route_add client eth0 10.77.2.0/24 10.77.1.254 fd77:2::/64 fd77:1::fe
	route_add server eth0 10.77.1.0/24 10.77.2.254 fd77:1::/64 fd77:2::fe
	set_sysctl router net.ipv4.ip_forward 1
	! has_ipv6 || set_sysctl router net.ipv6.conf.all.forwarding 1
	offloads_off client eth0
	offloads_off router client server
	offloads_off server eth0
	path_fact backend '"veth"'
}

# path_bottleneck RATE QUEUE_BYTES: routed, and the router sends to the server at RATE from a
# queue of QUEUE_BYTES that drops what does not fit. The bucket is small: a large one would let
# bursts pass above the rate.
path_bottleneck() {
	local bits why burst=15140
	bits=$(rate_bits "$1")
	path_routed
	why=$(in_ns router tc qdisc add dev server root tbf \
		rate "${bits}bit" burst "$burst" limit "$2" 2>&1) ||
		skip "this kernel cannot limit a rate with tbf (sch_tbf): $why"
	path_facts "{\"backend\": \"veth+tbf\", \"rate_bit\": $bits, \"queue_bytes\": $2,
		\"burst_bytes\": $burst, \"limited\": \"c2s\"}"
}

# refused_as_too_big NS: packets that it did not forward since they were too big for where they should
# leave (ip_forward(), ip6_forward(): FRAGFAILS, and an ICMP message to the sender)
refused_as_too_big() {
	# shellcheck disable=SC2016 # awk's
	in_ns "$1" awk '/^Ip:/ && !column { for (i = 2; i <= NF; i++) if ($i == "FragFails") column = i; next }
		/^Ip:/ { n += $column }
		$1 == "Ip6FragFails" { n += $2 }
		END { print n + 0 }' /proc/net/snmp /proc/net/snmp6
}

# One line for each device: counters of link and queues. Times are CLOCK_REALTIME. False if one could
# not be written: who calls says so, since at the end of a run nothing may end it again. What was too big
# is told of the devices that take less than another of their namespace.
path_ledger() {
	local event=$1 ns link qdisc big
	for ns in $(printf '%s\n' "${PATH_DEVICES[@]%% *}" | sort -u); do
		link=$(in_ns "$ns" ip -s -j link show) &&
			qdisc=$(in_ns "$ns" tc -s -j qdisc show) &&
			big=$(refused_as_too_big "$ns") || return 1
		printf '%s\n%s\n%s\n%s\n%s\n' "\"$ns\"" "$EPOCHREALTIME" "$link" "${qdisc:-[]}" "$big"
	done | jq -cn --arg event "$event" --args '[inputs] as $in | $ARGS.positional[] | split(" ") as [$ns, $dev]
		| ($in | index($ns)) as $i | first($in[$i + 2][] | select(.ifname == $dev)) as $link
		| {event: $event, realtime_s: $in[$i + 1], netns: $ns, dev: $dev, mtu: $link.mtu,
		link: $link.stats64, qdisc: [$in[$i + 3][] | select(.dev == $dev) | del(.dev)]}
		+ if any($in[$i + 2][]; .link_type == "ether" and .mtu > $link.mtu)
		then {too_big: $in[$i + 4]} else {} end' \
		"${PATH_DEVICES[@]}" >>"$RUN_DIR/$LEDGER"
}

path_ledger_open() {
	local witness=path
	[[ $LEDGER == path.jsonl ]] || witness=links
	LEDGER_OPEN=1
	jq -cn --argjson path "$PATH_FACTS" --arg witness "$witness" --arg version "$(<"$TOP/VERSION")" \
		'{timeline: 1, witness: $witness, clock: "CLOCK_REALTIME", tool: "scenarios/run \($version)",
		backend: $path.backend, path: $path}' >"$RUN_DIR/$LEDGER" && path_ledger before
}

# Also after an error or a signal, which may have come at any moment: nothing is written to a file
# without header, or after the trailer. False if the account is not complete.
path_ledger_close() {
	local file=$RUN_DIR/$LEDGER rc=0 lines
	[[ -n ${LEDGER_OPEN:-} && -s $file ]] || return 0
	[[ $(tail -n 1 "$file") != '{"trailer":true'* ]] || return 0
	path_ledger after || rc=1
	lines=$(wc -l <"$file")
	jq -cn --argjson n $((lines - 1)) '{trailer: true, samples: $n, lost: {}, notes: {}}' \
		>>"$file" || rc=1
	return "$rc"
}

# {"client/eth0": {"tso": true, ...}, ...}
path_offloads() {
	local entry ns dev
	for entry in "${PATH_DEVICES[@]}"; do
		read -r ns dev <<<"$entry"
		in_ns "$ns" ethtool --json -k "$dev" | jq -c --arg at "$ns/$dev" '.[0] | {($at): {
			tso: ."tcp-segmentation-offload".active,
			gso: ."generic-segmentation-offload".active,
			gro: ."generic-receive-offload".active,
			tx_checksum: ."tx-checksumming".active}}'
	done | jq -cs 'add // {}'
}
