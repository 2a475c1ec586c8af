/* SPDX-License-Identifier: BSD-2-Clause */
/* Round-trip times and delivery rates against those that the path's account allows. */
#ifndef TCPW_COMPARE_PATH_ROUNDS_H
#define TCPW_COMPARE_PATH_ROUNDS_H

#include "check.h"
#include "finding.h"
#include "path_end.h"

#define PATH_ROUND_FIELDS 4

struct path_rounds {
	struct finding found[PATH_ROUND_FIELDS];
	struct finding rate;	/* delivery_rate */
	struct finding longest; /* min_rtt at the close */
};

enum field path_rounds__field(unsigned int i);

/*
 * A sample of e's socket; the account has been replayed to its end. excess_us: what the calibration
 * found a round trip to take beyond the configured one, every second time; negative: unknown.
 */
void path_rounds__sample(struct path_rounds *r, double excess_us, struct path_end *e,
			 const struct window *w);

/* Nothing more comes of that end. */
void path_rounds__finish(struct path_rounds *r, struct path_end *e);

#endif
