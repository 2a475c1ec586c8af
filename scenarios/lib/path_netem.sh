# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# The emulated path by the kernel's qdiscs: client - router1 - ... - routerN - server, offloads off on
# every device, and in each direction the stages
#
#	rate	a bottleneck (tbf) with a queue of its own; with MARK_QUEUE, codel's ce_threshold
#	mark	CE on ECT packets (netem loss with ecn, for ECT packets only)
#	reorder	packets held back: netem delays them, and sends the others at once
#	line	delay, jitter, loss, duplicates, blackout (netem)
#
# each on a router's device of its own: netem with a rate merges queue and line, and on the sender's own
# device a qdisc disturbs TSQ, and its drops are congestion signals.

NETEM_LINES=() # "NS DEV ARGUMENTS" of each line, which loses everything in a blackout

# netem_works: tried on a device that carries nothing
netem_works() {
	[[ -z ${NETEM_KNOWN:-} ]] || return "$NETEM_KNOWN"
	ip netns add tcpw-try
	NETEM_KNOWN=0
	NETEM_WORDS=$(in_ns tcpw-try tc qdisc add dev lo root netem delay 1ms 2>&1) || NETEM_KNOWN=1
	NETEM_WORDS=${NETEM_WORDS#Error: }
	ip netns delete tcpw-try
	return "$NETEM_KNOWN"
}

# The seed that netem takes since 6.6, if this tc knows it too; else the run says that its random
# choices cannot be repeated.
netem_seed() {
	NETEM_SEED=()
	if in_ns client tc qdisc add dev lo root netem delay 1ms seed 1 2>/dev/null; then
		NETEM_SEED=(seed)
		in_ns client tc qdisc delete dev lo root
		path_facts '{"reproducible": true}'
	else
		path_facts '{"reproducible": false}'
	fi
}

# qdisc NS ARGUMENTS ...
qdisc() {
	local ns=$1 why
	shift
	why=$(in_ns "$ns" tc qdisc add "$@" 2>&1) ||
		skip "this kernel or this tc cannot emulate the path (tc qdisc add $*): ${why#Error: }"
}

# seeded: sets SEEDED to "seed N" or nothing; every netem has another
seeded() {
	NETEM_COUNT=$((${NETEM_COUNT:-0} + 1))
	SEEDED=(${NETEM_SEED[0]:+seed $((SEED * 16 + NETEM_COUNT))})
}

# A packet of 40 bytes, the least there is, for every one that may be under way or queued.
netem_limit() {
	local ns=0 bits=$1 t per_second
	shift
	for t in "$@"; do
		time_ns "$t"
		ns=$((ns + TIME_NS))
	done
	((bits > 0)) || bits=10000000000
	per_second=$((bits / 320))
	LIMIT=$((1000 + QUEUE / 40 + per_second * (ns / 1000 + 1) / 1000000))
	((LIMIT < 100000000)) || LIMIT=100000000
}

# stage_rate NS DEV: counted in IP bytes, hence the Ethernet header is taken off
stage_rate() {
	local bits burst=15140 us packets
	bits=$(rate_bits "$RATE")
	qdisc "$1" dev "$2" root handle 1: stab overhead -14 linklayer ethernet \
		tbf rate "${bits}bit" burst "$burst" limit "$QUEUE"
	path_facts "{\"burst_bytes\": $burst}"
	((MARK_QUEUE > 0)) || return 0
	us=$((MARK_QUEUE * 8000000 / bits + 1)) packets=$((QUEUE / 1500 + 1))
	qdisc "$1" dev "$2" parent 1: handle 2: \
		codel limit "$packets" target 100s interval 1000s noecn ce_threshold "${us}us"
}

# stage_mark NS DEV: netem marks what it would lose, and loses what it cannot mark: ECT packets alone
stage_mark() {
	local protocol field why value priority=0 # each has its own: it belongs to one protocol
	qdisc "$1" dev "$2" root handle 1: prio bands 2 priomap 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
	seeded
	netem_limit "$(rate_bits "$RATE")" 10ms
	qdisc "$1" dev "$2" parent 1:1 handle 2: netem limit "$LIMIT" loss random "$MARK%" ecn "${SEEDED[@]}"
	for protocol in ip ipv6; do
		[[ $protocol == ip ]] && field="ip dsfield" || field="ip6 priority"
		for value in 1 2 3; do
			priority=$((priority + 1))
			# shellcheck disable=SC2086 # two words
			why=$(in_ns "$1" tc filter add dev "$2" parent 1: protocol "$protocol" prio \
				"$priority" u32 match $field "$value" 3 flowid 1:1 2>&1) ||
				skip "this kernel cannot tell ECT packets (cls_u32): ${why#Error: }"
		done
	done
}

# stage_reorder NS DEV: REORDER percent wait for REORDER_BY, the others are sent at once
stage_reorder() {
	local others
	others=$(jq -n --argjson percent "$REORDER" '100 - $percent')
	seeded
	netem_limit "$(rate_bits "$RATE")" "$REORDER_BY"
	qdisc "$1" dev "$2" root netem limit "$LIMIT" delay "$REORDER_BY" reorder "$others%" "${SEEDED[@]}"
}

# stage_line NS DEV IMPAIRED: with jitter alone netem would sort packets by their times and so reorder
# them (tfifo_enqueue()); with a rate it takes the last one's time as the earliest of the next
# (netem_enqueue()), so a rate that costs 0.1 us a packet keeps their order.
stage_line() {
	local half jitter args
	time_ns "$RTT"
	half=$(((TIME_NS + 1999) / 2000)) # tc counts in whole microseconds
	# shellcheck disable=SC2153 # JITTER is a knob
	time_ns "$JITTER"
	jitter=$((TIME_NS / 2000)) # netem's is to both sides of the delay, ours only on top of it
	netem_limit "$(rate_bits "$RATE")" "$RTT" "$JITTER"
	args=(limit "$LIMIT" delay "$((half + jitter))us")
	((jitter == 0)) || args+=("${jitter}us")
	if [[ $3 ]]; then
		netem_loss
		args+=("${LOSS_ARGS[@]}")
		[[ $DUPLICATE == 0 ]] || args+=(duplicate "$DUPLICATE%")
	fi
	((jitter == 0)) || args+=(rate 100gbit)
	seeded
	args+=("${SEEDED[@]}")
	qdisc "$1" dev "$2" root netem "${args[@]}"
	NETEM_LINES+=("$1 $2 ${args[*]}")
}

# Independent losses, or a Gilbert model: from good to bad with P, back with R = 1 / mean length.
netem_loss() {
	LOSS_ARGS=()
	[[ $LOSS != 0 ]] || return 0
	if [[ $LOSS_BURST == 1 ]]; then
		LOSS_ARGS=(loss random "$LOSS%")
		return
	fi
	read -ra LOSS_ARGS < <(jq -nr --argjson loss "$LOSS" --argjson burst "$LOSS_BURST" '(100 / $burst) as $r
		| "loss gemodel \($loss / (100 - $loss) * $r)% \($r)%"')
}

# stages DIRECTION: sets STAGES, in the order in which packets pass them
stages() {
	local impaired
	impaired=$(impaired_direction)
	STAGES=() IMPAIRED=''
	[[ $impaired != "$1" ]] || IMPAIRED=1
	(($(rate_bits "$RATE") == 0)) || STAGES+=(rate)
	[[ -z $IMPAIRED || $MARK == 0 ]] || STAGES+=(mark)
	[[ -z $IMPAIRED || $REORDER == 0 ]] || STAGES+=(reorder)
	STAGES+=(line)
}

# ip_batch NS COMMAND ...: one process for all of them, which counts on an emulated machine
ip_batch() {
	local ns=$1
	shift
	printf '%s\n' "$@" | ip ${ns:+-n "$ns"} -batch -
}

# one_processor NS: a veth hands packets to the backlog of the processor that sends them
# (__netif_rx()), so packets that a thread sends from two of them overtake each other. With a map
# of one, all of a device go by the same. Where this cannot be set the calibration finds what comes of it.
one_processor() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	in_ns "$1" unshare --mount sh -c 'mount -t sysfs sysfs /sys && for map in /sys/class/net/*/queues/rx-*/rps_cpus; do
		echo 1 >"$map"; done' 2>/dev/null || true
}

# chain_links N: namespaces and links; router I has the devices left and right
chain_links() {
	local n=$1 i ns names=() pairs=() settings=(net.ipv4.ip_forward=1)
	for ((i = 1; i <= n; i++)); do
		names+=("router$i")
		pairs+=("link add name left netns router$i type veth peer name $(
			((i == 1)) && echo eth0 netns client || echo "right netns router$((i - 1))")")
	done
	pairs+=("link add name right netns router$n type veth peer name eth0 netns server")
	ip_batch '' "${names[@]/#/netns add }" 'netns add client' 'netns add server' "${pairs[@]}"
	# The host may have turned it off for all namespaces to come.
	! has_ipv6 || settings+=(net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.all.forwarding=1)
	for ns in "${names[@]}"; do
		in_ns "$ns" sysctl -q -w "${settings[@]}"
		ip_batch "$ns" 'link set lo up' 'link set left up' 'link set right up'
		offloads_off "$ns" left right
		PATH_DEVICES+=("$ns left" "$ns right")
	done
	for ns in client server; do
		! has_ipv6 || set_sysctl "$ns" net.ipv6.conf.all.disable_ipv6 0
		ip_batch "$ns" 'link set lo up' 'link set eth0 up'
		offloads_off "$ns" eth0
		PATH_DEVICES+=("$ns eth0")
	done
	for ns in client server "${names[@]}"; do
		one_processor "$ns"
	done
}

# chain_end NS ADDRESS4 ADDRESS6 VIA4 VIA6: all prefixes of the path lie behind the end's router, those
# between routers too, so that ICMP finds its way back
chain_end() {
	local commands=("address add $2/24 dev eth0" "route add 10.77.0.0/16 via $4")
	! has_ipv6 || commands+=("address add $3/64 dev eth0 nodad" "route add fd77::/16 via $5")
	ip_batch "$1" "${commands[@]}"
}

# chain_router I N: 10.77.1I.1 and .2 are the ends of the link from router I to the next
chain_router() {
	local i=$1 n=$2 commands
	local left4=10.77.1$((i - 1)).2 right4=10.77.1$i.1
	local left6=fd77:1$((i - 1))::2 right6=fd77:1$i::1
	((i > 1)) || left4=10.77.1.254 left6=fd77:1::fe
	((i < n)) || right4=10.77.2.254 right6=fd77:2::fe
	commands=("address add $left4/24 dev left" "address add $right4/24 dev right")
	((i == 1)) || commands+=("route add 10.77.1.0/24 via 10.77.1$((i - 1)).1")
	((i == n)) || commands+=("route add 10.77.2.0/24 via 10.77.1$i.2")
	if has_ipv6; then
		commands+=("address add $left6/64 dev left nodad" "address add $right6/64 dev right nodad")
		((i == 1)) || commands+=("route add fd77:1::/64 via fd77:1$((i - 1))::1")
		((i == n)) || commands+=("route add fd77:2::/64 via fd77:1$i::2")
	fi
	ip_batch "router$i" "${commands[@]}"
}

netem_chain() {
	local n=$1 i
	chain_links "$n"
	chain_end client "${CLIENT_ADDRESS[0]}" "${CLIENT_ADDRESS[1]}" 10.77.1.254 fd77:1::fe
	chain_end server "${SERVER_ADDRESS[0]}" "${SERVER_ADDRESS[1]}" 10.77.2.254 fd77:2::fe
	for ((i = 1; i <= n; i++)); do
		chain_router "$i" "$n"
	done
}

path_netem() {
	local k n c2s s2c
	stages c2s
	c2s=("${STAGES[@]}")
	stages s2c
	s2c=("${STAGES[@]}")
	n=${#c2s[@]}
	((n >= ${#s2c[@]})) || n=${#s2c[@]}
	((n >= 2 || MTU == 1500)) || n=2 # the narrow link is between routers, both of which answer
	netem_chain "$n"
	netem_seed
	stages c2s
	for ((k = 0; k < ${#c2s[@]}; k++)); do
		"stage_${c2s[k]}" "router$((k + 1))" right "$IMPAIRED"
	done
	stages s2c
	for ((k = 0; k < ${#s2c[@]}; k++)); do
		"stage_${s2c[k]}" "router$((n - k))" left "$IMPAIRED"
	done
	if ((MTU != 1500)); then
		ip -n router1 link set right mtu "$MTU"
		ip -n router2 link set left mtu "$MTU"
	fi
	path_facts "$(jq -cn --arg c2s "${c2s[*]}" --arg s2c "${s2c[*]}" \
		'{backend: "netem", stages: {c2s: $c2s | split(" "), s2c: $s2c | split(" ")}}')"
}

# Until a second connection to PORT is established: the first is iperf3's control. Without a process for
# each look, which would take seconds on an emulated machine.
# shellcheck disable=SC2016 # expanded by the inner shell
await_data_flow() {
	in_ns client bash -c 'exec {tick}<> <(:)
		until
			n=0
			for table in tcp tcp6; do
				[[ -r /proc/self/net/$table ]] || continue
				while read -r _ _ remote state _; do
					[[ $remote != *:"$1" || $state != 01 ]] || n=$((n + 1))
				done <"/proc/self/net/$table"
			done
			((n > 1))
		do
			read -rt 0.02 -u "$tick" || true
		done' _ "$(printf %04X "$PORT")"
}

# line_change BLACK: all lines lose everything, or what they should
line_change() {
	local line ns dev words
	for line in "${NETEM_LINES[@]}"; do
		read -r ns dev words <<<"$line"
		[[ -z $1 ]] || words="$(sed -E 's/ (loss (random [^ ]+|gemodel [^ ]+ [^ ]+)|duplicate [^ ]+)//g' <<<"$words") loss random 100%"
		# shellcheck disable=SC2086 # several words
		in_ns "$ns" tc qdisc change dev "$dev" root netem $words &
	done
	wait
}

# Runs beside the traffic; says on stdout from when to when nothing passed (CLOCK_REALTIME).
netem_blackout() {
	local at len from
	time_ns "${BLACKOUT%:*}"
	at=$((TIME_NS / 1000000))
	time_ns "${BLACKOUT#*:}"
	len=$((TIME_NS / 1000000))
	await_data_flow
	pause_ms "$at"
	line_change black
	from=$EPOCHREALTIME
	pause_ms "$len"
	printf '[%s, %s]\n' "$from" "$EPOCHREALTIME"
	line_change ''
}

blackout_start() {
	[[ ${BLACKOUT:-none} != none && ${#NETEM_LINES[@]} -gt 0 ]] || return 0
	part_start blackout "$RUN_DIR/log/blackout.out" netem_blackout
}

blackout_stop() {
	[[ -n ${PART_PID[blackout]:-} ]] || return 0
	part_ended blackout || kill -TERM "${PART_PID[blackout]}" 2>/dev/null || true
	part_wait blackout 5000 || true
	if [[ ${PART_RC[blackout]} == 0 && -s $RUN_DIR/log/blackout.out ]]; then
		path_facts "{\"blackout_realtime_s\": $(<"$RUN_DIR/log/blackout.out")}"
	else
		note "path: the blackout BLACKOUT=$BLACKOUT was not over before the traffic ended: $(part_words blackout)"
	fi
}
