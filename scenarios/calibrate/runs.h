/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether losses come alone or in runs, as configured. */
#ifndef TCPW_CALIBRATE_RUNS_H
#define TCPW_CALIBRATE_RUNS_H

#include "odds.h"
#include "plan.h"

struct runs {
	unsigned int followed; /* lost packets that another one of their group followed */
	unsigned int again;    /* of them those whose follower was lost too */
	struct odds allowed;
};

/*
 * arrivals of each packet, sent in groups; between two groups others were sent. 0, OUT_OF_BOUNDS and
 * why[], or -errno.
 */
int runs__judge(struct runs *r, const struct plan *p, const unsigned char *arrivals,
		unsigned int sent, unsigned int group, char why[WHY_MAX]);

#endif
