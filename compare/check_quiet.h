/* SPDX-License-Identifier: BSD-2-Clause */
/* Gauges that move on sending: equal while nothing is sent and nothing acknowledged. */
#ifndef TCPW_COMPARE_CHECK_QUIET_H
#define TCPW_COMPARE_CHECK_QUIET_H

#include "check.h"

struct check *check_quiet__new(struct run *run); /* NULL: no memory */

#endif
