/* SPDX-License-Identifier: BSD-2-Clause */
/* What happens to the packets of a direction: lost, doubled, overtaken, marked. */
#ifndef TCPW_CALIBRATE_FATES_H
#define TCPW_CALIBRATE_FATES_H

#include "odds.h"
#include "plan.h"
#include "runs.h"

enum fate { FATE_LOST, FATE_DUPLICATED, FATE_REORDERED, FATE_MARKED, FATES };

struct fates {
	unsigned int sent;
	unsigned int count[FATES];
	struct odds allowed[FATES];
	struct runs runs; /* of the lost ones */
};

const char *fate__name(enum fate f);

/*
 * No time is judged: the end of each group of packets is told by a sentinel that was sent after them,
 * for the path keeps the order of what it does not hold on purpose. Counts must lie within the odds of the
 * configured shares; what is not configured must not happen at all.
 */
int fates__measure(struct ends *e, const struct plan *p, enum direction d, struct fates *f,
		   char why[WHY_MAX]);

#endif
