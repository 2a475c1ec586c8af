/* SPDX-License-Identifier: BSD-2-Clause */
/* A statistic against the bounds that its scenario declares. */
#ifndef TCPW_COMPARE_STATISTIC_BOUNDS_H
#define TCPW_COMPARE_STATISTIC_BOUNDS_H

#include "manifest.h"
#include "verdict.h"

/*
 * Judge s by the scenario's bounds. bounds.statistics.FIELD holds for every pair with the probe;
 * bounds.statistics."PAIR/FIELD" for that pair alone. Limits: bias_max (of its size), mae_max,
 * sd_max, p50_max, p95_max, p99_max, max_max, n_min, shown_min (share). Without bounds s stays
 * "info".
 */
void statistic__judge(struct statistic *s, struct manifest *m);

#endif
