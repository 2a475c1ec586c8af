/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the part "end" of a report of `iperf3 -J`: each stream's figures over the whole test. */
#ifndef TCPW_COMPARE_IPERF3_END_H
#define TCPW_COMPARE_IPERF3_END_H

#include "iperf3.h"

/* sockets: the number that the report gives to each stream. Figures it lacks stay absent;
 * one that is not understood is -EBADMSG. */
int report__read_end(struct report *r, const cJSON *root, const uint64_t *sockets,
		     char why[DOCUMENT_WHY_MAX]);

/* Say in why[] that a key is there, but not understood. */
void report__refuse(const cJSON *object, const char *key, const char *where, unsigned int n,
		    char why[DOCUMENT_WHY_MAX]);

#endif
