/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ages and durations as the kernel keeps them: in ticks (jiffies) of 1/HZ. Every conversion is
 * undone exactly, so that what is compared has no rounding in it.
 */
#ifndef TCPW_COMPARE_TICKS_H
#define TCPW_COMPARE_TICKS_H

#include <stdint.h>

/*
 * By how many ticks the age a is larger than the age b, both as tcp_get_info() gives them: 32-bit
 * jiffies through jiffies_to_msecs(), which is exact where HZ divides 1000 and rounds up elsewhere
 * (kernel/time/time.c). The product wraps at 2^32 ms, for a stamp that was never set: the
 * difference does not mind. hz: 1 to 1000.
 */
static inline int64_t ticks__between_ages(uint64_t a, uint64_t b, uint32_t hz)
{
	if (1000 % hz == 0)
		return (int32_t)((uint32_t)a - (uint32_t)b) / (int32_t)(1000 / hz);
	return (int64_t)(a * hz / 1000) - (int64_t)(b * hz / 1000);
}

/*
 * Ticks from duration b to duration a, as tcp_get_info_chrono_stats() gives them: jiffies times
 * USEC_PER_SEC / HZ. INT64_MIN where the difference is no whole number of ticks: then one of the
 * two is no duration of this kernel.
 */
static inline int64_t ticks__between_durations(uint64_t a, uint64_t b, uint32_t hz)
{
	int64_t us = (int64_t)(a - b), tick = 1000000 / hz;

	return us % tick ? INT64_MIN : us / tick;
}

/*
 * What most of n clocks say, n > 0: their median. Sorts growth[]. So the one that goes its own way
 * is the one that is blamed.
 */
static inline int64_t ticks__most_say(int64_t *growth, unsigned int n)
{
	for (unsigned int i = 1; i < n; i++)
		for (unsigned int k = i; k && growth[k - 1] > growth[k]; k--) {
			int64_t swap = growth[k];

			growth[k] = growth[k - 1];
			growth[k - 1] = swap;
		}
	return growth[n / 2];
}

#endif
