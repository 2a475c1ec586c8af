/* SPDX-License-Identifier: BSD-2-Clause */
/* Membership: netlink's gauges are values that the socket held, by the segments that moved them. */
#ifndef TCPW_COMPARE_CHECK_MEMBERSHIP_H
#define TCPW_COMPARE_CHECK_MEMBERSHIP_H

#include "check.h"

struct check *check_membership__new(struct run *run); /* NULL: no memory */

#endif
