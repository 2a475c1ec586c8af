# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# The witnesses of a run: the two collectors and iperf3, how each is started and ended.

PROBE=${TCPW_PROBE:-${BUILD:-$TOP/build}/tcpw-probe}
NETLINK=${TCPW_NETLINK:-${BUILD:-$TOP/build}/tcpw-netlink}
IPERF3=${IPERF3:-iperf3}
SLACK_MS=$((${TCPW_SLACK:-15} * 1000 * PATIENCE))
declare -A REALTIME=() # collectors that run at real-time priority: true or false
declare -A TOLD=() # collectors whose end was already reported

witnesses_check() {
	local program
	for program in "$PROBE" "$NETLINK"; do
		[[ -x $program ]] || fail "$program is not there: run make"
	done
	"${TRAFFIC}_check"
}

iperf3_check() {
	command -v "$IPERF3" >/dev/null || fail "iperf3 is missing ($IPERF3): run make deps"
}

# A collector's header line, complete, says that it is attached and watching.
has_header() {
	{ IFS= read -r _ <"$1"; } 2>/dev/null
}

header_or_ended() {
	has_header "$2" || part_ended "$1"
}

# collector_ready NAME FILE PROGRAM
collector_ready() {
	local program=${3##*/}
	await 20000 header_or_ended "$1" "$2" ||
		fail "$program wrote no header within $((20 * PATIENCE)) s: $(part_words "$1")"
	part_ended "$1" || return 0
	TOLD[$1]=1
	case ${PART_RC[$1]} in
	4) skip "$program cannot work here: $(part_words "$1")" ;;
	*) fail "$program ended at once with exit code ${PART_RC[$1]}: $(part_words "$1")" ;;
	esac
}

# Ahead of whatever else the machine does: a collector that waits for a CPU tells of the machine's
# load, not of telemetry. Not before it is ready, since loading programs takes its time.
# shellcheck disable=SC2034 # REALTIME is for the manifest
collector_prefer() {
	REALTIME[$1]=false
	[[ $PRIORITY == realtime ]] || return 0
	! chrt --rr --all-tasks --pid 1 "${PART_PID[$1]}" 2>/dev/null || REALTIME[$1]=true
}

# In bytes. Samples that find no room are lost, and a run that lost some has failed.
probe_ring() {
	local kilobytes=${PROBE_RING%K} free
	if [[ $PROBE_RING == auto ]]; then
		kilobytes=32768
		free=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
		((${free:-0} < 4000000)) || kilobytes=131072
	fi
	printf '%d\n' $((kilobytes * 1024))
}

collectors_start() {
	local args=(--cgroup "$CGROUP" --mode "$PROBE_MODES" --netns client --netns server
		--ring-size "$(probe_ring)")
	[[ ,$PROBE_MODES, != *,poll,* ]] || args+=(--interval "$PROBE_INTERVAL")
	part_start probe "$RUN_DIR/log/probe.out" "$PROBE" "${args[@]}" --output "$RUN_DIR/probe.jsonl"
	collector_ready probe "$RUN_DIR/probe.jsonl" "$PROBE"
	collector_prefer probe
	part_start netlink "$RUN_DIR/log/netlink.out" "$NETLINK" --mode "$NETLINK_MODE" \
		--interval "$NETLINK_INTERVAL" --netns client --netns server \
		--output "$RUN_DIR/netlink.jsonl"
	collector_ready netlink "$RUN_DIR/netlink.jsonl" "$NETLINK"
	collector_prefer netlink
}

