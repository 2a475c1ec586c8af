# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# tcpw-generator in iperf3's place: traffic of many short flows, with an account by each end.

GENERATOR=${TCPW_GENERATOR:-${BUILD:-$TOP/build}/tcpw-generator}

generator_check() {
	[[ -x $GENERATOR ]] || fail "$GENERATOR is not there: run make"
}

generator_up_or_ended() {
	part_ended generator-server || port_listens
}

generator_server_start() {
	! port_listens ||
		fail "port $PORT is already in use in the server's namespace: choose another PORT"
	part_start_in generator-server "$RUN_DIR/log/generator-server.out" server "$GENERATOR" --server \
		--port "$PORT" --flows "$FLOWS" --output "$RUN_DIR/generator-server.jsonl"
	await 10000 generator_up_or_ended ||
		fail "the generator's server does not listen on port $PORT within $((10 * PATIENCE)) s"
	! part_ended generator-server || fail "the generator's server ended before the test (exit code" \
		"${PART_RC[generator-server]}): $(part_words generator-server)"
}

generator_client_start() {
	part_start_in generator-client "$RUN_DIR/log/generator-client.out" client "$GENERATOR" \
		--client "$(server_address)" --port "$PORT" --duration "${DURATION}s" \
		--timeout "$((DURATION * 1000 + SLACK_MS))ms" \
		--flows "$FLOWS" --request "$REQUEST" --reply "$ANSWER" \
		--output "$RUN_DIR/generator-client.jsonl"
}

generator_part_check() {
	[[ ${PART_RC[$1]} == 0 ]] ||
		fail "the ${1/-/"'s "} ended with exit code ${PART_RC[$1]}: $(part_words "$1")"
}

generator_result_check() {
	generator_part_check generator-client
	part_wait generator-server 10000 ||
		fail "the generator's server still ran $((10 * PATIENCE)) s after the client's end and was killed"
	generator_part_check generator-server
}
