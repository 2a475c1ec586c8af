// SPDX-License-Identifier: BSD-2-Clause
/* The catalogue's counters as one short list, and the frontier: how far they are known to be. */
#include "counters.h"

enum field counters[COUNTERS];
static unsigned int delivered = COUNTERS;

void counters__init(void)
{
	unsigned int n = 0;

	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (catalogue[f].kind == KIND_COUNTER) {
			if (f == FIELD_delivered)
				delivered = n;
			counters[n++] = f;
		}
}

/*
 * The one step back that a kernel takes: tcp_rcv_fastopen_synack() does --tp->delivered, because
 * tcp_ack() counted the SYN and its data as two. It runs in tcp_rcv_synsent_state_process() behind
 * tcp_ack() (RTT callback, state SYN_SENT) and tcp_finish_connect() (state change and
 * ACTIVE_ESTABLISHED callback), all in one hold of the socket lock. So only the probe can see the
 * higher value, and only in these events; there `delivered` is not looked at.
 */
static bool delivered_may_step_back(const struct sample *s)
{
	enum { TCP_SYN_SENT = 2 };

	return s->event == EVENT_established ||
	       (sample__has(s, FIELD_state) && s->value[FIELD_state] == TCP_SYN_SENT);
}

uint64_t counters__of(const struct sample *s)
{
	uint64_t set = 0;

	for (unsigned int i = 0; i < COUNTERS; i++)
		set |= (uint64_t)sample__has(s, counters[i]) << i;
	if (delivered_may_step_back(s))
		set &= ~(1ULL << delivered);
	return set;
}

void frontier__raise(struct frontier *f, const struct sample *s, uint64_t set)
{
	for (uint64_t todo = set; todo; todo &= todo - 1) {
		unsigned int i = __builtin_ctzll(todo);
		uint64_t v = s->value[counters[i]];

		if (!(f->have >> i & 1) || field__difference(counters[i], v, f->value[i]) > 0)
			f->value[i] = v;
	}
	f->have |= set;
}

uint64_t frontier__compare(const struct frontier *floor, const struct sample *s, uint64_t set,
			   uint64_t *below)
{
	*below = 0;
	set &= floor->have;
	for (uint64_t todo = set; todo; todo &= todo - 1) {
		unsigned int i = __builtin_ctzll(todo);

		/* equal is by far the commonest case and needs no width */
		if (s->value[counters[i]] != floor->value[i] &&
		    field__difference(counters[i], s->value[counters[i]], floor->value[i]) < 0)
			*below |= 1ULL << i;
	}
	return set;
}
