/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The generator's own account of its flows, JSON Lines, a line as each ends
 * (docs/run-directory.md): what tcpw-compare holds the collectors to, as it does with iperf3's
 * reports.
 */
#ifndef TCPW_GENERATOR_ACCOUNT_H
#define TCPW_GENERATOR_ACCOUNT_H

#include <stdint.h>

#include "timeline/flow.h"

struct account;

/* One end of a flow, from connect() or accept() to close(). */
struct account_flow {
	struct flow ident;	       /* family, local and remote; the rest is not used */
	uint64_t opened_ns, closed_ns; /* CLOCK_MONOTONIC */
	uint64_t sent, received;       /* bytes that send() and recv() took and gave */
	const char *error;	       /* why it did not go as planned, NULL: it did */
};

/* path: - for stdout. end: "client" or "server". 0 or -errno. */
int account__open(struct account **a, const char *path, const char *end);

void account__add(struct account *a, const struct account_flow *f);
unsigned int account__flows(const struct account *a);
unsigned int account__failed(const struct account *a);

/* Write the trailer and close. 0, or -errno if anything could not be written. NULL is allowed. */
int account__close(struct account *a);

/* Addresses of a connected socket into ident. 0 or -errno. */
int account__identify(int fd, struct flow *ident);

#endif
