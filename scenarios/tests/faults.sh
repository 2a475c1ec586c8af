#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2317 # tests are called by name
#
# Faults of the machine, the user and the programs that a run starts: each ends with one sentence,
# the right exit code, the files kept and nothing left behind.
set -euo pipefail
TOP=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=scenarios/tests/lib/runner.sh
. "$TOP/scenarios/tests/lib/runner.sh"

test_a_run_fills_its_directory_and_can_be_repeated_at_once() {
	local f
	for _ in 1 2; do
		exits 0 fake_run clean "$WORK/out" DURATION=1
		for f in manifest.json probe.jsonl netlink.jsonl path.jsonl iperf3.json iperf3-server.json; do
			[[ -s $WORK/out/clean/$f ]]
		done
		manifest '.schema == 1 and .scenario == "clean" and .errors == [] and .knobs.duration_s == 1'
		manifest '.flows.client_netns.inode > 0 and .witnesses.iperf3.server_exit == 0'
		manifest '.command == "make validate SCENARIOS=clean DURATION=1 SEED=1"'
		left_nothing
	done
}

test_without_root_one_sentence_and_exit_4() {
	# A user namespace without a mapping: not root, but it may read the tree, wherever that is.
	exits 4 unshare --user "$RUN" clean "$WORK/out"
	says 'need root'
	exits 4 unshare --user "$TOP/ci/validate.sh"
	says 'need root'
}

test_without_cgroup_v2_one_sentence_and_exit_4() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	exits 4 unshare --mount bash -c 'umount -l "$1" && exec "$2" clean "$3"' _ \
		"$CGROUPS" "$RUN" "$WORK/out"
	says 'no cgroup v2'
	left_nothing
}

test_an_unknown_scenario_names_the_known_ones() {
	exits 2 "$RUN" nonsense "$WORK/out"
	says "$("$RUN" --names | paste -sd ' ')"
	exits 2 "$RUN" ../clean "$WORK/out"
	exits 2 env SCENARIOS='clean nonsense' "$TOP/ci/validate.sh"
	says 'unknown scenario nonsense'
}

test_an_unknown_option_or_knob_names_the_known_ones() {
	exits 2 "$RUN" --nonsense
	says '--list'
	exits 2 "$RUN" clean "$WORK/out" NONSENSE=1
	says 'DURATION SEED'
	exits 2 env MAKEFLAGS=' -- DURATON=5' SCENARIOS=clean "$TOP/ci/validate.sh"
	says 'unknown knob DURATON'
	exits 2 env TCPW_SLACK=x SCENARIOS=clean "$TOP/ci/validate.sh" --check
	says 'TCPW_SLACK=x: must be a whole number of seconds'
}

test_a_knob_out_of_range_is_refused_before_anything_starts() {
	local knob
	for knob in DURATION=0 DURATION=3601 DURATION=1s DURATION= DURATION=-1 SEED=4294967296 \
		STREAMS=129 BITRATE=1T FAMILY=inet5 PROBE_MODES=rtt,nonsense NETLINK_INTERVAL=10 \
		NETLINK_INTERVAL=0ms NETLINK_INTERVAL=9.999us NETLINK_INTERVAL=999999s \
		PROBE_INTERVAL=999us PROBE_INTERVAL=3601s \
		IPERF3_INTERVAL=0.01 'CONGESTION=a b' PORT=65536; do
		exits 2 "$RUN" clean "$WORK/none" "$knob"
		says "${knob%%=*}=${knob#*=}"
	done
	[[ ! -e $WORK/none ]]
}

test_a_congestion_control_that_the_kernel_lacks_is_a_skip() {
	exits 4 fake_run clean "$WORK/out" DURATION=1 CONGESTION=nonsense
	says 'no congestion control nonsense'
	manifest '.skip | contains("nonsense")'
	left_nothing
}

test_an_output_directory_that_cannot_be_made_is_an_error() {
	exits 3 fake_run clean /proc/nonsense
	says 'cannot make'
	: >"$WORK/file"
	exits 3 fake_run clean "$WORK/file"
	says 'choose another output directory'
	left_nothing
}

