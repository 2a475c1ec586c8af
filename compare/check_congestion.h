/* SPDX-License-Identifier: BSD-2-Clause */
/* Congestion control: both witnesses name the same one, and tell of it what it publishes. */
#ifndef TCPW_COMPARE_CHECK_CONGESTION_H
#define TCPW_COMPARE_CHECK_CONGESTION_H

#include "check.h"

struct check *check_congestion__new(struct run *run); /* NULL: no memory */

#endif
