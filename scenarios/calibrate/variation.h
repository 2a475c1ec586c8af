/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether round trips vary as a path with jitter makes them. */
#ifndef TCPW_CALIBRATE_VARIATION_H
#define TCPW_CALIBRATE_VARIATION_H

#include "plan.h"

struct variation {
	unsigned int rounds;
	uint64_t spread_ns; /* of them, but for the longest ones, which the machine may have made */
	uint64_t least_ns;  /* that it has to be */
};

/* Each question is sent when the one before was answered. Nothing is measured without jitter. */
int variation__measure(struct ends *e, const struct plan *p, struct variation *v,
		       char why[WHY_MAX]);

/* Of these round trips, which are sorted here. */
int variation__judge(struct variation *v, const struct plan *p, uint64_t *took_ns,
		     unsigned int rounds, char why[WHY_MAX]);

#endif
