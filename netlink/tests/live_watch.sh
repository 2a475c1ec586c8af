#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2317 # jq has variables of its own; run_tests finds the functions
#
# tcpw-netlink on real sockets: last words, flows that end, deadlines, stopping, filters, families,
# several namespaces, and what it says when something is wrong.
set -uo pipefail
# shellcheck source=netlink/tests/lib.sh
. "$(dirname "$0")/lib.sh"

IS_CLIENT='(.local // "" | endswith(":\($port)"))'

destroyed() { # FILE PORT
	samples "$1" | jq -es --arg port "$2" "any(.[]; .event == \"destroy\" and $IS_CLIENT)" >/dev/null
}

sampled() { # FILE COOKIE
	samples "$1" | jq -es --arg cookie "$2" "any(.[]; (.cookie | tostring) == \$cookie)" >/dev/null
}

test_a_destroy_message_brings_the_last_words() {
	start_pair 4
	start_netlink "$DIR/t" --interval 20ms
	wait_for at_least "$DIR/t" 2
	pair_do send
	pair_do close
	wait_for destroyed "$DIR/t" "$PORT"
	stop_netlink
	holds 'one destroy, in CLOSE, after the last sample, with final counters' \
		'map(select('"$IS_CLIENT"')) | (map(select(.event == "destroy"))) as $d
		| (map(select(.event == "sample"))[-1]) as $s
		| ($d | length) == 1 and $d[0].state == 7 and ($d[0].cookie | tostring) == $cookie
		  and $d[0].bytes_sent == 400100 and $d[0].bytes_sent >= $s.bytes_sent
		  and $d[0].t1 >= $s.t1 and $d[0].t0 <= $d[0].t1' "$DIR/t"
	holds 'what a destroy message does not carry is absent, not 0' \
		'map(select(.event == "destroy")) | length >= 1 and all(.[];
		 [has("inode", "uid", "timer", "timer_expires", "cong", "rmem")] | any | not)' "$DIR/t"
	holds 'no listener spoke' 'all(.[]; .state != 10 and (.remote // "x:1" | endswith(":0") | not))' \
		"$DIR/t"
}

test_no_destroy_means_none() {
	start_pair 4
	start_netlink "$DIR/t" --interval 20ms --no-destroy
	wait_for at_least "$DIR/t" 2
	pair_do close
	stop_netlink
	holds 'only samples' 'map(select(has("event"))) | length > 0 and all(.[]; .event == "sample")' \
		"$DIR/t"
}

# The listener stays open, on the port of the flow's server end: a lookup by 4-tuple alone finds it.
test_an_exact_lookup_never_brings_the_listener() {
	start_pair 4
	start_netlink "$DIR/t" --interval 5ms --flow "*:$SERVER_PORT,*" --no-destroy
	wait_for at_least "$DIR/t" 4
	pair_do close
	sleep 0.3
	stop_netlink
	holds 'samples of the flow, none in LISTEN, none of a second cookie' \
		'map(select(has("event"))) | length >= 4 and all(.[]; .state != 10)
		 and (map(.cookie) | unique | length == 1)' "$DIR/t"
	holds 'a flow that ended is no failed request' '.[-1].lost.request_failed == 0' "$DIR/t"
}

test_a_flow_that_comes_later_is_found() {
	start_pair 4
	start_netlink "$DIR/t" --interval 10ms --discover 50ms
	pair_do close
	pair_do reopen
	wait_for sampled "$DIR/t" "$COOKIE"
	stop_netlink
	holds 'the new cookie is sampled' 'any(.[]; (.cookie // 0 | tostring) == $cookie and .state == 1)' \
		"$DIR/t"
}

# No wall clock is judged here: deadlines are base + k * interval by arithmetic, each sample follows
# its own, and every deadline up to the end was either served or counted late.
test_polling_does_not_drift() {
	local mode
	start_pair 4
	for mode in exact filter full; do
		rm -f "$DIR/t"
		"$NETLINK" --netns "$NS" --output "$DIR/t" --mode "$mode" --interval 7ms --duration 700ms \
			--flow "*:$PORT,*:$SERVER_PORT"
		holds "$mode: served and late ticks add up to all deadlines" \
			'.[-1].notes | .ticks + .late_ticks == 100' "$DIR/t"
		holds "$mode: a sample per served tick, at or after its deadline" \
			'.[-1].notes.ticks as $n | map(select(has("event"))) | length == $n
			 and all(to_entries[]; .value.t0 >= (.key + 1) * 7000000)' "$DIR/t"
	done
}

test_every_mode_sees_the_same_idle_flow() {
	local mode
	start_pair 4
	sleep 0.3
	for mode in exact filter full; do
		"$NETLINK" --netns "$NS" --mode "$mode" --interval 20ms --duration 100ms \
			--flow "*:$PORT,*:$SERVER_PORT" --output "$DIR/$mode"
		samples "$DIR/$mode" | jq -cS 'with_entries(select(.key | test("^(t0|t1|last_.*)$") | not))' |
			sort -u >"$DIR/$mode.set"
	done
	[[ $(wc -l <"$DIR/exact.set") == 1 ]]
	cmp "$DIR/exact.set" "$DIR/filter.set"
	cmp "$DIR/exact.set" "$DIR/full.set"
}

test_signals_end_with_a_trailer() {
	local sig
	start_pair 4
	for sig in INT TERM HUP; do
		start_netlink "$DIR/t" --interval 10ms
		wait_for at_least "$DIR/t" 1
		kill -"$sig" "$COLLECTOR"
		wait "$COLLECTOR"
		COLLECTOR=''
		holds "$sig: the trailer counts the samples" \
			'(map(select(has("event"))) | length) == .[-1].samples and .[-1].trailer' "$DIR/t"
	done
}

