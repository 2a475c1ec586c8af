# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# manifest.json: everything that explains a run and repeats it. Schema: docs/run-directory.md.

SYSCTLS=(net.core.default_qdisc net.core.rmem_max net.core.wmem_max
	net.ipv4.tcp_adv_win_scale net.ipv4.tcp_available_congestion_control
	net.ipv4.tcp_congestion_control net.ipv4.tcp_dsack net.ipv4.tcp_early_retrans
	net.ipv4.tcp_ecn net.ipv4.tcp_frto net.ipv4.tcp_min_rtt_wlen
	net.ipv4.tcp_moderate_rcvbuf net.ipv4.tcp_mtu_probing net.ipv4.tcp_no_metrics_save
	net.ipv4.tcp_notsent_lowat net.ipv4.tcp_pacing_ca_ratio net.ipv4.tcp_pacing_ss_ratio
	net.ipv4.tcp_recovery net.ipv4.tcp_rmem net.ipv4.tcp_sack
	net.ipv4.tcp_slow_start_after_idle net.ipv4.tcp_thin_linear_timeouts
	net.ipv4.tcp_timestamps net.ipv4.tcp_window_scaling net.ipv4.tcp_wmem)

# One jq for all: on an emulated machine each costs half a second.
manifest_sysctls() {
	local key
	for key in "${SYSCTLS[@]}"; do
		printf '%s\n' "/proc/sys/${key//.//}"
	done | { in_ns client xargs grep -sH . || true; } | jq -Rnc '[inputs | capture("^/proc/sys/(?<key>[^:]*):(?<value>.*)")
		| {(.key | gsub("/"; ".")): (.value | gsub("\t"; " "))}] | add // {}' || echo '{}'
}

# HZ from the kernel's own configuration where it is to be had, else null
manifest_hz() {
	local hz
	hz=$({ zcat /proc/config.gz || cat "/boot/config-$(uname -r)"; } 2>/dev/null |
		sed -n 's/^CONFIG_HZ=//p') || true
	printf '%s\n' "${hz:-null}"
}

manifest_kernel() {
	jq -cn --arg release "$(uname -r)" --arg version "$(uname -v)" --arg machine "$(uname -m)" \
		--argjson hz "$(manifest_hz)" --argjson cpus "$(nproc)" \
		--arg accelerator "${TCPW_ACCELERATOR:-}" \
		'{release: $release, version: $version, machine: $machine, hz: $hz, cpus: $cpus,
		accelerator: (if $accelerator == "" then null else $accelerator end)}'
}

manifest_versions() {
	local tool
	{
		printf 'tcpwitness\t%s\n' "$(<"$TOP/VERSION")"
		for tool in "iperf3:$IPERF3 --version" 'iproute2:ip -V' 'ethtool:ethtool --version' \
			'jq:jq --version' 'util_linux:unshare --version'; do
			# shellcheck disable=SC2086 # a command and its option
			printf '%s\t%s\n' "${tool%%:*}" "$(${tool#*:} 2>/dev/null | head -n 1)"
		done
		printf 'bash\t%s\n' "$BASH_VERSION"
	} | jq -Rnc '[inputs | split("\t") | {(.[0]): .[1]}] | add'
}

manifest_namespace() {
	[[ -e /run/netns/$1 ]] || {
		echo null
		return
	}
	printf '{"name": "%s", "inode": %s}\n' "$1" "$(ns_inode "$1")"
}

manifest_flows() {
	jq -cn --argjson port "$PORT" --argjson streams "$STREAMS" --arg family "$FAMILY" \
		--arg direction "$DIRECTION" --arg cport "${CLIENT_PORT:-}" \
		--argjson client "$(manifest_namespace client)" \
		--argjson server "$(manifest_namespace server)" \
		'{port: $port, streams: $streams, direction: $direction, family: $family,
		client_port: (if $cport == "" then null else $cport | tonumber end),
		client_netns: $client, server_netns: $server}'
}

