/* SPDX-License-Identifier: BSD-2-Clause */
/* clang-format off */
/*
 * A flow over a relay, made up for tests of the check "path". A line is a packet or a sample, in the
 * order of time; times are in us, sequence numbers count from the SYN (0) of either end.
 *
 *	c TIME SEQ+LEN [aACK] [f=FLAGS] [k=L-R[,L-R...]] [ts=N] [ecn=N] [ce] [copy] [out=TIME | FATE]
 *		from the client ("s": from the server); without out and FATE it is written 10 us later
 *	C TIME EVENT [FIELD=VALUE ...]	the probe's sample of the client ("S": of the server)
 *	NC BEGIN-END EVENT [...]	netlink's ("NS")
 *
 * The path is configured with a round trip of 20 us.
 */
/* clang-format on */
#ifndef TCPW_COMPARE_TESTS_PATH_STORY_H
#define TCPW_COMPARE_TESTS_PATH_STORY_H

#include "compare/verdict.h"

struct story_options {
	const char *mode;    /* a second one of the probe's; NULL: segment */
	const char *path;    /* the whole of path.jsonl instead, "-": no such file */
	const char *backend; /* as the manifest has it; NULL: relay */
	unsigned int p50_us; /* of the calibration's round trips; 0: not calibrated */
	bool no_trailer;
};

/* What the check says of it; to be freed with verdict__free(). */
void path_story__judge(const char *const lines[], const struct story_options *options,
		       struct verdict *v);

#endif
