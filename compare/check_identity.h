/* SPDX-License-Identifier: BSD-2-Clause */
/* The check that at each mark the probe's extraction equals the kernel's own struct tcp_info. */
#ifndef TCPW_COMPARE_CHECK_IDENTITY_H
#define TCPW_COMPARE_CHECK_IDENTITY_H

#include "check.h"

/*
 * Above this share of moved and unproven instants, in per cent, nothing is known of a field: the
 * check fails. From so many instants on; fewer ones fail only if all of them moved, and are so many
 * that this is no coincidence: a socket that moves as often as that share, at every second mark,
 * does so at ten in a row once in 2^10 times. Fewer prove nothing, and are told as skipped.
 */
#define IDENTITY_MOVED_MAX_PERCENT 50
#define IDENTITY_INSTANTS_MIN	   20
#define IDENTITY_ALL_MOVED_MIN	   10

struct check *check_identity__new(struct run *run); /* NULL: no memory */

#endif
