// SPDX-License-Identifier: BSD-2-Clause
/* One direction's schedule. */
#include "line.h"

#define NS_PER_S 1000000000ull

uint64_t line__backlog(const struct line *l, uint64_t now_ns)
{
	unsigned __int128 bits;

	if (!l->rate_bit || l->busy_until_ns <= now_ns)
		return 0;
	bits = (unsigned __int128)(l->busy_until_ns - now_ns) * l->rate_bit / NS_PER_S;
	return (uint64_t)((bits + 7) / 8);
}

/* Bits take their time one after another: no bucket that lets a burst pass faster. */
static uint64_t serve(struct line *l, uint64_t now_ns, uint32_t bytes)
{
	uint64_t bits_ns = bytes * 8 * NS_PER_S;

	if (!l->rate_bit)
		return now_ns;
	if (l->busy_until_ns < now_ns) {
		l->busy_until_ns = now_ns;
		l->remainder = 0;
	}
	bits_ns += l->remainder;
	l->busy_until_ns += bits_ns / l->rate_bit;
	l->remainder = bits_ns % l->rate_bit;
	return l->busy_until_ns + !!l->remainder;
}

bool line__admit(struct line *l, uint64_t now_ns, uint32_t bytes, uint64_t jitter_ns,
		 uint64_t *release_ns)
{
	uint64_t release;

	if (l->rate_bit && line__backlog(l, now_ns) + bytes > l->queue_bytes)
		return false;
	release = serve(l, now_ns, bytes) + l->delay_ns + jitter_ns;
	if (release < l->last_release_ns)
		release = l->last_release_ns;
	l->last_release_ns = release;
	*release_ns = release;
	return true;
}
