#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2317 # jq's variables; tests are called by name
#
# tcpw-probe on real sockets: each capture mode, filters, marks, losses, faults. Needs root; runs in
# network namespaces and cgroups of its own.
set -euo pipefail
TOP=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=probe/tests/lib.sh
. "$TOP/probe/tests/lib.sh"
BENCH=$BUILD/probe/bench

test_rtt_mode_has_the_life_of_both_ends() {
	probe --mode rtt
	talk v4
	tell send 300000
	hang_up
	stop_probe
	samples 'of($client) | event("connect") | length == 1'
	samples '[of($client), of($server)] | all(event("established") | length == 1)'
	samples '[of($client), of($server)] | all(.[-1].event == "close")'
	samples 'of($client) | event("rtt") | length > 3 and all(has("cb_srtt") and .cb_srtt > 0)'
	samples 'of($client)[-1] | .bytes_acked >= 300001 and .bytes_sent == 300000'
	samples 'of($server)[-1] | .bytes_received >= 300000'
	samples 'event("segment") + event("poll") | length == 0'
}

test_sequence_numbers_have_no_gap() {
	local g numbered
	generations
	for g in "${GENERATIONS[@]}"; do
		numbered='select(.event != "tcp_info")'
		[[ $g != 5.10 ]] || numbered='select(.event | IN("tcp_info", "poll") | not)'
		probe --programs "$g" --mode rtt,segment,poll --interval 5ms
		talk v4
		tell send 2000000
		eventually 20 grep -q '"event":"poll"' "$WORK/p.jsonl"
		hang_up
		stop_probe
		samples "group_by(.cookie) | all(map($numbered.seq) | . == [range(1; length + 1)])"
	done
}

test_state_mode_has_nothing_but_changes() {
	probe --mode state
	talk v6
	tell send 100000
	hang_up
	stop_probe
	samples 'length > 0 and all(.event | IN("connect", "established", "state", "close"))'
	samples 'event("state") + event("close") | all(has("old_state") and has("new_state"))'
	samples 'of($client) | event("close") | .[0].new_state == 7'
}

test_segment_mode_has_every_acknowledgement() {
	probe --mode segment
	talk v4
	tell send 1000000
	hang_up
	stop_probe
	# The chain: what a segment acknowledges is the next one'"'"'s snd_una. FIN and what follows is
	# not handled by tcp_rcv_established(), where the tracepoint is.
	samples 'of($client) | event("segment") | length > 5
		and ([.[:-1], .[1:]] | transpose | all(.[1].snd_una == .[0].seg_ack_seq))'
}

# A poll at each tick, but for those that the trailer says were late.
polls_on_the_grid() {
	samples "of(\$$1) | event(\"poll\") | map(.t / \$header.interval_ns | floor)
		| length > 3 and . == unique
		and (.[-1] - .[0] + 1 - length <= \$trailer.notes.late_ticks)"
}

test_poll_mode_samples_receivers_and_idle_flows_on_the_grid() {
	probe --mode poll --interval 20ms
	talk v4
	tell send 1000
	eventually 20 eval '(($(grep -c "\"poll\"" "$WORK/p.jsonl") > 40))'
	hang_up
	stop_probe
	polls_on_the_grid client # idle since its one write
	polls_on_the_grid server # has only received
	samples 'of($server) | event("poll") | all(.bytes_acked <= 1)'
}

test_poll_mode_sees_flows_older_than_the_probe() {
	talk v6
	probe --mode poll --interval 10ms
	eventually 20 eval '(($(grep -c "\"poll\"" "$WORK/p.jsonl") > 10))'
	stop_probe
	polls_on_the_grid client
	samples 'event("poll") | all(.cookie > 0 and .cong != "")'
	hang_up
}

test_poll_mode_sees_only_the_cgroup_and_the_namespaces_asked_for() {
	talk v4
	unshare --net sleep 60 &
	OTHER=$!
	eventually 20 other_namespace_is_there
	exits 0 "$PROBE" --mode poll --interval 5ms --duration 100ms --output "$WORK/p.jsonl" \
		--netns "/proc/$OTHER/ns/net" --cgroup "$CGROUP"
	kill "$OTHER"
	samples '(event("poll") | length == 0) and $header.netns[0] > 0'
	mkdir "$CGROUP-other"
	exits 0 "$PROBE" --mode poll --interval 5ms --duration 100ms --output "$WORK/p.jsonl" \
		--cgroup "$CGROUP-other"
	rmdir "$CGROUP-other"
	samples 'length == 0'
	exits 0 "$PROBE" --mode poll --interval 5ms --duration 100ms --output "$WORK/p.jsonl" \
		--cgroup "$CGROUP"
	samples 'of($client) | length > 0'
	hang_up
}

