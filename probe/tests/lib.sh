# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2034,SC2317 # jq's variables; the tests use what is set and called here
#
# What the live tests of tcpw-probe share: namespaces and cgroups of their own, the probe, and a
# connection that does what it is told. Sourced with the script's arguments, as root.
# shellcheck source=ci/testing.sh
. "$TOP/ci/testing.sh"
BUILD=${BUILD:-$TOP/build}
PROBE=$BUILD/tcpw-probe
TALKER=$BUILD/probe/tests/talker

((EUID == 0)) || {
	echo 'live tests of tcpw-probe need root: run with sudo' >&2
	exit 4
}
# The tests run in namespaces of their own, whose end takes every process and mount of theirs along;
# then the outer shell removes what else was made.
if [[ ! ${WORK:-} ]]; then
	WORK=$(mktemp -d)
	CGROUPS=$(awk '/ - cgroup2 /{print $5; exit}' /proc/self/mountinfo)
	CGROUP=$CGROUPS/tcpw-test-$$
	mkdir "$CGROUP"
	cleanup() {
		rm -rf "$WORK"
		rmdir "$CGROUP" "$CGROUP-other" 2>/dev/null || true
	}
	trap cleanup EXIT
	trap 'exit 3' INT TERM HUP
	export WORK CGROUPS CGROUP
	rc=0
	unshare --net --mount --pid --fork --kill-child --mount-proc "$0" "$@" || rc=$?
	exit "$rc"
fi
ip link set lo up
STDERR=$WORK/stderr STDOUT=$WORK/stdout

# probe OPTION ...: started in the background and watching, timeline in $WORK/p.jsonl
probe() {
	rm -f "$WORK/p.jsonl"
	"$PROBE" --cgroup "$CGROUP" --output "$WORK/p.jsonl" "$@" 2>"$WORK/probe.err" &
	PROBE_PID=$!
	eventually 20 header_is_there
}
header_is_there() {
	[[ -s $WORK/p.jsonl ]]
}
# stop_probe: it ends with a whole timeline
stop_probe() {
	kill -INT "$PROBE_PID"
	wait "$PROBE_PID"
	[[ $(tail -n 1 "$WORK/p.jsonl") == '{"trailer":true'* ]]
}

# talk KIND: a connection made inside the cgroup; PORTS is "SERVER CLIENT"
talk() {
	talker "$1"
	read -r -t 20 -u "$TALK_OUT" SERVER CLIENT
}
talker() {
	coproc TALK { echo "$BASHPID" >"$CGROUP/cgroup.procs" && exec "$TALKER" "$@"; }
	TALK_IN=${TALK[1]} TALK_OUT=${TALK[0]}
}
# talk_later KIND: the server listens, nothing more; connect does the rest
talk_later() {
	local answer
	talker "$1" wait
	read -r -t 20 -u "$TALK_OUT" answer
	[[ $answer == listening ]]
}
connect() {
	echo connect >&"$TALK_IN"
	read -r -t 20 -u "$TALK_OUT" SERVER CLIENT
}
tell() {
	local answer
	echo "$*" >&"$TALK_IN"
	read -r -t 20 -u "$TALK_OUT" answer
	[[ $answer == "done" ]]
}
hang_up() {
	local pid=$TALK_PID
	tell close
	eval "exec $TALK_IN>&-"
	wait "$pid"
}

# samples FILTER: the timeline's samples as a jq array, into the filter; it must yield true
samples() {
	jq -es --arg client ":$CLIENT" --arg server ":$SERVER" "
		.[1:-1] as \$s | .[0] as \$header | .[-1] as \$trailer
		| def of(\$port): map(select(.local | endswith(\$port)));
		def event(\$e): map(select(.event == \$e));
		\$s | $1" "$WORK/p.jsonl" >/dev/null || {
		echo "not true: $1"
		jq -c '[.event, .local, .seq, .t]' "$WORK/p.jsonl" | head -40
		cat "$WORK/probe.err"
		return 1
	}
}

# generations [OPTION ...]: GENERATIONS are the builds of the eBPF programs that this kernel takes, with
# all of them or with these options. None is a failure: a loop over nothing would test nothing.
generations() {
	local g
	(($# > 0)) || set -- --mode rtt,poll,segment --marks
	GENERATIONS=()
	for g in 6.9 5.12 5.10; do
		! "$PROBE" --programs "$g" --cgroup "$CGROUP" "$@" --duration 1ms --output /dev/null \
			2>"$WORK/generations.err" || GENERATIONS+=("$g")
	done
	((${#GENERATIONS[@]})) || {
		echo "no build of the programs runs here with $*:"
		cat "$WORK/generations.err"
		return 1
	}
}

other_namespace_is_there() {
	[[ $(readlink "/proc/$OTHER/ns/net") != "$(readlink /proc/self/ns/net)" ]]
}
