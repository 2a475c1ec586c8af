# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'The application writes a block now and then and leaves the path idle in between: delivery_rate' \
	'is marked as limited by the application, and busy_time stands still while nothing is under way.'

emulated_path
default DURATION 3
default BITRATE 10M # of blocks of 128 KiB
emulated default BITRATE 3M

moves client/delivery_rate_app_limited client/delivery_rate client/busy_time

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
