#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2317 # tests are called by name
#
# A run may be interrupted or killed at any moment: trailers are written where that is possible, and
# no process, namespace, link or cgroup stays.
set -euo pipefail
TOP=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=scenarios/tests/lib/runner.sh
. "$TOP/scenarios/tests/lib/runner.sh"

# Seconds after the start, from before the first process of the run to the middle of the traffic.
MOMENTS=(0.01 0.1 0.3 0.6 1 1.5 3)

# start COMMAND ...: in a process group of its own, as a shell starts a job; sets JOB
start() {
	rm -rf "$WORK/out"
	set -m
	env TCPW_TEST_MARK="$MARK" "$@" >"$STDOUT" 2>"$STDERR" &
	JOB=$!
	set +m
}

# has_trailer FILE: unless the collector never came to write its header
has_trailer() {
	[[ ! -s $1 ]] || tail -n 1 "$1" | jq -e '.trailer == true' >/dev/null || {
		echo "$1 has no trailer"
		return 1
	}
}

# interrupted SIGNAL TARGET_PREFIX MOMENT [SCENARIO KNOB=VALUE ...]
interrupted() {
	local rc=0 scenario=${4:-clean}
	start "$RUN" "$scenario" "$WORK/out" DURATION=10 BITRATE=100M "${@:5}"
	sleep "$3"
	kill "-$1" -- "$2$JOB"
	wait "$JOB" || rc=$?
	left_nothing
	# In its first moments the shell has no handlers yet.
	[[ $rc == 3 ]] || [[ $rc -gt 128 && ! -e $WORK/out/$scenario ]] || {
		echo "exit code $rc after $3 s"
		cat "$STDERR"
		return 1
	}
	[[ -d $WORK/out/$scenario ]] || return 0
	has_trailer "$WORK/out/$scenario/probe.jsonl"
	has_trailer "$WORK/out/$scenario/netlink.jsonl"
	has_trailer "$WORK/out/$scenario/path.jsonl"
	if [[ -e $WORK/out/$scenario/manifest.json ]]; then
		SCENARIO=$scenario manifest '.interrupted and (.errors | any(contains("interrupted")))'
	fi
}

test_ctrl_c_at_any_moment() {
	local moment
	for moment in "${MOMENTS[@]}"; do
		interrupted INT - "$moment" # the whole group, as a terminal does
	done
}

# bash fails to parse a trap that became due in the first of a command's substitutions.
test_interrupted_amid_a_commands_substitutions() {
	local rc=0
	cat >"$WORK/amid.scenario.sh" <<-'EOF'
	hypothesis 'A signal amid two command substitutions interrupts the run.'
	build_path() { path_veth; }
	before_collectors() {
		printf '%s%s' "$(touch "$RUN_DIR/log/amid"; sleep 1)" "$(true)"
	}
	EOF
	start "$RUN" "$WORK/amid.scenario.sh" "$WORK/out" DURATION=10 BITRATE=100M
	eventually 30 test -e "$WORK/out/amid/log/amid"
	kill -TERM "$JOB"
	wait "$JOB" || rc=$?
	left_nothing
	[[ $rc == 3 ]]
	SCENARIO=amid manifest '.interrupted and .errors == ["interrupted by a signal"]'
}

# The relay belongs to the run: its ledger has its end, its devices go with their namespaces.
test_ctrl_c_with_a_relay() {
	local moment
	for moment in 0.3 0.6 1 1.5 3; do
		interrupted INT - "$moment" delay PATH_BACKEND=relay
	done
}

test_sigkill_with_a_relay() {
	local moment
	for moment in 0.6 1.5 3; do
		start "$RUN" delay "$WORK/out" DURATION=10 PATH_BACKEND=relay
		sleep "$moment"
		kill -KILL "$JOB"
		wait "$JOB" || true
		left_nothing
	done
}

test_sigterm_to_the_runner_alone() {
	interrupted TERM '' 0.6
	interrupted TERM '' 2.5
}

test_ctrl_c_twice() {
	local rc=0
	start "$RUN" clean "$WORK/out" DURATION=10 BITRATE=100M
	sleep 2.5
	kill -INT -- "-$JOB"
	sleep 0.05
	kill -INT -- "-$JOB"
	wait "$JOB" || rc=$?
	[[ $rc == 3 ]]
	has_trailer "$WORK/out/clean/probe.jsonl"
	has_trailer "$WORK/out/clean/path.jsonl"
	left_nothing
}

test_sigkill_at_any_moment() {
	local moment
	for moment in "${MOMENTS[@]}"; do
		start "$RUN" clean "$WORK/out" DURATION=10 BITRATE=100M
		sleep "$moment"
		kill -KILL "$JOB"
		wait "$JOB" || true
		left_nothing
	done
}

test_make_validate_interrupted_sums_up() {
	local rc=0
	start SCENARIOS='clean parallel' DURATION=10 OUT="$WORK/out" \
		TCPW_COMPARE=/bin/true "$TOP/ci/validate.sh"
	sleep 2.5
	kill -INT -- "-$JOB"
	wait "$JOB" || rc=$?
	[[ $rc == 3 ]]
	jq -e '.verdict == "error" and (.scenarios | length == 2)' "$WORK/out/summary.json" >/dev/null
	left_nothing
}

test_make_validate_interrupted_while_it_judges_says_so() {
	local rc=0
	start SCENARIOS=clean DURATION=1 OUT="$WORK/out" TCPW_COMPARE="$FAKE/compare" \
		FAKE_COMPARE=clean=0 FAKE_COMPARE_WAITS=60 "$TOP/ci/validate.sh"
	eventually 30 test -e "$WORK/out/clean/verdict.json"
	kill -INT -- "-$JOB"
	wait "$JOB" || rc=$?
	[[ $rc == 3 ]]
	jq -e '.scenarios[0] | .verdict == "error" and .why == "interrupted"' "$WORK/out/summary.json" >/dev/null
	left_nothing
}

# The run does not go on to its natural end, and its files are whole.
test_make_validate_killed_ends_its_run() {
	local killed
	for killed in "$TOP/ci/validate.sh" "make -C $TOP validate"; do
		# shellcheck disable=SC2086 # a command and its words
		start SCENARIOS=clean DURATION=60 OUT="$WORK/out" $killed
		eventually 30 test -s "$WORK/out/clean/iperf3-server.json" -o -s "$WORK/out/clean/path.jsonl"
		kill -KILL "$JOB"
		wait "$JOB" || true
		left_nothing
		has_trailer "$WORK/out/clean/probe.jsonl"
		manifest .interrupted
	done
}

# The real collectors are needed, for their trailers.
if ! real_run clean "$WORK/out" DURATION=1 2>"$STDERR"; then
	cat "$STDERR"
	jq -e .skip "$WORK/out/clean/manifest.json" >/dev/null && exit 4
	exit 1
fi
run_tests
