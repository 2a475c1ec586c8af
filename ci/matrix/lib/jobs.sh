# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# Several guests at once: each is watched by a subshell of the matrix, which ends when the matrix does.
# An emulated guest waits about half of its time, for timers and for its own other processor.

JOBS_RUNNING=()
JOBS_LIFE='' # read: ends when the matrix is gone, even by SIGKILL, for it alone holds JOBS_HOLD
JOBS_HOLD=''

jobs_open() {
	local fifo=$WORK/life.$$ both
	mkfifo "$fifo"
	# shellcheck disable=SC2094 # that is what a FIFO is for
	exec {both}<>"$fifo" {JOBS_LIFE}<"$fifo" {JOBS_HOLD}>"$fifo" {both}>&-
	rm -f "$fifo"
}

# jobs_pause SECONDS: false if the matrix is gone
jobs_pause() {
	local rc=0
	[[ $JOBS_LIFE ]] || { sleep "$1" && return 0; }
	read -r -t "$1" -u "$JOBS_LIFE" || rc=$?
	((rc > 128))
}

# jobs_default: as many as the processors and the memory carry, at most two
jobs_default() {
	local free
	free=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
	if (($(nproc) >= 2 && free > 2 * GUEST_MEMORY_MB + 1024)); then echo 2; else echo 1; fi
}

# jobs_room: waits until another guest may start
jobs_room() {
	while ((${#JOBS_RUNNING[@]} >= JOBS)); do jobs_reap; done
}

# jobs_reap: waits for one of them. What a guest did is in its kernel.json; a code is the matrix's own.
jobs_reap() {
	local rc=0 pid running=()
	wait -n "${JOBS_RUNNING[@]}" || rc=$?
	for pid in "${JOBS_RUNNING[@]}"; do
		! kill -0 "$pid" 2>/dev/null || running+=("$pid")
	done
	JOBS_RUNNING=("${running[@]}")
	((rc == 0)) || exit "$rc" # its words are above
}

# jobs_start FUNCTION ARGUMENT ...
jobs_start() {
	(
		trap boot_stop EXIT
		trap 'exit 3' TERM
		exec {JOBS_HOLD}>&-
		"$@"
	) &
	JOBS_RUNNING+=($!)
}

jobs_all() {
	while ((${#JOBS_RUNNING[@]})); do jobs_reap; done
}

# jobs_stop: ends them, and their guests with them
jobs_stop() {
	((${#JOBS_RUNNING[@]})) || return 0
	kill -TERM "${JOBS_RUNNING[@]}" 2>/dev/null || true
	wait "${JOBS_RUNNING[@]}" 2>/dev/null || true
	JOBS_RUNNING=()
}
