/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The check that what iperf3 prints of an interval, and at its end, is what the kernel handed to it
 * at the marks.
 */
#ifndef TCPW_COMPARE_CHECK_MARKS_H
#define TCPW_COMPARE_CHECK_MARKS_H

#include "captures.h"

struct check *check_marks__new(struct run *run); /* NULL: no memory */

/* Compare the intervals of a report that was placed by marks: c says which mark is which. */
void check_marks__add(struct check *check, const struct captures *c, enum end end);

/* Append the results to v, once all reports were added. 0 or -1: no memory. */
int check_marks__judge(const struct check *check, struct verdict *v);

#endif
