#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2317 # tests are called by name
#
# What a scenario says of its traffic: what must happen, a test that breaks, collectors that come
# late, and the generator. Each with its faults.
set -euo pipefail
TOP=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
# shellcheck source=scenarios/tests/lib/runner.sh
. "$TOP/scenarios/tests/lib/runner.sh"
: "${BUILD:=$TOP/build}"
GENERATOR=$BUILD/tcpw-generator

# scenario NAME LINE ...: a file of its own; prints its path
scenario() {
	local file=$WORK/$1.scenario.sh
	shift
	printf '%s\n' "hypothesis 'a test'" 'build_path() { path_veth; }' "$@" >"$file"
	printf '%s\n' "$file"
}

errors_of() {
	jq -r '.errors[]' "$WORK/out/$1/manifest.json"
}

test_what_must_happen_goes_to_the_manifest() {
	local file
	file=$(scenario about "moves 'client/total_retrans>=3' 'client/snd_cwnd<=20' server/mapped path/loss")
	exits 0 fake_run "$file" "$WORK/out" DURATION=1
	jq -e '.moves == [{end: "client", field: "total_retrans", min: 3, max: null},
		{end: "client", field: "snd_cwnd", min: null, max: 20},
		{end: "server", field: "mapped", min: null, max: null},
		{end: "path", field: "loss", min: null, max: null}]' \
		"$WORK/out/about/manifest.json" >/dev/null
	left_nothing
}

test_what_cannot_happen_is_refused_before_anything_starts() {
	local moves
	for moves in client/total_retrains sender/rtt client "'client/rtt>=0'" "'client/rtt>=x'" client/ path/lozz \
		"'path/loss<=5'" "'client/flows<=3'"; do
		exits 3 "$RUN" --check "$(scenario wrong "moves $moves")"
		says "${moves//\'/}"
	done
	cd "$WORK"
	exits 3 "$RUN" --check "$(scenario unquoted 'moves client/rtt>=3')"
	says 'in quotes'
	local eight='client/rtt client/rto client/ato client/snd_mss server/rtt server/rto server/ato server/snd_mss'
	exits 0 "$RUN" --check "$(scenario eight "moves $eight")"
	exits 3 "$RUN" --check "$(scenario nine "moves $eight" 'moves path/loss')"
	says 'moves path/loss: at most 8 statements are judged, and there are 9'
}

test_a_run_in_which_it_does_not_happen_is_an_error() {
	local file
	file=$(scenario nothing 'moves client/total_retrans client/bytes_acked')
	exits 3 env TCPW_TEST_MARK="$MARK" SCENARIOS="$file" OUT="$WORK/out" DURATION=1 BITRATE=10M DRAW=0 \
		"$TOP/ci/validate.sh"
	grep -q 'nothing: error (.*nothing that this scenario is about happened: client/total_retrans did' \
		"$STDOUT"
	jq -e '[.checks[] | select(.check == "subject") | .status] == ["error", "pass"]' \
		"$WORK/out/nothing/verdict.json" >/dev/null
	left_nothing
}

test_a_test_that_was_to_break_and_did_not_is_an_error() {
	exits 3 fake_run "$(scenario whole 'iperf3_ends error')" "$WORK/out" DURATION=1
	says 'was to end in an error, and did not'
	left_nothing
}

test_a_broken_test_needs_its_report_all_the_same() {
	FAKE_IPERF3=dies IPERF3=$FAKE/iperf3 exits 3 fake_run "$(scenario cut 'iperf3_ends error')" \
		"$WORK/out" DURATION=2
	says 'the report of the iperf3 client is not complete'
	left_nothing
}

test_collectors_that_come_too_late_are_an_error() {
	local file
	# shellcheck disable=SC2016 # for the scenario
	file=$(scenario late 'collectors late' 'before_collectors() { part_wait iperf3-client 20000; }')
	exits 3 fake_run "$file" "$WORK/out" DURATION=1
	says 'over before the collectors were ready: use a longer DURATION'
	left_nothing
}

test_collectors_that_come_late_find_the_flows_there() {
	local file
	# shellcheck disable=SC2016 # for the scenario
	file=$(scenario later 'collectors late' 'before_collectors() {' \
		'	[[ $(in_ns client ss -Htn state established "dport = :$PORT" | wc -l) == 4 ]] ||' \
		'		fail "not all flows are there"' '}')
	exits 0 fake_run "$file" "$WORK/out" DURATION=2 STREAMS=3 BITRATE=1M
	left_nothing
}

