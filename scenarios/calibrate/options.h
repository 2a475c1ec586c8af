/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of tcpw-calibrate. Part of the program: it speaks and exits. */
#ifndef TCPW_CALIBRATE_OPTIONS_H
#define TCPW_CALIBRATE_OPTIONS_H

#include "plan.h"

void options__parse(int argc, char **argv, struct plan *p);

#endif
