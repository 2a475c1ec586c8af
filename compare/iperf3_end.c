// SPDX-License-Identifier: BSD-2-Clause
/* Reads the part "end" of a report of `iperf3 -J`. */
#include "iperf3_end.h"

static const struct {
	const char *key;
	enum end_figure figure;
} figures[] = {
	{ "bytes", END_BYTES },		  { "retransmits", END_RETRANSMITS },
	{ "max_snd_cwnd", END_MAX_CWND }, { "max_snd_wnd", END_MAX_SND_WND },
	{ "max_rtt", END_MAX_RTT },	  { "min_rtt", END_MIN_RTT },
	{ "mean_rtt", END_MEAN_RTT },
};

/* Each entry has what the sender and what the receiver counted; a report's own stream is one. */
static void read_entry(struct stream *s, const cJSON *entry)
{
	const cJSON *own = member__get(entry, s->sender ? "sender" : "receiver");

	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		if (member__u64(own, figures[i].key, &s->end.value[figures[i].figure]))
			s->end.have |= 1U << figures[i].figure;
}

void report__read_end(struct report *r, const cJSON *root, const uint64_t *sockets)
{
	const cJSON *entry;
	unsigned int place = 0;

	cJSON_ArrayForEach(entry, member__get(member__get(root, "end"), "streams"))
	{
		struct stream *s = place < r->count ? &r->streams[place] : NULL;
		uint64_t socket;

		place++;
		if (member__u64(member__get(entry, "sender"), "socket", &socket))
			for (unsigned int i = 0; i < r->count; i++)
				if (sockets[i] == socket)
					s = &r->streams[i];
		if (s && !s->end.have)
			read_entry(s, entry);
	}
}
