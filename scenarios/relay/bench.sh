#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# How much iperf3 gets through tcpw-relay without a bottleneck, with both collectors at work: the
# median of three runs, as one JSON object. A path that lost or could not hold a packet by itself
# is a run that failed. This is a rate of this machine, not a ratio.
#	BUILD	the programs; default build
#	SECONDS_EACH	traffic of each run; default 4
set -euo pipefail

TOP=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
: "${SECONDS_EACH:=4}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/through-relay.scenario.sh" <<-'END'
	hypothesis 'the relay carries what iperf3 gives it'
	emulated_path
	default RATE 0
	default BITRATE 0
	default PATH_BACKEND relay
END
for _ in 1 2 3; do
	"$TOP/scenarios/run" "$work/through-relay.scenario.sh" "$work" DURATION="$SECONDS_EACH" >&2
	# What the server received, over the time for which it did; and how late the relay was.
	jq -c --slurpfile trailer <(tail -n 1 "$work/through-relay/path.jsonl") '{
		mbit_s: (.end.sum_received.bits_per_second / 1e6), late_p99_us: $trailer[0].notes.late_p99_us}' \
		"$work/through-relay/iperf3.json"
	rm -rf "$work/through-relay"
done >"$work/runs"
jq -cs 'sort_by(.mbit_s) | {bench: "relay", workload: "iperf3", mbit_s: (.[1].mbit_s | round),
	least: (.[0].mbit_s | round), most: (.[2].mbit_s | round), late_p99_us: .[1].late_p99_us}' "$work/runs"
