// SPDX-License-Identifier: BSD-2-Clause
/* How late packets left. */
#include "lateness.h"

/* Below 32 each value has a class of its own; above, the four bits below the highest one decide. */
static unsigned int class_of(uint64_t ns)
{
	unsigned int octave;

	if (ns < 32)
		return (unsigned int)ns;
	octave = 63 - (unsigned int)__builtin_clzll(ns);
	return 16 * (octave - 3) + (unsigned int)(ns >> (octave - 4) & 15);
}

static uint64_t class_end(unsigned int class)
{
	unsigned int octave = class / 16 + 3;

	if (class < 32)
		return class;
	return ((16ull + class % 16 + 1) << (octave - 4)) - 1;
}

void lateness__add(struct lateness *l, uint64_t ns)
{
	l->count++;
	if (ns > l->max_ns)
		l->max_ns = ns;
	l->in_class[class_of(ns)]++;
}

uint64_t lateness__quantile_ns(const struct lateness *l, double share)
{
	uint64_t rank = (uint64_t)(share * (double)l->count), seen = 0;

	for (unsigned int i = 0; i < LATENESS_CLASSES; i++) {
		seen += l->in_class[i];
		if (seen > rank)
			return class_end(i) < l->max_ns ? class_end(i) : l->max_ns;
	}
	return l->max_ns;
}
