// SPDX-License-Identifier: BSD-2-Clause
/* How often something happened over time, counted by slices of time. */
#include "occurrences.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_WIDTH_NS 1000000

static void merge_into(struct occurrences_slice *a, const struct occurrences_slice *b)
{
	if (b->count && (!a->count || b->first_ns < a->first_ns))
		a->first_ns = b->first_ns;
	a->count += b->count;
}

/* Make every two slices one. */
static void halve(struct occurrences *o)
{
	unsigned int n = (o->count + 1) / 2;

	for (unsigned int i = 0; i < n; i++) {
		struct occurrences_slice merged = o->slice[2 * i];

		if (2 * i + 1 < o->count)
			merge_into(&merged, &o->slice[2 * i + 1]);
		o->slice[i] = merged;
	}
	memset(o->slice + n, 0, (OCCURRENCES_SLICES - n) * sizeof(*o->slice));
	o->count = n;
	o->width_ns *= 2;
}

int occurrences__add(struct occurrences *o, uint64_t start_ns, uint64_t t_ns)
{
	const struct occurrences_slice one = { .first_ns = t_ns, .count = 1 };
	uint64_t i;

	if (!o->slice) {
		o->slice = calloc(OCCURRENCES_SLICES, sizeof(*o->slice));
		if (!o->slice)
			return -ENOMEM;
		o->start_ns = start_ns;
		o->width_ns = FIRST_WIDTH_NS;
	}
	i = (t_ns - o->start_ns) / o->width_ns;
	while (i >= OCCURRENCES_SLICES) {
		halve(o);
		i /= 2;
	}
	merge_into(&o->slice[i], &one);
	if (i >= o->count)
		o->count = i + 1;
	o->total++;
	return 0;
}

void occurrences__free(struct occurrences *o)
{
	free(o->slice);
	memset(o, 0, sizeof(*o));
}

void occurrences__each(const struct occurrences *o,
		       void (*fn)(const struct occurrences_slice *s, void *arg), void *arg)
{
	for (unsigned int i = 0; i < o->count; i++)
		if (o->slice[i].count)
			fn(&o->slice[i], arg);
}
