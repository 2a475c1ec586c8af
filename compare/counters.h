/* SPDX-License-Identifier: BSD-2-Clause */
/* The catalogue's counters as one short list, and the frontier: how far they are known to be. */
#ifndef TCPW_COMPARE_COUNTERS_H
#define TCPW_COMPARE_COUNTERS_H

#include "timeline/sample.h"

#define COUNTERS_OF_CONSTANT 0
#define COUNTERS_OF_COUNTER 1
#define COUNTERS_OF_GAUGE 0
#define COUNTERS_OF_AGE 0
#define COUNTERS_OF_DURATION 0
#define COUNTERS_OF_RATE 0
#define COUNTERS_OF_ENUM 0
#define COUNTERS_OF_FLAGS 0
#define COUNTERS_OF_SEQUENCE 0

/* How many fields of kind COUNTER the catalogue has. */
enum {
	COUNTERS = 0
#define TCPI(name, type, unit, kind, at, since, rtt, all_ones, have, expr, doc) +COUNTERS_OF_##kind
#define SOCK(name, type, unit, kind, have, expr, doc) +COUNTERS_OF_##kind
#define CALL(name, type, unit, kind, doc) +COUNTERS_OF_##kind
#define ATTR(name, type, unit, kind, attribute, at, doc) +COUNTERS_OF_##kind
#include "timeline/catalogue.def"
};
_Static_assert(COUNTERS > 1 && COUNTERS <= 64, "sets of counters are 64-bit masks");

/* Their fields, in the catalogue's order. */
extern enum field counters[COUNTERS];
void counters__init(void); /* fills the list; may be called again */

/*
 * Which counters a sample may speak for: those present in it, except where the kernel itself takes
 * a step back for a moment (see counters.c). Bit i is counters[i].
 */
uint64_t counters__of(const struct sample *s);

/* The highest value seen so far of each counter, in serial arithmetic. */
struct frontier {
	uint64_t have;
	uint64_t value[COUNTERS];
};

/* Raise f to what s says. set: counters__of(s). */
void frontier__raise(struct frontier *f, const struct sample *s, uint64_t set);

/*
 * Compare s with a floor. Returns the set of counters that were compared; *below: those in which s
 * is lower.
 */
uint64_t frontier__compare(const struct frontier *floor, const struct sample *s, uint64_t set,
			   uint64_t *below);

/* How far s is below floor in counters[i]. */
static inline uint64_t frontier__shortfall(const struct frontier *floor, const struct sample *s,
					   unsigned int i)
{
	return (uint64_t)field__difference(counters[i], floor->value[i], s->value[counters[i]]);
}

#endif
