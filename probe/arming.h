/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether sockets that are older than the probe can be given its callbacks. */
#ifndef TCPW_PROBE_ARMING_H
#define TCPW_PROBE_ARMING_H

#include <stdbool.h>

/* Tried on a socket of our own, in the own network namespace. False also if it cannot be tried. */
bool arming__possible(void);

#endif
