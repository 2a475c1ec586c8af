# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'A block, a second of silence, a block: nothing calls the probe in between, ages grow, polls go' \
	'on, and the congestion window is what the silence left of it.'

emulated_path
default DURATION 4
default BITRATE 1M # with blocks of 128 KiB: one a second
emulated default BITRATE 500K
emulated default DURATION 8
default PROBE_MODES rtt,segment,poll
default PROBE_INTERVAL 100ms
default IPERF3_INTERVAL 0.25

# Without a loss, only tcp_cwnd_restart() makes the window smaller; how large a block makes it depends on
# the rate.
moves 'client/last_data_sent>=800' 'server/last_data_recv>=800' 'client/snd_cwnd<=20'

bound coverage.netlink_share_min 0.8
bound coverage.probe_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_max_ms_max 500
bound coverage.probe_gap_max_ms_max 500
