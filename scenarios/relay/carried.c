// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a ledger's flows carried, counted again as chooser.c counted it. Behind a gap the transmissions
 * are not the first ones for it (a byte below half.high has been carried before), so there this ends.
 */
#include "carried.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "flow_table.h"
#include "ledger_reader.h"
#include "timeline/lines.h"

struct way {
	struct half half;
	uint64_t bytes; /* in one piece from the first one on */
	bool gap;
};

struct carried {
	struct way (*flow)[DIRS];
	size_t count;
};

/* Flows are numbered without holes, so one line brings one at most. */
static int make_room(struct carried *c, uint64_t flow)
{
	struct way(*more)[DIRS];

	if (flow < c->count)
		return 0;
	if (flow >= FLOWS_MAX)
		return -EBADMSG;
	more = realloc(c->flow, (flow + 1) * 2 * sizeof(*more));
	if (!more)
		return -ENOMEM;
	memset(more + c->count, 0, ((flow + 1) * 2 - c->count) * sizeof(*more));
	c->flow = more;
	c->count = (flow + 1) * 2;
	return 0;
}

static int read_segment(const cJSON *o, struct packet *p)
{
	const char *flags = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, "flags"));
	uint64_t seq, len;

	if (!flags || json__u64(cJSON_GetObjectItemCaseSensitive(o, "seq"), &seq) ||
	    json__u64(cJSON_GetObjectItemCaseSensitive(o, "len"), &len) || seq > UINT32_MAX ||
	    len > UINT16_MAX)
		return -EBADMSG;
	p->seq = (uint32_t)seq;
	p->len = (uint16_t)len;
	p->flags = (strchr(flags, 'S') ? FLAG_SYN : 0) | (strchr(flags, 'F') ? FLAG_FIN : 0);
	return 0;
}

static void count(struct way *w, const struct packet *p)
{
	int64_t offset = half__offset(&w->half, p);

	if (p->flags & FLAG_SYN) {
		w->half.syns++;
	} else if (p->len && offset >= 0) {
		uint64_t end = (uint64_t)offset + p->len;

		w->gap |= (uint64_t)offset > w->half.high;
		if (end > w->half.high)
			w->half.high = end;
		if (!w->gap)
			w->bytes = w->half.high;
	} else if (p->flags & FLAG_FIN) {
		w->half.fins++;
	}
}

static int read_packet(void *ctx, const cJSON *o)
{
	struct carried *c = ctx;
	struct packet p = { 0 };
	uint64_t flow;
	int err;

	/* A copy is made by the path: it was not carried here. */
	if (!ledger_reader__is(o, "event", "packet") ||
	    cJSON_GetObjectItemCaseSensitive(o, "copy"))
		return 0;
	if (json__u64(cJSON_GetObjectItemCaseSensitive(o, "flow"), &flow) || read_segment(o, &p))
		return -EBADMSG;
	err = make_room(c, flow);
	if (!err)
		count(&c->flow[flow][ledger_reader__is(o, "dir", "s2c") ? DIR_S2C : DIR_C2S], &p);
	return err;
}

static void print(const struct carried *c, FILE *out)
{
	static const char *const names[DIRS] = { [DIR_C2S] = "c2s", [DIR_S2C] = "s2c" };

	for (size_t flow = 0; flow < c->count; flow++)
		for (enum direction dir = 0; dir < DIRS; dir++) {
			const struct way *w = &c->flow[flow][dir];

			if (w->half.known)
				fprintf(out, "%zu %s %u %llu %u\n", flow, names[dir], w->half.syns,
					(unsigned long long)w->bytes, w->half.fins);
		}
}

int carried__print(const char *path, FILE *out, char *why, size_t size)
{
	struct carried c = { 0 };
	int err = ledger_reader__each(path, read_packet, &c, why, size);

	if (!err) {
		print(&c, out);
		if (fflush(out)) {
			err = -errno;
			snprintf(why, size, "cannot write: %s", strerror(errno));
		}
	}
	free(c.flow);
	return err;
}
