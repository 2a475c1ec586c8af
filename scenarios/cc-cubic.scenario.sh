# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'CUBIC before a small queue loses, cuts its window and grows it again; both witnesses name it,' \
	'and neither tells anything of it that it does not publish.'

emulated_path
default DURATION 3
default CONGESTION cubic
default RTT 10ms
default RATE 20M
emulated default RATE 10M
default QUEUE 20000

moves client/snd_cwnd client/snd_ssthresh client/total_retrans

bound coverage.netlink_share_min 0.8
bound coverage.probe_lost_max 0
bound coverage.gap_p99_ms_max 200
