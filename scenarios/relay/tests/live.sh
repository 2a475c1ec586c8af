#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2317 # jq's variables; tests are called by name
#
# tcpw-relay between two network namespaces: its ledger against what the kernel counts at both ends,
# each thing that a path may do, and faults. Needs root.
set -euo pipefail
TOP=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../../..")
# shellcheck source=ci/testing.sh
. "$TOP/ci/testing.sh"
BUILD=${BUILD:-$TOP/build}
RELAY=$BUILD/tcpw-relay
TRANSFER=$BUILD/scenarios/relay/tests/transfer

((EUID == 0)) || {
	echo 'live tests of tcpw-relay need root: run with sudo' >&2
	exit 4
}
[[ -c /dev/net/tun ]] || {
	echo 'there are no TUN devices here: modprobe tun' >&2
	exit 4
}
# In namespaces of their own, whose end takes processes, mounts and namespace names along.
if [[ ! ${WORK:-} ]]; then
	WORK=$(mktemp -d)
	trap 'rm -rf "$WORK"' EXIT
	trap 'exit 3' INT TERM HUP
	export WORK
	rc=0
	unshare --net --mount --pid --fork --kill-child --mount-proc "$0" "$@" || rc=$?
	exit "$rc"
fi
mkdir -p /run/netns
mount -t tmpfs -o mode=755 tmpfs /run/netns
STDERR=$WORK/stderr STDOUT=$WORK/stdout LEDGER=$WORK/path.jsonl
CLIENT=(10.77.1.1 fd77:1::1) SERVER=(10.77.2.1 fd77:2::1)

in_ns() {
	local ns=$1
	shift
	nsenter --net="/run/netns/$ns" "$@"
}

