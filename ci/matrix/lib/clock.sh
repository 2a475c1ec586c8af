# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# Does a guest's clock run as the host's does? Its RTC is qemu's, driven by the host's CLOCK_MONOTONIC
# (-rtc clock=vm); its own clock counts the processor's ticks. A clock that runs too fast shortens
# every deadline in the guest, and its results say nothing.

# clock_read: "RTC UPTIME", in whole seconds, and nothing without an RTC
clock_read() {
	local rtc up
	read -r rtc 2>/dev/null </sys/class/rtc/rtc0/since_epoch || return 0
	read -r up _ </proc/uptime
	printf '%s %s\n' "$rtc" "${up%.*}"
}

# clock_wrong "RTC UPTIME" "RTC UPTIME": a sentence, if between the two readings the clocks differ by
# more than a second of each (they are read in whole ones) and a fiftieth
clock_wrong() {
	local rtc0 up0 rtc1 up1 host guest
	[[ $1 && $2 ]] || return 0
	read -r rtc0 up0 <<<"$1"
	read -r rtc1 up1 <<<"$2"
	host=$((rtc1 - rtc0)) guest=$((up1 - up0))
	((guest - host > 2 + host / 50 || host - guest > 2 + host / 50)) || return 0
	printf "the guest's clock ran %d s while %d s passed: what it measured says nothing\n" "$guest" "$host"
}
