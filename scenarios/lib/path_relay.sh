# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# The emulated path by tcpw-relay: it makes a TUN device eth0 in each end's namespace, carries packets
# between them and writes every packet's fate to path.jsonl. It is a part of the path: when it fails,
# the run has failed, and nothing is said of the witnesses.

RELAY=${TCPW_RELAY:-${BUILD:-$TOP/build}/tcpw-relay}

relay_arguments() {
	local bits impaired
	bits=$(rate_bits "$RATE")
	impaired=$(impaired_direction)
	RELAY_ARGS=(--client-netns /run/netns/client --server-netns /run/netns/server --device eth0
		--output "$RUN_DIR/path.jsonl" --seed "$SEED" --rtt "$RTT" --jitter "$JITTER"
		--rate "$bits" --loss "$LOSS" --loss-burst "$LOSS_BURST"
		--loss-dir "$impaired" --reorder "$REORDER" --reorder-by "$REORDER_BY"
		--duplicate "$DUPLICATE" --mark "$MARK" --mtu "$MTU")
	((bits == 0)) || RELAY_ARGS+=(--queue "$QUEUE") # there is none without a bottleneck
	((MARK_QUEUE == 0)) || RELAY_ARGS+=(--mark-queue "$MARK_QUEUE")
	[[ $BLACKOUT == none ]] || RELAY_ARGS+=(--blackout "$BLACKOUT")
}

path_relay() {
	local end
	[[ -x $RELAY ]] || fail "$RELAY is not there: run make"
	ns_add client server
	relay_arguments
	part_start relay "$RUN_DIR/log/relay.out" "$RELAY" "${RELAY_ARGS[@]}"
	await 10000 header_or_ended relay "$RUN_DIR/path.jsonl" ||
		fail "path: tcpw-relay wrote no header within $((10 * PATIENCE)) s: $(part_words relay)"
	if part_ended relay; then
		RELAY_TOLD=1
		[[ ${PART_RC[relay]} != 4 ]] || skip "tcpw-relay cannot work here: $(part_words relay)"
		fail "path: tcpw-relay ended at once with exit code ${PART_RC[relay]}: $(part_words relay)"
	fi
	for end in client server; do
		ip -n "$end" link set eth0 up
		PATH_DEVICES+=("$end eth0")
	done
	address_add client eth0 "${CLIENT_ADDRESS[0]}/24" "${CLIENT_ADDRESS[1]}/64"
	address_add server eth0 "${SERVER_ADDRESS[0]}/24" "${SERVER_ADDRESS[1]}/64"
	routes_direct
	# shellcheck disable=SC2034 # of path.sh
	LEDGER=links.jsonl # path.jsonl is the relay's
	path_facts '{"backend": "relay", "reproducible": true}'
}

# While it has to live.
relay_check() {
	[[ -n ${PART_PID[relay]:-} ]] && part_ended relay || return 0
	RELAY_TOLD=1
	fail "path: tcpw-relay ended in the middle of the run with exit code ${PART_RC[relay]}:" \
		"$(part_words relay)"
}

# Its ledger becomes JSON only now, which takes a while after much traffic.
relay_stop() {
	[[ -n ${PART_PID[relay]:-} ]] || return 0
	if ! part_stop relay 60000; then
		note "path: tcpw-relay did not end within $((60 * PATIENCE)) s of SIGTERM and was killed: path.jsonl has no trailer"
	elif [[ ${PART_RC[relay]} != 0 && -z ${RELAY_TOLD:-} ]]; then
		note "path: tcpw-relay ended with exit code ${PART_RC[relay]}: $(part_words relay)"
	fi
}
