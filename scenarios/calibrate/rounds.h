/* SPDX-License-Identifier: BSD-2-Clause */
/* Round trips of small packets. */
#ifndef TCPW_CALIBRATE_ROUNDS_H
#define TCPW_CALIBRATE_ROUNDS_H

#include "plan.h"

struct rounds {
	unsigned int sent, answered;
	uint64_t min_ns, p50_ns, p99_ns;
};

/*
 * None may be shorter than configured: the clock is read before sending and after receiving, so
 * there is no tolerance. The best of all must come near to it; the others tell how busy the machine
 * is, and are only recorded.
 */
int rounds__measure(struct ends *e, const struct plan *p, struct rounds *r, char why[WHY_MAX]);

#endif
