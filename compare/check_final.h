/* SPDX-License-Identifier: BSD-2-Clause */
/* The check that the probe's snapshot at CLOSE equals the socket's last words by netlink. */
#ifndef TCPW_COMPARE_CHECK_FINAL_H
#define TCPW_COMPARE_CHECK_FINAL_H

#include "check.h"

struct check *check_final__new(struct run *run); /* NULL: no memory */

#endif
