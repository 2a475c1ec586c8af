# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034 # the tests use what is set here
#
# What the live tests share: an own network namespace, the idle connection in it, the collector,
# and undoing it all. A test is a function test_*; run_tests runs them in turn.

: "${BUILD:=build}"
NETLINK=$BUILD/tcpw-netlink
IDLE_PAIR=$BUILD/netlink/tests/idle_pair
readonly PASS=0 FAIL=1 ERROR=3 SKIP=4

say() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
}

give_up() { # CODE WORDS
	local code=$1
	shift
	say "$@"
	exit "$code"
}

UNDO=()
undo_all() {
	local i
	for ((i = ${#UNDO[@]} - 1; i >= 0; i--)); do
		eval "${UNDO[i]}" || true
	done
	UNDO=()
}

setup() {
	[[ -x $NETLINK && -x $IDLE_PAIR ]] || give_up "$ERROR" "build first: make $NETLINK $IDLE_PAIR"
	((EUID == 0)) || give_up "$SKIP" 'network namespaces need root: run with sudo'
	command -v ip jq nsenter >/dev/null || give_up "$SKIP" 'ip, jq or nsenter is missing: make deps'
	trap undo_all EXIT
	trap 'exit 130' INT TERM
	DIR=$(mktemp -d)
	UNDO+=("rm -rf '$DIR'")
	NS=tcpwnl$$
	ip netns add "$NS" || give_up "$SKIP" 'cannot make a network namespace here'
	UNDO+=("ip netns del $NS" "ip netns del ${NS}b 2>/dev/null")
	ip -n "$NS" link set lo up
	INODE=$(stat -L -c %i "/run/netns/$NS")
}

# until COMMAND holds, at most 10 s
wait_for() {
	local tries
	for ((tries = 0; tries < 500; tries++)); do
		! "$@" || return 0
		sleep 0.02
	done
	say "gave up waiting for: $*"
	return 1
}

stop_pid() { # PID
	kill -INT "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}

# To be started in the background. Unlike `ip netns exec` it leaves /sys, with the cgroups, as it is.
in_netns() { # NAME COMMAND...
	local name=$1
	shift
	exec nsenter --net="/run/netns/$name" "$@"
}

# start_pair [KIND [CGROUP]]: sets PORT (client's), SERVER_PORT, COOKIE
start_pair() {
	mkfifo "$DIR/to" "$DIR/from"
	in_netns "$NS" "$IDLE_PAIR" "$@" <"$DIR/to" >"$DIR/from" &
	PAIR=$!
	exec 8>"$DIR/to" 9<"$DIR/from"
	rm "$DIR/to" "$DIR/from"
	read_pair
}

read_pair() {
	read -r -t 10 -u 9 PORT SERVER_PORT COOKIE || give_up "$ERROR" 'the idle connection did not come up'
}

# A second connection, in namespace NAME; ends with the test. Sets OTHER_PORT.
start_other() { # NAME KIND
	mkfifo "$DIR/other"
	exec 6<>"$DIR/other"
	rm "$DIR/other"
	exec 7< <(in_netns "$1" "$IDLE_PAIR" "$2" <&6 8>&- 9<&-)
	OTHER=$!
	read -r -t 10 -u 7 OTHER_PORT _ || give_up "$ERROR" "the other connection did not come up"
}

pair_do() { # send | close | reopen
	printf '%s\n' "$1" >&8
	read_pair
}

end_pair() {
	exec 8>&- 9<&-
	wait "$PAIR" || true
	PAIR=''
}

# start_netlink FILE OPTION...: watching when this returns
start_netlink() {
	local file=$1
	shift
	rm -f "$file"
	"$NETLINK" --netns "$NS" --output "$file" "$@" &
	COLLECTOR=$!
	wait_for test -s "$file"
}

stop_netlink() {
	local status=0
	kill -INT "$COLLECTOR"
	wait "$COLLECTOR" || status=$?
	COLLECTOR=''
	((status == 0)) || say "tcpw-netlink ended with $status"
	return "$status"
}

# The samples and the trailer of a timeline, each as a stream of objects.
samples() {
	jq -c 'select(has("event"))' "$1"
}

trailer() {
	tail -n 1 "$1" | jq -c 'select(.trailer)'
}

# at_least FILE N: so many samples are in the file already
at_least() {
	(($(grep -c '"event"' "$1" || true) >= $2))
}

# holds WHAT JQ_CONDITION FILE: a jq condition over all of a timeline's lines, slurped
holds() {
	jq -es --arg cookie "$COOKIE" --arg port "$PORT" "$2" "$3" >/dev/null || {
		say "does not hold: $1"
		say "  $2"
		say "  trailer: $(trailer "$3")"
		return 1
	}
}

# Whatever a test left running.
end_test() {
	[[ -z ${COLLECTOR:-} ]] || stop_pid "$COLLECTOR"
	[[ -z ${PAIR:-} ]] || end_pair
	exec 6>&- 7<&-
	[[ -z ${OTHER:-} ]] || kill -TERM "$OTHER"
}

run_tests() {
	local t failed=0 n=0 status
	for t in $(declare -F | awk '$3 ~ /^test_/ { print $3 }'); do
		n=$((n + 1))
		# Not as a condition: set -e has no effect inside one.
		(set -e; trap end_test EXIT; "$t") </dev/null
		status=$?
		if ((status == 0)); then
			printf 'ok %s\n' "${t#test_}"
		else
			printf 'FAILED %s\n' "${t#test_}"
			failed=$((failed + 1))
		fi
	done
	printf "%d passed, %d failed\n" "$((n - failed))" "$failed"
	((failed == 0)) || exit $FAIL
	exit $PASS
}
