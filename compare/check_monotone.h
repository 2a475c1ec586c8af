/* SPDX-License-Identifier: BSD-2-Clause */
/* Monotone: within one witness, no counter of a flow ever goes back. */
#ifndef TCPW_COMPARE_CHECK_MONOTONE_H
#define TCPW_COMPARE_CHECK_MONOTONE_H

#include "check.h"

struct check *check_monotone__new(struct run *run); /* NULL: no memory */

#endif
