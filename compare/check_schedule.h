/* SPDX-License-Identifier: BSD-2-Clause */
/* Does the netlink collector's polling keep the schedule that its header and trailer claim? */
#ifndef TCPW_COMPARE_CHECK_SCHEDULE_H
#define TCPW_COMPARE_CHECK_SCHEDULE_H

#include "check.h"

struct check *check_schedule__new(struct run *run); /* NULL: no memory */

#endif
