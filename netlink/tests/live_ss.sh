#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2317 # jq has variables of its own; run_tests finds the functions
#
# For an idle socket tcpw-netlink reports what `ss -tinO` prints, field by field. Times since an
# event move: ss's must lie between those of samples taken before and after it.
set -uo pipefail
# shellcheck source=netlink/tests/lib.sh
. "$(dirname "$0")/lib.sh"

COMPARED_MIN=25

# Delayed ACKs and the like are over: everything but ages stayed the same for 20 samples.
is_idle() {
	"$NETLINK" --netns "$NS" --flow "*:$PORT,*:$SERVER_PORT" --output "$DIR/idle" \
		--duration 210ms || return 1
	samples "$DIR/idle" | jq -es 'length >= 10 and (map(with_entries(select(.key
		| test("^(t0|t1|last_.*)$") | not))) | unique | length == 1)' >/dev/null
}

compare_end() { # LOCAL_PORT REMOTE_PORT FILE
	local line
	samples "$DIR/timeline" | jq -c "select(.local | endswith(\":$1\"))" >"$DIR/end"
	line=$(grep -- "[]1]:$1 .*:$2 " "$DIR/ss")
	[[ -n $line ]] || { say "ss printed no socket with ports $1 and $2"; return 1; }
	jq -c --slurp --arg ss "$line" -f "$(dirname "$0")/ss.jq" "$DIR/end" >"$3" || return 1
	jq -r 'select(.ok | not) | "  \(.field): ss \(.ss), netlink \(.first) .. \(.last)"' "$3" >&2
	say "ports $1-$2: $(jq -s 'length' "$3") fields compared, $(jq -s 'map(select(.ok | not)) | length' "$3") differ"
	jq -es "length >= $COMPARED_MIN and all(.[]; .ok)" "$3" >/dev/null
}

compare_kind() { # KIND
	start_pair "$1"
	wait_for is_idle || return 1
	start_netlink "$DIR/timeline" --interval 20ms --flow "*:$PORT,*:$SERVER_PORT" \
		--flow "*:$SERVER_PORT,*:$PORT"
	wait_for at_least "$DIR/timeline" 4
	ip netns exec "$NS" ss -tinmeOH --tos state established 2>"$DIR/ss.err" >"$DIR/ss"
	sleep 0.1
	stop_netlink || return 1
	compare_end "$PORT" "$SERVER_PORT" "$DIR/client"
	compare_end "$SERVER_PORT" "$PORT" "$DIR/server"
	end_pair
}

test_ipv4_both_ends() {
	compare_kind 4
}

test_ipv6_both_ends() {
	compare_kind 6
}

setup
command -v ss >/dev/null || give_up "$SKIP" 'ss is missing: install iproute2'
run_tests
