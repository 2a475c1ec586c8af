#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2317 # tests are called by name
#
# The counters of tests themselves: nothing counted is no success.
set -euo pipefail
TOP=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=ci/testing.sh
. "$TOP/ci/testing.sh"

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
STDOUT=$WORK/stdout STDERR=$WORK/stderr
unset EXPECT_ALL_FEATURES UNIT_TESTS LIVE_TESTS UNDER TESTS

# program WORDS CODE: one that prints and exits
program() {
	printf '#!/bin/sh\nprintf "%%s\\n" "%s"\nexit %s\n' "$1" "$2" >"$WORK/program"
	chmod +x "$WORK/program"
}

# counts CODE LINE KIND: what ci/test.sh makes of the program
counts() {
	exits "$1" env "$3=$WORK/program" "$TOP/ci/test.sh"
	[[ $(tail -n 1 "$STDOUT") == "$2" ]] || {
		cat "$STDOUT"
		return 1
	}
}

test_a_live_test_counts_what_it_says() {
	program '3 passed, 0 failed' 0
	counts 0 '3 passed, 0 failed, 0 skipped' LIVE_TESTS
	program '3 passed, 2 failed' 1
	counts 1 '3 passed, 2 failed, 0 skipped' LIVE_TESTS
}

test_a_live_test_that_counts_nothing_failed() {
	program '' 0
	counts 1 '0 passed, 1 failed, 0 skipped' LIVE_TESTS
	program '0 passed, 0 failed' 0
	counts 1 '0 passed, 1 failed, 0 skipped' LIVE_TESTS
}

test_a_live_test_that_cannot_run_here_is_skipped() {
	program 'needs root' 4
	printf '#!/bin/sh\necho 1 passed\n' >"$WORK/other"
	chmod +x "$WORK/other"
	exits 0 env LIVE_TESTS="$WORK/program $WORK/other" "$TOP/ci/test.sh"
	[[ $(tail -n 1 "$STDOUT") == '1 passed, 0 failed, 1 skipped' ]]
}

test_a_unit_program_counts_what_cmocka_says() {
	program '[  PASSED  ] 5 test(s).' 0
	counts 0 '5 passed, 0 failed, 0 skipped' UNIT_TESTS
}

test_a_unit_program_without_words_of_cmocka_failed() {
	program 'hello' 0
	counts 1 '0 passed, 1 failed, 0 skipped' UNIT_TESTS
	program 'hello' 139
	counts 1 '0 passed, 1 failed, 0 skipped' UNIT_TESTS
}

test_a_script_without_tests_does_not_succeed() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	exits 1 bash -c '. "$1" && run_tests' _ "$TOP/ci/testing.sh"
	grep -qx '0 passed, 0 failed' "$STDOUT"
}

run_tests
