# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'One packet of a hundred is lost at random: every loss is answered by retransmissions that all' \
	'witnesses count alike.'

emulated_path
default DURATION 3
default LOSS 1

moves client/total_retrans client/bytes_retrans client/snd_ssthresh path/loss

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
bound statistics.rtt.mae_max 500 # us
