/* SPDX-License-Identifier: BSD-2-Clause */
/* Puts one check on the stand: samples of one flow, without files, merge and verdict around it. */
#ifndef TCPW_COMPARE_TESTS_STAND_H
#define TCPW_COMPARE_TESTS_STAND_H

#include <stdlib.h>
#include <string.h>

#include "compare/check.h"

struct stand {
	struct run run;
	struct check *check;
	struct flow_entry *flow;
	uint64_t *window_state;
	struct verdict verdict;
};

/* Prepare run before, give it its check with stand__start(). */
static inline void stand__start(struct stand *f, struct check *check)
{
	size_t size = (check->ops->flow_size + 7) / 8 * 8;

	f->check = check;
	f->flow = calloc(1, sizeof(*f->flow) + size);
	f->window_state = calloc(1, check->ops->window_size + 8);
	if (!f->flow || !f->window_state)
		abort();
	f->flow->id = 1;
	f->flow->role = ROLE_SENDER;
	f->flow->end = END_CLIENT;
	f->flow->stream = 1;
}

static inline void stand__sample(struct stand *f, enum witness witness, const struct sample *s)
{
	struct window w = { .sample = s,
			    .flow = f->flow,
			    .witness = witness,
			    .end_ns = s->t1_ns,
			    .state = f->window_state };

	if (!(f->check->ops->events >> s->event & 1))
		return;
	f->check->ops->begin(f->check, &w);
	if (f->check->ops->end)
		f->check->ops->end(f->check, &w);
}

/* 0 as finish() */
static inline int stand__finish(struct stand *f)
{
	int err = f->check->ops->finish(f->check, &f->verdict);

	if (!err)
		verdict__conclude(&f->verdict, NULL);
	return err;
}

static inline void stand__free(struct stand *f)
{
	verdict__free(&f->verdict);
	f->check->ops->free(f->check);
	free(f->flow);
	free(f->window_state);
}

#endif