test_a_read_only_output_directory_is_an_error() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	exits 3 unshare --mount bash -c 'mkdir -p "$1/ro/clean" && mount -t tmpfs -o ro none "$1/ro" &&
		exec "$2" clean "$1/ro"' _ "$WORK" "$RUN"
	says 'choose another output directory'
	left_nothing
}

test_a_directory_that_another_run_fills_is_refused() {
	mkdir -p "$WORK/out/clean"
	exits 3 flock "$WORK/out/clean" env TCPW_PROBE="$FAKE/probe" "$RUN" clean "$WORK/out"
	says 'another run is writing'
}

test_a_full_disk_is_an_error_that_says_so() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	exits 3 unshare --mount bash -c 'mkdir -p "$1/full" && mount -t tmpfs -o size=600k none "$1/full" &&
		TCPW_TEST_MARK=$3 TCPW_PROBE=$4/probe TCPW_NETLINK=$4/netlink FAKE_PROBE=fills \
			"$2" clean "$1/full" DURATION=1 || rc=$?
		[[ -e $1/full/clean/iperf3.json || -e $1/full/clean/probe.jsonl ]] || exit 99
		exit ${rc:-0}' _ "$WORK" "$RUN" "$MARK" "$FAKE"
	grep -q 'is full' "$STDERR"
	left_nothing
}

test_iperf3_missing_is_named_also_in_the_manifest() {
	IPERF3=/nonexistent/iperf3 exits 3 fake_run clean "$WORK/out" DURATION=1
	says 'iperf3 is missing'
	in_manifest 'iperf3 is missing'
	left_nothing
}

test_a_collector_that_is_not_built_is_named() {
	BUILD=$WORK/nothing exits 3 real_run clean "$WORK/out" DURATION=1
	says 'run make'
	left_nothing
}

test_an_error_of_iperf3_with_exit_0_is_an_error() {
	FAKE_IPERF3=error IPERF3=$FAKE/iperf3 exits 3 fake_run clean "$WORK/out" DURATION=1
	says 'unable to receive control message'
	in_manifest 'unable to receive control message'
	manifest '.witnesses.iperf3.exit == 0 and .witnesses.probe.exit == 0'
	left_nothing
}

test_iperf3_dying_half_way_is_an_error() {
	FAKE_IPERF3=dies IPERF3=$FAKE/iperf3 exits 3 fake_run clean "$WORK/out" DURATION=5
	says 'iperf3 client ended with exit code 137'
	in_manifest '137'
	manifest '.witnesses.probe.exit == 0 and .witnesses.netlink.exit == 0'
	left_nothing
}

test_a_cut_report_is_an_error() {
	FAKE_IPERF3=cut IPERF3=$FAKE/iperf3 exits 3 fake_run clean "$WORK/out" DURATION=1
	in_manifest 'the iperf3 client'
	left_nothing
}

test_a_client_that_hangs_is_ended_at_its_deadline() {
	TCPW_SLACK=1 FAKE_IPERF3=hangs IPERF3=$FAKE/iperf3 exits 3 fake_run clean "$WORK/out" DURATION=1
	says 'still ran 1 s after'
	left_nothing
}

test_a_server_that_refuses_is_quoted() {
	FAKE_IPERF3=refuses IPERF3=$FAKE/iperf3 exits 3 fake_run clean "$WORK/out" DURATION=1
	says 'Permission denied'
	left_nothing
}

# A scenario of its own, outside the catalogue.
test_a_port_in_use_is_named() {
	cat >"$WORK/busy.scenario.sh" <<-'EOF'
		hypothesis 'somebody listens already'
		build_path() { path_veth; }
		before_server() {
			in_ns server iperf3 -s -p "$PORT" >/dev/null 2>&1 &
			await 5000 port_listens
		}
	EOF
	exits 3 fake_run "$WORK/busy.scenario.sh" "$WORK/out" DURATION=1
	says 'port 5201 is already in use'
	jq -e '.errors | any(contains("5201"))' "$WORK/out/busy/manifest.json" >/dev/null
	left_nothing
}