test_the_generator_makes_the_traffic() {
	exits 0 fake_run "$(scenario short generator)" "$WORK/out" DURATION=1 FLOWS=20 REQUEST=100 ANSWER=70000
	jq -se 'map(select(.flow != null)) | length == 20 and
		all(.sent == 100 and .received == 70000 and .error == null and .closed_ns > .opened_ns)' \
		"$WORK/out/short/generator-client.jsonl" >/dev/null
	jq -se '.[-1] == {trailer: true, flows: 20, failed: 0} and
		([.[] | .sent // 0] | add) == 1400000 and ([.[] | .received // 0] | add) == 2000' \
		"$WORK/out/short/generator-server.jsonl" >/dev/null
	[[ ! -e $WORK/out/short/iperf3.json ]]
	jq -e '.witnesses.iperf3.expected == false and .witnesses.generator ==
		{expected: true, exit: 0, server_exit: 0}' "$WORK/out/short/manifest.json" >/dev/null
	left_nothing
}

test_the_generator_speaks_ipv6() {
	exits 0 fake_run "$(scenario six generator)" "$WORK/out" DURATION=1 FLOWS=3 FAMILY=inet6
	grep -q '"remote":"\[fd77:2::1\]:5201"' "$WORK/out/six/generator-client.jsonl"
	left_nothing
}

test_a_generator_that_is_not_built_is_named() {
	TCPW_GENERATOR=$WORK/nothing exits 3 fake_run "$(scenario unbuilt generator)" "$WORK/out" DURATION=1
	says "$WORK/nothing is not there: run make"
	left_nothing
}

test_a_generator_that_fails_is_quoted() {
	cat >"$WORK/generator" <<-EOF
		#!/bin/bash
		[[ " \$* " != *" --client "* ]] || { echo 'tcpw-generator: it is broken' >&2; exit 3; }
		exec "$GENERATOR" "\$@"
	EOF
	chmod +x "$WORK/generator"
	TCPW_GENERATOR=$WORK/generator exits 3 fake_run "$(scenario broken generator)" "$WORK/out" DURATION=1
	says "generator's client ended with exit code 3: tcpw-generator: it is broken"
	[[ $(errors_of broken) == *'it is broken'* ]]
	left_nothing
}

test_a_generators_server_that_ends_at_once_is_quoted() {
	cat >"$WORK/generator" <<-'EOF'
		#!/bin/bash
		echo 'tcpw-generator: no luck' >&2
		exit 3
	EOF
	chmod +x "$WORK/generator"
	TCPW_GENERATOR=$WORK/generator exits 3 fake_run "$(scenario unlucky generator)" "$WORK/out" DURATION=1
	says "generator's server ended before the test (exit code 3): tcpw-generator: no luck"
	left_nothing
}

test_the_generator_refuses_what_it_cannot_do() {
	local word
	for word in '' '--server --client 127.0.0.1' '--client nowhere' '--server --port 0' \
		'--server --port 65536' '--server --flows 0' '--server --flows 4001' '--server --flows 1x' \
		'--client 127.0.0.1 --request 7' '--client 127.0.0.1 --reply 100000001' \
		'--client 127.0.0.1 --duration 1' '--client 127.0.0.1 --timeout 0s' '--nonsense'; do
		# shellcheck disable=SC2086 # several words
		exits 2 "$GENERATOR" $word
	done
	exits 3 "$GENERATOR" --client 127.0.0.1 --output /nonexistent/file
	says 'cannot write /nonexistent/file'
}

test_flows_that_fail_are_told() {
	# shellcheck disable=SC2016 # for the inner shell
	exits 3 unshare --net bash -c 'ip link set lo up && exec "$0" "$@"' "$GENERATOR" --client 127.0.0.1 \
		--flows 3 --duration 0ms
	says '3 of 3 flows failed'
	grep -c '"error":"connection refused"' "$STDOUT" | grep -qx 3
	tail -n 1 "$STDOUT" | grep -qF '{"trailer":true,"flows":3,"failed":3}'
}

# The server accepts, but nobody answers: a listener that is not the generator's.
test_flows_that_do_not_end_are_given_up() {
	# shellcheck disable=SC2016 # for the inner shell
	exits 3 unshare --net --pid --fork --kill-child bash -c 'ip link set lo up
		iperf3 -s -p 5201 >/dev/null 2>&1 &
		until ss -Htln "sport = :5201" | grep -q .; do sleep 0.05; done
		exec "$0" "$@"' "$GENERATOR" --client 127.0.0.1 --flows 1 --request 8 --timeout 500ms
	says '1 of 1 flows failed'
	grep -q '"error":"timed out"' "$STDOUT"
}

run_tests
