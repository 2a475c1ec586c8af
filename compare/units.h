/* SPDX-License-Identifier: BSD-2-Clause */
/* Wrong units: does a field differ from the probe's by one and the same factor, and by which? */
#ifndef TCPW_COMPARE_UNITS_H
#define TCPW_COMPARE_UNITS_H

#include "timeline/catalogue.h"

#define UNIT_CANDIDATES 8

/* How many values of one field would be right in each of the units it might be in. */
struct unit_votes {
	uint64_t tried, as_due, as[UNIT_CANDIDATES];
};

/* What some units depend on; 0: unknown. */
struct unit_scale {
	uint64_t mss, hz;
};

/* value was told while the probe showed [min, max]. */
void units__vote(struct unit_votes *votes, enum field f, uint64_t value, uint64_t min, uint64_t max,
		 const struct unit_scale *scale);

/*
 * The unit that explains at least 9 in 10 of the values, where the field's own explains less than
 * half: "ms where us is due". NULL: none does. Static text.
 */
const char *units__guess(const struct unit_votes *votes, enum field f);

#endif
