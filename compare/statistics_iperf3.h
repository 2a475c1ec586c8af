/* SPDX-License-Identifier: BSD-2-Clause */
/* Statistics: iperf3's printed figures against what the collectors show at that instant. */
#ifndef TCPW_COMPARE_STATISTICS_IPERF3_H
#define TCPW_COMPARE_STATISTICS_IPERF3_H

#include "captures.h"
#include "statistic_bounds.h"

struct iperf3_statistics;

/* NULL: no memory. */
struct iperf3_statistics *iperf3_statistics__new(void);
void iperf3_statistics__free(struct iperf3_statistics *s); /* NULL is allowed */

/* Compare all placed intervals of a report. */
void iperf3_statistics__add(struct iperf3_statistics *s, const struct run *run,
			    const struct captures *c, enum end end);

/* 0 or -1: no memory. */
int iperf3_statistics__judge(const struct iperf3_statistics *s, struct run *run, struct verdict *v);

const struct agreement *iperf3_statistics__errors(const struct iperf3_statistics *s, enum witness w,
						  enum reading_figure figure);

#endif
