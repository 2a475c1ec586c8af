/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks: durations as growing clocks and ages as instants of events, exact in the kernel's ticks. */
#ifndef TCPW_COMPARE_CHECK_CLOCKS_H
#define TCPW_COMPARE_CHECK_CLOCKS_H

#include "check.h"

struct check *check_clocks__new(struct run *run); /* NULL: no memory */

#endif
