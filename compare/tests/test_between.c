// SPDX-License-Identifier: BSD-2-Clause
/* What witnesses and ends say of each other: clocks, numbers of both ends, and what is still. */
#include "findings.h"

static bool netlink_late(enum witness w, unsigned int n, struct sample *s)
{
	if (w == WITNESS_NETLINK) {
		s->t0_ns += 5000000;
		s->t1_ns += 5000000;
	}
	return true;
}

static bool probe_late(enum witness w, unsigned int n, struct sample *s)
{
	if (w == WITNESS_PROBE) {
		s->t0_ns += 40000000;
		s->t1_ns += 40000000;
	}
	return true;
}

/* One field is wrong by itself: no clock is to blame. */
static bool one_counter(enum witness w, unsigned int n, struct sample *s)
{
	if (w == WITNESS_NETLINK)
		s->value[FIELD_bytes_acked] += 10000000;
	return true;
}

/* The test began 3 ms behind ESTABLISHED; marks that come 10 ms early say it began before. */
static bool early_marks(enum witness w, unsigned int n, struct sample *s)
{
	if (s->event == EVENT_mark || s->event == EVENT_tcp_info) {
		s->t0_ns -= 10000000;
		s->t1_ns -= 10000000;
	}
	return true;
}

/* The numbers of both ends, standing still. */
static bool with_numbers(enum witness w, struct sample *s, uint32_t acked, uint32_t received)
{
	bool client = s->flow.netns == 1001;

	if (w != WITNESS_PROBE)
		return true;
	sample__set(s, FIELD_snd_una, client ? acked : 4294967295u);
	sample__set(s, FIELD_snd_nxt, client ? 2000 : 4294967295u);
	sample__set(s, FIELD_rcv_nxt, client ? 4294967295u : received);
	return true;
}

static bool both_ends(enum witness w, unsigned int n, struct sample *s)
{
	return with_numbers(w, s, 1500, 1500);
}

static bool acked_too_much(enum witness w, unsigned int n, struct sample *s)
{
	return with_numbers(w, s, 1501, 1500);
}

static bool received_too_much(enum witness w, unsigned int n, struct sample *s)
{
	return with_numbers(w, s, 1500, 2001);
}

/* The client's snd_nxt, and the server's rcv_nxt, at that many bytes behind 1500. */
static bool at_bytes(enum witness w, struct sample *s, uint64_t sent, uint64_t received)
{
	bool client = s->flow.netns == 1001;

	sample__set(s, FIELD_bytes_acked, client ? sent : 0);
	sample__set(s, FIELD_bytes_received, client ? 0 : received);
	with_numbers(w, s, 1500 + sent, 1500 + received);
	if (client && w == WITNESS_PROBE)
		sample__set(s, FIELD_snd_nxt, (uint32_t)(1500 + sent));
	return true;
}

/* The receiver is silent while 3 GB are sent. */
static bool one_end_is_silent(enum witness w, unsigned int n, struct sample *s)
{
	if (s->t0_ns < SYNTHETIC_START_NS + 500000000)
		return at_bytes(w, s, 10, 10);
	return at_bytes(w, s, 3000000000u, 10) && (w != WITNESS_PROBE || s->flow.netns == 1001);
}

static bool received_4_gb_too_much(enum witness w, unsigned int n, struct sample *s)
{
	return at_bytes(w, s, 10, 10 + (1ULL << 32));
}

static bool acked_3_gb_too_much(enum witness w, unsigned int n, struct sample *s)
{
	return at_bytes(w, s, 10 + 3000000000u, 10);
}

/* Nothing moves but unacked, and the number of segments that only the probe saw. */
static bool stands_still(enum witness w, struct sample *s, uint64_t unacked, uint64_t sent)
{
	static const enum field fields[] = {
		FIELD_ca_state,	     FIELD_retransmits,	  FIELD_sacked,	    FIELD_lost,
		FIELD_total_retrans, FIELD_bytes_acked,	  FIELD_segs_out,   FIELD_data_segs_out,
		FIELD_delivered,     FIELD_bytes_retrans, FIELD_dsack_dups, FIELD_retrans,
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		sample__set(s, fields[i], 3);
	sample__set(s, FIELD_unacked, w == WITNESS_PROBE ? 7 : unacked);
	if (w == WITNESS_PROBE)
		sample__set(s, FIELD_segs_out, sent);
	return true;
}

static bool quiet(enum witness w, unsigned int n, struct sample *s)
{
	return stands_still(w, s, 7, 3);
}

static bool quiet_but_unacked(enum witness w, unsigned int n, struct sample *s)
{
	return stands_still(w, s, 8, 3);
}

static bool not_quiet(enum witness w, unsigned int n, struct sample *s)
{
	return stands_still(w, s, 8, 4);
}

static const struct finding cases[] = {
	{ "netlink's clock is late",
	  "clock",
	  "netlink",
	  "behind (later",
	  { .tamper = netlink_late } },
	{ "the probe's clock is late",
	  "clock",
	  "netlink",
	  "ahead of (earlier",
	  { .tamper = probe_late } },
	{ "one wrong counter is no clock",
	  "clock",
	  "netlink",
	  NULL,
	  { .tamper = one_counter },
	  .silent = true },
	{ "a good beginning", "clock", "iperf3 client", NULL, { 0 } },
	{ "iperf3 begins before its streams",
	  "clock",
	  "iperf3 client",
	  "before its last stream",
	  { .tamper = early_marks } },
	{ "ends that agree", "ends", "rcv_nxt", NULL, { .tamper = both_ends } },
	{ "received what was not sent",
	  "ends",
	  "rcv_nxt",
	  "snd_nxt is 1 short",
	  { .tamper = received_too_much } },
	{ "acknowledged what was not received",
	  "ends",
	  "snd_una",
	  "rcv_nxt is 1 short",
	  { .tamper = acked_too_much } },
	{ "received 2 GB ago", "ends", "rcv_nxt", NULL, { .tamper = one_end_is_silent } },
	{ "received 4 GB that were not sent",
	  "ends",
	  "rcv_nxt",
	  "snd_nxt is 4294967296 short",
	  { .tamper = received_4_gb_too_much } },
	{ "acknowledged 3 GB that were not received",
	  "ends",
	  "snd_una",
	  "rcv_nxt is 3000000000 short",
	  { .tamper = acked_3_gb_too_much } },
	{ "equal while nothing moves", "quiet", "unacked", NULL, { .tamper = quiet } },
	{ "not equal while nothing moves",
	  "quiet",
	  "unacked",
	  "netlink says 8",
	  { .tamper = quiet_but_unacked } },
	{ "something was sent in between", "quiet", "unacked", NULL, { .tamper = not_quiet } },
};

int main(void)
{
	return findings__run(cases, sizeof(cases) / sizeof(cases[0]), NULL, 0);
}
