/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of tcpw-netlink. */
#ifndef TCPW_NETLINK_OPTIONS_H
#define TCPW_NETLINK_OPTIONS_H

#include <stdbool.h>

#include "sampler.h"

struct options {
	struct sampler_options sampler;
	const char *netns[TIMELINE_NETNS_MAX];
	unsigned int netns_count;
	const char *cgroup; /* path, or NULL */
	const char *output;
	bool verbose;
};

/* "exact", "filter", "full" */
const char *sampler_mode__name(enum sampler_mode mode);

/* Prints and exits on a wrong command line (EXIT_USAGE), --help and --version. */
void options__parse(struct options *o, int argc, char **argv);

#endif
