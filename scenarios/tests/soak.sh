#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2317 # tests are called by name
#
# ci/soak.sh counts false alarms, and whatever ends it leaves nothing. Collectors and comparison are
# fakes; the comparison's exit code is in FAKE_COMPARE.
set -euo pipefail
TOP=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=scenarios/tests/lib/runner.sh
. "$TOP/scenarios/tests/lib/runner.sh"

# soak CODE N [KNOB=VALUE ...]
soak() {
	env TCPW_TEST_MARK="$MARK" TCPW_PROBE="$FAKE/probe" TCPW_NETLINK="$FAKE/netlink" \
		TCPW_COMPARE="$FAKE/compare" FAKE_COMPARE="clean=$1" SCENARIOS=clean DURATION=1 DRAW=0 \
		OUT="$WORK/out" "${@:3}" "$TOP/ci/soak.sh" "$2"
}

last_line_is() {
	[[ $(tail -n 1 "$STDOUT") == "$1" ]] || {
		cat "$STDOUT" "$STDERR"
		return 1
	}
}

# soak_signalled SIGNAL: sends it amid traffic that would last a minute; the exit code in RC
soak_signalled() {
	rm -rf "$WORK/out"
	set -m # the shell would let it ignore SIGINT
	soak 0 9 DURATION=60 >"$STDOUT" 2>"$STDERR" &
	set +m
	eventually 30 test -s "$WORK/out/run-1/clean/path.jsonl"
	kill "-$1" "$(pgrep -P $!)" # in the background a function has a shell of its own
	RC=0
	wait $! || RC=$?
	left_nothing
}

test_runs_that_pass_are_counted_and_removed() {
	exits 0 soak 0 2
	last_line_is '2 runs, 0 false alarms'
	[[ ! -e $WORK/out/run-1 && ! -e $WORK/out/run-2 ]]
	left_nothing
}

test_an_alarm_is_counted_and_kept() {
	exits 1 soak 1 1
	last_line_is '1 runs, 1 false alarms'
	[[ -s $WORK/out/run-1/summary.json && -s $WORK/out/run-1/log ]]
	left_nothing
}

test_a_signal_ends_the_run_under_way_too() {
	local signal
	for signal in TERM INT; do
		soak_signalled "$signal"
		[[ $RC == 3 ]]
		last_line_is '0 runs, 0 false alarms'
		[[ ! -e $WORK/out/run-1 ]]
	done
}

test_killed_it_leaves_nothing() {
	soak_signalled KILL
	[[ $RC -gt 128 ]]
}

test_a_wrong_number_is_refused() {
	exits 2 soak 0 none
	says 'usage:'
}

run_tests
