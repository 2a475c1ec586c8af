#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What the witnesses and the comparison cost: `make bench OUT=dir` calls it with BENCHES, programs that
# each print one JSON object a line. All figures that are held against a bound are ratios within one
# run of one program, but for what the relay carries, which is a rate of this machine; nothing is judged
# here but printed beside its bound. Run it on a quiet machine.
#	OUT			where bench.json goes; default out/bench
#	TCPW_ACCELERATOR	tcg or kvm: inside a virtual machine, which `make matrix` sets
set -euo pipefail

((EUID == 0)) || {
	echo 'make bench needs root: eBPF and network namespaces; run it with sudo' >&2
	exit 4
}
: "${OUT:=out/bench}"
mkdir -p "$OUT" || exit 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for bench in $BENCHES; do
	echo "running $bench" >&2
	"$bench" >>"$work/results"
done
jq -s --arg kernel "$(uname -r)" --argjson cpus "$(nproc)" --arg accelerator "${TCPW_ACCELERATOR:-}" '
	{kernel: $kernel, cpus: $cpus, accelerator: (if $accelerator == "" then null else $accelerator end),
	results: .}' "$work/results" >"$OUT/bench.json"
jq -r '.results[] | [.bench, (.workload // ""),
	(if .mbit_s then "\(.mbit_s) Mbit/s" else .ratio // "" | tostring end),
	({probe_sample: "at most 4.5 empty callbacks", netlink_sample: "at most 2 bare replies",
	  compare: "at least 4 times jq", relay: "at least 500 Mbit/s of iperf3"}[.bench] // "")] | @tsv' "$OUT/bench.json" |
	awk -F '\t' 'BEGIN { printf "%-16s %-10s %12s  %s\n", "what", "workload", "figure", "bound" }
		{ printf "%-16s %-10s %12s  %s\n", $1, $2, $3, $4 }'
jq -r '"\(.kernel), \(.cpus) processors" + if .accelerator then
	", in a virtual machine (\(.accelerator)): its times are not those of a real one" else "" end' "$OUT/bench.json"
echo "figures in $OUT/bench.json"
