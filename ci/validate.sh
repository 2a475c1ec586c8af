#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs scenarios, judges and draws each, and sums up. `make validate` calls it; everything is set
# by the environment:
#
#	SCENARIOS="clean bottleneck"  which ones, names or *.scenario.sh files; default: all
#	OUT=DIR                       where to; default out/TIME
#	EXPECT_ALL_FEATURES=1         a scenario that this machine cannot run is a failure, and so is an
#	                              exact check that had nothing to compare
#	DRAW=0                        no figures
#	DURATION, SEED, ...           knobs, see scenarios/run --help
#
# With --check it only looks at what it was asked. Exit codes: 0 pass, 1 the witnesses disagree,
# 2 usage, 3 error, 4 this machine cannot.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin # tc and others are there, and not in everybody's PATH

TOP=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
: "${BUILD:=$TOP/build}"
: "${TCPW_COMPARE:=$BUILD/tcpw-compare}"
: "${EXPECT_ALL_FEATURES:=0}"
: "${DRAW:=1}"
# shellcheck source=ci/asked.sh
. "$TOP/ci/asked.sh"

say() {
	printf 'validate: %s\n' "$*" >&2
}

# Only a code that was decided on leaves this script: what `set -e` ends has 1, which would say that
# the witnesses disagree.
DECIDED=''
decide() {
	DECIDED=1
	exit "$1"
}

die() {
	local code=$1
	shift
	say "$@" || true
	decide "$code"
}

# shellcheck disable=SC2317 # called by trap
at_exit() {
	[[ -z $DECIDED ]] || return 0
	say "ended before its verdict, for the reason given above" || true
	exit 3
}
trap at_exit EXIT

# The part that runs now is in the background, so that a signal is passed on at once.
PART='' STOP=''
# shellcheck disable=SC2317 # called by trap
stop() {
	STOP=1
	[[ -z $PART ]] || kill -TERM "$PART" 2>/dev/null || true
}

# run_part OUTPUT COMMAND ...: its exit code in RC; its stdout goes to OUTPUT, or to ours if empty.
# If we are killed, the kernel tells it to end.
run_part() {
	local out=$1
	shift
	if [[ $out ]]; then
		setpriv --pdeathsig TERM "$@" >"$out" &
	else
		setpriv --pdeathsig TERM "$@" &
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
		| ["bracketing", "conservation", "identity", "final"]
		+ if any(.checks[]; .field == "generator client") then [] else ["marks"] end
		+ if any(.witnesses[]?.modes[]?; . == "segment") then ["membership"] else [] end
		- $ran | join(" ")' "$1"
}

# identity FILE: which file that is, to tell an earlier run's from this one's
identity() {
	stat -c '%i %z' -- "$1" 2>/dev/null || true
}

# judge DIR: sets VERDICT, WHY
judge() {
	local dir=$1
	# Its words are shown when there is something to read; report.txt has them all.
	{ : >"$dir/log/compare.out"; } 2>/dev/null || {
		VERDICT=error WHY="cannot write $dir/log/compare.out"
		return
	}
	run_part "$dir/log/compare.out" "$TCPW_COMPARE" "$dir"
	((RC == 0)) || cat "$dir/log/compare.out" || true
	VERDICT=$(verdict_name "$RC")
	if [[ $VERDICT == error ]]; then
		((RC == 3)) || WHY="tcpw-compare ended with exit code $RC"
	elif [[ ! -s $dir/verdict.json ]]; then
		VERDICT=error WHY="tcpw-compare ended with exit code $RC, but wrote no $dir/verdict.json"
	fi
	if [[ -z $WHY && $VERDICT != pass ]]; then
		WHY=$(first_words "$dir/verdict.json" '.reason // empty')
		: "${WHY:=see $dir/report.txt}"
	fi
	if [[ $VERDICT == pass && $EXPECT_ALL_FEATURES == 1 ]]; then
		if ! WHY=$(idle_checks "$dir/verdict.json"); then
			VERDICT=error WHY="$dir/verdict.json cannot be read"
		elif [[ $WHY ]]; then
			VERDICT=fail WHY="all features are expected, but nothing was compared by: $WHY"
		fi
	fi
}

# one_scenario NAME_OR_FILE NAME: sets VERDICT, WHY
one_scenario() {
	local dir=$OUT/$2 before
	WHY=''
	before=$(identity "$dir/manifest.json")
	run_part '' "$TOP/scenarios/run" "$1" "$OUT"
	if ((RC != 0)); then
		VERDICT=error
		((RC != 4)) || VERDICT=skip
		# Before it takes the directory, the manifest there is another run's.
		[[ $(identity "$dir/manifest.json") == "$before" ]] ||
			WHY=$(first_words "$dir/manifest.json" '.skip // (.errors | join("; "))')
		: "${WHY:=${STOP:+interrupted}}"
		: "${WHY:=its words are above}"
		return
	fi
	judge "$dir"
	[[ ! -d $dir/plots/data ]] || TO_DRAW+=("$2")
	[[ -z $STOP ]] || VERDICT=error WHY=interrupted
}

