/* SPDX-License-Identifier: BSD-2-Clause */
/* Ages and durations of a mark against those of its tcp_info: clocks that were read twice. */
#ifndef TCPW_COMPARE_MARK_CLOCKS_H
#define TCPW_COMPARE_MARK_CLOCKS_H

#include "history.h"

/* One mark with the tcp_info that the kernel filled just before it. */
struct mark_pair {
	const struct sample *mark, *info;
	const struct history *history; /* the flow's samples before the mark */
	unsigned int flow;
	uint64_t ahead; /* counters that are ahead in the mark, as counters[] */
	bool moved;	/* the socket changed in between */
};

static inline bool mark_pair__has(const struct mark_pair *p, enum field f)
{
	return catalogue[f].group == GROUP_TCP_INFO && sample__has(p->mark, f) &&
	       sample__has(p->info, f);
}

static inline bool field__is_clock(enum field f)
{
	return catalogue[f].kind == KIND_AGE || catalogue[f].kind == KIND_DURATION;
}

enum clock_outcome { CLOCK_RIGHT, CLOCK_MOVED, CLOCK_WRONG };

struct clock_finding {
	enum field field;
	enum clock_outcome outcome;
};

/* Judge all clocks that both have. hz: 0 if unknown, then only total_rto_time. Returns how many. */
unsigned int mark_pair__judge_clocks(const struct mark_pair *p, uint32_t hz,
				     struct clock_finding found[FIELD_COUNT]);

#endif
