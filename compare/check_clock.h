/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks: are the witnesses' disagreements those of a shifted clock? And iperf3's beginning. */
#ifndef TCPW_COMPARE_CHECK_CLOCK_H
#define TCPW_COMPARE_CHECK_CLOCK_H

#include "captures.h"
#include "check.h"

/*
 * After bracketing has found violations: by how much would the probe's clock have to be shifted
 * against netlink's for the counters to agree? Two more checks for two more passes, in this order.
 */
struct check_clock;

struct check_clock *check_clock__new(struct run *run); /* NULL: no memory */
struct check *check_clock__windows(struct check_clock *c); /* first pass */
struct check *check_clock__samples(struct check_clock *c); /* second pass */
/* Append a finding if a shifted clock explains what counters disagree about. 0 or -ENOMEM. */
int check_clock__judge(const struct check_clock *c, struct verdict *v);
void check_clock__free(struct check_clock *c); /* NULL is allowed */

/* iperf3's time 0, where marks placed it, against the flows' ESTABLISHED. 0 or -ENOMEM. */
int check_clock__judge_iperf3(const struct run *run, const struct captures *c, struct verdict *v);

#endif