collectors_stop() {
	local name program
	for name in netlink probe; do
		[[ -n ${PART_PID[$name]:-} ]] || continue
		[[ $name == probe ]] && program=${PROBE##*/} || program=${NETLINK##*/}
		if ! part_stop "$name" 10000; then
			note "$program did not end within $((10 * PATIENCE)) s of SIGTERM and was killed: its file has no trailer"
		elif [[ ${PART_RC[$name]} != 0 && -z ${TOLD[$name]:-} ]]; then
			note "$program ended with exit code ${PART_RC[$name]}: $(part_words "$name")"
		fi
	done
}

port_listens() {
	[[ -n $(in_ns server ss -Hltn "sport = :$PORT") ]]
}

server_up_or_ended() {
	part_ended iperf3-server || port_listens
}

# report_error FILE: what the report says went wrong, if it says so (iperf3 before 3.14 exits with
# 0 all the same); nothing for a report without an error
report_error() {
	jq -rs 'map(select(type == "object" and has("error")) | .error | tostring) | first // empty' \
		"$1" 2>/dev/null || true
}

# Seconds. Told, since the server's report does not say it; and so long that it is no load.
IPERF3_SERVER_INTERVAL=1

iperf3_server_start() {
	! port_listens ||
		fail "port $PORT is already in use in the server's namespace: choose another PORT"
	part_start_in iperf3-server "$RUN_DIR/iperf3-server.json" server \
		"$IPERF3" -s -J -1 -p "$PORT" -i "$IPERF3_SERVER_INTERVAL"
	await 10000 server_up_or_ended ||
		fail "the iperf3 server does not listen on port $PORT within $((10 * PATIENCE)) s"
	! part_ended iperf3-server || fail "the iperf3 server ended before the test" \
		"(exit code ${PART_RC[iperf3-server]}): $(iperf3_words iperf3-server)"
}

# iperf3_words NAME: its own words on what went wrong, from the report or stderr
iperf3_words() {
	local words
	words=$(report_error "$RUN_DIR/${1/-client/}.json")
	printf '%s\n' "${words:-$(part_words "$1")}"
}

iperf3_client_start() {
	local address rate args
	address=$(server_address)
	rate=$(rate_bits "$BITRATE")
	args=(-c "$address" -p "$PORT" -J -t "$DURATION" -P "$STREAMS" -i "$IPERF3_INTERVAL"
		-b "$rate" -C "$CONGESTION")
	[[ -z ${CLIENT_PORT:-} ]] || args+=(--cport "$CLIENT_PORT")
	args+=("${IPERF3_ARGS[@]}")
	part_start_in iperf3-client "$RUN_DIR/iperf3.json" client "$IPERF3" "${args[@]}"
}

# All data flows are established, and so is the control connection; or the client has ended.
flows_are_there() {
	local flows
	flows=$(in_ns client ss -Htn state established "dport = :$PORT" | wc -l)
	((flows > STREAMS)) || part_ended "$TRAFFIC-client"
}

# Until the client has ended, all others must live.
client_wait() {
	local deadline name
	now_ms
	deadline=$((NOW_MS + DURATION * 1000 + SLACK_MS))
	until part_ended "$TRAFFIC-client"; do
		now_ms
		((NOW_MS < deadline)) || fail "the $TRAFFIC client still ran $((SLACK_MS / 1000)) s after" \
			"the end of the test and was killed"
		relay_check
		for name in probe netlink; do
			part_ended "$name" || continue
			TOLD[$name]=1
			fail "tcpw-$name ended in the middle of the test with exit" \
				"code ${PART_RC[$name]}: $(part_words "$name")"
		done
		pause_ms 100
	done
}

# report_complete FILE: one or more whole JSON documents, the last with an end
report_complete() {
	jq -es 'length > 0 and (last | type == "object" and has("end"))' "$1" >/dev/null 2>&1
}

# iperf3_broken NAME: did this end of iperf3 end in an error?
iperf3_broken() {
	[[ ${PART_RC[$1]} != 0 || $(report_error "$RUN_DIR/${1/-client/}.json") ]]
}

# iperf3_report_begun NAME: the report of a broken test goes as far as that went
iperf3_report_begun() {
	local file=$RUN_DIR/${1/-client/}.json
	jq -es 'length > 0 and (last | type == "object" and has("start"))' "$file" >/dev/null 2>&1 ||
		fail "the report of the ${1/-/ } is not complete"
}

iperf3_result_check() {
	local words
	if [[ $IPERF3_END == error ]]; then
		part_wait iperf3-server 10000 ||
			fail "the iperf3 server still ran $((10 * PATIENCE)) s after the client's end and was killed"
		# The server may take the client's closed connection for the end of the test.
		iperf3_broken iperf3-client || iperf3_broken iperf3-server ||
			fail "iperf3 was to end in an error, and did not"
		iperf3_report_begun iperf3-client
		iperf3_report_begun iperf3-server
		return
	fi
	words=$(report_error "$RUN_DIR/iperf3.json")
	[[ -z $words ]] || fail "the iperf3 client reports: $words"
	[[ ${PART_RC[iperf3-client]} == 0 ]] || fail "the iperf3 client ended with exit code" \
		"${PART_RC[iperf3-client]}: $(iperf3_words iperf3-client)"
	report_complete "$RUN_DIR/iperf3.json" || fail "the report of the iperf3 client is not complete"
	part_wait iperf3-server 10000 ||
		fail "the iperf3 server still ran $((10 * PATIENCE)) s after the client's end and was killed"
	words=$(report_error "$RUN_DIR/iperf3-server.json")
	[[ -z $words ]] || fail "the iperf3 server reports: $words"
	[[ ${PART_RC[iperf3-server]} == 0 ]] || fail "the iperf3 server ended with exit code" \
		"${PART_RC[iperf3-server]}: $(iperf3_words iperf3-server)"
	report_complete "$RUN_DIR/iperf3-server.json" ||
		fail "the report of the iperf3 server is not complete"
}

# TIME_WAIT does not matter: it is no socket any more, and carries no tcp_info.
flows_gone() {
	local ns left
	for ns in client server; do
		left=$(in_ns "$ns" ss -Htn state connected exclude time-wait) || return 1
		[[ -z $left ]] || return 1
	done
}
