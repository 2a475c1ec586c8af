#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs scenarios, judges and draws each, and sums up. `make validate` calls it; everything is set
# by the environment:
#
#	SCENARIOS="clean bottleneck"  which ones; default: all
#	OUT=DIR                       where to; default out/TIME
#	EXPECT_ALL_FEATURES=1         a scenario that this machine cannot run is a failure, and so is an
#	                              exact check that had nothing to compare
#	DRAW=0                        no figures
#	DURATION, SEED, ...           knobs, see scenarios/run --help
set -euo pipefail

TOP=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
: "${BUILD:=$TOP/build}"
: "${TCPW_COMPARE:=$BUILD/tcpw-compare}"
: "${EXPECT_ALL_FEATURES:=0}"
: "${DRAW:=1}"

say() {
	printf 'validate: %s\n' "$*" >&2
}

die() {
	local code=$1
	shift
	say "$@"
	exit "$code"
}

# The part that runs now is in the background, so that a signal is passed on at once.
PART='' STOP=''
# shellcheck disable=SC2317 # called by trap
stop() {
	STOP=1
	[[ -z $PART ]] || kill -TERM "$PART" 2>/dev/null || true
}

# run_part OUTPUT COMMAND ...: its exit code in RC; its stdout goes to OUTPUT, or to ours if empty
run_part() {
	local out=$1
	shift
	if [[ $out ]]; then
		"$@" >"$out" &
	else
		"$@" &
	fi
	PART=$!
	while :; do
		RC=0
		wait "$PART" || RC=$?
		kill -0 "$PART" 2>/dev/null || break
	done
	PART=''
}

verdict_name() {
	case $1 in
	0) echo pass ;;
	1) echo fail ;;
	4) echo skip ;;
	*) echo error ;;
	esac
}

# first_words FILE FILTER: a string out of a JSON file that may not exist
first_words() {
	[[ ! -f $1 ]] || jq -r "$2" "$1" 2>/dev/null || true
}

# idle_checks VERDICT_JSON: exact checks that compared nothing, though the capture allows them
idle_checks() {
	jq -r 'select(.checks) | [.checks[] | select(.compared > 0).check] as $ran
		| ["bracketing", "conservation", "identity", "marks", "final"]
		+ if any(.witnesses[]?.modes[]?; . == "segment") then ["membership"] else [] end
		- $ran | join(" ")' "$1"
}

# one_scenario NAME: sets VERDICT, WHY
one_scenario() {
	local dir=$OUT/$1 drawn
	WHY=''
	run_part '' "$TOP/scenarios/run" "$1" "$OUT"
	if ((RC != 0)); then
		VERDICT=$(verdict_name "$RC")
		WHY=$(first_words "$dir/manifest.json" '.skip // (.errors | join("; "))')
		: "${WHY:=its words are above}"
		return
	fi
	# Its words are shown when there is something to read; report.txt has them all.
	run_part "$dir/log/compare.out" "$TCPW_COMPARE" "$dir"
	((RC == 0)) || cat "$dir/log/compare.out"
	VERDICT=$(verdict_name "$RC")
	case $VERDICT in
	pass | fail | skip) ;;
	*) ((RC == 3)) || WHY="tcpw-compare ended with exit code $RC" ;;
	esac
	if [[ -z $WHY && $VERDICT != pass ]]; then
		WHY=$(first_words "$dir/verdict.json" '.reason // empty')
		: "${WHY:=see $dir/report.txt}"
	fi
	if [[ $VERDICT == pass && $EXPECT_ALL_FEATURES == 1 ]]; then
		WHY=$(idle_checks "$dir/verdict.json")
		[[ -z $WHY ]] || VERDICT=fail WHY="all features are expected, but nothing was compared by: $WHY"
	fi
	[[ $DRAW == 1 ]] || return 0
	run_part '' "$TOP/plots/draw" "$dir"
	drawn=$RC
	if ((drawn != 0)) && [[ $VERDICT == pass ]]; then
		VERDICT=error WHY="the figures could not be drawn"
	fi
}

