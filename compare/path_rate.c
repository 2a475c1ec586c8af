// SPDX-License-Identifier: BSD-2-Clause
/*
 * The bottleneck once more, from the account alone: what the relay computed as a packet arrived
 * (serve() in scenarios/relay/line.c) has the same arguments here, t and the packet's length, down
 * to the remainder of a division. A packet is written no earlier than that and half a round trip
 * later.
 *
 * Nothing is granted for what the account does not tell. Jitter, holding back and order only delay
 * further. What is no TCP takes its time at the bottleneck too, and so does what the relay then
 * could not write: without them a packet may only have been written earlier, for the bottleneck's
 * end is monotone in what it has served. A packet that was dropped took no time; nor does a copy,
 * which leaves with its original, whose line is the one before.
 */
#include "path_rate.h"

#define NS_PER_S 1000000000ull

static uint64_t serve(struct path_rate *r, uint64_t rate_bit, uint64_t now_ns, uint64_t bytes)
{
	uint64_t bits_ns = bytes * 8 * NS_PER_S;

	if (r->busy_ns < now_ns) {
		r->busy_ns = now_ns;
		r->remainder = 0;
	}
	bits_ns += r->remainder;
	r->busy_ns += bits_ns / rate_bit;
	r->remainder = bits_ns % rate_bit;
	return r->busy_ns + !!r->remainder;
}

uint64_t path_rate__earliest(struct path_rate *r, const struct path_config *config,
			     const struct path_packet *p)
{
	double exact_ns = config->rtt_us * 1000 + 0.5;
	uint64_t rtt_ns = exact_ns > 0 && exact_ns < NS_PER_S * 1e6 ? exact_ns : 0;
	/* of the two halves, the longer one is the client's (relay__new()) */
	uint64_t delay_ns = p->dir == DIR_C2S ? rtt_ns - rtt_ns / 2 : rtt_ns / 2;

	if (!config->rate_bit || p->fate != FATE_DELIVERED)
		return 0;
	if (!p->copy)
		r->free_ns = serve(r, config->rate_bit, p->t_ns, p->ip_len) + delay_ns;
	return r->free_ns;
}
