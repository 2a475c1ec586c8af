#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2317 # tests are called by name
#
# make reproduce: a run is repeated by its manifest alone, and what is not the same is said.
set -euo pipefail
TOP=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=scenarios/tests/lib/runner.sh
. "$TOP/scenarios/tests/lib/runner.sh"
FIRST=$WORK/runs/lossy

# reproduce RUN: into WORK/again
reproduce() {
	rm -rf "$WORK/again"
	env TCPW_TEST_MARK="$MARK" RUN="$1" OUT="$WORK/again" "$TOP/ci/reproduce.sh"
}

# altered FILTER: the first run with another manifest, in WORK/altered/lossy
altered() {
	rm -rf "$WORK/altered"
	mkdir -p "$WORK/altered"
	cp -r "$FIRST" "$WORK/altered/lossy"
	jq "$1" "$FIRST/manifest.json" >"$WORK/altered/lossy/manifest.json"
}

test_without_a_run_one_sentence_and_exit_2() {
	exits 2 env RUN= "$TOP/ci/reproduce.sh"
	says 'make reproduce RUN=DIR'
	exits 2 env RUN="$WORK" "$TOP/ci/reproduce.sh"
	says 'no manifest.json'
	exits 2 env RUN="$FIRST" "$TOP/ci/reproduce.sh" --nonsense
	says 'unknown argument'
}

test_a_manifest_that_is_none_is_an_error() {
	mkdir -p "$WORK/broken"
	echo '{"scenario": "lossy"' >"$WORK/broken/manifest.json"
	exits 3 env RUN="$WORK/broken" "$TOP/ci/reproduce.sh"
	says 'is not a manifest'
	altered '.knobs = {}'
	exits 3 env RUN="$WORK/altered/lossy" "$TOP/ci/reproduce.sh"
	says 'is not a manifest'
}

test_a_run_of_another_kernel_names_its_own_command() {
	altered '.command = "make matrix KERNELS=6.12 SCENARIOS=lossy"'
	exits 4 env RUN="$WORK/altered/lossy" "$TOP/ci/reproduce.sh"
	says 'make matrix KERNELS=6.12 SCENARIOS=lossy'
}

test_a_knob_that_is_no_more_is_named() {
	altered '.knobs.nonsense = 1'
	exits 2 reproduce "$WORK/altered/lossy"
	says 'unknown knob NONSENSE'
}

test_the_run_itself_is_not_replaced() {
	exits 2 env RUN="$FIRST" OUT="$WORK/runs" "$TOP/ci/reproduce.sh"
	says 'holds the run itself'
	[[ -s $FIRST/path.jsonl ]]
}

test_the_same_seed_loses_the_same_and_has_the_same_verdict() {
	LOSS=7 exits 0 reproduce "$FIRST" # the environment does not count
	grep -qE '^random drops: the same, [1-9]' "$STDOUT"
	grep -qE '^path +pass +[1-9][0-9]* +0 +pass +[1-9][0-9]* +0$' "$STDOUT"
	[[ $(jq -cS .knobs "$WORK/again/lossy/manifest.json") == "$(jq -cS .knobs "$FIRST/manifest.json")" ]]
	left_nothing
}

test_another_seed_loses_others_and_is_told() {
	altered '.knobs.seed = 2'
	exits 1 reproduce "$WORK/altered/lossy"
	grep -q '^random drops: NOT the same' "$STDOUT"
}

test_another_verdict_is_exit_1() {
	altered .
	# Its last sample is not the last: the file is cut.
	head -n 100 "$FIRST/netlink.jsonl" >"$WORK/altered/lossy/netlink.jsonl"
	exits 1 reproduce "$WORK/altered/lossy"
	grep -qE '^together +error +pass$' "$STDOUT"
}

# Without bounds: how busy the machine is must not matter. And a file of its own is found again.
cat >"$WORK/lossy.scenario.sh" <<-'EOF'
	hypothesis 'what is lost can be lost again'
	emulated_path
	default LOSS 2
EOF
if ! real_run "$WORK/lossy.scenario.sh" "$WORK/runs" DURATION=2 PATH_BACKEND=relay 2>"$STDERR"; then
	cat "$STDERR"
	jq -e .skip "$FIRST/manifest.json" >/dev/null && exit 4
	exit 1
fi
run_tests
