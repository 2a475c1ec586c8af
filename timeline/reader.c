// SPDX-License-Identifier: BSD-2-Clause
/* Reads a timeline: the header, samples, the trailer, and what can be wrong with each. */
#include "reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

#define FLOW_CACHE 64

struct flow_text {
	char local[ENDPOINT_TEXT_MAX], remote[ENDPOINT_TEXT_MAX];
	struct flow flow;
};

struct timeline_reader {
	struct lines *lines;
	uint64_t last_t0_ns, samples;
	bool done, have_trailer;
	struct timeline_header header;
	struct timeline_trailer trailer;
	struct flow_text flows[FLOW_CACHE];
};

/* What failed stays failed. */
#define fail(r, err, ...) ((r)->done = true, lines__fail((r)->lines, err, __VA_ARGS__))

static bool read_u64(const cJSON *item, uint64_t *v)
{
	return !json__u64(item, v);
}

static bool read_field(const cJSON *item, enum field f, struct sample *s)
{
	uint64_t v;

	if (cJSON_IsNull(item)) {
		if (catalogue[f].all_ones != ALL_ONES_UNSET)
			return false;
		v = field_all_ones(f);
	} else if (catalogue[f].all_ones == ALL_ONES_UNLIMITED && cJSON_IsString(item) &&
		   !strcmp(item->valuestring, "unlimited")) {
		v = UINT64_MAX;
	} else if (!read_u64(item, &v) || v > field_all_ones(f)) {
		return false;
	} else if (v == field_all_ones(f) && catalogue[f].all_ones != ALL_ONES_VALUE) {
		return false; /* no amount: it has a word of its own */
	}
	sample__set(s, f, v);
	return true;
}

static bool copy_string(char *to, size_t size, const cJSON *item)
{
	if (!cJSON_IsString(item))
		return false;
	snprintf(to, size, "%s", item->valuestring);
	return true;
}

static bool read_event(const cJSON *item, enum sample_event *event)
{
	if (!cJSON_IsString(item))
		return false;
	for (enum sample_event e = 0; e < EVENT_COUNT; e++)
		if (!strcmp(sample_event__name(e), item->valuestring)) {
			*event = e;
			return true;
		}
	return false;
}

/* Both endpoints into s->flow, from the cache if the texts are known. */
static bool read_endpoints(struct timeline_reader *r, const char *local, const char *remote,
			   struct sample *s)
{
	struct flow_text *c = &r->flows[s->flow.cookie % FLOW_CACHE];
	uint16_t family;

	if (!local || !remote || strlen(local) >= sizeof(c->local) ||
	    strlen(remote) >= sizeof(c->remote))
		return false;
	if (strcmp(c->local, local) || strcmp(c->remote, remote)) {
		c->local[0] = '\0';
		if (endpoint__parse(local, strlen(local), &c->flow.local, &c->flow.family) ||
		    endpoint__parse(remote, strlen(remote), &c->flow.remote, &family) ||
		    family != c->flow.family)
			return false;
		strcpy(c->local, local);
		strcpy(c->remote, remote);
	}
	s->flow.family = c->flow.family;
	s->flow.local = c->flow.local;
	s->flow.remote = c->flow.remote;
	return true;
}

