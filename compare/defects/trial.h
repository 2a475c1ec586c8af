/* SPDX-License-Identifier: BSD-2-Clause */
/* One defect put to the test: a copy of a good run is spoilt and judged. */
#ifndef TCPW_COMPARE_DEFECTS_TRIAL_H
#define TCPW_COMPARE_DEFECTS_TRIAL_H

#include "defect.h"

enum outcome {
	OUTCOME_CAUGHT,
	OUTCOME_MISNAMED, /* the verdict is what it should be, but names something else */
	OUTCOME_MISSED,
	OUTCOME_BROKEN, /* the defect changed nothing, or the fixture cannot be copied: no test */
	OUTCOME_BLIND,	/* missed, as the catalogue says it must be, and why */
	OUTCOME_LACKS,	/* the kernel of the recording lacks what it takes: lacks.h */
};

const char *outcome__name(enum outcome o);

#define TRIAL_TEXT_MAX 512

struct finding {
	char check[32], named[32];
	char reason[REASON_MAX];
	bool is_subject; /* named is what was looked for */
	uint64_t size;	 /* of the worst violation, 0 if it has none */
};

struct trial {
	enum outcome outcome;
	enum status verdict;
	struct finding by;	/* the finding that names it; if it is not named, the first one */
	unsigned int checks;	/* findings that name it */
	unsigned int checks_by_marks; /* of these, by checks that live on marks */
	unsigned int others;	/* findings that name something else */
	struct change change;
	char why[TRIAL_TEXT_MAX]; /* of OUTCOME_BROKEN and OUTCOME_LACKS */
};

/* Put d to the test on the fixture in dir/d->fixture. */
void trial__run(struct trial *t, const struct defect *d, const char *dir);

/* Judge a run directory that is faulty already, as d expects it. */
void trial__judge(struct trial *t, const struct defect *d, const char *run_dir);

/*
 * The smallest k for which `edit` of the same kind as d is still caught by the same check naming
 * the same thing: powers of two, from 1. 0: not known.
 */
uint64_t trial__smallest(const struct trial *t, const struct defect *d, const char *dir);

#endif
