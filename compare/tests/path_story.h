/* SPDX-License-Identifier: BSD-2-Clause */
/* clang-format off */
/*
 * A flow over a relay, made up for tests of the check "path". A line is a packet or a sample, in the
 * order of time; times are in us, sequence numbers count from the SYN (0) of either end.
 *
 *	c TIME SEQ+LEN [aACK] [f=FLAGS] [k=L-R[,L-R...]] [ts=N [e=N]] [ecn=N] [ce] [copy] [out=TIME | FATE]
 *		from the client ("s": from the server); without out and FATE it is written 10 us later;
 *		ts, e: the timestamp and what it echoes (1 if not told)
 *	C TIME EVENT [FIELD=VALUE ...]	the probe's sample of the client ("S": of the server)
 *	NC BEGIN-END EVENT [...]	netlink's ("NS")
 *
 * The path is configured with a round trip of 20 us.
 */
/* clang-format on */
#ifndef TCPW_COMPARE_TESTS_PATH_STORY_H
#define TCPW_COMPARE_TESTS_PATH_STORY_H

#include <stddef.h>

#include "compare/verdict.h"

struct story_options {
	const char *mode;    /* a second one of the probe's; NULL: segment */
	const char *path;    /* the whole of path.jsonl instead, "-": no such file */
	const char *backend; /* as the manifest has it; NULL: relay */
	unsigned int p50_us; /* of the calibration's round trips; 0: not calibrated */
	unsigned int rate_bit; /* of the bottleneck; 0: none */
	bool no_trailer;
};

/* What the check says of it; to be freed with verdict__free(). */
void path_story__judge(const char *const lines[], const struct story_options *options,
		       struct verdict *v);

struct path_case {
	const char *must;
	const char *lines[32];
	const char *subject; /* of the check; "witness": of that check */
	enum status status;
	const char *reason; /* words in it; NULL: any */
	struct story_options options;
};

/* Fails the test with the first case that is judged otherwise. */
void path_story__judge_all(const struct path_case *cases, size_t count);

#define JUDGE(cases) path_story__judge_all(cases, sizeof(cases) / sizeof((cases)[0]))

/* 0: SYN, SYN-ACK, ACK */
#define OPEN "c 0 0+0 f=S", "s 20 0+0 a1 f=S", "c 40 1+0 a1"
/* 60 to 91: two segments, each acknowledged */
#define DATA "c 60 1+1000 a1", "c 61 1001+1000 a1", "s 80 1+0 a1001", "s 81 1+0 a2001"
/* 1000 on: FIN, FIN, ACK; what was sent before ends at END */
#define CLOSE(end, behind)                                                                       \
	"c 1000 " end "+0 a1 f=F", "s 1020 1+0 a" behind " f=F", "c 1040 " behind "+0 a2"
/* Someone has to have been there. */
#define SEEN "C 1045 close state=4", "S 1060 close state=9"

/* Lines of a whole account, for story_options.path. */
#define FLOW "{\"event\":\"flow\",\"t\":1,\"flow\":0,\"client\":\"10.0.0.1\",\"client_port\":1,\"server\":\"10.0.0.2\",\"server_port\":2}\n"
#define TRAILER(n) "{\"trailer\":true,\"samples\":" n ",\"lost\":{},\"notes\":{}}\n"

#endif
