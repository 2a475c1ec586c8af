#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2317 # tests are called by name
#
# make reproduce: a run is repeated by its manifest alone, and what is not the same is said.
set -euo pipefail
TOP=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=scenarios/tests/lib/runner.sh
. "$TOP/scenarios/tests/lib/runner.sh"
# shellcheck source=ci/ledgers.sh
. "$TOP/ci/ledgers.sh"
: "${TCPW_RELAY:=${BUILD:-$TOP/build}/tcpw-relay}"
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

test_a_knob_beside_the_run_is_refused() {
	exits 2 env RUN="$FIRST" MAKEFLAGS=" -- RUN=x SEED=9" "$TOP/ci/reproduce.sh"
	says 'unknown knob SEED: there are OUT RUN'
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

# The same verdict is not enough: the first run's account has lost nothing.
test_drops_in_one_run_only_are_exit_1() {
	altered .
	jq -c 'if .fate == "loss" then .fate = "queue" | del(.points) else . end' "$FIRST/path.jsonl" \
		>"$WORK/altered/lossy/path.jsonl"
	exits 1 reproduce "$WORK/altered/lossy"
	grep -qE '^random drops: NOT the same, 0 agree and [1-9]' "$STDOUT"
}

# packet FLOW SEQ LEN FLAGS [FATE [POINTS]]: a line of a ledger, from the client
packet() {
	printf '{"event":"packet","t":1,"flow":%s,"dir":"c2s","seq":%s,"len":%s,"flags":"%s","fate":"%s"%s}\n' \
		"$1" "$2" "$3" "$4" "${5:-delivered}" "${6:+,$6}"
}

# ledger NAME: WORK/ledgers/NAME with these lines. Sequence numbers of payload begin with 1.
ledger() {
	mkdir -p "$WORK/ledgers"
	{
		echo '{"timeline":1,"witness":"path","backend":"relay"}'
		cat
		echo '{"trailer":true,"samples":1,"lost":{}}'
	} >"$WORK/ledgers/$1"
}

# compared CODE WORDS: of the ledgers first and second, either way round
compared() {
	local pair
	for pair in 'first second' 'second first'; do
		exits "$1" ledgers__compare "$WORK/ledgers/${pair% *}" "$WORK/ledgers/${pair#* }" "$WORK/ledgers"
		grep -q "^random drops: $2" "$STDOUT" || {
			cat "$STDOUT"
			return 1
		}
	done
}

# A lost FIN comes behind all bytes, and says nothing of how far the other run came.
test_a_lost_FIN_in_both_is_no_limit_of_what_is_compared() {
	{
		packet 0 0 0 S
		packet 0 1 100 A loss '"points":[[7,1]]'
		packet 0 101 0 FA loss '"fin":1'
	} | ledger first
	{
		packet 0 0 0 S
		packet 0 1 100 A loss '"points":[[7,1]]'
		packet 0 101 900 A loss '"points":[[500,1]]'
		packet 0 1001 0 FA loss '"fin":1'
	} | ledger second
	compared 0 'the same, 2 as far as both came, 1 beyond that$'
}

test_a_run_that_lost_nothing_of_what_both_carried_is_told() {
	{
		packet 0 0 0 S
		packet 0 1 100 A
	} | ledger first
	{
		packet 0 0 0 S
		packet 0 1 100 A loss '"points":[[99,1]]'
	} | ledger second
	compared 1 'NOT the same, 0 agree and 1 do not'
}

test_drops_that_lie_beyond_what_both_carried_are_not_called_the_same() {
	{
		packet 0 0 0 S
		packet 0 1 100 A
	} | ledger first
	{
		packet 0 0 0 S
		packet 0 1 200 A loss '"points":[[100,1]]'
	} | ledger second
	compared 1 'NOT compared, all 1 lie beyond'
	ledger first </dev/null
	compared 1 'NOT compared, all 1 lie beyond'
}

# Which transmissions there are depends on time; what became of those that there were does not.
test_SYN_and_FIN_are_compared_transmission_by_transmission() {
	{
		packet 0 0 0 S loss '"syn":1'
		packet 0 0 0 S
		packet 0 1 0 FA
	} | ledger first
	{
		packet 0 0 0 S loss '"syn":1'
		packet 0 0 0 S
		packet 0 1 0 FA
		packet 0 1 0 FA loss '"fin":2'
	} | ledger second
	compared 0 'the same, 1 as far as both came, 1 beyond that$'
	{
		packet 0 0 0 S
		packet 0 1 0 FA
	} | ledger second
	compared 1 'NOT the same, 0 agree and 1 do not'
	{
		packet 0 0 0 S loss '"syn":1'
		packet 0 0 0 S
		packet 0 1 0 FA loss '"fin":1'
	} | ledger second
	compared 1 'NOT the same, 1 agree and 1 do not'
}

test_retransmissions_that_were_lost_are_left_out() {
	packet 0 0 0 S | ledger first
	{
		packet 0 0 0 S
		packet 0 1 100 A
		packet 0 1 100 A loss '"points":[[7,2]]'
	} | ledger second
	compared 0 'neither run lost a first transmission$'
}

test_a_ledger_that_is_cut_is_an_error() {
	ledger first </dev/null
	head -n 1 "$WORK/ledgers/first" >"$WORK/ledgers/second"
	exits 3 ledgers__compare "$WORK/ledgers/first" "$WORK/ledgers/second" "$WORK/ledgers"
	says 'no trailer: the ledger is cut'
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
