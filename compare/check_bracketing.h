/* SPDX-License-Identifier: BSD-2-Clause */
/* Bracketing: between witnesses, no counter is ever seen lower than it was seen before. */
#ifndef TCPW_COMPARE_CHECK_BRACKETING_H
#define TCPW_COMPARE_CHECK_BRACKETING_H

#include "check.h"

struct check *check_bracketing__new(struct run *run); /* NULL: no memory */

#endif
