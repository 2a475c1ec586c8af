# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'For more than a second nothing passes: retransmission timeouts back off, and the flow comes back,' \
	'by the same numbers for all witnesses.'

emulated_path
default DURATION 4
emulated default DURATION 12
default BLACKOUT 1s:1200ms

moves client/backoff client/retransmits client/total_rto client/rto 'client/last_ack_recv>=500' path/blackout

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
bound statistics.rtt.mae_max 500 # us
