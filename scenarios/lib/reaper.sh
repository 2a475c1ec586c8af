#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# reaper.sh DIR ...: when the last process of the run has closed our standard input, remove the
# empty directories that the run leaves (its cgroup). Lives outside the run's pid namespace and in
# a session of its own, so that it survives what ends the run.
set -euo pipefail

cat >/dev/null || true
for dir in "$@"; do
	# The last process may be a zombie for a moment, and a cgroup with one cannot be removed.
	for _ in {1..100}; do
		[[ -d $dir ]] || break
		rmdir "$dir" 2>/dev/null && break
		[[ $dir == */tcpw-* ]] || break
		sleep 0.05
	done
done
