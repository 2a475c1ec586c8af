# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# The run directory: taken by one runner at a time, emptied of an earlier run's files only.

RUN_FILES=(manifest.json manifest.json.part probe.jsonl netlink.jsonl path.jsonl links.jsonl iperf3.json
	iperf3-server.json generator-client.jsonl generator-server.jsonl verdict.json report.txt junit.xml log plots)

# rundir_take OUT_DIR NAME: sets RUN_DIR
rundir_take() {
	local why f
	why=$(mkdir -p -- "$1/$2/log" 2>&1) ||
		die 3 "cannot make $1/$2 (${why##*: }): choose another output directory"
	RUN_DIR=$(readlink -f -- "$1/$2")
	exec {RUN_DIR_LOCK}<"$RUN_DIR"
	flock -n "$RUN_DIR_LOCK" ||
		die 3 "another run is writing to $RUN_DIR: wait for it or choose another output directory"
	for f in "${RUN_FILES[@]}"; do
		rm -rf -- "${RUN_DIR:?}/$f"
	done
	why=$(mkdir -- "$RUN_DIR/log" 2>&1 && { : >"$RUN_DIR/manifest.json.part"; } 2>&1 &&
		rm -- "$RUN_DIR/manifest.json.part") ||
		die 3 "cannot write to $RUN_DIR (${why##*: }): choose another output directory"
}
