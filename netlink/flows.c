// SPDX-License-Identifier: BSD-2-Clause
/* The flows that are known in one namespace: an array and a hash index into it. */
#include "flows.h"

#include <stdlib.h>
#include <string.h>

static size_t home(const struct flows *f, uint64_t cookie)
{
	/* Cookies are handed out in sequence: multiply to spread them (2^64 / golden ratio). */
	return (cookie * 0x9e3779b97f4a7c15ull) >> 32 & (f->slots - 1);
}

/* The slot that holds the cookie, or the free one where it belongs. */
static size_t find_slot(const struct flows *f, uint64_t cookie)
{
	size_t i = home(f, cookie);

	while (f->slot[i] && f->flow[f->slot[i] - 1].cookie != cookie)
		i = (i + 1) & (f->slots - 1);
	return i;
}

struct known_flow *flows__find(const struct flows *f, uint64_t cookie)
{
	size_t i;

	if (!f->count)
		return NULL;
	i = find_slot(f, cookie);
	return f->slot[i] ? &f->flow[f->slot[i] - 1] : NULL;
}

static bool grow(struct flows *f)
{
	size_t cap = f->cap ? 2 * f->cap : 64;
	struct known_flow *flow = realloc(f->flow, cap * sizeof(*flow));
	uint32_t *slot;

	if (!flow)
		return false;
	f->flow = flow;
	slot = calloc(2 * cap, sizeof(*slot));
	if (!slot)
		return false;
	free(f->slot);
	f->slot = slot;
	f->slots = 2 * cap;
	f->cap = cap;
	for (size_t i = 0; i < f->count; i++)
		f->slot[find_slot(f, f->flow[i].cookie)] = i + 1;
	return true;
}

struct known_flow *flows__add(struct flows *f, uint64_t cookie)
{
	struct known_flow *flow;

	if (f->count == f->cap && !grow(f))
		return NULL;
	flow = &f->flow[f->count];
	*flow = (struct known_flow){.cookie = cookie};
	f->slot[find_slot(f, cookie)] = ++f->count;
	return flow;
}

void flows__remove(struct flows *f, struct known_flow *flow)
{
	size_t hole = find_slot(f, flow->cookie), mask = f->slots - 1, i = hole, want;
	struct known_flow *last = &f->flow[f->count - 1];

	/* Move back those behind the hole that would not be found across it. */
	for (;;) {
		f->slot[hole] = 0;
		do {
			i = (i + 1) & mask;
			if (!f->slot[i])
				goto closed;
			want = home(f, f->flow[f->slot[i] - 1].cookie);
		} while (((i - want) & mask) < ((i - hole) & mask));
		f->slot[hole] = f->slot[i];
		hole = i;
	}
closed:
	if (flow != last) {
		f->slot[find_slot(f, last->cookie)] = flow - f->flow + 1;
		*flow = *last;
	}
	f->count--;
}

void flows__free(struct flows *f)
{
	free(f->flow);
	free(f->slot);
	memset(f, 0, sizeof(*f));
}