# path OPTION ...: new namespaces and a relay between them, carrying
path() {
	local ns
	remove # what a test that failed has left
	rm -f "$LEDGER"
	for ns in client server; do
		ip netns add "$ns"
		ip -n "$ns" link set lo up
		in_ns "$ns" sysctl -qw net.ipv4.tcp_congestion_control=reno
		[[ ! ${ECN:-} ]] || in_ns "$ns" sysctl -qw net.ipv4.tcp_ecn=1
	done
	"$RELAY" --client-netns client --server-netns server --output "$LEDGER" "$@" 2>"$STDERR" &
	RELAY_PID=$!
	eventually 20 header_is_there
	ip -n client address add "${CLIENT[0]}/24" dev eth0
	ip -n client address add "${CLIENT[1]}/64" dev eth0 nodad
	ip -n server address add "${SERVER[0]}/24" dev eth0
	ip -n server address add "${SERVER[1]}/64" dev eth0 nodad
	ip -n client route add 10.77.2.0/24 dev eth0
	ip -n server route add 10.77.1.0/24 dev eth0
	ip -n client -6 route add fd77:2::/64 dev eth0
	ip -n server -6 route add fd77:1::/64 dev eth0
}
header_is_there() {
	kill -0 "$RELAY_PID" && [[ $(head -n 1 "$LEDGER" 2>/dev/null) == *'}}' ]]
}
# path_end: the relay ends with a whole ledger
path_end() {
	kill -TERM "$RELAY_PID"
	wait "$RELAY_PID"
	[[ ! -s $STDERR ]]
	[[ $(tail -n 1 "$LEDGER") == '{"trailer":true'* ]]
}
remove() {
	local ns
	for ns in client server; do
		[[ ! -e /run/netns/$ns ]] || ip netns del "$ns"
	done
}
# not COMMAND ...: unlike `!`, a failure that ends the test
not() {
	! "$@"
}
# transfer ADDRESS BYTES [MAXSEG]
transfer() {
	timeout 120 "$TRANSFER" client server "$@" >"$WORK/info"
}
# info NAME: of the client's socket
info() {
	awk -v name="$1" '$1 == name { print $2 }' "$WORK/info"
}
# counter NS NAME: of the namespace since it was made
counter() {
	in_ns "$1" nstat -asz "$2" | awk -v name="$2" '$1 == name { print $2 }'
}
# device NS rx|tx: packets of eth0
device() {
	ip -n "$1" -s -j link show eth0 | jq ".[0].stats64.$2.packets"
}
# ledger FILTER: over the lines of packets, as an array $p; it must yield true, $a.NAME are arguments
ledger() {
	local filter=$1
	shift
	jq -es "$@" "(map(select(.event == \"packet\"))) as \$p | .[0] as \$header | .[-1] as \$trailer | . as \$all |
		$filter" "$LEDGER" >"$WORK/jq" || {
		echo "not so: $filter"
		cat "$WORK/jq"
		return 1
	}
}
# counts N FILTER ...: so many of the ledger's packets are selected
counts() {
	local want=$1 filter=$2 got end
	shift 2
	got=$(jq -s "$@" "map(select(.event == \"packet\") | $filter) | length" "$LEDGER")
	[[ $got == "$want" ]] || {
		echo "$got packets and not $want, $*: $filter"
		for end in client server; do
			echo "$end counts:"
			in_ns "$end" nstat -as
		done
		tail -n 5 "$LEDGER"
		return 1
	}
}
# The ledger's own rules, whatever the path does
ledger_is_sound() {
	ledger '$trailer.lost == {} and $trailer.samples == ($all | length - 2)'
	ledger '[$all[1:-1][].t] | . == sort'
	ledger '($header.path.rtt_us * 500) as $half |
		all($p[] | select(.fate == "delivered"); .out - .t >= $half) and
		all($p[] | select(.fate != "delivered"); .out == null)'
	ledger 'all($p[]; .ip_len <= 1500 and .ip_len > .len)'
	ledger '([$all[] | select(.event == "flow").flow]) as $flows |
		$flows == [range($flows | length)] and all($p[]; .flow < ($flows | length))'
}
# The ledger and the kernels at both ends count the same packets.
ledger_is_what_the_ends_saw() {
	local end dir out
	for end in client/c2s server/s2c; do
		dir=${end#*/} end=${end%/*}
		# OutSegs leaves out what is sent again (__tcp_transmit_skb())
		out=$(($(counter "$end" TcpOutSegs) + $(counter "$end" TcpRetransSegs)))
		counts "$out" 'select(.dir == $dir and .copy != 1)' --arg dir "$dir"
		counts "$(counter "$end" TcpInSegs)" \
			'select(.dir != $dir and .fate == "delivered")' --arg dir "$dir"
	done
}

test_ledger_agrees_with_both_kernels() {
	local tx family
	for family in 0 1; do
		path --rtt 4ms --loss 1 --loss-dir both --duplicate 1 --reorder 1 --reorder-by 3ms --seed 5
		transfer "${SERVER[family]}" 3000000
		tx=$(($(device client tx) + $(device server tx)))
		path_end
		ledger_is_sound
		ledger_is_what_the_ends_saw
		# What a device sent, the relay read: all of it is accounted for.
		ledger '([$p[] | select(.copy != 1)] | length) + $trailer.notes.other +
			$trailer.notes.local + $trailer.notes.udp >= $tx' --argjson tx "$tx"
		ledger '[$p[] | select(.fate == "loss")] | length > 5'
		ledger '[$p[] | select(.held)] | length > 5'
		ledger '[$p[] | select(.copy)] | length > 5'
		ledger 'all($p[]; .fate == "delivered" or .fate == "loss")'
		remove
	done
}

test_segments_of_the_flow_are_the_sockets() {
	path --rtt 2ms --loss 0.5
	transfer "${SERVER[0]}" 2000000
	path_end
	ledger_is_sound
	# Until the FIN, after which nobody asked the socket any more
	ledger '[$p[] | select(.flow == 0 and .dir == "c2s")] |
		(map(.flags | contains("F")) | index(true)) == $n' --argjson n "$(info segs_out)"
	ledger '[$p[] | select(.fate == "loss" and .len > 0)] | length as $n | $n > 0 and $n <= $retrans' \
		--argjson retrans "$(info total_retrans)"
	remove
}

# first_drops FILE: those of first transmissions of data, which depend on nothing but the seed
first_drops() {
	"$RELAY" --drops "$LEDGER" | awk '$3 ~ /^[0-9]+$/ && $4 == 1' >"$1"
}
test_same_seed_loses_the_same_bytes() {
	local run seed rtt maxseg
	while read -r run seed rtt maxseg; do
		path --rtt "$rtt" --loss 1 --loss-burst 3 --seed "$seed"
		transfer "${SERVER[0]}" 3000000 "$maxseg"
		path_end
		first_drops "$WORK/drops.$run"
		remove
	done <<-END
		first 7 1ms 1448
		again 7 3ms 700
		other 8 1ms 1448
	END
	(($(wc -l <"$WORK/drops.first") > 5))
	diff "$WORK/drops.first" "$WORK/drops.again"
	not cmp -s "$WORK/drops.first" "$WORK/drops.other"
}

test_blackout_drops_all_in_its_time_and_nothing_else() {
	path --rtt 2ms --rate 20M --blackout 200ms:300ms
	transfer "${SERVER[0]}" 2000000
	path_end
	ledger_is_sound
	ledger_is_what_the_ends_saw
	# The first flow counts from when it has carried more than 64 KiB.
	ledger 'def bytes: reduce .[] as $x ({sum: 0}; if .at then . else .sum += $x.len |
			if .sum > 65536 then .at = $x.t else . end end);
		([$p[] | select(.dir == "c2s")] | bytes.at + 200000000) as $from |
		([$p[] | select(.fate == "blackout")] | length > 0) and
		all($p[] | select(.fate == "blackout"); .t >= $from and .t < $from + 300000000) and
		all($p[] | select(.fate == "delivered"); .t < $from or .t >= $from + 300000000)'
	(($(info total_retrans) > 0))
	remove
}

