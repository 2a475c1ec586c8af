# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'Some packets arrive twice: the sender learns it by DSACKs, which all witnesses count alike, and' \
	'sends nothing again for them.'

emulated_path
default DURATION 3
default DUPLICATE 2

moves client/dsack_dups path/copy

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
bound statistics.rtt.mae_max 500 # us