test_a_long_interval_does_not_delay_the_end() {
	start_pair 4
	start_netlink "$DIR/t" --mode filter --interval 1000s
	stop_netlink
	holds 'whole and empty' '.[-1].samples == 0' "$DIR/t"
}

test_a_mapped_flow_is_seen_in_both_families() {
	local mode
	start_pair mapped
	for mode in exact filter full; do
		"$NETLINK" --netns "$NS" --mode "$mode" --interval 20ms --duration 100ms \
			--flow "127.0.0.1,127.0.0.1:*" --output "$DIR/t"
		holds "$mode: the client is AF_INET, the server's end mapped" \
			'map(select(has("event")) | .local) as $l | any($l[]; . == "127.0.0.1:\($port)")
			 and any($l[]; startswith("[::ffff:127.0.0.1]:"))' "$DIR/t"
	done
}

test_a_cgroup_filter_sees_only_its_own() {
	local root cg mode
	root=$(awk '$0 ~ / - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	if [[ -z $root ]] || ! mkdir "$root/$NS" 2>/dev/null; then
		say 'no cgroup v2 to write to: not tested'
		return 0
	fi
	cg=$root/$NS
	# shellcheck disable=SC2064 # the names are known now
	trap "end_test; rmdir '$cg'" EXIT
	start_other "$NS" 4
	start_pair 4 "$cg"
	for mode in exact filter full; do
		"$NETLINK" --netns "$NS" --mode "$mode" --cgroup "$cg" --interval 20ms --duration 100ms \
			--output "$DIR/t"
		holds "$mode: both ends of the one, nothing of the other" \
			"map(select(has(\"event\"))) | (map(.cookie) | unique | length) == 2
			 and all(.[]; (.local + .remote | contains(\":$OTHER_PORT\")) | not)" "$DIR/t"
	done
	start_netlink "$DIR/t" --cgroup "$cg" --interval 20ms
	wait_for at_least "$DIR/t" 2
	pair_do close
	wait_for destroyed "$DIR/t" "$PORT"
	stop_netlink
}

test_two_namespaces_at_once() {
	local second=${NS}b
	ip netns add "$second"
	# shellcheck disable=SC2064 # the names are known now
	trap "end_test; ip netns del $second" EXIT
	ip -n "$second" link set lo up
	start_pair 4
	start_other "$second" 6
	"$NETLINK" --netns "$NS" --netns "/run/netns/$second" --interval 20ms --duration 100ms \
		--output "$DIR/t"
	holds 'each sample says its namespace' \
		"(map(select(has(\"event\")) | .netns) | unique) == .[0].netns and (.[0].netns | length) == 2
		 and (.[0].netns | contains([$INODE]))" <(jq -c 'if .netns | type == "array" then .netns |= sort else . end' "$DIR/t")
}

# says CODE PATTERN OPTION...: exits so and says so
says() {
	local want=$1 pattern=$2 status=0
	shift 2
	timeout 10 "$NETLINK" --duration 100ms "$@" >"$DIR/out" 2>"$DIR/err" || status=$?
	[[ $status == "$want" ]] || { say "$*: exit $status, not $want: $(cat "$DIR/err")"; return 1; }
	grep -q -- "$pattern" "$DIR/err" || { say "$*: said $(cat "$DIR/err")"; return 1; }
}

test_mistakes_get_a_sentence() {
	says 2 'choose exact, filter or full' --mode often
	says 2 'unit, as in 10ms' --interval 10
	says 2 'must lie between' --interval 1ns
	says 2 '--flow 10.0.0.1' --flow 10.0.0.1
	says 2 'unexpected argument: eth0' eth0
	says 2 'unrecognized option' --frequency 1ms
	says 3 'no such network namespace' --netns "no-such-$NS"
	says 3 'not a network namespace' --netns /proc/self/ns/mnt
	says 3 'No such file' --cgroup "/no-such-$NS"
	says 2 'not a cgroup v2' --cgroup "$DIR"
	says 3 'cannot write' --output "$DIR/none/t"
	says 3 "cannot write /dev/full: No space left" --output /dev/full
}

test_a_full_disk_ends_with_a_sentence() {
	mkdir "$DIR/small"
	mount -t tmpfs -o size=64k none "$DIR/small"
	# shellcheck disable=SC2064 # the names are known now
	trap "end_test; umount '$DIR/small'" EXIT
	start_pair 4
	says 3 "No space left on device; the timeline is cut" --netns "$NS" --interval 1ms \
		--duration 1s --output "$DIR/small/t"
}

test_without_privileges_a_foreign_namespace_is_refused_with_the_remedy() {
	local status=0
	command -v setpriv >/dev/null || return 0
	setpriv --reuid 65534 --clear-groups --bounding-set=-all --inh-caps=-all "$NETLINK" --netns "/run/netns/$NS" \
		--duration 10ms >/dev/null 2>"$DIR/err" || status=$?
	[[ $status == 4 ]]
	grep -q 'CAP_SYS_ADMIN' "$DIR/err"
}

test_stdout_is_data_and_whole() {
	start_pair 4
	"$NETLINK" --netns "$NS" --interval 20ms --duration 100ms --verbose 2>/dev/null >"$DIR/t"
	holds 'header first, trailer last' '.[0].witness == "netlink" and .[0].modes == ["exact"]
		and .[0].interval_ns == 20000000 and .[-1].trailer' "$DIR/t"
	holds 'every field of every sample was announced' \
		'.[0].fields as $f | map(select(has("event")) | del(.t0, .t1, .event, .netns, .cookie, .local,
		 .remote, .cong, .ulp) | keys) | length > 0 and all(.[]; . - $f == [])' "$DIR/t"
}

setup
run_tests
