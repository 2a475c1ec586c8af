/* SPDX-License-Identifier: BSD-2-Clause */
/* A connection's two ends: nothing is received that was not sent, nor acknowledged before. */
#ifndef TCPW_COMPARE_CHECK_ENDS_H
#define TCPW_COMPARE_CHECK_ENDS_H

#include "check.h"

struct check *check_ends__new(struct run *run); /* NULL: no memory */

#endif
