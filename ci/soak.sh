#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs clean validations in a row and counts false alarms: ci/soak.sh N, as root.
#	SCENARIOS="clean bottleneck"	which ones a run consists of; default: the whole default set
#	DURATION=s			seconds of traffic each; default: what each scenario says
#	OUT=DIR				keeps what alarmed; default out/soak
# A run whose verdict is not pass is a false alarm: its directory stays, all others are removed. The
# last line is "N runs, M false alarms"; the exit code is 1 if there was any.
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
	echo "$runs runs, $alarms false alarms"
	((alarms == 0 && runs > 0)) || exit 1
	exit 0
}
trap report INT TERM HUP

# values compared exactly in a run, over its scenarios
values() {
	jq -s 'map(.compared // ([.checks[].compared] | add)) | add // 0' "$1"/*/verdict.json \
		2>/dev/null || echo 0
}

for ((i = 1; i <= $1; i++)); do
	dir=$OUT/run-$i rc=0
	rm -rf "$dir"
	OUT=$dir "$TOP/ci/validate.sh" >"$OUT/log" 2>&1 || rc=$?
	runs=$((runs + 1)) n=$(values "$dir")
	compared=$((compared + n))
	if ((rc == 0)); then
		printf '%4d/%d pass, %d values\n' "$i" "$1" "$n"
		rm -rf "$dir"
	else
		alarms=$((alarms + 1))
		mv "$OUT/log" "$dir/log" 2>/dev/null || true
		printf '%4d/%d ALARM (exit code %d): %s\n' "$i" "$1" "$rc" "$dir"
		jq -r '.scenarios[] | select(.verdict != "pass") | "        \(.scenario): \(.verdict) \(.why)"' \
			"$dir/summary.json" 2>/dev/null || tail -n 3 "$dir/log"
	fi
done
echo "$compared values compared exactly"
report