test_too_big_packets_are_answered_and_the_socket_learns() {
	local family
	for family in 0 1; do
		path --rtt 2ms --mtu 1300
		transfer "${SERVER[family]}" 500000
		path_end
		ledger_is_sound
		ledger_is_what_the_ends_saw
		[[ $(info pmtu) == 1300 ]]
		# Without IP and TCP header and timestamps
		[[ $(info snd_mss) == $((1300 - 20 - 12 - 20 - 20 * family)) ]]
		ledger '[$p[] | select(.fate == "too-big")] as $big | [$all[] | select(.made)] as $answers |
			($big | length > 0) and ($big | length == ($answers | length)) and
			all($big[]; .ip_len > 1300) and all($p[] | select(.fate == "delivered"); .ip_len <= 1300) and
			all($answers[]; .dir == "s2c" and .protocol == $protocol)' \
			--argjson protocol $((family ? 58 : 1))
		remove
	done
}

test_each_copy_is_answered_by_a_dsack() {
	local family copies said again
	for family in 0 1; do
		path --rtt 2ms --duplicate 5
		transfer "${SERVER[family]}" 1000000
		path_end
		ledger_is_sound
		ledger_is_what_the_ends_saw
		# tcp_send_dupack() says so for each segment with data that was there already: for the copies,
		# and for what a timer sent again; of the latter two may have become one in a backlog
		# (tcp_add_backlog()), which halves what they say.
		copies=$(jq -s 'map(select(.event == "packet" and .copy and .len > 0)) | length' "$LEDGER")
		said=$(counter server TcpExtTCPDSACKOldSent)
		again=$(counter client TcpRetransSegs)
		((copies > 5 && said >= copies - again && said <= copies + again)) || {
			echo "$copies copies, $said DSACKs, $again sent again"
			return 1
		}
		ledger '[$p[] | select(.copy)] | all(.out != null)'
		remove
	done
}

test_each_mark_arrives() {
	local family name=(IpExtInCEPkts Ip6InCEPkts)
	for family in 0 1; do
		ECN=1 path --rtt 2ms --mark 2
		transfer "${SERVER[family]}" 2000000
		path_end
		ledger_is_sound
		ledger_is_what_the_ends_saw
		ledger '[$p[] | select(.ce)] | length as $n | $n > 3 and $n == $ce and all(.ecn == 2)' \
			--argjson ce "$(counter server "${name[family]}")"
		ledger 'any($p[]; .dir == "s2c" and (.flags | contains("E")))'
		remove
	done
}

