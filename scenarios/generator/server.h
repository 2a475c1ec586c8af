/* SPDX-License-Identifier: BSD-2-Clause */
/* The end that listens. */
#ifndef TCPW_GENERATOR_SERVER_H
#define TCPW_GENERATOR_SERVER_H

#include "account.h"

/*
 * Listen on the port, both families where the kernel has IPv6, and serve until that many flows are
 * over, or stop_requested. 0 or -errno.
 */
int server__run(uint16_t port, unsigned int flows, struct account *account);

#endif
