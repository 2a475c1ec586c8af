#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Puts the catalogue of seeded defects to the test: `make defects` calls it. First every transformation
# of a recorded run (build/compare/tests/defects), then the faulty probes: the probe's own sources
# compiled with one defect (probe/tests/defects.bpf.h), run on real traffic, as root. The last line is
# "N caught, N missed, N lacking"; the exit code is 1 if any was missed, or caught by blaming something
# else.
#	LIVE="rtt ato"			only these faulty probes; LIVE="" for none
#	EXPECT_ALL_FEATURES=1		faulty probes that cannot run here are a failure
#	RECORD=1			spoil runs recorded on this kernel, not those in the repository.
#					Defects that the kernel cannot show are told with the reason, and
#					counted apart ("lacking")
# With --build it only builds the faulty probes.
set -euo pipefail

TOP=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
cd "$TOP"
: "${BUILD:=$TOP/build}"
: "${EXPECT_ALL_FEATURES:=0}" "${RECORD:=0}"
DEFECTS=$BUILD/compare/tests/defects
# one for each seed_NAME; NAME is the field that must be named
ALL_LIVE='busy_time rcv_mss rttvar rtt ato rto snd_cwnd bytes_acked snd_una last_data_recv
	segs_out pacing_rate rcv_rtt bbr_bw bbr_pacing_gain'
caught=0 missed=0 lacking=0

[[ $RECORD =~ ^[01]$ ]] || {
	echo 'make defects: RECORD must be 0 or 1' >&2
	exit 2
}

build() {
	make --no-print-directory -s BUILD="$BUILD" "$BUILD/faulty/tcpw-probe-$1"
}

# live NAME: build, run, judge
live() {
	local probe=$BUILD/faulty/tcpw-probe-$1 out=$WORK/$1 congestion=cubic scenario=clean
	case $1 in
	bbr_*) congestion=bbr ;;
	rcv_mss) scenario=probe/tests/mtu-probing.scenario.sh ;;
	esac
	build "$1" >"$WORK/log" 2>&1 || {
		cat "$WORK/log" >&2
		return 3
	}
	TCPW_PROBE=$probe BUILD=$BUILD scenarios/run "$scenario" "$out" DURATION=1 BITRATE=100M CONGESTION=$congestion \
		>"$WORK/log" 2>&1 || {
		cat "$WORK/log" >&2
		return 3
	}
	"$DEFECTS" --live "probe $1, live" "$1" "$out/$(basename "$scenario" .scenario.sh)"
}

live_all() {
	local name rc
	for name in ${LIVE-$ALL_LIVE}; do
		rc=0
		live "$name" || rc=$?
		case $rc in
		0) caught=$((caught + 1)) ;;
		1) missed=$((missed + 1)) ;;
		4) lacking=$((lacking + 1)) ;;
		*)
			printf '%-48s %-8s %s\n' "probe $name, live" live 'BROKEN: no run, its words are above'
			missed=$((missed + 1))
			;;
		esac
	done
}

# record: runs on this kernel, each of which must be a good one before it is spoilt. One that it
# cannot record (code 4) leaves its reason, for the defects that need it.
record() {
	local name rc
	for name in compare/tests/fixtures/*/; do
		name=$(basename "$name") rc=0
		FIXTURES=$WORK/fixtures BUILD=$BUILD compare/tests/fixtures/record.sh "$name" >"$WORK/log" 2>&1 || rc=$?
		if ((rc == 4)); then
			mkdir -p "$WORK/fixtures"
			tail -n 1 "$WORK/log" >"$WORK/fixtures/$name.lacks"
			continue
		fi
		((rc != 0)) || "$BUILD/tcpw-compare" "$WORK/fixtures/$name" >>"$WORK/log" || rc=$?
		((rc == 0)) || {
			cat "$WORK/log" >&2
			echo "make defects: the recording $name is no run to be spoilt: its words are above" >&2
			return 3
		}
	done
}

if [[ ${1:-} == --build ]]; then
	for name in $ALL_LIVE; do build "$name"; done
	exit 0
fi
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
trap 'exit 3' INT TERM HUP

rc=0
fixtures=()
if [[ $RECORD == 1 ]]; then
	record
	fixtures=("$WORK/fixtures")
fi
"$DEFECTS" "${fixtures[@]}" >"$WORK/table" || rc=$?
((rc <= 1)) || exit "$rc"
sed '$d' "$WORK/table"
read -r caught _ missed _ lacking _ < <(tail -n 1 "$WORK/table")
if [[ -z ${LIVE-$ALL_LIVE} ]]; then
	:
elif ((EUID == 0)); then
	live_all
else
	echo 'faulty probes skipped: they need root, for eBPF and network namespaces: run sudo make defects'
	[[ $EXPECT_ALL_FEATURES != 1 ]] || missed=$((missed + $(wc -w <<<"${LIVE-$ALL_LIVE}")))
fi
echo "$caught caught, $missed missed, $lacking lacking"
((missed == 0))
