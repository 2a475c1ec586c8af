# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
hypothesis 'Hundreds of flows of a few milliseconds each: the probe misses none of them, and how many of' \
	'them polling misses is told.'

generator
emulated_path
default DURATION 2
default RTT 1ms
default RATE 0
default NETLINK_MODE filter # exact looks for new flows ten times a second only
emulated default DURATION 20

moves 'client/flows>=100' 'server/flows>=100'
# How long a flow lasts on an emulated processor is its host's affair.
[[ ${TCPW_ACCELERATOR:-} == tcg ]] || moves 'client/brief>=100' 'server/brief>=100'

bound coverage.probe_lost_max 0
