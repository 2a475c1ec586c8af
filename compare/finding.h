/* SPDX-License-Identifier: BSD-2-Clause */
/* What was found of one subject: counts, and the worst case. */
#ifndef TCPW_COMPARE_FINDING_H
#define TCPW_COMPARE_FINDING_H

#include "verdict.h"

struct finding {
	uint64_t compared, violations, moved, unproven;
	struct worst worst;
	const char *what; /* of the worst, static: what is said of it */
};

/* Compare once. size: of the violation, if it is one. */
static inline void finding__compare(struct finding *f, bool ok, const char *what, unsigned int flow,
				    uint64_t t_ns, uint64_t expected, uint64_t got, uint64_t size)
{
	f->compared++;
	if (ok)
		return;
	f->violations++;
	if (!f->worst.set || size > f->worst.size)
		f->what = what;
	worst__update(&f->worst, flow, t_ns, expected, got, size);
}

static inline void finding__add(struct finding *to, const struct finding *f)
{
	to->compared += f->compared;
	to->violations += f->violations;
	to->moved += f->moved;
	to->unproven += f->unproven;
	if (f->worst.set && (!to->worst.set || f->worst.size > to->worst.size)) {
		to->worst = f->worst;
		to->what = f->what;
	}
}

#endif
