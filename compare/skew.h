/* SPDX-License-Identifier: BSD-2-Clause */
/* The RTT callback's skew: how late the fields are that the ACK at hand has not updated yet. */
#ifndef TCPW_COMPARE_SKEW_H
#define TCPW_COMPARE_SKEW_H

#include "check.h"
#include "plot_data.h"

#define SKEW_FIELDS_MAX 24

struct check *skew__new(struct run *run); /* NULL: no memory */

/*
 * Curves for plots/data/skew.tsv: differences in percent of the value behind the ACK, zero
 * included. Returns how many, at most SKEW_FIELDS_MAX; labels last as long as the check.
 */
unsigned int skew__curves(const struct check *c, struct plot_curve *curves);

#endif
