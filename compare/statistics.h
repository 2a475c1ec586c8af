/* SPDX-License-Identifier: BSD-2-Clause */
/* Statistics: how far netlink's gauges and rates are from what the probe last saw. */
#ifndef TCPW_COMPARE_STATISTICS_H
#define TCPW_COMPARE_STATISTICS_H

#include "check.h"

struct check *statistics__new(struct run *run); /* NULL: no memory */

/* |error| of a field, or NULL if it is none of the gauges. */
const struct agreement *statistics__errors(const struct check *c, enum field f);

/*
 * Judge s by the scenario's bounds. bounds.statistics.FIELD holds for every pair with the probe;
 * bounds.statistics."PAIR/FIELD" for that pair alone. Limits: bias_max (of its size), mae_max,
 * sd_max, p50_max, p95_max, p99_max, max_max, n_min, shown_min (share). Without bounds s stays
 * "info".
 */
void statistic__judge(struct statistic *s, struct manifest *m);

#endif
