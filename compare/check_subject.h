/* SPDX-License-Identifier: BSD-2-Clause */
/* Subject: what the scenario is about has happened. See check_subject.c. */
#ifndef TCPW_COMPARE_CHECK_SUBJECT_H
#define TCPW_COMPARE_CHECK_SUBJECT_H

#include "check.h"

struct check *check_subject__new(struct run *run); /* NULL: no memory */

#endif
