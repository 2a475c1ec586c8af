# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# Speech goes to stderr, one sentence a problem, naming the thing and the remedy.

say() {
	printf 'matrix: %s\n' "$*" >&2
}

# die CODE SENTENCE: codes as everywhere, 2 usage, 3 error, 4 this machine cannot
die() {
	local code=$1
	shift
	say "$@"
	exit "$code"
}
