/* SPDX-License-Identifier: BSD-2-Clause */
/* Transformations of one field in every sample of a timeline: a wrong extraction or decoding. */
#ifndef TCPW_COMPARE_DEFECTS_EDIT_VALUES_H
#define TCPW_COMPARE_DEFECTS_EDIT_VALUES_H

#include "defect.h"

/* d->field is changed, by d->k and d->other; "all ones" that stand for no value stay as they are. */
tape_edit edit_add;	   /* + k, modulo the field's width */
tape_edit edit_multiply;   /* * k: a wrong unit */
tape_edit edit_divide;	   /* / k */
tape_edit edit_keep_bits;  /* & k: read too narrow */
tape_edit edit_scale_3_4;  /* 3/4: milliseconds a tick truncated, as 1000/300 is */
tape_edit edit_swap;	   /* with other */
tape_edit edit_times_other; /* * other: segments into bytes */
tape_edit edit_from_other; /* the value of other */
tape_edit edit_stale;	   /* the flow's value in the sample before */
tape_edit edit_constant;   /* the flow's first value, always */
tape_edit edit_set;	   /* k, always */
tape_edit edit_slow_peak;  /* a peak that decays: rttvar_us where mdev_us is meant */
tape_edit edit_announce;   /* a field that this kernel has not, reported as k */
tape_edit edit_smuggle;	   /* the same, but the header does not announce it */

#endif
