// SPDX-License-Identifier: BSD-2-Clause
/* The random drops of a ledger. */
#include "drops.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ledger_reader.h"
#include "timeline/lines.h"

/* What has no bytes comes before and after those that have. */
#define OFFSET_SYN 0
#define OFFSET_FIN UINT64_MAX

struct drop {
	uint64_t flow, offset; /* offset + 1, or OFFSET_* */
	uint64_t nth;
	bool s2c;
};

struct drops {
	struct drop *drop;
	size_t count, room;
};

static int add(struct drops *d, const struct drop *drop)
{
	if (d->count == d->room) {
		size_t room = d->room ? d->room * 2 : 1024;
		struct drop *more = realloc(d->drop, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		d->drop = more;
		d->room = room;
	}
	d->drop[d->count++] = *drop;
	return 0;
}

static int order(const void *va, const void *vb)
{
	const struct drop *a = va, *b = vb;

	if (a->flow != b->flow)
		return a->flow < b->flow ? -1 : 1;
	if (a->s2c != b->s2c)
		return a->s2c ? 1 : -1;
	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return a->nth < b->nth ? -1 : a->nth > b->nth;
}

static int add_points(struct drops *d, const cJSON *points, struct drop *drop)
{
	const cJSON *point;
	int err;

	cJSON_ArrayForEach(point, points)
	{
		if (json__u64(cJSON_GetArrayItem(point, 0), &drop->offset) ||
		    json__u64(cJSON_GetArrayItem(point, 1), &drop->nth))
			return -EBADMSG;
		drop->offset++;
		err = add(d, drop);
		if (err)
			return err;
	}
	return 0;
}

static int read_packet(void *ctx, const cJSON *o)
{
	struct drop drop = { .s2c = ledger_reader__is(o, "dir", "s2c") };
	const cJSON *syn = cJSON_GetObjectItemCaseSensitive(o, "syn");
	const cJSON *fin = cJSON_GetObjectItemCaseSensitive(o, "fin");
	struct drops *d = ctx;

	if (!ledger_reader__is(o, "event", "packet") || !ledger_reader__is(o, "fate", "loss"))
		return 0;
	if (json__u64(cJSON_GetObjectItemCaseSensitive(o, "flow"), &drop.flow))
		return -EBADMSG;
	if (!syn && !fin)
		return add_points(d, cJSON_GetObjectItemCaseSensitive(o, "points"), &drop);
	drop.offset = syn ? OFFSET_SYN : OFFSET_FIN;
	return json__u64(syn ? syn : fin, &drop.nth) ? -EBADMSG : add(d, &drop);
}

static void print(const struct drops *d, FILE *out)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct drop *drop = &d->drop[i];

		fprintf(out, "%llu %s ", (unsigned long long)drop->flow, drop->s2c ? "s2c" : "c2s");
		if (drop->offset == OFFSET_SYN)
			fputs("syn", out);
		else if (drop->offset == OFFSET_FIN)
			fputs("fin", out);
		else
			fprintf(out, "%llu", (unsigned long long)(drop->offset - 1));
		fprintf(out, " %llu\n", (unsigned long long)drop->nth);
	}
}

int drops__print(const char *path, FILE *out, char *why, size_t size)
{
	struct drops d = { 0 };
	int err = ledger_reader__each(path, read_packet, &d, why, size);

	if (!err) {
		qsort(d.drop, d.count, sizeof(*d.drop), order);
		print(&d, out);
		if (fflush(out)) {
			err = -errno;
			snprintf(why, size, "cannot write: %s", strerror(errno));
		}
	}
	free(d.drop);
	return err;
}