# Drawing would disturb what runs, so all is drawn at the end, on all processors.
draw_all() {
	local i failed
	[[ $DRAW == 1 && -z $STOP ]] && ((${#TO_DRAW[@]})) || return 0
	progress "drawing ${#TO_DRAW[@]} runs"
	failed=$(mktemp)
	# shellcheck disable=SC2016 # expanded by the inner shell
	run_part '' xargs -a <(printf '%s\0' "${TO_DRAW[@]}") -0 -n 1 -P "$(nproc)" \
		sh -c '"$0" "$1/$3" || printf "%s\n" "$3" >>"$2"' "$TOP/plots/draw" "$OUT" "$failed"
	for i in "${!NAMES[@]}"; do
		if [[ ${VERDICTS[i]} == pass ]] && { ((RC != 0)) || grep -qxF -- "${NAMES[i]}" "$failed"; }; then
			VERDICTS[i]=error WHYS[i]="the figures could not be drawn"
		fi
	done
	rm -f "$failed"
}

# A line that the next one replaces, on a terminal only.
progress() {
	[[ ! -t 1 ]] || printf '\r\033[K%s' "$*"
}

# told TEXT: a line that stays
told() {
	[[ ! -t 1 ]] || printf '\r\033[K'
	printf '%s\n' "$*"
}

# seconds_left DONE ALL: estimated from what the finished ones took; nothing is known of the first
seconds_left() {
	LEFT=''
	(($1 == 0)) || LEFT=", about $(((SECONDS - STARTED_AT) * ($2 - $1) / $1)) s left"
}

# One object for each scenario.
results() {
	local i
	for i in "${!NAMES[@]}"; do
		printf '%s\n%s\n%s\n' "${NAMES[i]}" "${VERDICTS[i]}" "${WHYS[i]//$'\n'/ }"
	done | jq -Rn '[inputs] | range(0; length; 3) as $i
		| {scenario: .[$i], verdict: .[$i + 1], why: .[$i + 2]}'
}

# The worst of all: error over fail over skip over pass.
sum_up() {
	jq -n --argjson expect "$EXPECT_ALL_FEATURES" '[inputs] as $s | {
		verdict: ([$s[].verdict | if . == "skip" and $expect != 0 then "fail" else . end] as $v
			| if $v == [] then "error" else first(("error", "fail", "skip", "pass")
			| select(. as $x | $v | index($x))) end),
		scenarios: $s}'
}

main() {
	local words word name rc k=0 n at worst knobs=''
	VERDICTS=() WHYS=() TO_DRAW=()
	[[ $# == 0 || $* == --check ]] ||
		die 2 "unknown argument $1: SCENARIOS, OUT and the knobs are given in the environment"
	((EUID == 0)) ||
		die 4 "scenarios need root, for network namespaces, cgroups and eBPF: run sudo make validate"
	for word in jq flock setpriv; do
		command -v "$word" >/dev/null || die 3 "$word is missing: run make deps"
	done
	[[ $EXPECT_ALL_FEATURES =~ ^[01]$ ]] || die 2 "EXPECT_ALL_FEATURES must be 0 or 1"
	[[ $DRAW =~ ^[01]$ ]] || die 2 "DRAW must be 0 or 1"
	read -ra words <<<"${SCENARIOS:-$("$TOP/scenarios/run" --names | paste -sd ' ')}"
	n=${#words[@]}
	((n > 0)) || die 2 "SCENARIOS names no scenario"
	check_names "${words[@]}"
	# All names and knobs before the first minute of traffic, not after it.
	for word in "${words[@]}"; do
		rc=0
		knobs+=" $("$TOP/scenarios/run" --check "$word" | paste -sd " ")" || rc=$?
		case $rc in
		0) ;;
		2 | 3 | 4) decide "$rc" ;;
		*) die 3 "the scenario $word cannot be loaded" ;;
		esac
	done
	check_overrides "SCENARIOS OUT EXPECT_ALL_FEATURES DRAW" "$knobs"
	[[ ${1:-} != --check ]] || decide 0
	[[ -x $TCPW_COMPARE ]] || die 3 "$TCPW_COMPARE is not there: run make"
	: "${OUT:=$TOP/out/$(date +%Y%m%d-%H%M%S)}"
	mkdir -p -- "$OUT" || die 3 "cannot make $OUT: choose another OUT"
	OUT=$(readlink -f -- "$OUT")
	# For all of judging and drawing too; scenarios/run locks the scenario's own directory.
	exec {OUT_LOCK}<"$OUT"
	flock -n "$OUT_LOCK" ||
		die 3 "another make validate is writing to $OUT: wait for it or choose another OUT"
	rm -f -- "$OUT/summary.json" || die 3 "cannot write to $OUT: choose another OUT"

	trap stop INT TERM HUP
	STARTED_AT=$SECONDS
	for word in "${words[@]}"; do
		name=${NAMES[k]}
		if [[ $STOP ]]; then
			VERDICT=error WHY='not run: interrupted'
		else
			seconds_left "$k" "$n"
			progress "[$((k + 1))/$n] $name$LEFT "
			at=$SECONDS
			one_scenario "$word" "$name"
			seconds_left "$((k + 1))" "$n"
			told "[$((k + 1))/$n] $name: $VERDICT${WHY:+ ($WHY)}, $((SECONDS - at)) s$LEFT"
		fi
		VERDICTS[k]=$VERDICT WHYS[k]=$WHY
		k=$((k + 1))
	done
	draw_all
	progress ''
	{ results | sum_up >"$OUT/summary.json.part" && mv -f "$OUT/summary.json.part" "$OUT/summary.json"; } \
		2>/dev/null || die 3 "cannot write $OUT/summary.json"

	worst=$(jq -r .verdict "$OUT/summary.json")
	printf '\n%-16s %s\n' scenario verdict
	jq -r '.scenarios[] | "\(.scenario)\t\(.verdict)"' "$OUT/summary.json" |
		while IFS=$'\t' read -r name VERDICT; do
			printf '%-16s %s\n' "$name" "$VERDICT"
		done
	printf '%-16s %s, in %s\n' together "$worst" "$OUT"
	case $worst in
	pass) decide 0 ;;
	fail) decide 1 ;;
	skip) decide 4 ;;
	*) decide 3 ;;
	esac
}

main "$@"