test_a_long_queue_marks() {
	ECN=1 path --rtt 2ms --rate 20M --queue 200000 --mark-queue 20000
	transfer "${SERVER[0]}" 1000000
	path_end
	ledger_is_sound
	ledger 'any($p[]; .ce) and all($p[]; .fate == "delivered")'
	remove
}

test_bottleneck_serves_bit_after_bit_and_drops_the_rest() {
	path --rtt 2ms --rate 20M --queue 15000
	transfer "${SERVER[0]}" 2000000
	path_end
	ledger_is_sound
	ledger_is_what_the_ends_saw
	ledger 'any($p[]; .fate == "queue") and all($p[]; .fate == "queue" or .fate == "delivered")'
	# Nothing is faster than the rate: from any arrival on, what is admitted takes its time.
	ledger '[$p[] | select(.dir == "c2s" and .fate == "delivered")] |
		(map(.ip_len) | add * 8 * 50) as $ns | .[-1].out >= .[0].t + $ns'
	# 15000 bytes are 6 ms: nothing waits longer, but for the time that the relay is late
	ledger '$trailer.notes.late_max_us as $late |
		all($p[] | select(.out); .out - .t <= 1000000 + 6000000 + ($late + 1) * 1000)'
	remove
}

test_held_packets_are_overtaken() {
	path --rtt 2ms --reorder 2 --reorder-by 5ms
	transfer "${SERVER[0]}" 2000000
	path_end
	ledger_is_sound
	ledger 'any($p[]; .held) and all($p[] | select(.held); .out - .t >= 6000000)'
	ledger '[$p[] | select(.dir == "c2s" and .held == null).out] | . == sort'
	ledger '[$p[] | select(.dir == "c2s" and .len > 0)] | sort_by(.out) | map(.t) | . != sort'
	(($(counter server TcpExtTCPOFOQueue) > 0))
	remove
}

test_jitter_keeps_the_order() {
	path --rtt 2ms --jitter 5ms
	transfer "${SERVER[0]}" 1000000
	path_end
	ledger_is_sound
	ledger '[$p[] | select(.dir == "c2s").out] | . == sort'
	ledger 'any($p[]; .out - .t > 3000000)'
	remove
}

test_what_is_on_its_way_at_the_end_arrives() {
	path --rtt 1s
	in_ns client timeout 5 bash -c "exec 3<>/dev/tcp/${SERVER[0]}/1" 2>/dev/null &
	eventually 10 sent
	path_end
	wait $! || true
	ledger '($p | length > 0) and all($p[]; .fate == "delivered" and .out - .t >= 500000000)'
	remove
}
sent() {
	(($(counter client TcpOutSegs) > 0))
}

test_the_device_goes_with_the_relay() {
	path --rate 0 --queue 30000 # a queue before no bottleneck is none
	path_end
	not ip -n client link show eth0 2>/dev/null
	not ip -n server link show eth0 2>/dev/null
	remove
}

test_a_path_that_lies_does() {
	local kind lie
	while read -r kind lie; do
		ECN=1 path --rtt 2ms --loss 2 --duplicate 2 --mark 2 --seed 3 --miscount 1 --miscount-kind "$kind"
		transfer "${SERVER[0]}" 1000000
		path_end
		ledger "$lie" || return 1
		remove
	done <<-'END'
		delivered all($p[]; .len == 0 or .fate == "delivered")
		loss all($p[]; .len == 0 or .fate == "loss" or .copy)
		missing all($p[]; .len == 0 or .fate == "loss" or .copy)
		early any($p[] | select(.out); .out - .t < 1000000)
		copy all($p[]; .copy == null)
		mark all($p[]; .ce == null)
	END
	"$RELAY" --help >"$STDOUT"
	not grep -q miscount "$STDOUT"
}

