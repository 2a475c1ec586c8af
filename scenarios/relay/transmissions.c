// SPDX-License-Identifier: BSD-2-Clause
/* How often the points of blocks were carried again: two generations of an open hash table. */
#include "transmissions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	uint64_t block; /* with the direction in the lowest bit */
	uint32_t flow;
	uint32_t count; /* 0: empty */
};

struct generation {
	uint32_t used;
	struct entry *entry;
};

struct transmissions {
	uint32_t slots;
	uint64_t forgotten;
	struct generation young, old;
};

int transmissions__new(struct transmissions **pt, uint32_t slots)
{
	struct transmissions *t = calloc(1, sizeof(*t));

	*pt = NULL;
	if (!t)
		return -ENOMEM;
	t->slots = slots;
	t->young.entry = calloc(slots, sizeof(struct entry));
	t->old.entry = calloc(slots, sizeof(struct entry));
	if (!t->young.entry || !t->old.entry) {
		transmissions__free(t);
		return -ENOMEM;
	}
	*pt = t;
	return 0;
}

/* The entry, or the empty one where it belongs. There is always an empty one. */
static struct entry *find(const struct transmissions *t, const struct generation *g, uint64_t block,
			  uint32_t flow)
{
	uint64_t h = (block * 0x9e3779b97f4a7c15) ^ (flow * 0xbf58476d1ce4e5b9);

	for (uint32_t i = (uint32_t)(h >> 32) & (t->slots - 1);; i = (i + 1) & (t->slots - 1)) {
		struct entry *e = &g->entry[i];

		if (!e->count || (e->block == block && e->flow == flow))
			return e;
	}
}

static void renew(struct transmissions *t)
{
	struct generation old = t->old;

	t->forgotten += old.used;
	t->old = t->young;
	memset(old.entry, 0, t->slots * sizeof(*old.entry));
	t->young = (struct generation){ .entry = old.entry };
}

uint32_t transmissions__again(struct transmissions *t, enum direction dir, uint32_t flow,
			      uint64_t block)
{
	uint64_t key = block << 1 | dir;
	struct entry *e = find(t, &t->young, key, flow);

	if (!e->count) {
		const struct entry *before;

		if (t->young.used >= t->slots / 4 * 3) {
			renew(t);
			e = find(t, &t->young, key, flow);
		}
		before = find(t, &t->old, key, flow);
		/* The old one stays, unreachable behind the young one, until its generation goes.
		 */
		*e = (struct entry){ .block = key, .flow = flow, .count = before->count };
		if (!before->count)
			e->count = 1;
		t->young.used++;
	}
	return ++e->count;
}

uint64_t transmissions__forgotten(const struct transmissions *t)
{
	return t->forgotten;
}

void transmissions__free(struct transmissions *t)
{
	if (!t)
		return;
	free(t->young.entry);
	free(t->old.entry);
	free(t);
}
