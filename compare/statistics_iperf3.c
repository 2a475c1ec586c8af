// SPDX-License-Identifier: BSD-2-Clause
/*
 * Statistics: iperf3's printed figures against what the collectors show at that instant.
 *
 * rtt, rttvar, cwnd, pmtu and snd_wnd are tcp_info's at the interval's end. Retransmits and bytes
 * are of one interval, so they are cumulated first. A sender's bytes are those that write()
 * accepted: they run ahead of bytes_acked by what is buffered and in flight, and bytes_acked counts
 * the SYN and the 37-byte cookie too. Reported as it is; the exact account is a check of its own.
 */
#include "statistics_iperf3.h"

#include <stdlib.h>

static const struct {
	const char *field, *unit;
} names[READS] = {
	[READ_RTT] = { "rtt", "us" },
	[READ_RTTVAR] = { "rttvar", "us" },
	[READ_CWND] = { "snd_cwnd", "bytes" },
	[READ_PMTU] = { "pmtu", "bytes" },
	[READ_SND_WND] = { "snd_wnd", "bytes" },
	[READ_RETRANS] = { "total_retrans", "segments" },
	[READ_BYTES_ACKED] = { "bytes_acked", "bytes" },
	[READ_BYTES_RECEIVED] = { "bytes_received", "bytes" },
};

struct iperf3_statistics {
	struct agreement agreement[WITNESSES][READS];
};

struct iperf3_statistics *iperf3_statistics__new(void)
{
	struct iperf3_statistics *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	for (enum witness w = 0; w < WITNESSES; w++)
		for (unsigned int i = 0; i < READS; i++)
			if (agreement__init(&s->agreement[w][i])) {
				iperf3_statistics__free(s);
				return NULL;
			}
	return s;
}

void iperf3_statistics__free(struct iperf3_statistics *s)
{
	if (!s)
		return;
	for (enum witness w = 0; w < WITNESSES; w++)
		for (unsigned int i = 0; i < READS; i++)
			agreement__free(&s->agreement[w][i]);
	free(s);
}

static struct reading printed(const struct interval *iv, bool sender, uint64_t bytes,
			      uint64_t retrans)
{
	static const struct {
		uint8_t figure, read;
	} same[] = {
		{ FIGURE_RTT, READ_RTT },	  { FIGURE_RTTVAR, READ_RTTVAR },
		{ FIGURE_CWND, READ_CWND },	  { FIGURE_PMTU, READ_PMTU },
		{ FIGURE_SND_WND, READ_SND_WND }, { FIGURE_RETRANS, READ_RETRANS },
	};
	struct reading r = { .value = { iv->rtt, iv->rttvar, iv->cwnd, iv->pmtu, iv->snd_wnd,
					retrans, bytes, bytes } };

	for (size_t i = 0; sender && i < sizeof(same) / sizeof(same[0]); i++)
		if (iv->figures & same[i].figure)
			r.have |= 1U << same[i].read;
	r.have |= 1U << (sender ? READ_BYTES_ACKED : READ_BYTES_RECEIVED);
	return r;
}

void iperf3_statistics__add(struct iperf3_statistics *s, const struct run *run,
			    const struct captures *c, enum end end)
{
	for (unsigned int i = 0; i < run->report[end].count; i++) {
		const struct stream *stream = &run->report[end].streams[i];
		unsigned int flow = captures__of(c, end, i)->flow;
		uint64_t bytes = 0, retrans = 0;

		for (unsigned int k = 0; k < stream->count; k++) {
			const struct interval *iv = &stream->intervals[k];
			const struct capture *cap = captures__at(c, end, i, k);
			struct reading p;

			bytes += iv->bytes;
			retrans += iv->retrans;
			if (!cap)
				continue;
			p = printed(iv, stream->sender, bytes, retrans);
			for (enum witness w = 0; w < WITNESSES; w++)
				for (uint32_t set = p.have & cap->of[w].have; set; set &= set - 1) {
					unsigned int f = __builtin_ctz(set);

					agreement__add(&s->agreement[w][f],
						       (int64_t)(p.value[f] - cap->of[w].value[f]),
						       flow, cap->t_ns);
				}
		}
	}
}

int iperf3_statistics__judge(const struct iperf3_statistics *s, struct run *run, struct verdict *v)
{
	for (enum witness w = 0; w < WITNESSES; w++) {
		uint64_t compared = 0;

		for (unsigned int i = 0; i < READS; i++) {
			struct statistic *row;

			if (!s->agreement[w][i].n)
				continue;
			row = verdict__statistic(
				v, w == WITNESS_PROBE ? "iperf3-probe" : "iperf3-netlink",
				names[i].field);
			if (!row)
				return -1;
			row->unit = names[i].unit;
			row->summary = agreement__summary(&s->agreement[w][i]);
			statistic__judge(row, &run->manifest);
			compared += row->summary.n;
		}
		if (!compared && run->timeline[w].opened && run->timeline[w].samples &&
		    (run->report[END_CLIENT].count || run->report[END_SERVER].count)) {
			struct result *r = verdict__result(v, "statistics", "iperf3");

			if (!r)
				return -1;
			r->witness[0] = witness__name(w);
			r->tolerance = "";
			r->status = STATUS_ERROR;
			snprintf(r->reason, sizeof(r->reason),
				 "no interval of iperf3 could be compared with %s",
				 witness__name(w));
		}
	}
	return 0;
}

const struct agreement *iperf3_statistics__errors(const struct iperf3_statistics *s, enum witness w,
						  enum reading_figure figure)
{
	return &s->agreement[w][figure];
}