test_a_direction_that_there_is_not_is_named() {
	echo 'direction recieve' >"$WORK/typo.scenario.sh"
	exits 3 fake_run "$WORK/typo.scenario.sh" "$WORK/out"
	says 'the scenario typo: direction recieve: must be send or receive'
}

test_a_scenario_file_that_cannot_be_loaded_is_an_error() {
	echo "false" >"$WORK/bad.scenario.sh"
	exits 3 fake_run "$WORK/bad.scenario.sh" "$WORK/out"
	says "bad cannot go on"
	exits 3 env SCENARIOS="$WORK/bad.scenario.sh" "$TOP/ci/validate.sh"
	says "bad cannot go on"
}

test_a_path_that_cannot_be_built_is_an_error() {
	cat >"$WORK/broken.scenario.sh" <<-'EOF'
		hypothesis 'the path is broken'
		build_path() { path_veth; ip -n client link set nonsense up; }
	EOF
	exits 3 fake_run "$WORK/broken.scenario.sh" "$WORK/out" DURATION=1
	grep -q 'building the path failed' "$STDERR"
	jq -e '.errors | any(contains("building the path"))' "$WORK/out/broken/manifest.json" >/dev/null
	left_nothing
}

test_a_collector_that_cannot_work_here_is_a_skip_with_its_reason() {
	FAKE_PROBE=skip exits 4 fake_run clean "$WORK/out" DURATION=1
	says 'no BTF'
	manifest '.skip | contains("no BTF")'
	left_nothing
}

test_a_collector_that_fails_at_the_start_is_an_error() {
	FAKE_NETLINK=dies exits 3 fake_run clean "$WORK/out" DURATION=1
	grep -q 'cannot attach' "$STDERR"
	[[ $(<"$STDERR") != *--help* ]]
	in_manifest 'cannot attach'
	manifest '.witnesses.probe.exit == 0'
	left_nothing
}

test_a_collector_that_dies_midway_is_an_error() {
	FAKE_PROBE=midway exits 3 fake_run clean "$WORK/out" DURATION=5
	in_manifest 'out of luck'
	tail -n 1 "$WORK/out/clean/path.jsonl" | jq -e ".trailer and .samples == 4" >/dev/null
	left_nothing
}

test_a_collector_that_does_not_end_is_ended() {
	FAKE_NETLINK=stubborn exits 3 fake_run clean "$WORK/out" DURATION=1
	in_manifest 'did not end within 10 s'
	manifest '.witnesses.netlink.exit == 137 and .witnesses.probe.exit == 0'
	left_nothing
}

# path NAME STATEMENT ...: a scenario of its own, with collectors that cannot fail
path_scenario() {
	printf '%s\n' "hypothesis 'the path is not what it should be'" "${@:2}" >"$WORK/$1.scenario.sh"
	SCENARIO=$1
}

test_a_rate_that_is_not_reached_is_an_error_with_both_figures() {
	path_scenario slow 'build_path() { path_bottleneck 2M 100000; path_fact rate_bit 20000000; }'
	exits 3 fake_run "$WORK/slow.scenario.sh" "$WORK/out" DURATION=1
	says 'though 20.000 Mbit/s are configured'
	in_manifest 'path: tcpw-calibrate'
	manifest '.path.calibration.rate_bit < 3000000 and .witnesses.probe.exit == null'
	left_nothing
}

test_a_path_that_is_too_fast_is_an_error() {
	path_scenario fast 'build_path() { path_bottleneck 20M 100000; path_fact rate_bit 2000000; }'
	exits 3 fake_run "$WORK/fast.scenario.sh" "$WORK/out" DURATION=1
	says 'faster than configured'
	path_scenario short 'build_path() { path_veth; path_fact rtt_us 300000; }'
	exits 3 fake_run "$WORK/short.scenario.sh" "$WORK/out" DURATION=1
	says 'but 300000.0 us are configured'
	left_nothing
}

test_a_path_that_does_not_lose_as_planned_is_an_error() {
	path_scenario lossless 'build_path() { path_veth; path_fact loss_percent 5; }'
	exits 3 fake_run "$WORK/lossless.scenario.sh" "$WORK/out" DURATION=1
	says '0 of 2000 packets from client to server were lost, though 5 % are configured'
	left_nothing
}

