// SPDX-License-Identifier: BSD-2-Clause
/* How well two series agree: bias, spread and percentiles of the error, in constant memory. */
#include "agreement.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/*
 * Sums take no larger error than this (about 10^12): garbage of 64 bits must not overflow them, and
 * it shows in percentiles and maximum, which take everything.
 */
#define ERROR_CLIP (1LL << 40)

int agreement__init(struct agreement *a)
{
	memset(a, 0, sizeof(*a));
	a->histogram = histogram__new();
	return a->histogram ? 0 : -ENOMEM;
}

void agreement__free(struct agreement *a)
{
	histogram__free(a->histogram);
	a->histogram = NULL;
}

void agreement__add(struct agreement *a, int64_t error, unsigned int flow, uint64_t t_ns)
{
	uint64_t size = error < 0 ? -(uint64_t)error : (uint64_t)error;
	int64_t clipped = size < ERROR_CLIP ? error : error < 0 ? -ERROR_CLIP : ERROR_CLIP;
	double from_mean;

	histogram__add(a->histogram, size);
	if (!a->n++ || size > a->worst) {
		a->worst = size;
		a->worst_flow = flow;
		a->worst_ns = t_ns;
	}
	a->sum += clipped;
	a->sum_abs += clipped < 0 ? -clipped : clipped;
	from_mean = clipped - a->mean;
	a->mean += from_mean / a->n;
	a->moment += from_mean * (clipped - a->mean);
}

struct agreement_summary agreement__summary(const struct agreement *a)
{
	struct agreement_summary s = { .n = a->n };
	double n = a->n;

	if (!a->n)
		return s;
	s.bias = (double)a->sum / n;
	s.mae = (double)a->sum_abs / n;
	if (a->n > 1)
		s.sd = sqrt(a->moment / (n - 1));
	s.limit[0] = s.bias - 1.96 * s.sd;
	s.limit[1] = s.bias + 1.96 * s.sd;
	s.p50 = histogram__quantile(a->histogram, 0.50);
	s.p95 = histogram__quantile(a->histogram, 0.95);
	s.p99 = histogram__quantile(a->histogram, 0.99);
	s.max = a->worst;
	s.worst_flow = a->worst_flow;
	s.worst_ns = a->worst_ns;
	return s;
}