manifest_witnesses() {
	jq -cn --arg modes "$PROBE_MODES" --arg mode "$NETLINK_MODE" --argjson probe "${PART_RC[probe]:-null}" \
		--argjson netlink "${PART_RC[netlink]:-null}" --argjson client "${PART_RC[iperf3-client]:-null}" \
		--argjson server "${PART_RC[iperf3-server]:-null}" --arg ends "$IPERF3_END" \
		--argjson server_interval "$IPERF3_SERVER_INTERVAL" \
		--arg traffic "$TRAFFIC" --argjson generator "${PART_RC[generator-client]:-null}" \
		--argjson generator_server "${PART_RC[generator-server]:-null}" \
		--argjson probe_realtime "${REALTIME[probe]:-false}" \
		--argjson netlink_realtime "${REALTIME[netlink]:-false}" \
		'{probe: {expected: true, modes: $modes | split(","), realtime: $probe_realtime, exit: $probe},
		netlink: {expected: true, modes: [$mode], realtime: $netlink_realtime, exit: $netlink},
		iperf3: {expected: ($traffic == "iperf3"), error_expected: ($ends == "error"), exit: $client,
		server_exit: $server, server_interval: $server_interval}} + (if $traffic == "generator" then {generator: {expected: true,
		exit: $generator, server_exit: $generator_server}} else {} end)'
}

# What does not change during the run is gathered once, before the traffic.
manifest_open() {
	local sysctls offloads
	sysctls=$(manifest_sysctls)
	offloads=$(path_offloads)
	MANIFEST_STATIC=$(jq -cn --argjson sysctls "$sysctls" --argjson offloads "$offloads" \
		'{sysctls: $sysctls, offloads: $offloads}')
	manifest_write 'the run did not finish'
}

# manifest_write [ERROR ...]: false if it cannot be written. Knobs and bounds stay as they are.
manifest_write() {
	local text
	: "${MANIFEST_KNOBS:=$(knobs_json)}"
	: "${MANIFEST_BOUNDS:=$(bounds_json)}"
	text=$(jq -n --arg scenario "$NAME" --arg hypothesis "$HYPOTHESIS" --arg started "$STARTED" \
		--arg command "$(knobs_command)" --argjson knobs "$MANIFEST_KNOBS" \
		--argjson kernel "$MANIFEST_KERNEL" --argjson versions "$MANIFEST_VERSIONS" \
		--argjson static "${MANIFEST_STATIC:-null}" --argjson path "$PATH_FACTS" \
		--argjson flows "$(manifest_flows)" --argjson witnesses "$(manifest_witnesses)" \
		--argjson bounds "$MANIFEST_BOUNDS" --arg moves "${MOVES[*]}" --arg interrupted "$INTERRUPTED" --arg skip "$SKIP_REASON" \
		'{schema: 1, scenario: $scenario, hypothesis: $hypothesis, started: $started,
		command: $command, knobs: $knobs, kernel: $kernel, versions: $versions,
		sysctls: ($static.sysctls // {}), offloads: ($static.offloads // {}),
		path: ({calibration: {}} + $path), flows: $flows, witnesses: $witnesses,
		bounds: $bounds,
		moves: ($moves | split(" ") | [range(0; length; 4) as $i
			| {end: .[$i], field: .[$i + 1], min: (.[$i + 2] | fromjson), max: (.[$i + 3] | fromjson)}]), interrupted: ($interrupted != ""),
		skip: (if $skip == "" then null else $skip end), errors: $ARGS.positional}' --args "$@") ||
		return 1
	# A full disk refuses the new file while the old one could be overwritten in place.
	if printf '%s\n' "$text" 2>/dev/null >"$RUN_DIR/manifest.json.part"; then
		mv -f "$RUN_DIR/manifest.json.part" "$RUN_DIR/manifest.json"
	else
		rm -f "$RUN_DIR/manifest.json.part"
		printf '%s\n' "$text" 2>/dev/null >"$RUN_DIR/manifest.json"
	fi
}
