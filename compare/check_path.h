/* SPDX-License-Identifier: BSD-2-Clause */
/* The path as a witness: the relay's exact account against both collectors. */
#ifndef TCPW_COMPARE_CHECK_PATH_H
#define TCPW_COMPARE_CHECK_PATH_H

#include "check.h"
#include "path_plot.h"

struct check *check_path__new(struct run *run);

/* What there is to draw of the account, once finished; nothing if there is none. */
const struct path_plot *check_path__plot(const struct check *c);

#endif
