/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields that are not there: nobody reports what this kernel does not have. */
#ifndef TCPW_COMPARE_CHECK_PRESENCE_H
#define TCPW_COMPARE_CHECK_PRESENCE_H

#include "check.h"

struct check *check_presence__new(struct run *run); /* NULL: no memory */

#endif
