/* SPDX-License-Identifier: BSD-2-Clause */
/* A log-linear histogram of whole numbers: quantiles in constant memory, the same every time. */
#ifndef TCPW_COMPARE_HISTOGRAM_H
#define TCPW_COMPARE_HISTOGRAM_H

#include <stdint.h>

/*
 * Numbers below 64 have a bucket each; above, every power of two is split into 64 buckets, and a
 * number is told as its bucket's middle: at most 1/128 off.
 */
#define HISTOGRAM_SUB_BITS 6
#define HISTOGRAM_BUCKETS ((65 - HISTOGRAM_SUB_BITS) << HISTOGRAM_SUB_BITS)
#define HISTOGRAM_ERROR (1.0 / 128)

struct histogram;

struct histogram *histogram__new(void); /* NULL: no memory */
void histogram__free(struct histogram *h);
void histogram__add(struct histogram *h, uint64_t v);

/* The q-quantile by nearest rank, 0 when empty; never above the largest number added. */
double histogram__quantile(const struct histogram *h, double q);

/*
 * The buckets that hold something, in order: *i is the cursor, 0 at first. Returns 0 at the end,
 * else 1 with *v the bucket's number and *cumulated how many are no larger.
 */
int histogram__next(const struct histogram *h, unsigned int *i, double *v, uint64_t *cumulated);

#endif
