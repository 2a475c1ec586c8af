/* SPDX-License-Identifier: BSD-2-Clause */
/* The rate of a direction: trains of packets that are sent faster than the bottleneck lets them pass. */
#ifndef TCPW_CALIBRATE_TRAIN_H
#define TCPW_CALIBRATE_TRAIN_H

#include "plan.h"

struct train {
	unsigned int trains;
	uint64_t rate_bit; /* of the best one */
};

/*
 * No packet may arrive before the bottleneck can have let pass it and those before it: an exact bound,
 * for the clock is read before sending and after receiving. The best train must reach nine tenths of
 * the configured rate: a sender or a relay that is interrupted leaves gaps. Nothing is measured without
 * a bottleneck.
 */
int train__measure(struct ends *e, const struct plan *p, enum direction d, struct train *t,
		   char why[WHY_MAX]);

#endif
