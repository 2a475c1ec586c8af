/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One end of one flow: a request, a reply, and the server closes. The request begins with eight
 * bytes that tell the length of both (big-endian, the header included), so that a server needs no
 * settings.
 *
 * Sockets are non-blocking; exchange__step() goes as far as it can and says what it waits for.
 */
#ifndef TCPW_GENERATOR_EXCHANGE_H
#define TCPW_GENERATOR_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "account.h"

#define EXCHANGE_HEADER 8
#define EXCHANGE_MAX	100000000 /* bytes, of request and reply each */

enum exchange_phase {
	EXCHANGE_CONNECTING,
	EXCHANGE_SENDING,   /* a client its request, a server its reply */
	EXCHANGE_RECEIVING, /* a client the reply and the end, a server the request */
	EXCHANGE_OVER,
};

struct exchange {
	int fd;
	bool client;
	enum exchange_phase phase;
	uint32_t request, reply; /* a server's are 0 until the header is there */
	uint8_t header[EXCHANGE_HEADER];
	struct account_flow told;
};

/* Begin with a socket that connects (client) or was accepted; x owns fd from here on. */
void exchange__begin_client(struct exchange *x, int fd, uint32_t request, uint32_t reply);
void exchange__begin_server(struct exchange *x, int fd);

/* Go on. The events of epoll to wait for, or 0: it is over, see x->told.error. */
uint32_t exchange__step(struct exchange *x);

/* Close the socket, with a reason if it is not over yet, and enter it into the account. */
void exchange__end(struct exchange *x, const char *error, struct account *account);

#endif
