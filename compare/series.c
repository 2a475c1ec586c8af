// SPDX-License-Identifier: BSD-2-Clause
/*
 * A quantity over time, thinned while it streams: the extremes of each slice of time are kept, and
 * the last value before a slice without any: a line of steps keeps it through the pause.
 */
#include "series.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_WIDTH_NS 1000000

static void merge_into(struct series_slice *a, const struct series_slice *b)
{
	if (!b->used)
		return;
	if (!a->used) {
		*a = *b;
		return;
	}
	if (b->low.value < a->low.value)
		a->low = b->low;
	if (b->high.value > a->high.value)
		a->high = b->high;
	a->last = b->last;
}

/* Make every two slices one. */
static void halve(struct series *s)
{
	unsigned int n = (s->count + 1) / 2;

	for (unsigned int i = 0; i < n; i++) {
		struct series_slice merged = s->slice[2 * i];

		if (2 * i + 1 < s->count)
			merge_into(&merged, &s->slice[2 * i + 1]);
		s->slice[i] = merged;
	}
	memset(s->slice + n, 0, (s->slices - n) * sizeof(*s->slice));
	s->count = n;
	s->width_ns *= 2;
}

int series__add(struct series *s, uint64_t t_ns, uint64_t value)
{
	struct series_slice point = { true, { t_ns, value }, { t_ns, value }, { t_ns, value } };
	uint64_t i;

	if (!s->slice) {
		s->slice = calloc(s->slices, sizeof(*s->slice));
		if (!s->slice)
			return -ENOMEM;
		s->start_ns = t_ns;
		s->width_ns = FIRST_WIDTH_NS;
	}
	i = t_ns > s->start_ns ? (t_ns - s->start_ns) / s->width_ns : 0;
	while (i >= s->slices) {
		halve(s);
		i /= 2;
	}
	merge_into(&s->slice[i], &point);
	if (i >= s->count)
		s->count = i + 1;
	return 0;
}

void series__free(struct series *s)
{
	free(s->slice);
	s->slice = NULL;
}

void series__each(const struct series *s, void (*fn)(const struct series_point *p, void *arg),
		  void *arg)
{
	for (unsigned int i = 0; i < s->count; i++) {
		const struct series_slice *b = &s->slice[i];
		const struct series_point *first = &b->low, *second = &b->high;
		bool pauses;

		if (!b->used)
			continue;
		if (first->t_ns > second->t_ns) {
			first = &b->high;
			second = &b->low;
		}
		fn(first, arg);
		if (first->t_ns != second->t_ns)
			fn(second, arg);
		pauses = i + 1 == s->count || !s->slice[i + 1].used;
		if (pauses && b->last.t_ns != second->t_ns)
			fn(&b->last, arg);
	}
}
