/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of iperf3's calls each printed interval is of, where others were not printed in between. */
#ifndef TCPW_COMPARE_NUMBERING_H
#define TCPW_COMPARE_NUMBERING_H

#include "alignment.h"

struct numbering;

/*
 * Streams of one report, which iperf3 asks in one pass and prints together, with count intervals
 * each. They are kept by reference. NULL: no memory.
 */
struct numbering *numbering__new(const struct aligned_stream *streams, unsigned int n,
				 unsigned int count);
void numbering__free(struct numbering *nb);

/*
 * If the first interval is of pass shift (the call of that number, and of those that a stream
 * missed), interval k is of pass shift + number[k]. Good until the next call. contrary: no numbers
 * are possible by the order of calls and readings, if each gap is to be explained.
 */
const int *numbering__of(struct numbering *nb, int shift, bool *contrary);

#endif
