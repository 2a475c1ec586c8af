/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the part "end" of a report of `iperf3 -J`: each stream's figures over the whole test. */
#ifndef TCPW_COMPARE_IPERF3_END_H
#define TCPW_COMPARE_IPERF3_END_H

#include "iperf3.h"

/* sockets: the number that the report gives to each stream. Figures it lacks stay absent. */
void report__read_end(struct report *r, const cJSON *root, const uint64_t *sockets);

#endif
