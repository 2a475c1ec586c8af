/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP states: the chain of the probe's state changes, and netlink's states against it. */
#ifndef TCPW_COMPARE_CHECK_STATES_H
#define TCPW_COMPARE_CHECK_STATES_H

#include "check.h"

struct check *check_states__new(struct run *run); /* NULL: no memory */

#endif
