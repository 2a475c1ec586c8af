// SPDX-License-Identifier: BSD-2-Clause
/*
 * From when on, and up to when, a sample of the probe tells the socket's state.
 *
 * All of the probe's programs run under the socket's lock, but not all at the end of what is done
 * under it; the rest is done before anybody else reads. So the state between two samples is that of
 * the first one where nothing was left to do, else that of the second one:
 *
 * - segment: the first thing that tcp_rcv_established() does. tcp_ack(), tcp_data_queue() and what
 *   they send are all to come. The next sample tells.
 * - established, and the change of state beside it (tcp_finish_connect(), tcp_rcv_state_process()):
 *   tcp_ack() is over, so fields that are fresh by the catalogue are what they show. The others
 *   come behind (tcp_init_congestion_control(), tcp_init_buffer_space(), tcp_update_pacing_rate()):
 *   the next sample tells.
 * - rtt: in tcp_rtt_estimator(), in the midst of tcp_ack(). Fresh fields, and srtt by the argument
 *   of the callback, are what it shows; the next sample tells the others. With `segment` capture
 *   nothing is processed up to the next sample but the rest of that ACK, so that one shows even
 *   what becomes of the fresh fields (RACK marks losses, more is sent): the callback tells nothing
 *   then. Outside ESTABLISHED there are no segment events: trace_tcp_probe() is in
 *   tcp_rcv_established().
 * - other changes of state: by tcp_fin() and tcp_rcv_state_process() behind tcp_ack(), or without
 *   any segment by tcp_close_state(). connect, close: no segment, or nothing behind it. poll, mark:
 *   these only read. All these show what the socket has from there on.
 *
 * Sending and timers move some fields without any event (driven.c). Timers send, too. So behind a
 * segment, a mark or a poll the next sample tells such a field only back to when data was sent last
 * (lsndtime, tcp_event_data_sent()); before that it is what the last sample shows, late by that
 * segment if it is one. What else moves without an event, by ICMP or by the application, is taken
 * as moved with the last one.
 */
#include "hold.h"

#include "driven.h"

enum { ESTABLISHED = 1, SYN_SENT = 2, SYN_RECV = 3 };

bool hold__tells(const struct run *run, const struct sample *s)
{
	return s->event != EVENT_rtt || !run__has_mode(run, WITNESS_PROBE, "segment") ||
	       (sample__has(s, FIELD_state) && s->value[FIELD_state] != ESTABLISHED);
}

static bool ends_handshake(const struct sample *s)
{
	uint64_t old = s->value[FIELD_old_state];

	return s->event == EVENT_established ||
	       (s->event == EVENT_state && sample__has(s, FIELD_old_state) &&
		(old == SYN_SENT || old == SYN_RECV));
}

static bool is_sent(enum field f)
{
	return driven__moved_by(f) & (BY_SENDING | BY_TIMER);
}

bool hold__is_sent(const struct sample *s, enum field f)
{
	return is_sent(f) && (s->event != EVENT_rtt || catalogue[f].rtt == RTT_FRESH);
}

bool hold__on(const struct sample *s, enum field f)
{
	if (s->event == EVENT_segment)
		return false;
	if (s->event == EVENT_mark || s->event == EVENT_poll)
		return !is_sent(f);
	if (s->event == EVENT_rtt && f == FIELD_rtt && sample__has(s, FIELD_cb_srtt))
		return true;
	if (s->event == EVENT_rtt || ends_handshake(s))
		return catalogue[f].rtt == RTT_FRESH;
	return true;
}

uint64_t hold__sent_ns(const struct run *run, const struct sample *s)
{
	uint32_t hz = run->timeline[WITNESS_PROBE].header.hz;
	uint64_t ago =
		s->value[FIELD_last_data_sent] * 1000000 + 1000000000 / (hz ? hz : 100) + 1000000;

	if (s->event == EVENT_rtt)
		return s->t0_ns; /* fresh fields are those behind an ACK */

	return sample__has(s, FIELD_last_data_sent) && ago < s->t0_ns ? s->t0_ns - ago : 0;
}
