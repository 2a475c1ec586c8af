/* SPDX-License-Identifier: BSD-2-Clause */
/* The last samples of one flow by the probe: what a value read a moment ago can be held against. */
#ifndef TCPW_COMPARE_HISTORY_H
#define TCPW_COMPARE_HISTORY_H

#include "counters.h"

/* A burst of segments between the kernel's fill of struct tcp_info and the mark is shorter. */
#define HISTORY_DEPTH 16

struct history {
	unsigned int count; /* ever added */
	struct sample ring[HISTORY_DEPTH];
};

void history__add(struct history *h, const struct sample *s);

/* The sample that was added `back` samples ago (0: the last), or NULL. */
const struct sample *history__at(const struct history *h, unsigned int back);

/*
 * Was the socket in a settled state at s: not in the middle of an ACK's processing, as in an RTT
 * callback?
 */
static inline bool sample__is_settled(const struct sample *s)
{
	return s->event != EVENT_rtt && s->event != EVENT_tcp_info;
}

/*
 * A settled sample in which all fields of set have the values that they have in s, and which may
 * have been taken after s was (see history__before()). NULL: there is none. early: s read these
 * fields before it waited for the lock; then the segments that were processed in the meantime count
 * too, back to the application's mark before.
 */
const struct sample *history__showing(const struct history *h, const struct sample *s,
				      const struct field_set *set, bool early);

/*
 * The latest sample that was provably taken before s was: a counter that moves only under the
 * socket lock is lower in it. NULL: none is kept.
 */
const struct sample *history__before(const struct history *h, const struct sample *s);

/*
 * The first sample of a segment that arrived after s was taken, if it is certain that no other came
 * in between and that nothing was sent: segs_in is ahead by just that one, every other counter is
 * where it was. Then every field that only segments and sending can move is in s what it is there.
 * NULL: no such sample.
 */
const struct sample *history__next_segment(const struct history *h, const struct sample *s);

/* Has every segment that s counts been shown? Only then does the history know all states. */
bool history__is_complete(const struct history *h, const struct sample *s);

#endif
