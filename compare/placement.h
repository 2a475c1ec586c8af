/* SPDX-License-Identifier: BSD-2-Clause */
/* Places iperf3's intervals on CLOCK_MONOTONIC, by the best method that the run allows. */
#ifndef TCPW_COMPARE_PLACEMENT_H
#define TCPW_COMPARE_PLACEMENT_H

#include "captures.h"

/*
 * Place the epochs of run->report[end] by the marks in c, and map its intervals to captures. False
 * if there are no usable marks; then run->placement[end] is PLACEMENT_NONE. No memory: false, too.
 */
bool placement__by_marks(struct run *run, struct captures *c, enum end end);

/*
 * Place them by something else, best first: the first bulk data, the tuples (if votes is not
 * NULL), ESTABLISHED, the start timestamp. False if nothing applies.
 */
struct tuples;
bool placement__by_others(struct run *run, const struct captures *c, enum end end,
			  const struct tuples *votes);

/* Would placement__by_others() want the tuples, for which another pass is needed? */
bool placement__wants_tuples(const struct run *run, const struct captures *c, enum end end);

/* Say in v how each report was placed. 0 or -1: no memory. */
int placement__judge(const struct run *run, struct verdict *v);

#endif
