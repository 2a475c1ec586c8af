/* SPDX-License-Identifier: BSD-2-Clause */
/* From when on, and up to when, a sample of the probe tells the socket's state. */
#ifndef TCPW_COMPARE_HOLD_H
#define TCPW_COMPARE_HOLD_H

#include "run.h"

/*
 * Does s tell the state between two events? False: an RTT callback where every segment is shown; the
 * next sample tells more and better.
 */
bool hold__tells(const struct run *run, const struct sample *s);

/*
 * Of a sample that tells: is its f what the socket has from this instant on, until the flow's next
 * one? If not, that next sample's f is, from this instant on.
 */
bool hold__on(const struct sample *s, enum field f);

/*
 * Of such a field, which sending and timers move too, s tells only from hold__sent_ns() on: a time
 * before data was sent last, by as little as s tells. 0: unknown.
 */
bool hold__is_sent(const struct sample *s, enum field f);
uint64_t hold__sent_ns(const struct run *run, const struct sample *s);

#endif
