#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2317 # tests are called by name
#
# make validate sums up what runner and comparison say: the worst counts. The comparison is a fake
# whose exit code FAKE_COMPARE gives by scenario: "clean=0 parallel=1".
set -euo pipefail
TOP=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=scenarios/tests/lib/runner.sh
. "$TOP/scenarios/tests/lib/runner.sh"

# validate CODES [KNOB=VALUE ...] [COMMAND ...]: the command is ci/validate.sh, if none is given
validate() {
	local codes=$1
	shift
	[[ $# -gt 0 && ${*: -1} != *=* ]] || set -- "$@" "$TOP/ci/validate.sh"
	env TCPW_TEST_MARK="$MARK" TCPW_PROBE="$FAKE/probe" TCPW_NETLINK="$FAKE/netlink" \
		TCPW_COMPARE="$FAKE/compare" FAKE_COMPARE="$codes" DURATION=1 OUT="$WORK/out" "$@"
}

# summary FILTER
summary() {
	jq -e "$1" "$WORK/out/summary.json" >/dev/null || {
		echo "not in the summary: $1"
		cat "$WORK/out/summary.json"
		return 1
	}
}

test_all_pass_is_a_pass_with_progress_and_figures() {
	exits 0 validate 'clean=0 parallel=0' SCENARIOS='clean parallel'
	grep -q '^\[1/2\] clean: pass' "$STDOUT"
	grep -q '^\[2/2\] parallel: pass' "$STDOUT"
	summary '.verdict == "pass" and [.scenarios[].scenario] == ["clean", "parallel"]'
	[[ -s $WORK/out/clean/plots/rtt.svg && -s $WORK/out/parallel/plots/gaps.png ]]
	left_nothing
}

test_one_fail_among_passes_is_a_fail() {
	exits 1 validate 'clean=1 parallel=0' SCENARIOS='clean parallel'
	summary '.verdict == "fail" and .scenarios[0].verdict == "fail" and .scenarios[1].verdict == "pass"'
	summary '.scenarios[0].why == "as the test wants it"'
}

test_an_error_is_worse_than_a_fail() {
	exits 3 validate 'clean=1 parallel=3' SCENARIOS='clean parallel'
	summary '.verdict == "error"'
}

test_a_run_that_failed_is_not_judged() {
	exits 3 validate 'clean=0' SCENARIOS=clean IPERF3=/nonexistent/iperf3
	summary '.verdict == "error" and (.scenarios[0].why | contains("iperf3 is missing"))'
}

test_a_comparison_that_crashes_is_an_error() {
	exits 3 validate 'clean=139' SCENARIOS=clean
	summary '.verdict == "error" and (.scenarios[0].why | contains("139"))'
}

test_a_skip_is_a_skip_unless_all_features_are_expected() {
	exits 4 validate 'clean=0' SCENARIOS=clean CONGESTION=nonsense
	summary '.verdict == "skip" and (.scenarios[0].why | contains("nonsense"))'
	exits 1 validate 'clean=0' SCENARIOS=clean CONGESTION=nonsense EXPECT_ALL_FEATURES=1
	summary '.verdict == "fail" and .scenarios[0].verdict == "skip"'
}

test_a_wrong_knob_ends_before_the_first_scenario() {
	rm -rf "$WORK/out"
	exits 2 validate 'clean=0' SCENARIOS='clean bottleneck' QUEUE=1
	says 'QUEUE=1'
	[[ ! -e $WORK/out/clean ]]
}

test_an_output_directory_that_cannot_be_made_is_an_error() {
	exits 3 validate 'clean=0' SCENARIOS=clean OUT=/proc/nonsense
	grep -q 'choose another OUT' "$STDERR"
}

test_a_second_one_in_the_same_directory_is_refused_and_disturbs_nothing() {
	exits 0 validate 'clean=0' SCENARIOS=clean DRAW=0
	exits 3 flock "$WORK/out" env TCPW_COMPARE="$FAKE/compare" SCENARIOS=clean OUT="$WORK/out" \
		"$TOP/ci/validate.sh"
	says 'another make validate is writing'
	summary '.verdict == "pass"'
}

test_an_unforeseen_end_is_an_error_not_a_fail() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	exits 3 validate 'clean=0' SCENARIOS=clean bash -c '"$1" >&-' _ "$TOP/ci/validate.sh"
	grep -q 'ended before its verdict' "$STDERR"
	left_nothing
}

test_a_comparison_whose_words_are_lost_is_still_judged() {
	FAKE_COMPARE_LOSES=log/compare.out exits 1 validate 'clean=1' SCENARIOS=clean
	summary '.verdict == "fail" and .scenarios[0].why == "as the test wants it"'
}

test_a_comparison_without_a_verdict_is_an_error() {
	FAKE_COMPARE_LOSES=verdict.json exits 3 validate 'clean=1' SCENARIOS=clean
	summary '.verdict == "error" and (.scenarios[0].why | contains("wrote no"))'
}

test_a_scenario_file_has_its_name_and_a_command_that_repeats_it() {
	cp "$TOP/scenarios/clean.scenario.sh" "$WORK/mine.scenario.sh"
	exits 0 validate 'mine=0' SCENARIOS="$WORK/mine.scenario.sh" DRAW=0
	summary '.scenarios == [{"scenario": "mine", "verdict": "pass", "why": ""}]'
	[[ $(jq -r .command "$WORK/out/mine/manifest.json") == \
		"make validate SCENARIOS=$WORK/mine.scenario.sh DURATION=1 SEED=1" ]]
	left_nothing
}

test_the_same_scenario_twice_is_refused() {
	exits 2 validate '' SCENARIOS='clean parallel clean'
	says 'names clean twice'
	exits 2 validate '' SCENARIOS="clean $TOP/scenarios/clean.scenario.sh"
	says 'names clean twice'
}

test_an_unknown_argument_is_refused() {
	exits 2 validate '' "$TOP/ci/validate.sh" --nonsense
	says 'unknown argument --nonsense'
	exits 2 validate '' "$TOP/ci/validate.sh" --check more
}

test_why_is_not_that_of_an_earlier_run() {
	mkdir -p "$WORK/out/clean"
	echo '{"skip": null, "errors": ["of long ago"]}' >"$WORK/out/clean/manifest.json"
	# Somebody's run fills the scenario's directory, so that ours ends before it takes it.
	exits 3 flock "$WORK/out/clean" env TCPW_COMPARE="$FAKE/compare" SCENARIOS=clean \
		OUT="$WORK/out" "$TOP/ci/validate.sh"
	summary '.verdict == "error" and .scenarios[0].why == "its words are above"'
	rm -r "$WORK/out/clean"
}

test_programs_in_sbin_are_found_without_it_in_path() {
	exits 0 validate 'clean=0' SCENARIOS=clean DRAW=0 PATH="/usr/local/bin:/usr/bin:/bin"
}

run_tests