# The worst of all: error over fail over skip over pass.
sum_up() {
	jq -n --argjson expect "$EXPECT_ALL_FEATURES" '[inputs] as $s | {
		verdict: ([$s[].verdict | if . == "skip" and $expect != 0 then "fail" else . end] as $v
			| if $v == [] then "error" else first(("error", "fail", "skip", "pass")
			| select(. as $x | $v | index($x))) end),
		scenarios: $s}'
}

# check_overrides KNOWN ...: a misspelt knob on make's command line would go unnoticed
check_overrides() {
	local word name known=" $* SCENARIOS OUT EXPECT_ALL_FEATURES DRAW RUN V WERROR BUILD PREFIX DESTDIR CC
		CLANG BPFTOOL PKG CFLAGS CPPFLAGS LDFLAGS VALGRIND UNIT_ENV "
	known=${known//[$'\n\t']/ }
	for word in ${MAKEFLAGS:-}; do
		name=${word%%=*}
		[[ $word == *=* && $name =~ ^[A-Z][A-Z0-9_]*$ ]] || continue
		[[ $known == *" $name "* || $name == TCPW_* || $name == IPERF3 ]] ||
			die 2 "unknown knob $name: there are SCENARIOS OUT EXPECT_ALL_FEATURES DRAW $*"
	done
}

main() {
	local names name k=0 n list='' worst knobs=''
	((EUID == 0)) ||
		die 4 "scenarios need root, for network namespaces, cgroups and eBPF: run sudo make validate"
	command -v jq >/dev/null || die 3 "jq is missing: run make deps"
	[[ $EXPECT_ALL_FEATURES =~ ^[01]$ ]] || die 2 "EXPECT_ALL_FEATURES must be 0 or 1"
	[[ $DRAW =~ ^[01]$ ]] || die 2 "DRAW must be 0 or 1"
	read -ra names <<<"${SCENARIOS:-$("$TOP/scenarios/run" --names | paste -sd ' ')}"
	n=${#names[@]}
	((n > 0)) || die 2 "SCENARIOS names no scenario"
	# All names and knobs before the first minute of traffic, not after it.
	for name in "${names[@]}"; do
		knobs+=" $("$TOP/scenarios/run" --check "$name" | paste -sd " ")" || exit $?
	done
	check_overrides "$knobs"
	[[ ${1:-} != --check ]] || exit 0
	[[ -x $TCPW_COMPARE ]] || die 3 "$TCPW_COMPARE is not there: run make"
	: "${OUT:=$TOP/out/$(date +%Y%m%d-%H%M%S)}"
	mkdir -p -- "$OUT" || die 3 "cannot make $OUT: choose another OUT"
	OUT=$(readlink -f -- "$OUT")
	rm -f -- "$OUT/summary.json"

	trap stop INT TERM HUP
	for name in "${names[@]}"; do
		k=$((k + 1))
		if [[ $STOP ]]; then
			VERDICT=error WHY='not run: interrupted'
		else
			printf '[%d/%d] %s: %s s of traffic\n' "$k" "$n" "$name" "${DURATION:-10}"
			one_scenario "$name"
			printf '[%d/%d] %s: %s%s\n' "$k" "$n" "$name" "$VERDICT" "${WHY:+ ($WHY)}"
		fi
		list+=$(jq -cn --arg scenario "$name" --arg verdict "$VERDICT" --arg why "$WHY" \
			'{scenario: $scenario, verdict: $verdict, why: $why}')$'\n'
	done

	{ sum_up <<<"$list" >"$OUT/summary.json"; } 2>/dev/null || die 3 "cannot write $OUT/summary.json"
	worst=$(jq -r .verdict "$OUT/summary.json")
	printf '\n%-16s %s\n' scenario verdict
	jq -r '.scenarios[] | "\(.scenario)\t\(.verdict)"' "$OUT/summary.json" |
		while IFS=$'\t' read -r name VERDICT; do
			printf '%-16s %s\n' "$name" "$VERDICT"
		done
	printf '%-16s %s, in %s\n' together "$worst" "$OUT"
	case $worst in
	pass) exit 0 ;;
	fail) exit 1 ;;
	skip) exit 4 ;;
	*) exit 3 ;;
	esac
}

main "$@"
