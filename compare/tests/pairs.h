/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Marks of one flow for the check "identity": an ACK of 2 segments every 10 ms, and 5 ms behind it a
 * mark with the kernel's own struct tcp_info, equal in all fields unless a test changes something.
 */
#ifndef TCPW_COMPARE_TESTS_PAIRS_H
#define TCPW_COMPARE_TESTS_PAIRS_H

#include "stand.h"

#define PAIRS	40
#define TICK_MS 4 /* HZ = 250 */

/* What happens at pair k: change mark or info, or the last segment before them. */
typedef void (*tamper_fn)(unsigned int k, struct sample *segment, struct sample *mark,
			  struct sample *info);

struct pairs_case {
	const char *description;
	tamper_fn tamper;
	const char *field; /* of this one: */
	enum status status;
	uint64_t violations, moved, unproven, instants_moved;
	const char *says;
};

void pairs__start(struct stand *f);
void pairs__feed(struct stand *f, tamper_fn tamper, unsigned int pairs);

/* Each case with all PAIRS of them; fails the test at the first that is judged otherwise. */
void pairs__judge_all(const struct pairs_case *cases, size_t count);

#endif
