/* SPDX-License-Identifier: BSD-2-Clause */
/* Conservation: inside one sample, what was sent, acked, lost and is in flight adds up. */
#ifndef TCPW_COMPARE_CHECK_CONSERVATION_H
#define TCPW_COMPARE_CHECK_CONSERVATION_H

#include "check.h"

struct check *check_conservation__new(struct run *run); /* NULL: no memory */

#endif