test_mapped_addresses_match_an_IPv4_filter() {
	probe --mode state --flow '127.0.0.1,127.0.0.0/8'
	talk mapped
	hang_up
	stop_probe
	samples 'of($client) | length > 0 and all(.local | startswith("127.0.0.1:"))'
	samples 'of($server) | length > 0 and all(.local | startswith("[::ffff:127.0.0.1]:"))'
}

test_a_filter_keeps_other_flows_out() {
	probe --mode rtt,segment,poll --interval 10ms --flow '*,10.0.0.0/8:*' --flow '*:1,*'
	talk v4
	tell send 100000
	hang_up
	stop_probe
	samples 'length == 0'
}

test_a_port_filter_sees_one_end() {
	talk v4
	probe --mode poll --interval 5ms --flow "*:$CLIENT,*:$SERVER"
	eventually 20 eval '(($(grep -c "\"poll\"" "$WORK/p.jsonl") > 3))'
	stop_probe
	samples '(of($client) | length > 3) and (of($server) | length == 0)'
	hang_up
}

test_at_a_mark_the_kernel_and_the_probe_agree_in_every_field() {
	probe --mode state
	talk v4
	tell send 200000
	tell info 50
	hang_up
	stop_probe
	samples 'event("mark") | length == 50'
	samples 'event("tcp_info") | length == 50'
	# Ages and durations are read a moment later: at most one tick apart, 4 ms at 250 HZ.
	samples '(event("mark") | map({(.seq | tostring): .}) | add) as $mark
		| (1000 / $header.hz | ceil) as $tick_ms
		| event("tcp_info") | all(. as $info | $mark[.seq | tostring] as $m
			| to_entries | map(select(.key | IN("event") | not)) | length > 60
			and all(.key as $k | ($m[$k] == .value)
				or (($k | startswith("last_")) and ($m[$k] - .value | . >= 0 and . <= $tick_ms))
				or (($k | IN("busy_time", "rwnd_limited", "sndbuf_limited"))
					and ($m[$k] - .value | . >= 0 and . <= $tick_ms * 1000))))'
}

test_an_MPTCP_socket_is_not_taken_for_a_TCP_socket() {
	[[ -e /proc/sys/net/mptcp/enabled ]] || return 0 # this kernel has none
	probe --mode state
	talk mptcp
	tell send 1000
	tell info 3
	hang_up
	stop_probe
	samples 'event("mark") + event("tcp_info") | length == 0'
	# its subflows are TCP
	samples 'event("established") | length >= 2 and all(.snd_mss > 0 and .cookie > 0)'
}

test_short_connections_at_the_start_are_not_out_of_order() {
	for _ in 1 2 3; do
		(
			echo "$BASHPID" >"$CGROUP/cgroup.procs"
			for ((;;)); do "$TALKER" v4 </dev/null >/dev/null; done
		) &
		local noise=$!
		probe --mode rtt,segment
		stop_probe
		kill "$noise"
		wait "$noise" 2>/dev/null || true
		jq -es '.[-1].lost.out_of_order == 0' "$WORK/p.jsonl" >/dev/null
	done
}

test_without_marks_there_are_none() {
	probe --mode state --no-marks
	talk v4
	tell info 3
	hang_up
	stop_probe
	samples 'event("mark") + event("tcp_info") | length == 0'
	samples '$header | .marks == false and (has("marks_by") | not)'
}

# After more traffic, a sample that was written has a number beyond the count of its flow.
more_traffic_shows_the_gap() {
	tell send 1000
	jq -es '.[1:] | group_by(.cookie) | any(.[-1].seq > length)' "$WORK/p.jsonl" >/dev/null
}

test_lost_samples_are_counted_and_leave_gaps() {
	local g
	generations
	for g in "${GENERATIONS[@]}"; do
		# The reader is stopped while the smallest ring overflows.
		probe --programs "$g" --mode segment --ring-size 65536
		talk v4
		kill -STOP "$PROBE_PID"
		tell send 40000000
		kill -CONT "$PROBE_PID"
		eventually 20 more_traffic_shows_the_gap
		hang_up
		stop_probe
		samples '$trailer.lost.ring_full > 0'
		samples '(group_by(.cookie) | map(.[-1].seq - length) | add) as $gaps
			| $gaps <= $trailer.lost.ring_full and $gaps > 0'
		samples '$trailer.notes | .ring_bytes == 65536 and .ring_enough > 65536'
		grep -q 'ring_full; --ring-size=[0-9]* would have held them (it was 65536)' "$WORK/probe.err"
	done
}

