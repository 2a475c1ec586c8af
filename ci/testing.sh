# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# For test scripts: every function test_* is a test, run in a subshell of its own; what it printed is
# shown when it fails. The last line counts them: "N passed, N failed".

# run_tests: exits with 0 or 1, also with 1 if there was no test. TESTS="name name" runs only these.
run_tests() {
	local name passed=0 failed=0 log
	log=$(mktemp)
	for name in ${TESTS:-$(declare -F | sed -n 's/^declare -f test_//p')}; do
		# Not as a condition: that would turn `set -e` off inside.
		(
			set -eE
			trap 'echo "line $LINENO: $BASH_COMMAND" >&2' ERR
			"test_$name"
		) >"$log" 2>&1 &
		if wait $!; then
			passed=$((passed + 1))
			printf 'ok      %s\n' "${name//_/ }"
		else
			failed=$((failed + 1))
			printf 'FAILED  %s\n' "${name//_/ }"
			sed 's/^/        /' "$log"
		fi
	done
	rm -f "$log"
	printf '%d passed, %d failed\n' "$passed" "$failed"
	((failed == 0 && passed > 0)) || exit 1
	exit 0
}

# exits CODE COMMAND ...: its stderr goes to $STDERR, its stdout to $STDOUT
exits() {
	local want=$1 rc=0
	shift
	"$@" >"$STDOUT" 2>"$STDERR" || rc=$?
	[[ $rc == "$want" ]] || {
		echo "exit code $rc, not $want: $*"
		cat "$STDOUT" "$STDERR"
		return 1
	}
}

# says TEXT: the last command's stderr is one sentence that contains TEXT
says() {
	grep -qF -- "$1" "$STDERR" || {
		echo "does not say '$1':"
		cat "$STDERR"
		return 1
	}
	[[ $(wc -l <"$STDERR") == 1 ]] || {
		echo "not one sentence:"
		cat "$STDERR"
		return 1
	}
}

# eventually SECONDS COMMAND ...: until it succeeds
eventually() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < deadline)) || {
			echo "did not come true: $*"
			return 1
		}
		sleep 0.1
	done
}
