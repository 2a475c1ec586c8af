/* SPDX-License-Identifier: BSD-2-Clause */
/* Statistics: how far netlink's gauges and rates are from the probe's. */
#ifndef TCPW_COMPARE_STATISTICS_H
#define TCPW_COMPARE_STATISTICS_H

#include "check.h"

struct check *statistics__new(struct run *run); /* NULL: no memory */

/* |error| of a field, or NULL if it is none of the gauges. */
const struct agreement *statistics__errors(const struct check *c, enum field f);

/* The same of snd_cwnd * snd_mss, bytes, of the flows that send. */
const struct agreement *statistics__cwnd_errors(const struct check *c);

#endif
