/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields that statistics are made of: gauges and rates of struct tcp_info. */
#ifndef TCPW_COMPARE_GAUGES_H
#define TCPW_COMPARE_GAUGES_H

#include "timeline/sample.h"

#define GAUGES_OF_CONSTANT 0
#define GAUGES_OF_COUNTER 0
#define GAUGES_OF_GAUGE 1
#define GAUGES_OF_AGE 0
#define GAUGES_OF_DURATION 0
#define GAUGES_OF_RATE 1
#define GAUGES_OF_ENUM 0
#define GAUGES_OF_FLAGS 0

enum {
	GAUGES = 0
#define TCPI(name, type, unit, kind, at, since, rtt, all_ones, have, expr, doc) +GAUGES_OF_##kind
#include "timeline/catalogue.def"
};
_Static_assert(GAUGES > 0 && GAUGES <= 64, "sets of gauges are 64-bit masks");

extern enum field gauges[GAUGES];
void gauges__init(void); /* fills the list; may be called again */

/*
 * The state of the socket as a sample shows it. In an RTT callback srtt is still the previous
 * ACK's; the callback's argument (kernel 6.10) is what the kernel is about to store, so it counts.
 */
struct gauge_values {
	uint64_t have; /* bit i is gauges[i] */
	uint64_t value[GAUGES];
};
void gauges__of(const struct sample *s, struct gauge_values *g);

/* A value that is no amount: "unlimited", "unset", an infinite slow start threshold. */
bool gauge__is_special(enum field f, uint64_t v);

#endif
