/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of tcpw-probe. */
#ifndef TCPW_PROBE_OPTIONS_H
#define TCPW_PROBE_OPTIONS_H

#include "watch.h"

struct options {
	struct watch_options watch;
	const char *cgroup;   /* NULL: the root of cgroup v2, every socket */
	const char *netns[TIMELINE_NETNS_MAX];
	unsigned int netns_count;
	const char *output;   /* "-" for stdout */
	uint64_t duration_ns; /* 0: until a signal */
	bool doctor, verbose;
};

/* Ends the process with EXIT_USAGE and a sentence where the command line is wrong. */
void options__parse(struct options *options, int argc, char **argv);

#endif
