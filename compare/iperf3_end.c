// SPDX-License-Identifier: BSD-2-Clause
/* Reads the part "end" of a report of `iperf3 -J`. */
#include "iperf3_end.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *key;
	enum end_figure figure;
} figures[] = {
	{ "bytes", END_BYTES },		  { "retransmits", END_RETRANSMITS },
	{ "max_snd_cwnd", END_MAX_CWND }, { "max_snd_wnd", END_MAX_SND_WND },
	{ "max_rtt", END_MAX_RTT },	  { "min_rtt", END_MIN_RTT },
	{ "mean_rtt", END_MEAN_RTT },
};

void report__refuse(const cJSON *object, const char *key, const char *where, unsigned int n,
		    char why[DOCUMENT_WHY_MAX])
{
	const cJSON *item = member__get(object, key);
	char *text;

	if (cJSON_IsNumber(item)) {
		snprintf(why, DOCUMENT_WHY_MAX, "%s %u: %s is %g, which cannot be", where, n, key,
			 item->valuedouble);
		return;
	}
	text = cJSON_PrintUnformatted(item);
	snprintf(why, DOCUMENT_WHY_MAX, "%s %u: %s is %.64s, not a number", where, n, key,
		 text ? text : "?");
	cJSON_free(text);
}

/* own: what the report's own side counted. NULL, or the key that is not understood. */
static const char *read_entry(struct stream *s, const cJSON *own)
{
	double end;

	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		if (member__u64(own, figures[i].key, &s->end.value[figures[i].figure]))
			s->end.have |= 1U << figures[i].figure;
		else if (member__get(own, figures[i].key))
			return figures[i].key;
	}
	s->end.end_ns = -1;
	if (member__number(own, "end", &end) && end >= 0 && end < 1e9)
		s->end.end_ns = llround(end * 1e9);
	else if (member__get(own, "end"))
		return "end";
	return NULL;
}

/*
 * With --bidir the two entries' times are the wrong way round for the streams that run backwards (3.12:
 * the sender's is the client's, the receiver's the server's, whichever sends). Own is the one to which
 * the own intervals lead.
 */
static void settle_end(struct stream *s, const cJSON *other)
{
	int64_t last_ns = s->count ? s->intervals[s->count - 1].end_ns : 0, other_ns;
	double end;

	if (!s->count || s->end.end_ns < 0 || !member__number(other, "end", &end) ||
	    !(end >= 0 && end < 1e9))
		return;
	other_ns = llround(end * 1e9);
	if (llabs(other_ns - last_ns) < llabs(s->end.end_ns - last_ns))
		s->end.end_ns = other_ns;
}

int report__read_end(struct report *r, const cJSON *root, const uint64_t *sockets,
		     char why[DOCUMENT_WHY_MAX])
{
	const cJSON *entry, *own;
	unsigned int place = 0;
	const char *bad;

	cJSON_ArrayForEach(entry, member__get(member__get(root, "end"), "streams"))
	{
		struct stream *s = place < r->count ? &r->streams[place] : NULL;
		uint64_t socket;

		place++;
		if (member__u64(member__get(entry, "sender"), "socket", &socket))
			for (unsigned int i = 0; i < r->count; i++)
				if (sockets[i] == socket)
					s = &r->streams[i];
		if (!s || s->end.have)
			continue;
		/* each entry has what the sender and what the receiver counted */
		own = member__get(entry, s->sender ? "sender" : "receiver");
		bad = read_entry(s, own);
		if (bad) {
			report__refuse(own, bad, "end of stream", place, why);
			return -EBADMSG;
		}
		settle_end(s, member__get(entry, s->sender ? "receiver" : "sender"));
	}
	return 0;
}