static int read_header(struct timeline_reader *r, const cJSON *root)
{
	struct timeline_header *h = &r->header;
	const cJSON *item, *e;
	uint64_t v;

	if (!read_u64(cJSON_GetObjectItemCaseSensitive(root, "timeline"), &v))
		return fail(r, -EBADMSG, "not the header of a timeline (no \"timeline\" key)");
	if (v != TIMELINE_SCHEMA)
		return fail(r, -EBADMSG,
			    "schema version %llu, but this program reads version %d: use the "
			    "tcpwitness that wrote it",
			    (unsigned long long)v, TIMELINE_SCHEMA);
	cJSON_ArrayForEach(item, root) {
		bool ok = true;

		if (!strcmp(item->string, "witness")) {
			ok = copy_string(h->witness, sizeof(h->witness), item);
		} else if (!strcmp(item->string, "tool")) {
			ok = copy_string(h->tool, sizeof(h->tool), item);
		} else if (!strcmp(item->string, "kernel")) {
			ok = copy_string(h->kernel, sizeof(h->kernel), item);
		} else if (!strcmp(item->string, "hz")) {
			ok = read_u64(item, &v);
			h->hz = v;
		} else if (!strcmp(item->string, "clock")) {
			h->realtime = cJSON_IsString(item) &&
				      !strcmp(item->valuestring, "CLOCK_REALTIME");
			ok = h->realtime || (cJSON_IsString(item) &&
					    !strcmp(item->valuestring, "CLOCK_MONOTONIC"));
		} else if (!strcmp(item->string, "base_ns")) {
			ok = read_u64(item, &h->base_ns);
		} else if (!strcmp(item->string, "base_realtime_ns")) {
			ok = read_u64(item, &h->base_realtime_ns);
		} else if (!strcmp(item->string, "resolution_ns")) {
			ok = read_u64(item, &h->resolution_ns);
		} else if (!strcmp(item->string, "interval_ns")) {
			ok = read_u64(item, &h->interval_ns);
		} else if (!strcmp(item->string, "marks")) {
			ok = cJSON_IsBool(item);
			h->marks = cJSON_IsTrue(item);
		} else if (!strcmp(item->string, "marks_by")) {
			ok = copy_string(h->marks_by, sizeof(h->marks_by), item);
		} else if (!strcmp(item->string, "programs")) {
			ok = copy_string(h->programs, sizeof(h->programs), item);
		} else if (!strcmp(item->string, "armed")) {
			ok = cJSON_IsBool(item);
			h->armed = cJSON_IsTrue(item);
		} else if (!strcmp(item->string, "modes")) {
			cJSON_ArrayForEach(e, item)
				ok = ok && h->modes < TIMELINE_MODES_MAX &&
				     copy_string(h->mode[h->modes++], sizeof(h->mode[0]), e);
		} else if (!strcmp(item->string, "netns")) {
			cJSON_ArrayForEach(e, item) {
				ok = ok && h->netns_count < TIMELINE_NETNS_MAX && read_u64(e, &v);
				if (ok)
					h->netns[h->netns_count++] = v;
			}
		} else if (!strcmp(item->string, "fields")) {
			enum field f = 0;

			cJSON_ArrayForEach(e, item) {
				if (!cJSON_IsString(e))
					return fail(r, -EBADMSG, "\"fields\" has a non-string");
				f = field__find(e->valuestring, strlen(e->valuestring), f + 1);
				if (f == FIELD_COUNT)
					return fail(r, -EBADMSG,
						    "unknown field \"%.64s\" in the header",
						    e->valuestring);
				field_set__add(&h->fields, f);
			}
		}
		if (!ok)
			return fail(r, -EBADMSG, "the header's \"%.64s\" cannot be understood",
				    item->string);
	}
	if (!h->witness[0])
		return fail(r, -EBADMSG, "the header does not say which witness wrote it");
	return 0;
}

static bool read_counts(const cJSON *object, struct timeline_count *counts, unsigned int *n)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, object) {
		if (*n == TIMELINE_CAUSES_MAX || !read_u64(item, &counts[*n].count))
			return false;
		snprintf(counts[*n].cause, sizeof(counts[*n].cause), "%s", item->string);
		(*n)++;
	}
	return true;
}

static int read_trailer(struct timeline_reader *r, const cJSON *root)
{
	struct timeline_trailer *t = &r->trailer;
	int err;

	if (!read_u64(cJSON_GetObjectItemCaseSensitive(root, "samples"), &t->samples) ||
	    !read_counts(cJSON_GetObjectItemCaseSensitive(root, "lost"), t->lost, &t->losses) ||
	    !read_counts(cJSON_GetObjectItemCaseSensitive(root, "notes"), t->note, &t->notes))
		return fail(r, -EBADMSG, "the trailer cannot be understood");
	if (t->samples != r->samples)
		return fail(r, -EBADMSG,
			    "the trailer counts %llu samples, but the file has %llu: lines were "
			    "lost or added",
			    (unsigned long long)t->samples, (unsigned long long)r->samples);
	err = lines__next(r->lines, &root);
	if (err)
		return fail(r, -EBADMSG, "something follows the trailer");
	r->have_trailer = true;
	r->done = true;
	return 0;
}

/* A key outside the catalogue. Returns false where its value cannot be understood. */
static bool read_meta(const cJSON *item, struct sample *s, const char **local, const char **remote,
		      bool *known)
{
	const char *key = item->string;
	uint64_t v = 0;

	*known = true;
	if (!strcmp(key, "t")) {
		if (!read_u64(item, &s->t0_ns))
			return false;
		s->t1_ns = s->t0_ns;
		return true;
	}
	if (!strcmp(key, "t0"))
		return read_u64(item, &s->t0_ns);
	if (!strcmp(key, "t1"))
		return read_u64(item, &s->t1_ns);
	if (!strcmp(key, "event"))
		return read_event(item, &s->event);
	if (!strcmp(key, "netns")) {
		if (!read_u64(item, &v) || v > UINT32_MAX)
			return false;
		s->flow.netns = v;
		return true;
	}
	if (!strcmp(key, "cookie"))
		return read_u64(item, &s->flow.cookie);
	if (!strcmp(key, "seq"))
		return read_u64(item, &s->seq);
	if (!strcmp(key, "local")) {
		*local = cJSON_GetStringValue(item);
		return *local;
	}
	if (!strcmp(key, "remote")) {
		*remote = cJSON_GetStringValue(item);
		return *remote;
	}
	if (!strcmp(key, "cong"))
		return copy_string(s->cong, sizeof(s->cong), item);
	if (!strcmp(key, "ulp"))
		return copy_string(s->ulp, sizeof(s->ulp), item);
	*known = false;
	return true;
}

