/* SPDX-License-Identifier: BSD-2-Clause */
/* Follows a flow's sample numbers: how many are missing, how many came twice. */
#ifndef TCPW_COMPARE_SEQUENCE_H
#define TCPW_COMPARE_SEQUENCE_H

#include "timeline/sample.h"

struct sequence {
	uint64_t max, received, duplicates;
	uint64_t recent;    /* bit i: number max - i came */
	uint64_t pair;	    /* the last number shared by a mark and its tcp_info */
	uint32_t pair_seen; /* 1 << event: which of the two came */
};

/* Zeroed is a good start. A sample without a number (0) is ignored. */
void sequence__add(struct sequence *q, uint64_t seq, enum sample_event event);

/* Numbers up to the highest that never came. Those lost behind the highest leave no gap. */
static inline uint64_t sequence__missing(const struct sequence *q)
{
	return q->max > q->received ? q->max - q->received : 0;
}

#endif
