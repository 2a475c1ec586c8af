/* SPDX-License-Identifier: BSD-2-Clause */
/* How late packets left, in bounded memory: 16 classes an octave, so a quantile is exact to 1/16.
 */
#ifndef TCPW_RELAY_LATENESS_H
#define TCPW_RELAY_LATENESS_H

#include <stdint.h>

#define LATENESS_CLASSES (16 * 61)

struct lateness {
	uint64_t count, max_ns;
	uint64_t in_class[LATENESS_CLASSES];
};

void lateness__add(struct lateness *l, uint64_t ns);
/* The upper end of the class that holds the share's quantile, at most the maximum; 0 if empty. */
uint64_t lateness__quantile_ns(const struct lateness *l, double share);

#endif
