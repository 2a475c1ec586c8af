/* SPDX-License-Identifier: BSD-2-Clause */
/* The end that connects: so many flows, begun evenly over a time. */
#ifndef TCPW_GENERATOR_CLIENT_H
#define TCPW_GENERATOR_CLIENT_H

#include "account.h"

#include <sys/socket.h>

struct client_plan {
	struct sockaddr_storage server;
	socklen_t server_len;
	unsigned int flows;
	uint64_t duration_ns; /* from the first flow's beginning to the last one's */
	uint64_t timeout_ns;  /* of all */
	uint32_t request, reply;
};

/* Until all flows are over, the time is, or stop_requested. 0 or -errno. */
int client__run(const struct client_plan *plan, struct account *account);

#endif
