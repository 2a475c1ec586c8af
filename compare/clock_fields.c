// SPDX-License-Identifier: BSD-2-Clause
/* The catalogue's ages and durations, and their conversion to the kernel's ticks (jiffies). */
#include "clock_fields.h"

enum field clocks[CLOCKS_MAX];
unsigned int clocks_count;

void clocks__init(void)
{
	clocks_count = 0;
	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (catalogue[f].group == GROUP_TCP_INFO &&
		    (catalogue[f].kind == KIND_AGE || catalogue[f].kind == KIND_DURATION) &&
		    clocks_count < CLOCKS_MAX)
			clocks[clocks_count++] = f;
}

/* jiffies_to_msecs() of kernel/time/time.c: exact where HZ divides 1000, rounded up elsewhere. */
static uint32_t msecs_of(uint32_t ticks, uint32_t hz)
{
	return ((uint64_t)ticks * 1000 + hz - 1) / hz;
}

bool age__ticks(uint32_t ms, uint32_t hz, uint32_t *ticks)
{
	*ticks = (uint64_t)ms * hz / 1000;
	return msecs_of(*ticks, hz) == ms;
}

/* tcp_get_info_chrono_stats(): ticks times USEC_PER_SEC / HZ, that rounded down. */
bool duration__ticks(uint64_t us, uint32_t hz, uint64_t *ticks)
{
	uint64_t tick = 1000000 / hz;

	*ticks = us / tick;
	return us % tick == 0;
}
