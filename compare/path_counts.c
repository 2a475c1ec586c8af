// SPDX-License-Identifier: BSD-2-Clause
/*
 * Counts of devices and of sockets. What is exact, of the sums over all sockets of an end (the
 * probe's snapshots at CLOSE):
 *
 * - entered: their segs_out are no more than the packets that the end's device has sent: what no
 *   socket counts (SYN-ACKs, TIME_WAIT, resets, neighbour discovery) only adds to the latter.
 *
 * - arrived: their segs_in are no more than the packets that the end's device has received.
 *
 * - lost: data segments that left one end and did not reach the other were dropped, were too big to
 *   be forwarded, or arrived when no socket was there to count them.
 *
 * - retransmissions: each data segment that was dropped was sent again, or was unacknowledged at
 * the close. A drop may also be of a packet without data; and two small segments may be sent again
 * as one (tcp_retrans_try_collapse()), which takes as many bytes as the segments were short of full
 *   ones. Not judged with marks, which netem counts as drops (netem_enqueue()), and with
 * duplicates, which are nobody's to send again.
 *
 * - rate: what was acknowledged in the sockets' time is no more than the bottleneck passes in it.
 *
 * - min_rtt is not shorter than the configured round trip, cut to ms, as TCP's timestamps measure.
 *
 * - delivered_ce is 0 where the path was not asked to mark: CE comes only from its stage of marks
 *   (path_netem.sh), no device has another queueing discipline, and the counter moves only by what
 *   ACKs tell of CE (tcp_count_delivered_ce()).
 */
#include "path_counts.h"

#include <inttypes.h>
#include <string.h>

#define BURST_BYTES \
	15140 /* that a bottleneck may pass at once: the bucket of tbf (path_netem.sh) */

void path_devices__add(struct path_devices *d, const struct path_device_line *line)
{
	int64_t sign = line->after ? 1 : -1;

	for (enum end end = 0; end < ENDS; end++)
		if (!strcmp(line->netns, end == END_CLIENT ? "client" : "server")) {
			d->sent[end] += sign * (int64_t)line->tx_packets;
			d->got[end] += sign * (int64_t)line->rx_packets;
			d->ends++;
			return;
		}
	for (enum path_dir dir = 0; dir < DIRS; dir++)
		if (!strcmp(line->dev, dir == DIR_C2S ? "right" : "left")) {
			d->dropped_least[dir] += sign * (int64_t)line->drops_least;
			d->dropped_most[dir] += sign * (int64_t)(line->drops_most + line->too_big);
		}
}

static uint64_t value(const struct sample *s, enum field f)
{
	return sample__has(s, f) ? s->value[f] : 0;
}

/*
 * Segments that nobody has acknowledged. A reset empties the queue (tcp_reset(),
 * tcp_write_queue_purge()), and unacked with it, before the state changes to CLOSE; what had been
 * sent still shows. (That segments may be short is in mergeable.)
 */
static uint64_t outstanding(const struct sample *s)
{
	uint64_t unacked = value(s, FIELD_unacked), mss = value(s, FIELD_snd_mss), segments = 0;
	uint32_t bytes = value(s, FIELD_snd_nxt) - value(s, FIELD_snd_una);

	if (mss && sample__has(s, FIELD_snd_nxt) && sample__has(s, FIELD_snd_una))
		segments = (bytes + mss - 1) / mss;
	return segments > unacked ? segments : unacked;
}

static bool marks(const struct path_config *config)
{
	return config->mark_percent > 0 || config->mark_queue_bytes;
}

