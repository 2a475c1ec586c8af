# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# The emulated path: what a scenario may ask of it, alike for both backends.
#
#	netem	client - routers - server, qdiscs on the routers' devices	(path_netem.sh)
#	relay	a TUN device in each namespace, tcpw-relay between them		(path_relay.sh)
#
# Impairments (loss, reordering, duplicates, marks) hit the direction of the data; delay, jitter, rate,
# queue, MTU and blackout hold in both.

# emulated_path: the scenario has these knobs, and its path is what they say
emulated_path() {
	knob PATH_BACKEND auto one:auto:netem:relay 'what emulates the path; auto: netem where the kernel has it, else relay'
	knob RTT 20ms time:0us:10s 'round trip of the empty path, half of it each way'
	knob JITTER 0us time:0us:1s 'up to that much more each way, uniform, order kept'
	knob RATE 50M rate 'bottleneck of each direction in bit/s of IP packets, 0: none'
	emulated default RATE 10M
	knob QUEUE 250000 int:3000:100000000 'bytes that its queue holds'
	knob LOSS 0 number:0:50 'percent of packets lost, in the direction of the data'
	knob LOSS_BURST 1 number:1:1000 'mean length of a burst of losses in packets, 1: independent'
	knob REORDER 0 number:0:50 'percent of packets held back, so that others overtake'
	knob REORDER_BY 4ms time:1us:1s 'how long they are held'
	knob DUPLICATE 0 number:0:50 'percent of packets that arrive twice'
	knob MARK 0 number:0:100 'percent of ECT packets marked CE'
	knob MARK_QUEUE 0 int:0:100000000 'bytes of queue above which ECT packets are marked CE, 0: never'
	knob MTU 1500 int:1280:1500 'MTU of the path between the devices, which have 1500'
	knob BLACKOUT none span:0us:3600s 'AT:LEN, nothing passes for LEN, from AT after the first data'
	# shellcheck disable=SC2317 # called by the course
	build_path() {
		path_emulated
	}
	# shellcheck disable=SC2317 # called by knobs_resolve
	knobs_together() {
		emulated_check
	}
}

# Rates, queues and marks that make no sense together are refused before anything is built.
emulated_check() {
	local rate
	# shellcheck disable=SC2153 # RATE is a knob
	rate=$(rate_bits "$RATE")
	((rate == 0 || rate >= 100000)) || die 2 "RATE=$RATE: a bottleneck has at least 100K bit/s"
	((rate > 0 || MARK_QUEUE == 0)) ||
		die 2 "MARK_QUEUE=$MARK_QUEUE: without a RATE there is no queue that could be marked"
}

# time_us TIME: "10ms" in microseconds, a decimal fraction if need be
time_us() {
	local fraction
	time_ns "$1"
	fraction=$(printf '%03d' $((TIME_NS % 1000)))
	[[ $fraction != 000 ]] && printf '%d.%s\n' $((TIME_NS / 1000)) "$fraction" ||
		printf '%d\n' $((TIME_NS / 1000))
}

# Which way the impairments hold.
impaired_direction() {
	if [[ $DIRECTION == send ]]; then echo c2s; else echo s2c; fi
}

# What was asked, in the units of path.jsonl.
path_configuration() {
	local at=0 len=0
	if [[ $BLACKOUT != none ]]; then
		at=$(time_us "${BLACKOUT%:*}")
		len=$(time_us "${BLACKOUT#*:}")
	fi
	path_facts "$(jq -cn --argjson rtt "$(time_us "$RTT")" --argjson jitter "$(time_us "$JITTER")" \
		--argjson rate "$(rate_bits "$RATE")" --argjson queue "$QUEUE" --argjson loss "$LOSS" \
		--argjson burst "$LOSS_BURST" --argjson reorder "$REORDER" \
		--argjson by "$(time_us "$REORDER_BY")" --argjson duplicate "$DUPLICATE" \
		--argjson mark "$MARK" --argjson mark_queue "$MARK_QUEUE" --argjson mtu "$MTU" \
		--argjson at "$at" --argjson len "$len" --argjson seed "$SEED" \
		--arg impaired "$(impaired_direction)" \
		'{rtt_us: $rtt, jitter_us: $jitter, rate_bit: $rate, queue_bytes: $queue,
		loss_percent: $loss, loss_burst: $burst, reorder_percent: $reorder, reorder_us: $by,
		duplicate_percent: $duplicate, mark_percent: $mark, mark_queue_bytes: $mark_queue,
		mtu: $mtu, blackout_at_ms: ($at / 1000), blackout_ms: ($len / 1000), seed: $seed,
		impaired: $impaired}')"
}

path_emulated() {
	local backend=$PATH_BACKEND
	if [[ $backend == auto ]]; then
		backend=relay
		! netem_works || backend=netem
	fi
	if [[ $backend == netem ]] && ! netem_works; then
		skip "this kernel has no netem (${NETEM_WORDS:-sch_netem}): set PATH_BACKEND=relay"
	fi
	path_configuration
	"path_$backend"
}
