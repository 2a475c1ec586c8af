// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads path.jsonl. As strict as the reader of timelines: a key of a flow or packet that nobody
 * knows, or a value that cannot be, makes the file invalid, so that nothing passes unread.
 */
#include "path_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "path_line.h"
#include "timeline/lines.h"

struct path_reader {
	struct lines *lines;
	struct path_config config;
	struct path_line_reader line;
	uint64_t last_ns, count;
	bool relay, done, whole;
	struct timeline_trailer trailer;
};

/* What failed stays failed. */
#define fail(r, ...) ((r)->done = true, lines__fail((r)->lines, -EBADMSG, __VA_ARGS__))

static int read_other(struct path_reader *r, const cJSON *root, uint64_t *t_ns)
{
	const cJSON *t = member__get(root, "t");

	*t_ns = 0;
	if (t && !path_line__time(r->line.base_ns, t, t_ns))
		return fail(r, "the value of \"t\" cannot be understood");
	return PATH_OTHER;
}

static int read_config(struct path_reader *r, const cJSON *root)
{
	struct path_config *c = &r->config;
	const cJSON *path = member__get(root, "path");
	char text[32] = "", clock[32] = "";
	uint64_t v;

	if (json__u64(member__get(root, "timeline"), &v))
		return fail(r, "not the header of an account (no \"timeline\" key)");
	if (v != TIMELINE_SCHEMA)
		return fail(r,
			    "schema version %llu, but this program reads version %d: use the "
			    "tcpwitness that wrote it",
			    (unsigned long long)v, TIMELINE_SCHEMA);
	member__string(root, "witness", text, sizeof(text));
	if (strcmp(text, "path"))
		return fail(r, "written by the witness \"%s\", not by path", text);
	member__string(path, "backend", c->backend, sizeof(c->backend));
	member__string(root, "backend", c->backend, sizeof(c->backend));
	r->relay = !strcmp(c->backend, PATH_RELAY);
	member__string(root, "clock", clock, sizeof(clock));
	if (r->relay && strcmp(clock, "CLOCK_MONOTONIC"))
		return fail(r, "an account of the relay is on CLOCK_MONOTONIC, not on \"%s\"",
			    clock);
	if (r->relay && json__u64(member__get(root, "base_ns"), &r->line.base_ns))
		return fail(r, "the header has no \"base_ns\"");
	member__number(path, "rtt_us", &c->rtt_us);
	member__number(path, "jitter_us", &c->jitter_us);
	member__u64(path, "rate_bit", &c->rate_bit);
	member__u64(path, "queue_bytes", &c->queue_bytes);
	member__u64(path, "mark_queue_bytes", &c->mark_queue_bytes);
	member__number(path, "mark_percent", &c->mark_percent);
	member__number(path, "duplicate_percent", &c->duplicate_percent);
	member__u64(path, "mtu", &c->mtu);
	return 0;
}

int path_reader__open(struct path_reader **pr, const char *path)
{
	struct path_reader *r = calloc(1, sizeof(*r));
	const cJSON *root;
	int err;

	*pr = NULL;
	if (!r)
		return -ENOMEM;
	err = lines__open(&r->lines, path);
	if (!r->lines) {
		free(r);
		return err;
	}
	*pr = r;
	if (!err)
		err = lines__next(r->lines, &root);
	r->done = err <= 0;
	if (!err)
		return lines__fail(r->lines, -ENODATA, "empty: the path wrote nothing");
	return err < 0 ? err : read_config(r, root);
}

static bool read_counts(const cJSON *object, struct timeline_count *counts, unsigned int *n)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, object)
	{
		if (!cJSON_IsNumber(item))
			return false;
		if (*n == TIMELINE_CAUSES_MAX)
			continue;
		counts[*n].count = item->valuedouble > 0 ? (uint64_t)item->valuedouble : 0;
		snprintf(counts[*n].cause, sizeof(counts[*n].cause), "%s", item->string);
		(*n)++;
	}
	return true;
}

static int read_trailer(struct path_reader *r, const cJSON *root)
{
	struct timeline_trailer *t = &r->trailer;

	if (json__u64(member__get(root, "samples"), &t->samples) ||
	    !read_counts(member__get(root, "lost"), t->lost, &t->losses) ||
	    !read_counts(member__get(root, "notes"), t->note, &t->notes))
		return fail(r, "the trailer cannot be understood");
	if (t->samples != r->count)
		return fail(r,
			    "the trailer counts %llu lines, but the file has %llu: lines were lost "
			    "or added",
			    (unsigned long long)t->samples, (unsigned long long)r->count);
	if (lines__next(r->lines, &root))
		return fail(r, "something follows the trailer");
	r->whole = r->done = true;
	return PATH_END;
}

static int read_line(struct path_reader *r, const cJSON *root, union path_any *line, uint64_t *t_ns)
{
	const char *event = cJSON_GetStringValue(member__get(root, "event"));
	int kind;

	if (event && r->relay && !strcmp(event, "packet")) {
		kind = path_line__packet(&r->line, root, &line->packet);
		*t_ns = line->packet.t_ns;
	} else if (event && r->relay && !strcmp(event, "flow")) {
		kind = path_line__flow(&r->line, root, &line->flow);
		*t_ns = line->flow.t_ns;
	} else if (event && !r->relay && (!strcmp(event, "before") || !strcmp(event, "after"))) {
		kind = path_line__device(&r->line, root, !strcmp(event, "after"), &line->device);
		*t_ns = r->last_ns;
	} else if (event && !strcmp(event, "other")) {
		kind = read_other(r, root, t_ns);
		*t_ns = *t_ns ?: r->last_ns;
	} else {
		return fail(r, "an event \"%.32s\" is none of a path", event ?: "");
	}
	return kind < 0 && r->line.why[0] ? fail(r, "%s", r->line.why) : kind;
}

int path_reader__next(struct path_reader *r, union path_any *line)
{
	const cJSON *root;
	uint64_t t_ns = 0;
	int err;

	if (r->done)
		return r->whole ? PATH_END : -EBADMSG;
	err = lines__next(r->lines, &root);
	r->done = err <= 0;
	if (!err)
		return lines__fail(r->lines, -ENODATA, "ends without a trailer: the file is cut");
	if (err < 0)
		return err;
	if (cJSON_IsTrue(member__get(root, "trailer")))
		return read_trailer(r, root);
	err = read_line(r, root, line, &t_ns);
	if (err < 0)
		return err;
	if (t_ns < r->last_ns)
		return fail(r, "time runs backwards, by %llu ns against the line before",
			    (unsigned long long)(r->last_ns - t_ns));
	r->last_ns = t_ns;
	r->count++;
	return err;
}

const struct path_config *path_reader__config(const struct path_reader *r)
{
	return &r->config;
}

const struct timeline_trailer *path_reader__trailer(const struct path_reader *r)
{
	return r->whole ? &r->trailer : NULL;
}

const char *path_reader__error(const struct path_reader *r)
{
	return lines__error(r->lines);
}

void path_reader__close(struct path_reader *r)
{
	if (!r)
		return;
	lines__close(r->lines);
	free(r);
}