void path_counts__close(struct path_counts *c, const struct run *run,
			const struct path_config *config, const struct window *w)
{
	const struct sample *s = w->sample;
	enum end end = w->flow->ident.netns == run->manifest.netns[END_SERVER].inode ? END_SERVER
										     : END_CLIENT;
	struct path_sockets *k = &c->sockets[end];
	uint64_t full = value(s, FIELD_data_segs_out) * value(s, FIELD_snd_mss);
	uint64_t born = w->flow->established_ns ?: w->flow->first_ns[WITNESS_PROBE];
	uint64_t least = (uint64_t)config->rtt_us / 1000 * 1000;

	k->count++;
	k->segs_out += value(s, FIELD_segs_out);
	k->data_segs_out += value(s, FIELD_data_segs_out);
	k->segs_in += value(s, FIELD_segs_in);
	k->data_segs_in += value(s, FIELD_data_segs_in);
	k->retrans += value(s, FIELD_total_retrans);
	k->unacked += outstanding(s);
	k->acked += value(s, FIELD_bytes_acked);
	if (full > value(s, FIELD_bytes_sent))
		k->mergeable += (full - value(s, FIELD_bytes_sent)) / value(s, FIELD_snd_mss) + 1;
	if (!k->first_ns || born < k->first_ns)
		k->first_ns = born;
	k->last_ns = s->t0_ns;
	if (sample__has(s, FIELD_min_rtt) &&
	    s->value[FIELD_min_rtt] != field_all_ones(FIELD_min_rtt))
		finding__compare(&c->round, s->value[FIELD_min_rtt] >= least,
				 "shorter than the configured round trip", w->flow->id, s->t0_ns,
				 least, s->value[FIELD_min_rtt], least - s->value[FIELD_min_rtt]);
	if (sample__has(s, FIELD_delivered_ce) && !marks(config))
		finding__compare(&c->marks, !s->value[FIELD_delivered_ce],
				 "marks were told of by a path without", w->flow->id, s->t0_ns, 0,
				 s->value[FIELD_delivered_ce], s->value[FIELD_delivered_ce]);
}

/* got is no more than most. */
static void limit(struct finding *f, const char *what, int64_t got, int64_t most)
{
	finding__compare(f, got <= most, what, 0, 0, most < 0 ? 0 : most, got, got - most);
}

static void judge_direction(struct path_counts *c, const struct path_config *config, enum end from)
{
	const struct path_sockets *s = &c->sockets[from], *r = &c->sockets[!from];
	const struct path_devices *d = &c->devices;
	enum path_dir dir = from == END_CLIENT ? DIR_C2S : DIR_S2C;

	limit(&c->entered, "more segs_out than packets that the device sent", s->segs_out,
	      d->sent[from]);
	limit(&c->arrived, "more segs_in than packets that the device received", s->segs_in,
	      d->got[from]);
	limit(&c->lost, "data segments left one end, did not reach the other, and were not dropped",
	      s->data_segs_out - r->data_segs_in,
	      d->dropped_most[dir] + d->got[!from] - (int64_t)r->segs_in);
	if (!marks(config) && !config->duplicate_percent)
		limit(&c->resent, "more drops than segments that were sent again",
		      d->dropped_least[dir],
		      s->retrans + d->sent[from] - s->data_segs_out + s->unacked + s->mergeable);
	if (config->rate_bit)
		limit(&c->rate, "more bytes were acknowledged than the bottleneck passes", s->acked,
		      (s->last_ns - s->first_ns) / 1e9 * config->rate_bit / 8 + BURST_BYTES);
}

int path_counts__judge(struct path_counts *c, const struct path_config *config, struct verdict *v)
{
	const struct {
		const char *subject;
		const struct finding *found;
	} results[] = {
		{ "entered", &c->entered }, { "arrived", &c->arrived },
		{ "lost", &c->lost },	    { "retransmissions", &c->resent },
		{ "rate", &c->rate },	    { "min_rtt", &c->round },
		{ "delivered_ce", &c->marks },
	};

	for (enum end end = 0; end < ENDS; end++)
		judge_direction(c, config, end);
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		const struct finding *f = results[i].found;
		struct result *r = verdict__result(v, "path", results[i].subject);

		if (!r)
			return -1;
		r->witness[0] = "path";
		r->compared = f->compared;
		r->violations = f->violations;
		r->worst = f->worst;
		r->status = f->violations ? STATUS_FAIL : f->compared ? STATUS_PASS : STATUS_SKIP;
		if (f->violations)
			snprintf(r->reason, sizeof(r->reason), "%s: %" PRIu64 ", at most %" PRIu64,
				 f->what, f->worst.got, f->worst.expected);
		else if (f == &c->resent)
			snprintf(r->reason, sizeof(r->reason),
				 "%" PRIu64 " retransmissions, at least %" PRId64
				 " drops; this path counts, and cannot tell causes apart",
				 c->sockets[0].retrans + c->sockets[1].retrans,
				 c->devices.dropped_least[0] + c->devices.dropped_least[1]);
	}
	return 0;
}
