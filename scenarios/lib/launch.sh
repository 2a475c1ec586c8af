# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# The run's processes: started by name, waited for on conditions with deadlines, ended by pid.

declare -A PART_PID=() PART_RC=()
# A pipe that nobody writes to: reading from it with a timeout is a sleep without a process.
exec {TICK}<> <(:)
# Deadlines end what hangs and judge nothing, so they may be long: an emulated processor that shares its
# host takes twenty times as long as a real one.
PATIENCE=1
[[ ${TCPW_ACCELERATOR:-} != tcg ]] || PATIENCE=10

pause_ms() {
	read -rt "$(($1 / 1000)).$(printf '%03d' $(($1 % 1000)))" -u "$TICK" || true
}

# Time since boot in ms: does not jump with the wall clock, costs no process.
now_ms() {
	local up rest
	read -r up rest </proc/uptime
	NOW_MS=$((10#${up/./} * 10))
}

# part_start NAME STDOUT COMMAND ...: stderr goes to log/NAME.err
part_start() {
	local name=$1 out=$2
	shift 2
	"$@" >"$out" 2>"$RUN_DIR/log/$name.err" &
	PART_PID[$name]=$!
}

# part_start_in NAME STDOUT NS COMMAND ...: inside the namespace, and in the run's cgroup: a socket
# belongs to the cgroup in which its process was when it was made
part_start_in() {
	local name=$1 out=$2 ns=$3
	shift 3
	(
		echo 0 >"$CGROUP/cgroup.procs"
		exec nsenter --net="/run/netns/$ns" "$@"
	) >"$out" 2>"$RUN_DIR/log/$name.err" &
	PART_PID[$name]=$!
}

# part_ended NAME: true once it has; its exit code is then in PART_RC
part_ended() {
	local pid=${PART_PID[$1]} rc=0
	[[ -z ${PART_RC[$1]:-} ]] || return 0
	! kill -0 "$pid" 2>/dev/null || return 1
	# Silently: bash says of a process that a signal ended that it did.
	{ wait "$pid" || rc=$?; } 2>/dev/null
	PART_RC[$1]=$rc
}

# part_wait NAME MS: false if it still runs then
part_wait() {
	local deadline
	now_ms
	deadline=$((NOW_MS + $2 * PATIENCE))
	until part_ended "$1"; do
		now_ms
		((NOW_MS < deadline)) || return 1
		pause_ms 20
	done
}

# part_stop NAME MS: ask it to end, and end it if it does not within MS; false then
part_stop() {
	[[ -n ${PART_PID[$1]:-} ]] || return 0
	! part_ended "$1" || return 0
	kill -TERM "${PART_PID[$1]}" 2>/dev/null || true
	! part_wait "$1" "$2" || return 0
	kill -KILL "${PART_PID[$1]}" 2>/dev/null || true
	part_wait "$1" 5000 || true
	return 1
}

# part_words NAME: the last thing it said on stderr, but for argp's hint at --help
part_words() {
	local words
	words=$(grep -v "^Try .*--help" "$RUN_DIR/log/$1.err" 2>/dev/null | tail -n 1) || true
	printf '%s\n' "${words:-it said nothing}"
}

# await MS CONDITION ...: poll a condition until it holds; false at the deadline
await() {
	local deadline ms=$1
	shift
	now_ms
	deadline=$((NOW_MS + ms * PATIENCE))
	until "$@"; do
		now_ms
		((NOW_MS < deadline)) || return 1
		pause_ms 20
	done
}
