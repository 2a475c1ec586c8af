/* SPDX-License-Identifier: BSD-2-Clause */
/* What was found about a foreign witness, and what the verdict says of it. */
#ifndef TCPW_COMPARE_FOREIGN_TALLY_H
#define TCPW_COMPARE_FOREIGN_TALLY_H

#include "agreement.h"
#include "run.h"
#include "units.h"
#include "verdict.h"

/* How a field of a foreign timeline is judged. */
enum manner {
	MANNER_NONE,	 /* the probe has no such field */
	MANNER_BRACKET,	 /* counters, clocks: between the probe's readings before and behind */
	MANNER_SHOWN,	 /* driven by ACKs, segments captured: one of the values the probe showed */
	MANNER_CONSTANT, /* the probe's */
	MANNER_AGE,	 /* the event that it counts from lies between the probe's, in ticks */
	MANNER_STATISTIC, /* moves on its own between the probe's samples: described, not judged */
};

enum manner manner__of(enum field f, const struct timeline_header *probe);
/* "0"; "" where nothing is judged. */
const char *manner__tolerance(enum manner m);

struct field_tally {
	uint64_t told;		       /* values in the timeline, of this run's flows */
	uint64_t compared, violations; /* exactly */
	uint64_t moved, unproven;
	uint64_t behind, ahead; /* violations by lower and by higher values */
	uint64_t backwards;	/* steps back of a counter within the timeline itself */
	uint64_t shown, placed; /* equal to a value that the probe showed, of so many */
	struct worst worst;
	struct agreement error; /* to the nearest value that the probe showed */
	struct unit_votes votes;
};

struct foreign_tally {
	uint64_t samples, joined, stranger, mixed, dropped;
	uint64_t first_ns, last_ns;
	struct field_set told;
	struct field_tally field[FIELD_COUNT];
};

struct foreign_tally *foreign_tally__new(void);
void foreign_tally__free(struct foreign_tally *t); /* NULL is allowed */

/* 0 or -1: no memory. probe_first_ns, probe_last_ns: of the probe's samples, 0 and 0 without. */
int foreign_tally__judge(const struct foreign_tally *t, const struct run *run, unsigned int which,
			 uint64_t probe_first_ns, uint64_t probe_last_ns, struct verdict *v);

#endif
