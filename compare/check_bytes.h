/* SPDX-License-Identifier: BSD-2-Clause */
/* The check that the application's bytes are conserved: what iperf3 counts is what TCP carried. */
#ifndef TCPW_COMPARE_CHECK_BYTES_H
#define TCPW_COMPARE_CHECK_BYTES_H

#include "check.h"

struct check *check_bytes__new(struct run *run); /* NULL: no memory */

#endif
