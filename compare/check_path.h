/* SPDX-License-Identifier: BSD-2-Clause */
/* The path as a witness: the relay's exact account against both collectors. */
#ifndef TCPW_COMPARE_CHECK_PATH_H
#define TCPW_COMPARE_CHECK_PATH_H

#include "check.h"

struct check *check_path__new(struct run *run);

#endif
