/* SPDX-License-Identifier: BSD-2-Clause */
/* The catalogue's ages and durations, and their conversion to the kernel's ticks (jiffies). */
#ifndef TCPW_COMPARE_CLOCK_FIELDS_H
#define TCPW_COMPARE_CLOCK_FIELDS_H

#include "timeline/sample.h"

#define CLOCKS_MAX 8

/* Ages and durations, in the catalogue's order. */
extern enum field clocks[CLOCKS_MAX];
extern unsigned int clocks_count;
void clocks__init(void); /* may be called again */

static inline bool clock__is_age(unsigned int i)
{
	return catalogue[clocks[i]].kind == KIND_AGE;
}

/* Told in ms by ktime and not by ticks: total_rto_time. */
static inline bool clock__is_ms(unsigned int i)
{
	return clocks[i] == FIELD_total_rto_time;
}

/* An age as ticks; false: no age that the kernel makes, at this HZ. */
bool age__ticks(uint32_t ms, uint32_t hz, uint32_t *ticks);

/*
 * More than 24 days: the event never happened. Its stamp is 0, so the age is the tick counter
 * itself, cut to 32 bits of ms; an event so long ago cannot be told from that.
 */
static inline bool age__is_never(uint32_t ms)
{
	return ms > INT32_MAX;
}

/* A duration in us as ticks; false: it is no whole number of them. */
bool duration__ticks(uint64_t us, uint32_t hz, uint64_t *ticks);

#endif
