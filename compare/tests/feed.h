/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shows samples to one check, without files. A line is
 *
 *	WITNESS TIME EVENT [FIELD=VALUE ...]	"probe 10 segment snd_una=5 seg_ack_seq=9"
 *	WITNESS BEGIN-END EVENT [...]		"netlink 12-20 sample rtt=100"
 *
 * in the order of time. Fields of struct tcp_info and of tcp_sock keep the value that the witness
 * told last; FIELD=- takes one away. cong=NAME holds for its line. All is one flow, whose sender it is. TIME is in ns, or in us
 * or ms with that suffix.
 */
#ifndef TCPW_COMPARE_TESTS_FEED_H
#define TCPW_COMPARE_TESTS_FEED_H

#include "compare/check.h"

struct feed {
	const char *const *lines; /* ended by NULL */
	struct check *(*make)(struct run *run);
	uint32_t hz;	     /* of both kernels; 0: 250 */
	uint32_t netlink_hz; /* if it differs */
	bool no_hz;
	const char *modes[2]; /* the probe's; NULL: rtt, segment */
	const char *kernel;   /* NULL: "6.18" */
};

/* The verdict of the check alone, to be freed. Aborts the test on a line it does not understand. */
void feed__judge(const struct feed *feed, struct verdict *v);

/* What must have come of a case; says: it fails, and tells that; NULL: it does not. */
struct feed_outcome {
	const char *description, *says;
	uint64_t compared, moved, unproven;
};

/* Fails the test if r is not that outcome, or any other result of the verdict is a failure. */
void feed__expect(const struct verdict *v, const struct result *r, const struct feed_outcome *o);

#endif
