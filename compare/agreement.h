/* SPDX-License-Identifier: BSD-2-Clause */
/* How well two series agree: bias, spread and percentiles of the error, in constant memory. */
#ifndef TCPW_COMPARE_AGREEMENT_H
#define TCPW_COMPARE_AGREEMENT_H

#include <stdint.h>

#include "histogram.h"

struct agreement {
	uint64_t n;
	__int128 sum, sum_abs; /* of clipped errors */
	double mean, moment;   /* of clipped errors: Welford's running mean and sum of squares */
	uint64_t worst;	       /* |error| */
	unsigned int worst_flow;
	uint64_t worst_ns;
	struct histogram *histogram; /* of |error| */
};

struct agreement_summary {
	uint64_t n;
	double bias, mae, sd; /* sd: 0 for n < 2 */
	double limit[2];      /* limits of agreement: bias - 1.96 sd, bias + 1.96 sd */
	double p50, p95, p99; /* of |error|, to within HISTOGRAM_ERROR */
	double max;
	unsigned int worst_flow; /* id, and CLOCK_MONOTONIC of the largest |error| */
	uint64_t worst_ns;
};

/* 0 or -ENOMEM. */
int agreement__init(struct agreement *a);
void agreement__free(struct agreement *a);

/* One pair of readings whose difference is error, seen on a flow at an instant. */
void agreement__add(struct agreement *a, int64_t error, unsigned int flow, uint64_t t_ns);

struct agreement_summary agreement__summary(const struct agreement *a);

#endif