test_wrong_options_are_named() {
	local option value
	while read -r option value; do
		exits 2 "$RELAY" --client-netns a --server-netns b "$option" "$value"
		grep -qF -- "$option" "$STDERR" || {
			echo "does not name $option $value:"
			cat "$STDERR"
			return 1
		}
	done <<-END
		--rtt 10
		--rtt 11s
		--jitter x
		--rate 500m
		--rate 1
		--rate 101G
		--queue 30000
		--mark-queue 30000
		--loss 101
		--loss -1
		--loss .5
		--loss-burst 0
		--loss-dir up
		--reorder 1
		--reorder-by 5
		--duplicate 1e1
		--mark many
		--mtu 551
		--mtu 1501
		--blackout 1s
		--blackout 1:1
		--seed -1
		--device a/b
		--device a-name-that-is-too-long
		--miscount-kind much
	END
	exits 2 "$RELAY" --client-netns a
	exits 2 "$RELAY" --client-netns a --server-netns b more
}

test_what_is_missing_is_named() {
	remove
	ip netns add client
	ip netns add server
	exits 3 "$RELAY" --client-netns nobody --server-netns server --output "$LEDGER"
	says '--client-netns nobody: no such network namespace'
	exits 3 "$RELAY" --client-netns client --server-netns /etc/passwd --output "$LEDGER"
	says '--server-netns /etc/passwd: not a network namespace'
	exits 2 "$RELAY" --client-netns client --server-netns client --output "$LEDGER"
	says 'same network namespace'
	exits 3 "$RELAY" --client-netns client --server-netns server --output /nowhere/path.jsonl
	says '/nowhere/'
	ip -n server link add eth0 type dummy 2>/dev/null || ip -n server link add eth0 type veth peer name x
	exits 3 "$RELAY" --client-netns client --server-netns server --output "$LEDGER"
	says 'eth0: there is a device of this name in server already'
	not ip -n client link show eth0 2>/dev/null
	remove
}

test_what_is_not_allowed_is_named() {
	remove
	ip netns add client
	ip netns add server
	exits 4 setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$RELAY" --client-netns client --server-netns server \
		--output "$LEDGER"
	says 'is not allowed here: run as root'
	exits 4 setpriv --bounding-set=-net_admin --inh-caps=-net_admin "$RELAY" --client-netns client --server-netns server \
		--output "$LEDGER"
	says 'is not allowed here: run as root'
	mount -t tmpfs tmpfs /dev/net
	exits 4 "$RELAY" --client-netns client --server-netns server --output "$LEDGER"
	umount /dev/net
	says 'modprobe tun'
	remove
}

test_a_full_disk_cuts_the_ledger_and_says_so() {
	mkdir "$WORK/small"
	mount -t tmpfs -o size=64k tmpfs "$WORK/small"
	LEDGER=$WORK/small/path.jsonl
	path
	transfer "${SERVER[0]}" 2000000
	kill -TERM "$RELAY_PID"
	exits 3 wait "$RELAY_PID" # keeps its words in the file that path() gave it
	grep -q 'No space left' "$WORK/stderr"
	[[ $(wc -l <"$WORK/stderr") == 1 ]]
	not grep -q trailer "$LEDGER"
	umount "$WORK/small"
	remove
}

test_a_device_that_vanishes_ends_it() {
	local rc=0
	path
	ip -n client link del eth0
	wait "$RELAY_PID" || rc=$?
	[[ $rc == 3 ]]
	says 'somebody removed eth0'
	not grep -q trailer "$LEDGER"
	remove
}

test_what_a_device_drops_is_told() {
	local dropped rc=0
	path
	kill -STOP "$RELAY_PID"
	# More than the device holds until it is read
	in_ns client bash -c "exec 3>/dev/udp/${SERVER[0]}/9; for ((i = 0; i < 66000; i++)); do echo >&3; done"
	dropped=$(ip -n client -s -j link show eth0 | jq '.[0].stats64.tx.dropped')
	kill -CONT "$RELAY_PID"
	kill -TERM "$RELAY_PID"
	wait "$RELAY_PID" || rc=$?
	[[ $rc == 3 ]]
	says "lost, client_device: $dropped"
	ledger '$trailer.lost == {client_device: $n} and $n > 0' --argjson n "$dropped"
	remove
}

test_drops_of_what_is_no_ledger() {
	echo '{"timeline":1,"witness":"path","backend":"netem"}' >"$LEDGER"
	exits 3 "$RELAY" --drops "$LEDGER"
	says 'not a ledger of tcpw-relay'
	exits 3 "$RELAY" --drops /nowhere
	says '/nowhere'
}

run_tests
