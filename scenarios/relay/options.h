/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of tcpw-relay. */
#ifndef TCPW_RELAY_OPTIONS_H
#define TCPW_RELAY_OPTIONS_H

#include <stdbool.h>

#include "config.h"
#include "miscount.h"

struct options {
	struct path_config path;
	const char *netns[DIRS]; /* client's, server's */
	const char *device;
	const char *output;
	const char *drops;   /* print the drops of this ledger, and nothing else */
	const char *carried; /* or how far its flows were carried */
	struct miscount miscount;
	bool verbose;
	bool rate_given; /* also as 0: then --queue means nothing, and is no mistake */
};

/* Prints and exits on a wrong command line (EXIT_USAGE), --help and --version. */
void options__parse(struct options *o, int argc, char **argv);

#endif
