#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs again what a run's manifest says, in a new directory, judges both and shows them side by side.
# `make reproduce` calls it; the environment says:
#
#	RUN=DIR		the run: a directory with manifest.json
#	OUT=DIR		where to; default out/reproduce-TIME. The new run is OUT/SCENARIO, the verdict on
#			the first one, by this build, is OUT/first
#
# Knobs, seed and path backend are the first run's; nothing else of the environment counts. Exit
# codes: 0 both have the same verdict and lost the same at random, 1 they have not, 2 usage, 3 error, 4 this
# machine cannot.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin # tc and others are there, and not in everybody's PATH

TOP=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
: "${BUILD:=$TOP/build}"
: "${TCPW_COMPARE:=$BUILD/tcpw-compare}"
: "${TCPW_RELAY:=$BUILD/tcpw-relay}"
# shellcheck source=ci/asked.sh
. "$TOP/ci/asked.sh"
# shellcheck source=ci/ledgers.sh
. "$TOP/ci/ledgers.sh"

die() {
	local code=$1
	shift
	printf 'reproduce: %s\n' "$*" >&2
	exit "$code"
}

# of RUN FILTER: what its manifest says
of() {
	jq -er "$2" "$1/manifest.json" 2>/dev/null
}

check_asked() {
	local backend settings
	[[ -n ${RUN:-} ]] || die 2 "which run? make reproduce RUN=DIR, the directory of one scenario's run"
	[[ -f $RUN/manifest.json ]] || die 2 "$RUN has no manifest.json: give the directory of one scenario's run"
	RUN=$(readlink -f -- "$RUN")
	if ! NAME=$(of "$RUN" .scenario) || ! COMMAND=$(of "$RUN" .command) || ! settings=$(of "$RUN" '
		.knobs | to_entries[] | (if .key == "duration_s" then "DURATION" else .key | ascii_upcase end)
		+ "=" + (.value | if type == "array" then join(",") else tostring end)'); then
		die 3 "$RUN/manifest.json is not a manifest: the run is broken"
	fi
	mapfile -t SETTINGS <<<"$settings"
	[[ $COMMAND != "make matrix"* ]] ||
		die 4 "$RUN was run inside another kernel: repeat it by $COMMAND"
	# A file outside the catalogue is given by its path.
	[[ ! $COMMAND =~ SCENARIOS=([^ ]*/[^ ]+) ]] || NAME=${BASH_REMATCH[1]}
	# What auto has chosen, not what it would choose here.
	backend=$(of "$RUN" '.path.backend // ""') || backend=''
	[[ $backend != netem && $backend != relay ]] || SETTINGS+=("PATH_BACKEND=$backend")
	((EUID == 0)) ||
		die 4 "scenarios need root, for network namespaces, cgroups and eBPF: run sudo make reproduce"
	[[ -x $TCPW_COMPARE ]] || die 3 "$TCPW_COMPARE is not there: run make"
}

# judge RUN OUT: sets VERDICT
judge() {
	local rc=0
	"$TCPW_COMPARE" -q -o "$2" "$1" || rc=$?
	VERDICT=$(jq -er .verdict "$2/verdict.json" 2>/dev/null) ||
		die 3 "tcpw-compare ended with exit code $rc and wrote no verdict on $1"
}

# One line for each check: its verdict, values compared and violations, in both runs.
table() {
	jq -rn --slurpfile a "$1/verdict.json" --slurpfile b "$2/verdict.json" '
		def order: ["fail", "error", "pass", "skip", "info"];
		def sum: group_by(.check) | map({key: .[0].check, value: {
			status: (map(.status) as $s | first(order[] | select(. as $x | $s | index($x))) // "-"),
			compared: map(.compared) | add, violations: map(.violations) | add}}) | from_entries;
		def cells: if . then .status, .compared, .violations else "-", "-", "-" end;
		($a[0].checks | sum) as $x | ($b[0].checks | sum) as $y
		| ([$a[0].checks[].check, $b[0].checks[].check] | reduce .[] as $c ([]; if index($c) then . else . + [$c] end))[]
		| [., ($x[.] | cells), ($y[.] | cells)] | @tsv' |
		while IFS=$'\t' read -r check s1 c1 v1 s2 c2 v2; do
			printf '%-16s %8s %12s %10s   %8s %12s %10s\n' "$check" "$s1" "$c1" "$v1" "$s2" "$c2" "$v2"
		done
}

# Where the runs' circumstances are not the same: a sentence each.
differences() {
	jq -rn --slurpfile a "$1/manifest.json" --slurpfile b "$2/manifest.json" '
		[$a[0], $b[0]] as [$x, $y]
		| (["kernel", $x.kernel.release, $y.kernel.release],
		["processors", $x.kernel.cpus, $y.kernel.cpus],
		["path", $x.path.backend, $y.path.backend],
		($x.versions | keys[] | [., $x.versions[.], $y.versions[.]]))
		| select(.[1] != .[2]) | "\(.[0]): \(.[1]) then, \(.[2]) now"'
}

# The random drops of a relay, where both runs have its account.
ledgers() {
	local rc=0
	[[ $(of "$1" .path.backend) == relay && -s $1/path.jsonl && -s $2/path.jsonl ]] || return 0
	ledgers__compare "$1/path.jsonl" "$2/path.jsonl" "$OUT" || rc=$?
	((rc != 3)) || die 3 "tcpw-relay cannot read the ledgers: its words are above"
	LEDGERS_DIFFER=$rc
}

main() {
	local first rc=0 run
	[[ $# == 0 || $* == --check ]] || die 2 "unknown argument $1: RUN and OUT are given in the environment"
	check_overrides "RUN OUT" # knobs are the first run's
	command -v jq >/dev/null || die 3 "jq is missing: run make deps"
	check_asked
	"$TOP/scenarios/run" --check "$NAME" "${SETTINGS[@]}" >/dev/null
	[[ ${1:-} != --check ]] || exit 0
	: "${OUT:=$TOP/out/reproduce-$(date +%Y%m%d-%H%M%S)}"
	mkdir -p -- "$OUT/first" || die 3 "cannot make $OUT: choose another OUT"
	OUT=$(readlink -f -- "$OUT")
	run=${NAME##*/} run=$OUT/${run%.scenario.sh}
	[[ $run != "$RUN" ]] || die 2 "OUT=$OUT holds the run itself, which would be replaced: choose another OUT"
	judge "$RUN" "$OUT/first"
	first=$VERDICT
	printf 'running %s again, as %s says\n' "${run##*/}" "$RUN/manifest.json"
	env -i PATH="$PATH" HOME="${HOME:-/}" BUILD="$BUILD" "$TOP/scenarios/run" "$NAME" "$OUT" \
		"${SETTINGS[@]}" || rc=$?
	((rc == 0 || rc == 3 || rc == 4)) || die 3 "the run ended with exit code $rc"
	[[ -f $run/manifest.json ]] || die "$rc" "the run came to nothing: its words are above"
	judge "$run" "$run"
	printf '\n%-16s %8s %12s %10s   %8s %12s %10s\n' '' first compared violations second compared violations
	table "$OUT/first" "$run"
	printf '%-16s %8s %23s   %8s\n\n' together "$first" '' "$VERDICT"
	differences "$RUN" "$run"
	jq -r '.reason // empty | "the first: \(.)"' "$OUT/first/verdict.json"
	jq -r '.reason // empty | "the second: \(.)"' "$run/verdict.json"
	LEDGERS_DIFFER=0
	ledgers "$RUN" "$run"
	printf 'the runs: %s, %s\n' "$RUN" "$run"
	[[ $first == "$VERDICT" && $LEDGERS_DIFFER == 0 ]] || exit 1
	exit 0
}

main "$@"
