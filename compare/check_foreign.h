/* SPDX-License-Identifier: BSD-2-Clause */
/* Foreign timelines, value by value, against what the probe saw before, in and behind each sample.
 */
#ifndef TCPW_COMPARE_CHECK_FOREIGN_H
#define TCPW_COMPARE_CHECK_FOREIGN_H

#include "check.h"

/* Samples of foreign timelines that wait for the probe's next one; beyond, they are counted. */
#define FOREIGN_WAITING_MAX 4096

struct check *check_foreign__new(struct run *run);

#endif
