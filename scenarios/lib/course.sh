#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The course of one run, as process 1 of its own pid and mount namespaces (started by ../run):
#
#	path -> collectors attached -> server listening -> client -> flows gone -> collectors ended
#
# Every way out, also an error or a signal, goes through course_end(): it ends what runs in the
# right order, so that trailers get written, and writes the manifest. When this process exits, the
# kernel ends whatever is left in the pid namespace.
#
# A signal ends it by its trap, but the trap may fail: bash (5.2) runs a pending trap also while it
# parses a command substitution, there meets the end of the trap's text where it expects a closing
# parenthesis, and exits with 2. So ../run also writes to the pipe that is our standard input, and
# whoever has an error to tell looks there first; and no command here has more than one command
# substitution of its own: the time of the first is the time in which a signal would fail the second.
set -euo pipefail
exec {STOP_PIPE}<&0 </dev/null

LIB=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
TOP=$(dirname "$(dirname "$LIB")")
CGROUP=$TCPW_CGROUP
RUN_DIR=$TCPW_RUN_DIR
# shellcheck source=scenarios/lib/speech.sh
. "$LIB/speech.sh"
# shellcheck source=scenarios/lib/knobs.sh
. "$LIB/knobs.sh"
# shellcheck source=scenarios/lib/catalogue.sh
. "$LIB/catalogue.sh"
# shellcheck source=scenarios/lib/namespaces.sh
. "$LIB/namespaces.sh"
# shellcheck source=scenarios/lib/emulated.sh
. "$LIB/emulated.sh"
# shellcheck source=scenarios/lib/path.sh
. "$LIB/path.sh"
# shellcheck source=scenarios/lib/path_netem.sh
. "$LIB/path_netem.sh"
# shellcheck source=scenarios/lib/path_relay.sh
. "$LIB/path_relay.sh"
# shellcheck source=scenarios/lib/launch.sh
. "$LIB/launch.sh"
# shellcheck source=scenarios/lib/calibrate.sh
. "$LIB/calibrate.sh"
# shellcheck source=scenarios/lib/witnesses.sh
. "$LIB/witnesses.sh"
# shellcheck source=scenarios/lib/generator.sh
. "$LIB/generator.sh"
# shellcheck source=scenarios/lib/manifest.sh
. "$LIB/manifest.sh"

ERRORS=()
STEP='start' # what is being done, for an error that nobody foresaw
DISK_FULL='' INTERRUPTED='' SKIPPED=0 SKIP_REASON='' FINISHED=''
printf -v STARTED '%(%Y-%m-%dT%H:%M:%S%z)T' -1
STARTED=${STARTED:0:-2}:${STARTED: -2}

disk_is_full() {
	local free
	free=$(df --output=avail -k "$RUN_DIR" 2>/dev/null | tail -n 1) || return 1
	((free < 16))
}

# The run has been asked to stop: told once, before whatever came of it.
interrupted() {
	[[ -z $INTERRUPTED ]] || return 0
	INTERRUPTED=1
	note "interrupted by a signal"
}

# note SENTENCE: the run has failed, but goes on (the end is being cleaned up)
note() {
	! read -rt 0 -u "$STOP_PIPE" || interrupted
	# A full disk is the cause of whatever else is said, and swallows the words of those that failed.
	if [[ -z $DISK_FULL ]] && disk_is_full; then
		DISK_FULL=1
		note "the disk that holds $RUN_DIR is full: choose another output directory"
	fi
	ERRORS+=("$*")
	say "$NAME: $*"
}

# fail SENTENCE: the run has failed and ends here
fail() {
	note "$@"
	exit 3
}

# skip SENTENCE: this machine cannot
skip() {
	SKIPPED=1 SKIP_REASON=$*
	say "$NAME: $*"
	exit 4
}

# Hooks that a scenario may define:
before_collectors() { :; }
before_server() { :; }
before_client() { :; }
during_client() { :; }
after_client() { :; }

course_end() {
	local rc=$?
	# $? does not tell an error that `set -e` ended from an exit; the others set their code.
	set +e
	trap '' TERM INT HUP
	! read -rt 0 -u "$STOP_PIPE" || interrupted
	part_stop "$TRAFFIC-client" 3000
	part_stop "$TRAFFIC-server" 3000
	collectors_stop
	blackout_stop
	path_ledger_close || note "cannot write $RUN_DIR/$LEDGER"
	relay_stop
	if [[ -z $FINISHED && ${#ERRORS[@]} -eq 0 && $SKIPPED -eq 0 ]]; then
		note "$STEP failed (exit code $rc), for the reason given above"
	fi
	manifest_write "${ERRORS[@]}" || note "cannot write $RUN_DIR/manifest.json"
	((${#ERRORS[@]} == 0)) || exit 3
	((SKIPPED == 0)) || exit 4
	exit 0
}

collectors_join() {
	STEP="starting the collectors"
	before_collectors
	collectors_start
}

main() {
	local scenario_file=$1
	shift
	catalogue_load "$scenario_file"
	knobs_resolve "$NAME" "$@"
	MANIFEST_KERNEL=$(manifest_kernel)
	MANIFEST_VERSIONS=$(manifest_versions)
	trap course_end EXIT
	trap 'interrupted; exit 3' TERM INT HUP

	witnesses_check
	[[ $FAMILY != inet6 ]] || has_ipv6 ||
		skip "this kernel has no IPv6: boot without ipv6.disable=1, or set FAMILY=inet"
	STEP="building the path"
	namespaces_open
	build_path
	set_congestion client server
	STEP="calibrating the path"
	path_calibrate
	STEP="gathering the facts of the run"
	manifest_open || fail "cannot write $RUN_DIR/manifest.json"
	[[ $COLLECTORS == late ]] || collectors_join
	STEP="starting the $TRAFFIC server"
	before_server
	"${TRAFFIC}_server_start"
	path_ledger_open || fail "cannot write $RUN_DIR/$LEDGER"
	STEP="running the test"
	before_client
	blackout_start
	"${TRAFFIC}_client_start"
	if [[ $COLLECTORS == late ]]; then
		await 10000 flows_are_there || fail "the flows were not established within $((10 * PATIENCE)) s"
		collectors_join
		! part_ended "$TRAFFIC-client" ||
			fail "the test was over before the collectors were ready: use a longer DURATION"
		STEP="running the test"
	fi
	during_client
	client_wait
	after_client
	"${TRAFFIC}_result_check"
	STEP="waiting for the end of the flows"
	await 10000 flows_gone ||
		fail "flows were still open $((10 * PATIENCE)) s after the end of the traffic"
	path_ledger_close || fail "cannot write $RUN_DIR/$LEDGER"
	FINISHED=1
}

main "$@"
