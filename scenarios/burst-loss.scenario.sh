# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'Losses come in bursts of eight on average: lost, retransmitted and sacked segments pile up, and' \
	'the books of every witness balance all the same.'

emulated_path
default DURATION 3
default LOSS 1
default LOSS_BURST 8

moves client/total_retrans client/lost client/sacked path/loss

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
bound statistics.rtt.mae_max 500 # us
