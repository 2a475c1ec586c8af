/* SPDX-License-Identifier: BSD-2-Clause */
/* Transformations of iperf3's report. */
#ifndef TCPW_COMPARE_DEFECTS_EDIT_REPORT_H
#define TCPW_COMPARE_DEFECTS_EDIT_REPORT_H

#include "defect.h"

/* The figure d->key of every stream and interval. */
report_edit report_add;	      /* + k */
report_edit report_multiply;  /* * k */
report_edit report_divide;    /* / k */
report_edit report_keep_bits; /* & k */
report_edit report_swap;      /* key is "ONE OTHER" */
report_edit report_stale;     /* that of the interval before */
report_edit report_constant;  /* that of the first interval */
report_edit report_set;	      /* k */

/* The figure d->key of end.streams[].sender. */
report_edit report_end_add;

/* The intervals themselves. */
report_edit report_shift;	/* times by k microseconds */
report_edit report_shift_back;	/* the same, to smaller ones; the first end is larger than k */
report_edit report_drop;	/* the k-th is missing */
report_edit report_duplicate;	/* the k-th is there twice */
report_edit report_reorder;	/* the k-th and the one before change places */
report_edit report_wrong_flow;	/* the streams change places, but not their names */
report_edit report_whole_second; /* times are counted from start.timestamp's whole second */

#endif
