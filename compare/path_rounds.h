/* SPDX-License-Identifier: BSD-2-Clause */
/* Round-trip times against those that the path's account allows. */
#ifndef TCPW_COMPARE_PATH_ROUNDS_H
#define TCPW_COMPARE_PATH_ROUNDS_H

#include "check.h"
#include "finding.h"
#include "path_end.h"

#define PATH_ROUND_FIELDS 4

struct path_rounds {
	struct finding found[PATH_ROUND_FIELDS];
};

enum field path_rounds__field(unsigned int i);

/* A sample of e's socket; the account has been replayed to its end. */
void path_rounds__sample(struct path_rounds *r, const struct path_end *e, const struct window *w);

#endif
