# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'One packet of a hundred is overtaken by others: SACKs point behind it, reordering grows, and what' \
	'was sent again needlessly comes back as DSACKs.'

emulated_path
default DURATION 3
default REORDER 1
# At 10 Mbit/s and with a netlink sample each 50 ms a SACK in a hundred packets is hardly met.
emulated default REORDER 3
emulated default REORDER_BY 12ms
emulated default DURATION 6

moves client/sacked client/reord_seen client/reordering server/rcv_ooopack

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
bound statistics.rtt.mae_max 500 # us
