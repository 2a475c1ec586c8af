// SPDX-License-Identifier: BSD-2-Clause
/* The random drops of a ledger. */
#include "drops.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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

static bool is_text(const cJSON *o, const char *key, const char *text)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, key);

	return cJSON_IsString(item) && !strcmp(item->valuestring, text);
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

static int read_packet(struct drops *d, const cJSON *o)
{
	struct drop drop = { .s2c = is_text(o, "dir", "s2c") };
	const cJSON *syn = cJSON_GetObjectItemCaseSensitive(o, "syn");
	const cJSON *fin = cJSON_GetObjectItemCaseSensitive(o, "fin");

	if (!is_text(o, "event", "packet") || !is_text(o, "fate", "loss"))
		return 0;
	if (json__u64(cJSON_GetObjectItemCaseSensitive(o, "flow"), &drop.flow))
		return -EBADMSG;
	if (!syn && !fin)
		return add_points(d, cJSON_GetObjectItemCaseSensitive(o, "points"), &drop);
	drop.offset = syn ? OFFSET_SYN : OFFSET_FIN;
	return json__u64(syn ? syn : fin, &drop.nth) ? -EBADMSG : add(d, &drop);
}

static int read_ledger(struct drops *d, struct lines *l)
{
	const cJSON *o;
	bool ended = false;
	int got = lines__next(l, &o);

	if (got < 0)
		return got;
	if (!got || !is_text(o, "witness", "path") || !is_text(o, "backend", "relay"))
		return lines__fail(l, -EMEDIUMTYPE, "not a ledger of tcpw-relay");
	while ((got = lines__next(l, &o)) > 0) {
		int err = ended ? -EBADMSG : read_packet(d, o);

		if (err)
			return lines__fail(l, err, "not a line of a ledger");
		ended = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "trailer"));
	}
	if (!got && !ended)
		return lines__fail(l, -ENODATA, "no trailer: the ledger is cut");
	return got;
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
	struct lines *l;
	int err = lines__open(&l, path);

	if (!err)
		err = read_ledger(&d, l);
	if (err)
		snprintf(why, size, "%s", l ? lines__error(l) : strerror(-err));
	lines__close(l);
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
