#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs clean validations in a row and counts false alarms: ci/soak.sh N, as root.
#	SCENARIOS="clean bottleneck"	which ones a run consists of; default: the whole default set
#	DURATION=s			seconds of traffic each; default: what each scenario says
#	OUT=DIR				keeps what alarmed; default out/soak
# A run whose verdict is not pass is a false alarm: its directory stays, all others are removed. The
# last line is "N runs, M false alarms"; the exit code is 1 if there was any. A signal ends the run
# under way, which then counts only if a scenario of it had failed; the exit code is 3 if none counts.
set -euo pipefail

TOP=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
: "${OUT:=$TOP/out/soak}"

if ! [[ ${1:-} =~ ^[1-9][0-9]{0,4}$ ]] || (($# != 1)); then
	echo 'usage: ci/soak.sh N (runs in a row, at least 1)' >&2
	exit 2
fi
((EUID == 0)) || {
	echo 'soak: scenarios need root, for network namespaces, cgroups and eBPF: run it with sudo' >&2
	exit 4
}
mkdir -p "$OUT" || exit 3

runs=0 alarms=0 compared=0
report() {
	echo "$compared values compared exactly"
	echo "$runs runs, $alarms false alarms"
	((runs > 0)) || exit 3
	((alarms == 0)) || exit 1
	exit 0
}

# The validation is in the background, so that a signal is passed on at once.
RUN='' STOP=''
# shellcheck disable=SC2317 # called by trap
stop() {
	STOP=1
	[[ -z $RUN ]] || kill -TERM "$RUN" 2>/dev/null || true
}
trap stop INT TERM HUP

# validate DIR: its exit code in RC. If we are killed, the kernel tells it to end.
validate() {
	OUT=$1 setpriv --pdeathsig TERM "$TOP/ci/validate.sh" >"$OUT/log" 2>&1 &
	RUN=$!
	[[ -z $STOP ]] || stop # the signal came between the two lines above
	while :; do
		RC=0
		wait "$RUN" || RC=$?
		kill -0 "$RUN" 2>/dev/null || break
	done
	RUN=''
}

# interrupted DIR: a signal ended it, and none of its scenarios had failed before
interrupted() {
	[[ $STOP ]] && ((RC != 0)) &&
		! jq -e 'any(.scenarios[]; .verdict == "fail")' "$1/summary.json" >/dev/null 2>&1
}

# values compared exactly in a run, over its scenarios
values() {
	jq -s 'map(.compared // ([.checks[].compared] | add)) | add // 0' "$1"/*/verdict.json \
		2>/dev/null || echo 0
}

for ((i = 1; i <= $1; i++)); do
	[[ -z $STOP ]] || break
	dir=$OUT/run-$i
	rm -rf "$dir"
	validate "$dir"
	if interrupted "$dir"; then
		rm -rf "$dir"
		break
	fi
	runs=$((runs + 1)) n=$(values "$dir")
	compared=$((compared + n))
	if ((RC == 0)); then
		printf '%4d/%d pass, %d values\n' "$i" "$1" "$n"
		rm -rf "$dir"
	else
		alarms=$((alarms + 1))
		mv "$OUT/log" "$dir/log" 2>/dev/null || true
		printf '%4d/%d ALARM (exit code %d): %s\n' "$i" "$1" "$RC" "$dir"
		jq -r '.scenarios[] | select(.verdict != "pass") | "        \(.scenario): \(.verdict) \(.why)"' \
			"$dir/summary.json" 2>/dev/null || tail -n 3 "$dir/log"
	fi
done
report
