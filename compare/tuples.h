/* SPDX-License-Identifier: BSD-2-Clause */
/* Places iperf3's intervals by what they print: when did the probe show just these figures? */
#ifndef TCPW_COMPARE_TUPLES_H
#define TCPW_COMPARE_TUPLES_H

#include "captures.h"

struct tuples;

/* A check for another pass, made from what c saw in the first. NULL: no memory. */
struct tuples *tuples__new(struct run *run, const struct captures *c);
struct check *tuples__check(struct tuples *t);
void tuples__free(struct tuples *t); /* NULL is allowed */

/* The offset that most intervals agree on, and half the width of its range. False: too few do. */
bool tuples__offset(const struct tuples *t, enum end end, int64_t *offset_ns,
		    uint64_t *residual_ns);

#endif
