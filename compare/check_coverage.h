/* SPDX-License-Identifier: BSD-2-Clause */
/* Coverage: samples expected against got, gaps between them, and losses told against real ones. */
#ifndef TCPW_COMPARE_CHECK_COVERAGE_H
#define TCPW_COMPARE_CHECK_COVERAGE_H

#include "check.h"

struct check *check_coverage__new(struct run *run); /* NULL: no memory */

/* ns between consecutive samples of one data flow, over all data flows. */
const struct agreement *check_coverage__gaps(const struct check *c, enum witness w);

#endif
