/* SPDX-License-Identifier: BSD-2-Clause */
/* Did the collectors run as the manifest says they were started? */
#ifndef TCPW_COMPARE_CHECK_CLAIMS_H
#define TCPW_COMPARE_CHECK_CLAIMS_H

#include "check.h"

struct check *check_claims__new(struct run *run); /* NULL: no memory */

#endif
