# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# The run's own cgroup v2 directory, to which tcpw-probe attaches and in which iperf3 lives.
#
# Its name is tcpw-PID-START: the runner's pid and its start time in clock ticks since boot
# (proc(5), stat, field 22), which together tell for certain whether that runner still lives.

# Mount point of cgroup v2; on hybrid systems it is beside v1, so only mountinfo knows.
cgroup_mount() {
	local line fields
	while read -r line; do
		[[ ${line##* - } == cgroup2\ * ]] || continue
		read -ra fields <<<"$line"
		printf '%b\n' "${fields[4]//\\/\\0}" # mountinfo escapes as \040
		return 0
	done </proc/self/mountinfo
	return 1
}

# process_start PID: its start time, or nothing if there is no such process
process_start() {
	local stat fields
	{ stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 0
	read -ra fields <<<"${stat##*) }"
	printf '%s\n' "${fields[19]}"
}

# Remove what killed runs of this machine left, and say so.
cgroup_sweep() {
	local dir pid start
	for dir in "$1"/tcpw-*-*/; do
		dir=${dir%/}
		[[ ${dir##*/} =~ ^tcpw-([0-9]+)-([0-9]+)$ ]] || continue
		pid=${BASH_REMATCH[1]} start=${BASH_REMATCH[2]}
		[[ $(process_start "$pid") != "$start" ]] || continue
		if rmdir "$dir" 2>/dev/null; then
			say "removed the cgroup ${dir##*/} that a killed run had left"
		elif [[ -d $dir ]]; then
			say "the cgroup $dir of a killed run still has processes and stays"
		fi
	done
}

# Sets CGROUP, and keeps the reaper's pipe open in this shell and in every process of the run.
cgroup_make() {
	local mount why netns_made=''
	mount=$(cgroup_mount) ||
		die 4 "no cgroup v2 is mounted here: mount -t cgroup2 none /sys/fs/cgroup, or boot with systemd.unified_cgroup_hierarchy=1"
	cgroup_sweep "$mount"
	CGROUP=$mount/tcpw-$$-$(process_start $$)
	# The course mounts its own tmpfs there; the reaper removes the directory if we had to make it.
	[[ -d /run/netns ]] || { mkdir -p /run/netns && netns_made=/run/netns; }
	exec {REAPER_PIPE}> >(exec setsid "$HERE/lib/reaper.sh" "$CGROUP" ${netns_made:+"$netns_made"})
	REAPER_PID=$!
	why=$(mkdir "$CGROUP" 2>&1) || {
		CGROUP='' cgroup_release
		die 4 "cannot make a cgroup in $mount (${why##*: }): cgroup v2 must be writable here"
	}
}

# The run is over: let the reaper do its work and wait for it.
cgroup_release() {
	exec {REAPER_PIPE}>&-
	wait "$REAPER_PID" || true
	[[ -z $CGROUP || ! -d $CGROUP ]] || rmdir "$CGROUP" 2>/dev/null ||
		say "the cgroup $CGROUP could not be removed"
}
