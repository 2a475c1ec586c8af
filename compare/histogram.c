// SPDX-License-Identifier: BSD-2-Clause
/* A log-linear histogram of whole numbers: quantiles in constant memory, the same every time. */
#include "histogram.h"

#include <math.h>
#include <stdlib.h>

#define SUB (1U << HISTOGRAM_SUB_BITS)

struct histogram {
	uint64_t count, max;
	uint64_t bucket[HISTOGRAM_BUCKETS];
};

struct histogram *histogram__new(void)
{
	return calloc(1, sizeof(struct histogram));
}

void histogram__free(struct histogram *h)
{
	free(h);
}

static unsigned int bucket_of(uint64_t v)
{
	unsigned int shift;

	if (v < SUB)
		return v;
	shift = 63 - __builtin_clzll(v) - HISTOGRAM_SUB_BITS;
	return ((shift + 1) << HISTOGRAM_SUB_BITS) + ((v >> shift) & (SUB - 1));
}

static double middle_of(unsigned int b)
{
	unsigned int shift;
	double low;

	if (b < 2 * SUB)
		return b;
	shift = (b >> HISTOGRAM_SUB_BITS) - 1;
	low = ldexp(SUB + (b & (SUB - 1)), shift);
	return low + (ldexp(1, shift) - 1) / 2;
}

void histogram__add(struct histogram *h, uint64_t v)
{
	h->bucket[bucket_of(v)]++;
	h->count++;
	if (v > h->max)
		h->max = v;
}

int histogram__next(const struct histogram *h, unsigned int *i, double *v, uint64_t *cumulated)
{
	if (!*i)
		*cumulated = 0;
	while (*i < HISTOGRAM_BUCKETS && !h->bucket[*i])
		(*i)++;
	if (*i == HISTOGRAM_BUCKETS)
		return 0;
	*v = middle_of(*i);
	*cumulated += h->bucket[(*i)++];
	if (*cumulated == h->count || *v > h->max)
		*v = h->max;
	return 1;
}

double histogram__quantile(const struct histogram *h, double q)
{
	uint64_t rank = ceil(q * h->count), cumulated;
	unsigned int i = 0;
	double v = 0;

	while (histogram__next(h, &i, &v, &cumulated))
		if (cumulated >= rank)
			break;
	return v;
}
