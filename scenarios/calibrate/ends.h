/* SPDX-License-Identifier: BSD-2-Clause */
/* A UDP socket at each end of the path, both in one process: one clock times what is sent and what
 * arrives. */
#ifndef TCPW_CALIBRATE_ENDS_H
#define TCPW_CALIBRATE_ENDS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "timeline/netns.h"

enum end { CLIENT, SERVER, ENDS };
enum direction { C2S, S2C, DIRECTIONS }; /* C2S is sent by CLIENT, S2C by SERVER */

struct ends {
	struct netns netns[ENDS];
	int fd[ENDS];
	struct sockaddr_storage address[ENDS];
	socklen_t length;
	int family;
	uint32_t phase; /* what is measured now; what else arrives is a straggler */
};

/* What every packet carries; larger ones are filled up with zeroes. */
struct message {
	uint32_t phase;
	uint32_t kind; /* the phase's own */
	uint32_t seq;
	uint32_t reserved;
	uint64_t sent_ns; /* CLOCK_MONOTONIC, before the call that sends */
};

struct arrival {
	struct message message;
	uint64_t read_ns; /* CLOCK_MONOTONIC, after it was read: it arrived before */
	bool ce;	  /* marked on the way */
};

/*
 * Opens both; addresses are numeric and of one family. 0 or -errno, and then why[] (a part of a
 * sentence). Close with ends__close() in any case.
 */
int ends__open(struct ends *e, const char *const netns[ENDS], const char *const address[ENDS],
	       char why[160]);
void ends__close(struct ends *e);

/* Bytes of IP that a packet has above its payload. */
unsigned int ends__overhead(const struct ends *e);

/* From now on only what is sent from now on counts. */
void ends__next_phase(struct ends *e);

/*
 * Send a packet of ip_bytes (at least a message). 0 or -errno: -EAGAIN while the socket is full,
 * -EMSGSIZE if the path's MTU is known to be smaller.
 */
int ends__send(struct ends *e, enum end from, uint32_t kind, uint32_t seq, unsigned int ip_bytes);

/* The next packet of this phase at that end: 1, 0 if there is none, or -errno. */
int ends__receive(struct ends *e, enum end at, struct arrival *a);

/*
 * Until something arrives at that end (ENDS: at either), at most to that instant. What waits to be
 * read at an end that nobody reads must not be asked for: it would end every wait at once. 0 or
 * -errno.
 */
int ends__wait(struct ends *e, enum end at, uint64_t until_ns);

#endif