# The mark's fields were compared with the kernel's; the poll's are extracted by trusted loads.
a_mark_equals_a_poll() {
	tell info 1
	jq -es --arg client ":$CLIENT" '[.[1:][] | select(.local // "" | endswith($client))]
		| (map(select(.event == "mark"))[-1] | del(.event, .t, .seq, .jiffies)) as $mark
		| ($mark | length > 60) and any(.[] | select(.event == "poll"); . as $poll
			| $mark | to_entries | all((.key | startswith("last_")) or $poll[.key] == .value))' \
		"$WORK/p.jsonl" >/dev/null
}

test_every_build_of_the_programs_sees_the_same() {
	local g by=tcp_get_info
	# What the doctor found by trying is what the header says.
	{ "$PROBE" --doctor || true; } | grep -q '^yes *getsockopt(TCP_INFO) caught' && by=getsockopt
	generations
	for g in "${GENERATIONS[@]}"; do
		probe --programs "$g" --mode rtt,poll --interval 5ms --marks
		talk v4
		tell send 300000
		eventually 20 a_mark_equals_a_poll
		hang_up
		stop_probe
		samples '[of($client), of($server)] | all(event("rtt") | length > 0)'
		samples '$trailer.lost | add == 0'
		samples '$header | .programs == "'"$g"'" and .marks and .marks_by == "'"$by"'"'
	done
}

# ss prints gains as fractions of 256 with six digits, and the bandwidth in bits per second.
a_poll_equals_ss() {
	local line
	line=$(ss -tinH "sport = :$CLIENT") || return 1
	[[ $line =~ bbr:\(bw:([0-9]+)bps,.*pacing_gain:([0-9.]+),cwnd_gain:([0-9.]+)\) ]] || return 1
	jq -es --arg client ":$CLIENT" --argjson bw "${BASH_REMATCH[1]}" --argjson pacing "${BASH_REMATCH[2]}" \
		--argjson cwnd "${BASH_REMATCH[3]}" '[.[1:][] | select(.local // "" | endswith($client))]
		| map(select(.event == "poll"))[-1]
		| .cong == "bbr" and .bbr_bw * 8 == $bw and .bbr_min_rtt > 0
		and .bbr_pacing_gain == ($pacing * 256 | round) and .bbr_cwnd_gain == ($cwnd * 256 | round)' \
		"$WORK/p.jsonl" >/dev/null
}

# Where the kernel has no bbr, reno alone: nothing may be read from its state.
test_the_state_of_bbr_is_what_ss_prints_and_of_no_other_socket() {
	local g
	generations
	for g in "${GENERATIONS[@]}"; do
		if sysctl -qw net.ipv4.tcp_congestion_control=bbr; then
			probe --programs "$g" --mode rtt,segment,poll --interval 5ms
			talk v4
			tell send 300000
			eventually 20 a_poll_equals_ss
			hang_up
			stop_probe
			samples 'of($client) | event("rtt") + event("segment") + event("close")
				| length > 0 and all(has("bbr_bw"))'
			samples 'any(has("dctcp_alpha") or has("vegas_rtt")) | not'
		fi
		sysctl -qw net.ipv4.tcp_congestion_control=reno
		probe --programs "$g" --mode rtt,segment,poll --interval 5ms
		talk v4
		tell send 300000
		hang_up
		stop_probe
		samples 'of($client) | event("close")[0].cong == "reno"'
		samples 'any(has("bbr_bw") or has("bbr_pacing_gain")) | not'
	done
}

# no_cgroup_of PID: of that benchmark; others on this machine may have left theirs.
no_cgroup_of() {
	[[ ! -e $CGROUPS/tcpw-bench-$1 ]]
}

test_the_benchmark_prints_both_workloads_and_leaves_nothing() {
	"$BENCH" --seconds 1 >"$WORK/bench" &
	wait $!
	no_cgroup_of $!
	jq -es 'map(.workload) == ["pingpong", "bulk"] and all(.[]; .bench == "probe_sample"
		and .empty_ns > 0 and .sample_ns > 0 and .ratio > 0 and .callbacks > 0
		and .rounds > 0 and has("lost"))' "$WORK/bench" >/dev/null
}

some_traffic_of() {
	[[ $(wc -l 2>/dev/null <"$CGROUPS/tcpw-bench-$1/cgroup.procs") -ge 2 ]]
}

test_a_benchmark_that_is_killed_leaves_nothing() {
	local pid victim
	for victim in parent child; do
		"$BENCH" --seconds 60 >/dev/null 2>&1 &
		pid=$!
		eventually 20 some_traffic_of "$pid"
		if [[ $victim == parent ]]; then
			kill -KILL "$pid"
		else
			kill -KILL "$(pgrep -P "$pid")"
		fi
		wait "$pid" || true
		eventually 20 no_cgroup_of "$pid"
	done
}

# With its parent and its child killed at once nobody is left to remove it.
test_a_cgroup_left_by_a_benchmark_of_the_same_pid_is_no_obstacle() {
	mkdir -p "$CGROUPS/tcpw-bench-1"
	unshare --pid --fork "$BENCH" --seconds 1 >"$WORK/bench"
	no_cgroup_of 1
}

