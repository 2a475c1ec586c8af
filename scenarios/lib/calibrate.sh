# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# Before the traffic the path is measured (scenarios/calibrate). A path that is not what it was asked to
# be makes the run an error: nothing that would be seen on it tells of the witnesses.

CALIBRATE=${TCPW_CALIBRATE:-${BUILD:-$TOP/build}/tcpw-calibrate}

# What the facts of any path say; a path without a delay or a rate of its own has 0.
calibrate_arguments() {
	local n=0
	[[ $FAMILY != inet6 ]] || n=1
	mapfile -t CALIBRATE_ARGS < <(jq -r --arg accelerator "${TCPW_ACCELERATOR:-}" '
		"--rtt", "\(.rtt_us // 0)us", "--jitter", "\(.jitter_us // 0)us", "--rate", .rate_bit // 0,
		"--queue", .queue_bytes // 1000000, "--burst", .burst_bytes // 0,
		"--limited", .limited // "both",
		"--loss", .loss_percent // 0, "--loss-burst", .loss_burst // 1, "--impaired", .impaired // "c2s",
		"--reorder", .reorder_percent // 0, "--reorder-by", "\(.reorder_us // 0)us",
		"--duplicate", .duplicate_percent // 0, "--mark", .mark_percent // 0, "--mark-queue", .mark_queue_bytes // 0, "--mtu", .mtu // 1500,
		if $accelerator == "tcg" then "--late", "50ms", "--patience", "25s" else empty end' <<<"$PATH_FACTS")
	CALIBRATE_ARGS+=(--client-netns /run/netns/client --server-netns /run/netns/server
		--client "${CLIENT_ADDRESS[n]}" --server "${SERVER_ADDRESS[n]}")
}

path_calibrate() {
	local facts prefer=()
	[[ -x $CALIBRATE ]] || fail "$CALIBRATE is not there: run make"
	calibrate_arguments
	# Ahead of the rest, like the collectors: what it measures is the path, not the load of the machine.
	if [[ $PRIORITY == realtime ]] && chrt --rr 1 true 2>/dev/null; then
		prefer=(chrt --rr 1)
	fi
	part_start calibrate "$RUN_DIR/log/calibrate.out" "${prefer[@]}" "$CALIBRATE" "${CALIBRATE_ARGS[@]}"
	part_wait calibrate 30000 || fail "path: tcpw-calibrate still ran after $((30 * PATIENCE)) s"
	facts=$(jq -c 'select(type == "object")' "$RUN_DIR/log/calibrate.out" 2>/dev/null) || facts=''
	[[ -z $facts ]] || path_facts "{\"calibration\": $facts}"
	[[ ${PART_RC[calibrate]} != 4 ]] || skip "tcpw-calibrate cannot work here: $(part_words calibrate)"
	if [[ ${PART_RC[calibrate]} != 0 || -z $facts ]]; then
		relay_check
		fail "path: $(part_words calibrate)"
	fi
}
