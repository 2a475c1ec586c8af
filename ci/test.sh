#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs the test programs and counts: `make test` calls it with
#	UNIT_TESTS	cmocka programs, need no privileges
#	LIVE_TESTS	scripts that exit with 0, 1, or 4 where this kernel or these privileges cannot
#	UNDER		a command to run unit tests under, e.g. valgrind (optional)
# A program's output is shown when it fails; one that counted no test has failed, too. With
# EXPECT_ALL_FEATURES=1 a skip is a failure. The last line is "N passed, N failed, N skipped".
set -euo pipefail

passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# number WORD: the one before the word in the log's last line that has it, 0 without one
number() {
	grep -oE "[0-9]+ $1" "$log" | tail -n 1 | grep -oE '^[0-9]+' || echo 0
}

verdict() { # NAME WORD
	printf '%-7s %s\n' "$2" "$1"
	[[ $2 == ok ]] || sed 's/^/        /' "$log"
}

for t in ${UNIT_TESTS:-}; do
	rc=0
	# cmocka's own words: "[  PASSED  ] N test(s)." and "[  FAILED  ] N test(s)"
	${UNDER:-} "$t" >"$log" 2>&1 || rc=$?
	p=$(sed -nE 's/^\[  PASSED  \] ([0-9]+) test.*/\1/p' "$log" | tail -n 1)
	f=$(sed -nE 's/^\[  FAILED  \] ([0-9]+) test.*/\1/p' "$log" | tail -n 1)
	s=$(sed -nE 's/^\[  SKIPPED \] ([0-9]+) test.*/\1/p' "$log" | tail -n 1)
	[[ ${f:-0} != 0 ]] || ((rc == 0 && ${p:-0} + ${s:-0} > 0)) || f=1 # died, or counted nothing
	passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
	if [[ ${f:-0} == 0 ]]; then
		verdict "$t (${p:-0})" ok
	else
		verdict "$t" FAILED
	fi
done

for t in ${LIVE_TESTS:-}; do
	rc=0
	# What the caller ignores, e.g. nohup or a background shell, the test must be able to send.
	env --default-signal=INT,TERM,HUP "$t" >"$log" 2>&1 </dev/null || rc=$?
	p=$(number passed) f=$(number failed)
	case $rc in
	0)
		if ((p > 0)); then
			verdict "$t ($p)" ok
		else
			f=1
			verdict "$t: counted no test" FAILED
		fi
		;;
	4)
		if [[ ${EXPECT_ALL_FEATURES:-} == 1 ]]; then
			f=1
			verdict "$t: skipped, but all features are expected" FAILED
		else
			p=0 skipped=$((skipped + 1))
			verdict "$t" skipped
		fi
		;;
	*)
		((f > 0)) || f=1
		verdict "$t" FAILED
		;;
	esac
	passed=$((passed + p)) failed=$((failed + f))
done

printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
((failed == 0 && passed > 0))
