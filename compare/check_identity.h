/* SPDX-License-Identifier: BSD-2-Clause */
/* The check that at each mark the probe's extraction equals the kernel's own struct tcp_info. */
#ifndef TCPW_COMPARE_CHECK_IDENTITY_H
#define TCPW_COMPARE_CHECK_IDENTITY_H

#include "check.h"

/*
 * Above this share of moved and unproven instants, in per cent, nothing is known of a field: the
 * check fails. From so many instants on; fewer ones fail only if all of them moved.
 */
#define IDENTITY_MOVED_MAX_PERCENT 50
#define IDENTITY_INSTANTS_MIN	   20
#define IDENTITY_ALL_MOVED_MIN	   5

struct check *check_identity__new(struct run *run); /* NULL: no memory */

#endif
