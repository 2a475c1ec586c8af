/* SPDX-License-Identifier: BSD-2-Clause */
/* What this kernel and these privileges allow. */
#ifndef TCPW_PROBE_DOCTOR_H
#define TCPW_PROBE_DOCTOR_H

#include <stdio.h>

/* One screen, item by item. EXIT_PASS if all that tcpw-probe can use is there, else EXIT_SKIP. */
int doctor__examine(FILE *out);

#endif