test_a_path_that_does_not_vary_as_planned_is_an_error() {
	path_scenario even 'build_path() { path_veth; path_fact jitter_us 100000; }'
	exits 3 fake_run "$WORK/even.scenario.sh" "$WORK/out" DURATION=1
	says 'though a jitter of 100000.0 us each way is configured'
	left_nothing
}

test_a_path_that_is_not_narrow_is_an_error() {
	path_scenario wide 'build_path() { path_veth; path_fact mtu 1400; }'
	exits 3 fake_run "$WORK/wide.scenario.sh" "$WORK/out" DURATION=1
	says 'got no answer, though its MTU is 1400'
	left_nothing
}

test_a_path_that_carries_nothing_is_an_error() {
	path_scenario dead 'build_path() { path_veth; ip -n server link set eth0 down; }'
	exits 3 fake_run "$WORK/dead.scenario.sh" "$WORK/out" DURATION=1
	grep -q 'nothing passes' "$STDERR"
	left_nothing
}

test_knobs_that_make_no_sense_together_are_refused() {
	local knobs
	for knobs in RATE=99K 'RATE=0 MARK_QUEUE=1000' BLACKOUT=1s BLACKOUT=1s:2 LOSS=50.001 RTT=11s QUEUE=2999 MTU=1279; do
		# shellcheck disable=SC2086 # several knobs
		exits 2 "$RUN" delay "$WORK/none" $knobs
		says "${knobs##* }"
	done
	[[ ! -e $WORK/none ]]
}

test_a_relay_that_dies_in_the_middle_is_an_error_of_the_path() {
	# shellcheck disable=SC2016 # expanded by the scenario
	path_scenario killed emulated_path \
		'during_client() { await 5000 flows_are_there; kill -KILL "${PART_PID[relay]}"; }'
	exits 3 fake_run "$WORK/killed.scenario.sh" "$WORK/out" DURATION=5 PATH_BACKEND=relay
	says 'path: tcpw-relay ended in the middle of the run with exit code 137'
	left_nothing
}

test_a_relay_that_is_not_built_is_named() {
	path_scenario unbuilt emulated_path
	TCPW_RELAY=$WORK/nothing exits 3 fake_run "$WORK/unbuilt.scenario.sh" "$WORK/out" PATH_BACKEND=relay
	says 'run make'
	left_nothing
}

test_without_tun_the_relay_is_a_skip_with_the_reason() {
	path_scenario tunless emulated_path
	# shellcheck disable=SC2016 # expanded by the inner shell
	exits 4 unshare --mount bash -c 'mount --bind /nonexistent /dev/net/tun 2>/dev/null || mount -t tmpfs none /dev/net
		TCPW_TEST_MARK=$1 exec "$2" "$3" "$4" PATH_BACKEND=relay' _ \
		"$MARK" "$RUN" "$WORK/tunless.scenario.sh" "$WORK/out"
	says 'tcpw-relay cannot work here'
	manifest '.skip | contains("tun")'
	left_nothing
}

test_netem_asked_for_where_there_is_none_is_a_skip() {
	! unshare --net tc qdisc add dev lo root netem delay 1ms 2>/dev/null || return 0
	path_scenario netemless emulated_path
	exits 4 fake_run "$WORK/netemless.scenario.sh" "$WORK/out" PATH_BACKEND=netem
	says 'set PATH_BACKEND=relay'
	left_nothing
}

# Names of network namespaces live on a tmpfs of the run's own.
test_a_namespace_of_the_same_name_does_not_matter() {
	[[ ! -e /run/netns/client ]]
	ip netns add client
	SCENARIO=delay exits 0 fake_run delay "$WORK/out" DURATION=1 PATH_BACKEND=relay
	ip netns delete client
	left_nothing
}

test_what_a_killed_run_left_is_removed_and_said() {
	local dir=$CGROUPS/tcpw-4194305-1
	mkdir "$dir"
	exits 0 fake_run clean "$WORK/out" DURATION=1
	says 'removed the cgroup tcpw-4194305-1'
	[[ ! -d $dir ]]
}

run_tests
