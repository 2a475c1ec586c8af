// SPDX-License-Identifier: BSD-2-Clause
/*
 * Follows a flow's sample numbers. They may come slightly out of order (a program interrupted
 * between taking its number and reading its clock), so gaps are not counted as they appear: what
 * is missing at the end is the highest number minus how many came.
 */
#include "sequence.h"

void sequence__add(struct sequence *q, uint64_t seq, enum sample_event event)
{
	uint32_t bit = 1U << event;

	if (!seq)
		return;
	if (event == EVENT_mark || event == EVENT_tcp_info) {
		if (q->pair == seq && !(q->pair_seen & bit)) {
			q->pair_seen |= bit;
			return; /* the second half of a pair: counted with the first */
		}
		if (q->pair != seq) {
			q->pair = seq;
			q->pair_seen = bit;
		}
	}
	if (seq > q->max) {
		q->recent = seq - q->max < 64 ? q->recent << (seq - q->max) : 0;
		q->max = seq;
	} else if (q->max - seq < 64 && q->recent >> (q->max - seq) & 1) {
		q->duplicates++;
		return;
	}
	if (q->max - seq < 64)
		q->recent |= 1ULL << (q->max - seq);
	q->received++;
}