static int read_sample(struct timeline_reader *r, const cJSON *root, struct sample *s)
{
	const char *local = NULL, *remote = NULL;
	const cJSON *item;
	unsigned int expect = FIELD_COUNT; /* keys of a line begin with those outside the catalogue */

	memset(&s->present, 0, sizeof(s->present));
	memset(&s->flow, 0, sizeof(s->flow));
	s->seq = 0;
	s->cong[0] = s->ulp[0] = '\0';
	s->t0_ns = s->t1_ns = UINT64_MAX;
	s->event = EVENT_COUNT;
	cJSON_ArrayForEach(item, root) {
		bool known = false, ok = true;
		enum field f;

		if (expect == FIELD_COUNT)
			ok = read_meta(item, s, &local, &remote, &known);
		if (!known) {
			f = field__find(item->string, strlen(item->string), expect);
			if (f != FIELD_COUNT) {
				ok = read_field(item, f, s);
				expect = f + 1 < FIELD_COUNT ? f + 1 : 0;
			} else {
				ok = read_meta(item, s, &local, &remote, &known);
				if (!known)
					return fail(r, -EBADMSG,
						    "unknown field \"%.64s\": docs/fields.md lists "
						    "the known ones",
						    item->string);
			}
		}
		if (!ok)
			return fail(r, -EBADMSG, "the value of \"%.64s\" cannot be understood",
				    item->string);
	}
	if (s->event == EVENT_COUNT)
		return fail(r, -EBADMSG, "a sample without an \"event\"");
	if (s->t0_ns == UINT64_MAX || s->t1_ns == UINT64_MAX || s->t1_ns < s->t0_ns)
		return fail(r, -EBADMSG, "a sample without a time (\"t\", or \"t0\" <= \"t1\")");
	if (!read_endpoints(r, local, remote, s))
		return fail(r, -EBADMSG, "\"local\" and \"remote\" are not ADDRESS:PORT of one family");
	if (__builtin_add_overflow(s->t0_ns, r->header.base_ns, &s->t0_ns) ||
	    __builtin_add_overflow(s->t1_ns, r->header.base_ns, &s->t1_ns) ||
	    __builtin_add_overflow(s->t1_ns, r->header.resolution_ns, &s->t1_ns))
		return fail(r, -EBADMSG, "a time beyond the clock's range");
	if (s->t0_ns < r->last_t0_ns)
		return fail(r, -EBADMSG, "time runs backwards, by %llu ns against the line before",
			    (unsigned long long)(r->last_t0_ns - s->t0_ns));
	r->last_t0_ns = s->t0_ns;
	r->samples++;
	return 1;
}

int timeline_reader__open(struct timeline_reader **pr, const char *path)
{
	struct timeline_reader *r = calloc(1, sizeof(*r));
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
	if (!err)
		return fail(r, -ENODATA, "empty: the witness wrote nothing");
	r->done = err < 0;
	return err < 0 ? err : read_header(r, root);
}

const struct timeline_header *timeline_reader__header(const struct timeline_reader *r)
{
	return &r->header;
}

int timeline_reader__next(struct timeline_reader *r, struct sample *s)
{
	const cJSON *root;
	int err;

	if (r->done)
		return r->have_trailer ? 0 : -EBADMSG;
	err = lines__next(r->lines, &root);
	if (!err)
		return fail(r, -ENODATA, "ends without a trailer: the file is cut");
	if (err < 0) {
		r->done = true;
		return err;
	}
	if (root->child && !strcmp(root->child->string, "trailer") && cJSON_IsTrue(root->child))
		return read_trailer(r, root);
	return read_sample(r, root, s);
}

const struct timeline_trailer *timeline_reader__trailer(const struct timeline_reader *r)
{
	return r->have_trailer ? &r->trailer : NULL;
}

const char *timeline_reader__error(const struct timeline_reader *r)
{
	return lines__error(r->lines);
}

void timeline_reader__close(struct timeline_reader *r)
{
	if (!r)
		return;
	lines__close(r->lines);
	free(r);
}
