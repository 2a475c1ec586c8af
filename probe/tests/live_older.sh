#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2317 # jq's variables; tests are called by name
#
# tcpw-probe and sockets that are older than itself: since kernel 6.12 they are given callbacks. Needs
# root; runs in network namespaces and cgroups of its own.
set -euo pipefail
TOP=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=probe/tests/lib.sh
. "$TOP/probe/tests/lib.sh"

# Is an older socket given callbacks here? Where the probe says so, all of the following must hold.
arms() {
	head -n 1 "$WORK/p.jsonl" | grep -q '"armed":true'
}

test_an_older_flow_has_its_callbacks_from_then_on() {
	local g
	generations --mode rtt
	for g in "${GENERATIONS[@]}"; do
		talk v4
		tell send 100000
		probe --programs "$g" --mode rtt
		tell send 300000
		hang_up
		stop_probe
		if ! arms; then
			samples 'of($client) | event("rtt") + event("close") | length == 0'
			samples '$trailer.notes | has("armed") | not'
			continue
		fi
		samples 'of($client) | event("rtt") | length > 3'
		samples '[of($client), of($server)] | all(.[-1].event == "close")'
		samples 'of($client)[-1] | .bytes_sent - .bytes_retrans == 400000'
		samples 'event("connect") + event("established") | length == 0'
		samples 'group_by(.cookie) | all(map(.seq) | . == [range(1; length + 1)])'
		samples '$trailer.notes | .armed == 2 and .not_armed == 0'
	done
}

test_the_flows_of_an_older_listener_are_as_those_of_a_new_one() {
	local g age
	generations --mode rtt
	for g in "${GENERATIONS[@]}"; do
		for age in older newer; do
			[[ $age == newer ]] || talk_later mapped
			probe --programs "$g" --mode rtt
			[[ $age == older ]] || talk_later mapped
			connect
			tell send 1000
			hang_up
			stop_probe
			arms || continue 2
			jq -ces --arg server ":$SERVER" '.[1:-1] | map(select(.local | endswith($server)))
				| map(.event) | .[:index("established") + 1]' "$WORK/p.jsonl" >"$WORK/$age"
		done
		# The round trip of the handshake is told before PASSIVE_ESTABLISHED, to those that inherit.
		diff "$WORK/older" "$WORK/newer"
		grep -q rtt "$WORK/older"
	done
}

test_arming_keeps_what_other_programs_asked_for() {
	local mode pids=()
	talk v4
	for mode in state rtt state; do
		probe --mode "$mode" --no-marks
		mv "$WORK/p.jsonl" "$WORK/${#pids[@]}.jsonl"
		pids+=("$PROBE_PID")
	done
	tell send 300000
	hang_up
	kill -INT "${pids[@]}"
	wait "${pids[@]}"
	mv "$WORK/1.jsonl" "$WORK/p.jsonl"
	arms || return 0
	samples 'of($client) | event("rtt") | length > 3'
	samples '[of($client), of($server)] | all(event("close") | length == 1)'
	jq -es '.[1:-1] | map(.event) | index("close") and (index("rtt") | not)' \
		"$WORK/0.jsonl" "$WORK/2.jsonl" >/dev/null
}

test_only_what_is_watched_is_armed() {
	talk v4
	mkdir "$CGROUP-other"
	exits 0 "$PROBE" --mode rtt --duration 50ms --output "$WORK/p.jsonl" --cgroup "$CGROUP-other"
	rmdir "$CGROUP-other"
	! arms || samples '$trailer.notes.armed == 0'
	exits 0 "$PROBE" --mode rtt --duration 50ms --output "$WORK/p.jsonl" --cgroup "$CGROUP" \
		--flow "*:$CLIENT,*"
	! arms || samples '$trailer.notes.armed == 1'
	unshare --net sleep 60 &
	OTHER=$!
	eventually 20 other_namespace_is_there
	exits 0 "$PROBE" --mode rtt --duration 50ms --output "$WORK/p.jsonl" --cgroup "$CGROUP" \
		--netns "/proc/$OTHER/ns/net"
	kill "$OTHER"
	! arms || samples '$trailer.notes.armed == 0'
	hang_up
}

# Connections that stay until the end of their input, in turn with what else the loop does
hold_one() {
	"$TALKER" v4 <"$WORK/hold" >>"$WORK/ports" &
	held=$((held + 1))
	sleep 0.01
}
hold_many() {
	local held=0
	echo "$BASHPID" >"$CGROUP/cgroup.procs"
	while ((held < 20)); do hold_one; done
	eventually 20 held_are_there 20
	: >"$WORK/go"
	while ((held < 300)) && ! header_is_there; do hold_one; done
	eventually 20 header_is_there
	local last=$((held + 20))
	while ((held < last)); do hold_one; done
	echo "$held" >"$WORK/held"
	wait
}
held_are_there() {
	(($(wc -l <"$WORK/ports") >= $1))
}
all_are_held() {
	[[ -s $WORK/held ]] && held_are_there "$(cat "$WORK/held")"
}
no_flow_is_open() {
	[[ -z $(ss -Htn state connected exclude time-wait) ]]
}

# 20 before the probe, 20 behind its header, and as many as come in between: armed by the walk, by
# their own callbacks, or by both.
test_no_socket_slips_through_between_the_walk_and_the_callbacks() {
	local g noise
	generations --mode rtt
	for g in "${GENERATIONS[@]}"; do
		rm -f "$WORK/hold" "$WORK/held" "$WORK/go" "$WORK/p.jsonl"
		: >"$WORK/ports"
		mkfifo "$WORK/hold"
		exec 9<>"$WORK/hold"
		hold_many 9>&- &
		noise=$!
		eventually 20 test -e "$WORK/go"
		probe --programs "$g" --mode rtt 9>&-
		eventually 20 all_are_held
		exec 9>&-
		wait "$noise"
		eventually 20 no_flow_is_open
		stop_probe
		arms || return 0
		jq -es --argjson held "$(wc -l <"$WORK/ports")" '.[-1] as $trailer | .[1:-1] | group_by(.cookie)
			| length == 2 * $held and all(map(.event) | map(select(. == "close")) | length == 1)
			and all(map(.seq) | . == [range(1; length + 1)])
			and (map(select(any(.event == "established"))) | length >= 40)
			and ($trailer.notes | .armed >= 40 and .not_armed == 0)' "$WORK/p.jsonl" >/dev/null
	done
}

run_tests