test_two_probes_do_not_disturb_each_other() {
	probe --mode rtt
	"$PROBE" --cgroup "$CGROUP" --mode state --output "$WORK/second.jsonl" &
	local second=$!
	eventually 20 test -s "$WORK/second.jsonl"
	talk v4
	tell send 100000
	hang_up
	stop_probe
	kill -INT "$second"
	wait "$second"
	samples 'of($client) | event("rtt") | length > 0'
	jq -es '.[1:-1] | length > 0 and all(.event != "rtt")' "$WORK/second.jsonl" >/dev/null
}

test_a_socket_that_is_closed_when_first_seen_has_its_port() {
	talk v4
	tell reset
	probe --mode state
	tell info 1
	stop_probe
	hang_up
	samples 'event("mark") | length == 1 and .[0].state == 7'
	samples 'of($client) == event("mark") + event("tcp_info")'
}

test_end_by_duration_and_by_signals() {
	exits 0 "$PROBE" --cgroup "$CGROUP" --mode state --duration 50ms --output "$WORK/p.jsonl"
	tail -n 1 "$WORK/p.jsonl" | grep -q '"trailer":true'
	local signal
	for signal in INT TERM HUP; do
		probe --mode poll --interval 1ms
		kill -"$signal" "$PROBE_PID"
		wait "$PROBE_PID"
		tail -n 1 "$WORK/p.jsonl" | grep -q '"trailer":true'
	done
}

test_stdout_is_a_timeline_too() {
	exits 0 "$PROBE" --cgroup "$CGROUP" --mode state --duration 50ms
	jq -es 'length == 2 and .[0].timeline == 1 and .[1].trailer' "$STDOUT" >/dev/null
}

test_faults_have_one_sentence_and_their_exit_code() {
	exits 4 unshare --user "$PROBE" --mode rtt
	says 'run as root'
	exits 2 "$PROBE" --cgroup /tmp --mode rtt
	says '/tmp is not a cgroup v2 directory'
	exits 3 "$PROBE" --cgroup /nonexistent --mode rtt
	says '/nonexistent'
	exits 3 "$PROBE" --mode poll --netns tcpw-no-such
	says 'tcpw-no-such'
	exits 3 "$PROBE" --mode state --output /nonexistent/x
	says '/nonexistent/x'
	exits 3 "$PROBE" --mode state --output /dev/full
	says 'No space left'
	exits 2 "$PROBE" --mode rtx
	grep -q "unknown mode 'rtx'" "$STDERR"
	exits 2 "$PROBE" --interval 10
	exits 2 "$PROBE" --interval 0ms
	exits 2 "$PROBE" --flow nonsense
	exits 2 "$PROBE" --ring-size 100000
	exits 2 "$PROBE" --programs 4.19
	exits 2 "$PROBE" stray
	exits 4 unshare --mount bash -c 'umount -l "$1" && exec "$2" --mode rtt' _ "$CGROUPS" "$PROBE"
	says 'cgroup v2 is not mounted'
	exits 4 unshare --mount bash -c 'mount -t tmpfs none /sys/kernel && exec "$1" --mode rtt' _ "$PROBE"
	says 'no BTF'
}

test_a_disk_that_fills_up_ends_the_capture_with_a_sentence() {
	local rc=0
	mkdir -p "$WORK/small"
	mount -t tmpfs -o size=256k none "$WORK/small"
	"$PROBE" --cgroup "$CGROUP" --mode segment --output "$WORK/small/p.jsonl" 2>"$STDERR" &
	PROBE_PID=$!
	eventually 20 test -s "$WORK/small/p.jsonl"
	talk v4
	tell send 20000000
	hang_up
	wait "$PROBE_PID" || rc=$?
	umount "$WORK/small"
	[[ $rc == 3 ]]
	says 'No space left'
}

cb_is_listed() {
	local timeline
	timeline=$("$PROBE" --mode rtt --cgroup "$CGROUP" --duration 1ms)
	jq -e '.fields | index("cb_srtt")' <<<"${timeline%%$'\n'*}" >/dev/null
}
test_the_doctor_tells_one_screen() {
	local rc=0
	"$PROBE" --doctor >"$STDOUT" || rc=$?
	[[ $rc == 0 || $rc == 4 ]]
	(($(wc -l <"$STDOUT") <= 24))
	# By version, and said so: it is what the header lists.
	grep -q "^ .*(cb_mrtt, cb_srtt): $(cb_is_listed && echo yes || echo no), by version" "$STDOUT"
	[[ ! ${EXPECT_ALL_FEATURES:-} || $rc == 0 ]]
}

run_tests
