// SPDX-License-Identifier: BSD-2-Clause
/*
 * How fast the path's account allows a sender to learn that its segments were delivered: the limit
 * of delivery_rate, which is delivered * mss_cache / interval (tcp_compute_delivery_rate()) of a
 * sample that tcp_rate_gen() took at some acknowledgement k. Its packet P is the one sent last of
 * those that k told of first (tcp_rate_skb_delivered()). t is a packet's reading, out its writing.
 *
 * Interval. It is at least tcp_mstamp at k less prior_mstamp. tcp_rcv_established() and
 * tcp_rcv_state_process() refresh tcp_mstamp behind out(k). prior_mstamp is the time of the last
 * acknowledgement that had counted anything when P was sent, or P's own stamp if nothing was in
 * flight (tcp_rate_skb_sent()); neither is behind P's sending: with pacing too, new data waits for
 * its departure time (tcp_pacing_check(), or fq). So it is before t(P). Kernel and relay read one
 * clock, and the kernel cuts both stamps to whole us: the interval is at least the difference of
 * out(k) and t(P), both cut to us. Nor is it below min_rtt, or the sample is dropped, and no
 * min_rtt is below floor_us (path_event.c). 0 us are not shown.
 *
 * Delivered. It is tp->delivered behind k less tp->delivered at P's sending. P echoes a timestamp
 * (ts_recent, tcp_established_options()): when P was sent, a packet with it had been processed, and
 * all that had been written before the first such packet. The relay writes to one queue, in order,
 * and nothing is sent between tcp_replace_ts_recent() and the counting in tcp_ack().
 *
 * So each acknowledgement allows (told up to k - told when P was sent) / (out(k) - t(P)), and a
 * rate that is shown was allowed by one of those up to now: tcp_rate_gen() may keep it for ever.
 * What makes the kernel's numbers others than the account's:
 *
 * - Acknowledgements with equal options may be processed as one, the last (tcp_add_backlog()). Then
 *   P is the one sent last of all that they told of. If k tells of something sent still later, that
 *   is P; else the latest t and the least count of the run bound every choice.
 * - A packet out of the window or with an old timestamp is dropped before tcp_ack()
 *   (tcp_validate_incoming()). What it told of is counted with the next one that tells of it.
 * - P was sent again before the sender processed k, and the copy was read behind out(k): then only
 *   min_rtt bounds the interval. The copy tells what had been counted when it was sent.
 * - A segment is counted when its last byte is told of, at the latest. The account counts ranges,
 *   which are packets or parts of them; packets do not cross borders of segments
 *   (tcp_set_skb_tso_segs(), tcp_match_skb_to_sack()) unless the segments of what is in flight are
 *   cut anew (tcp_retransmit_skb()) while what was sent with the old borders still arrives: if the
 *   SACK blocks of what is sent again take room from the segment (tcp_current_mss()), or if the MSS
 *   grows (tcp_mtu_probe()). Then nothing is proven any more. A smaller path MTU is no such case:
 *   what was too big never arrives.
 * - A DSACK that tells of more retransmissions than there were is not counted (tcp_dsack_seen()).
 */
#include "path_pace.h"

static bool newer(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

void path_pace__sent(struct path_pace *pace, struct path_packet *p)
{
	p->counted = 0;
	if (!pace)
		return;
	if (p->flags & PATH_ACK && p->tsval) {
		/* echoes do not run backwards: tcp_paws_check() in tcp_replace_ts_recent() */
		while (pace->stamps && !newer(pace->stamp[pace->first].tsval, p->tsecr)) {
			pace->sure = pace->stamp[pace->first].told;
			pace->first = (pace->first + 1) % PATH_STAMPS;
			pace->stamps--;
		}
		pace->claim.answered |= newer(p->tsecr, pace->claim.tsval);
	} else if (p->len) {
		pace->unknown = true;
	}
	p->counted = pace->sure;
}

/* A sample over us at whose start the sender had counted that many segments. */
static void allow(struct path_pace *pace, uint64_t counted, uint64_t us, uint64_t floor_us)
{
	uint64_t delivered = pace->told - counted;

	if (floor_us != UINT64_MAX && us < floor_us)
		us = floor_us;
	us = us ?: 1;
	if (pace->most_us && delivered * pace->most_us <= pace->most * us)
		return;
	pace->most = delivered;
	pace->most_us = us;
}

static void allow_between(struct path_pace *pace, uint64_t counted, uint64_t from_ns,
			  const struct path_told *t)
{
	uint64_t to_us = t->packet->out_ns / 1000, from_us = from_ns / 1000;

	allow(pace, counted, to_us > from_us ? to_us - from_us : 0, t->floor_us);
}

/* One more that may be the packet of the next sample. */
static void widen(struct path_pace *pace, uint64_t sent_ns, uint64_t counted)
{
	if (!pace->open || sent_ns > pace->sent_ns)
		pace->sent_ns = sent_ns;
	if (!pace->open || counted < pace->counted)
		pace->counted = counted;
	pace->open = true;
}

void path_pace__late(struct path_pace *pace, const struct path_packet *p, uint64_t floor_us)
{
	allow(pace, p->counted, 0, floor_us);
	widen(pace, p->t_ns, p->counted);
}

static void note_stamp(struct path_pace *pace, uint32_t tsval)
{
	uint32_t i;

	if (!tsval || (pace->tsval && !newer(tsval, pace->tsval)))
		return;
	pace->tsval = tsval;
	if (pace->stamps == PATH_STAMPS) {
		pace->first = (pace->first + 1) % PATH_STAMPS;
		pace->stamps--;
	}
	i = (pace->first + pace->stamps++) % PATH_STAMPS;
	pace->stamp[i].tsval = tsval;
	pace->stamp[i].told = pace->told - pace->unsure;
}

void path_pace__told(struct path_pace *pace, const struct path_told *t)
{
	const struct path_news *news = t->news;
	/* older than ts_recent may be (tcp_paws_discard()) */
	bool sure = t->sure && !(pace->tsval && newer(pace->tsval, t->packet->tsval));

	pace->told += news->ranges + t->dsacks;
	if (!t->alike && !pace->unsure)
		pace->open = false;
	if (news->newest && (!pace->open || news->newest_ns >= pace->sent_ns)) {
		pace->open = false;
		widen(pace, news->newest_ns, news->newest_counted);
	} else if (news->newest) {
		allow_between(pace, news->newest_counted, news->newest_ns, t);
		widen(pace, news->newest_ns, news->newest_counted);
	}
	if (pace->open)
		allow_between(pace, pace->counted, pace->sent_ns, t);
	if (!sure && news->ranges) {
		pace->unsure += news->ranges;
		pace->unsure_end = t->end;
	} else if (sure && t->ack >= pace->unsure_end) {
		pace->unsure = 0;
	}
	note_stamp(pace, t->packet->tsval);
}

uint64_t path_pace__limit(const struct path_pace *pace, uint32_t mss)
{
	return pace->most_us ? pace->most * mss * 1000000 / pace->most_us : 0;
}
