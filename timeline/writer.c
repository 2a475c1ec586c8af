// SPDX-License-Identifier: BSD-2-Clause
/*
 * Writes a timeline. The text is made here and not by cJSON: a sample has some 80 numbers and is
 * written within microseconds beside the traffic it observes. Lines wait in one buffer until the
 * caller's watermark passes them, sorted by t0; then they go to the output buffer and the file.
 */
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "put.h"

#define LINE_MAX_BYTES (256 + 2 * ENDPOINT_TEXT_MAX + FIELD_COUNT * 56)
#define OUT_BYTES (256 * 1024)
#define ENDPOINT_CACHE 64

struct pending {
	uint64_t t0_ns;
	size_t offset;
	uint32_t len;
};

struct endpoint_text {
	struct flow flow;
	unsigned int len;
	char text[2 * ENDPOINT_TEXT_MAX + 32]; /* "local":"..","remote":".." */
};

struct timeline_writer {
	int fd;
	int err; /* the first error of writing; stays */
	uint64_t base_ns;
	uint64_t settled_ns;
	uint64_t samples, out_of_order;
	char *text; /* of the pending lines */
	size_t text_len, text_cap;
	struct pending *pending;
	size_t count, cap;
	size_t out_len;
	struct endpoint_text cache[ENDPOINT_CACHE];
	char out[OUT_BYTES];
};

static int write_out(struct timeline_writer *w, const char *data, size_t len)
{
	while (len && !w->err) {
		ssize_t n = write(w->fd, data, len);

		if (n < 0) {
			if (errno != EINTR)
				w->err = -errno;
			continue;
		}
		data += n;
		len -= n;
	}
	return w->err;
}

static int out_flush(struct timeline_writer *w)
{
	write_out(w, w->out, w->out_len);
	w->out_len = 0;
	return w->err;
}

static void out_append(struct timeline_writer *w, const char *data, size_t len)
{
	if (w->out_len + len > sizeof(w->out))
		out_flush(w);
	if (len > sizeof(w->out)) {
		write_out(w, data, len);
		return;
	}
	memcpy(w->out + w->out_len, data, len);
	w->out_len += len;
}

static char *put_header(char *p, const struct timeline_header *h)
{
	p = put_literal(p, "{\"timeline\":");
	p = put_u64(p, TIMELINE_SCHEMA);
	p = put_key_string(p, "witness", h->witness);
	p = put_key_string(p, "tool", h->tool);
	p = put_key_string(p, "kernel", h->kernel);
	p = put_key_number(p, "hz", h->hz);
	p = put_key_string(p, "clock", h->realtime ? "CLOCK_REALTIME" : "CLOCK_MONOTONIC");
	p = put_key_number(p, "base_ns", h->base_ns);
	p = put_key_number(p, "base_realtime_ns", h->base_realtime_ns);
	if (h->resolution_ns)
		p = put_key_number(p, "resolution_ns", h->resolution_ns);
	p = put_literal(p, ",\"modes\":[");
	for (unsigned int i = 0; i < h->modes; i++) {
		if (i)
			*p++ = ',';
		p = put_string(p, h->mode[i]);
	}
	*p++ = ']';
	p = put_key_number(p, "interval_ns", h->interval_ns);
	p = put_literal(p, ",\"netns\":[");
	for (unsigned int i = 0; i < h->netns_count; i++) {
		if (i)
			*p++ = ',';
		p = put_u64(p, h->netns[i]);
	}
	p = put_literal(p, "],\"marks\":");
	p = h->marks ? put_literal(p, "true") : put_literal(p, "false");
	if (*h->marks_by)
		p = put_key_string(p, "marks_by", h->marks_by);
	if (*h->programs)
		p = put_key_string(p, "programs", h->programs);
	p = put_literal(p, ",\"armed\":");
	p = h->armed ? put_literal(p, "true") : put_literal(p, "false");
	p = put_literal(p, ",\"fields\":[");
	for (enum field f = 0, n = 0; f < FIELD_COUNT; f++) {
		if (!field_set__has(&h->fields, f))
			continue;
		if (n++)
			*p++ = ',';
		p = put_name(p, catalogue[f].name, catalogue[f].name_len);
	}
	return put_literal(p, "]}\n");
}

int timeline_writer__open(struct timeline_writer **pw, const char *path,
			  const struct timeline_header *header)
{
	char line[1024 + FIELD_COUNT * 32];
	struct timeline_writer *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->fd = strcmp(path, "-") ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)
				  : dup(STDOUT_FILENO);
	if (w->fd < 0) {
		err = -errno;
		free(w);
		return err;
	}
	w->base_ns = header->base_ns;
	err = write_out(w, line, put_header(line, header) - line);
	if (err) {
		close(w->fd);
		free(w);
		return err;
	}
	*pw = w;
	return 0;
}

/* Addresses as text cost more than all numbers of a line together, and seldom change. */
static char *put_endpoints(struct timeline_writer *w, char *p, const struct flow *flow)
{
	struct endpoint_text *c = &w->cache[flow->cookie % ENDPOINT_CACHE];
	char text[ENDPOINT_TEXT_MAX], *q = c->text;

	if (!c->len || memcmp(&c->flow.local, &flow->local, sizeof(flow->local)) ||
	    memcmp(&c->flow.remote, &flow->remote, sizeof(flow->remote)) ||
	    c->flow.family != flow->family) {
		c->flow = *flow;
		q = put_literal(q, ",\"local\":");
		q = put_name(q, text, endpoint__format(&flow->local, flow->family, text));
		q = put_literal(q, ",\"remote\":");
		q = put_name(q, text, endpoint__format(&flow->remote, flow->family, text));
		c->len = q - c->text;
	}
	return put_bytes(p, c->text, c->len);
}

/*
 * ,"name": of every field, in a room of fixed size: copying all of it costs one or two
 * instructions where copying just its length costs a call. LINE_MAX_BYTES has space for the surplus.
 */
#define KEY_ROOM 32
static const struct key {
	char text[KEY_ROOM];
} keys[FIELD_COUNT] = {
#define KEY(n) [FIELD_##n] = { ",\"" #n "\":" },
#define TCPI(n, type, unit, kind, at, since, rtt, all_ones, have, expr, doc) KEY(n)
#define SOCK(n, type, unit, kind, have, expr, doc) KEY(n)
#define CALL(n, type, unit, kind, doc) KEY(n)
#define CC(n, type, unit, kind, attribute, at, rtt, all_ones, have, expr, doc) KEY(n)
#define ATTR(n, type, unit, kind, attribute, at, doc) KEY(n)
#include "catalogue.def"
};

static char *put_fields(char *p, const struct sample *s)
{
	for (unsigned int i = 0; i < FIELD_SET_WORDS; i++) {
		for (uint64_t left = s->present.word[i]; left; left &= left - 1) {
			enum field f = i * 64 + __builtin_ctzll(left);
			const struct field_info *info = &catalogue[f];
			uint64_t v = s->value[f];

			memcpy(p, keys[f].text, KEY_ROOM);
			p += info->name_len + 4;
			if (info->all_ones == ALL_ONES_VALUE || v != field_all_ones(f))
				p = put_number(p, v);
			else if (info->all_ones == ALL_ONES_UNLIMITED)
				p = put_literal(p, "\"unlimited\"");
			else
				p = put_literal(p, "null");
		}
	}
	return p;
}

static char *put_sample(struct timeline_writer *w, char *p, const struct sample *s)
{
	if (s->t0_ns == s->t1_ns) {
		p = put_literal(p, "{\"t\":");
		p = put_number(p, s->t0_ns - w->base_ns);
	} else {
		p = put_literal(p, "{\"t0\":");
		p = put_number(p, s->t0_ns - w->base_ns);
		p = put_key_number(p, "t1", s->t1_ns - w->base_ns);
	}
	p = put_key_string(p, "event", sample_event__name(s->event));
	p = put_key_number(p, "netns", s->flow.netns);
	p = put_key_number(p, "cookie", s->flow.cookie);
	p = put_endpoints(w, p, &s->flow);
	if (s->seq)
		p = put_key_number(p, "seq", s->seq);
	if (s->cong[0])
		p = put_key_string(p, "cong", s->cong);
	if (s->ulp[0])
		p = put_key_string(p, "ulp", s->ulp);
	p = put_fields(p, s);
	return put_literal(p, "}\n");
}

/* Double *array, of *cap elements, until it holds need. */
static int grow(void *array, size_t *cap, size_t need, size_t size)
{
	void **pp = array, *p;
	size_t n = *cap ? *cap : 64;

	while (n < need)
		n *= 2;
	if (n == *cap)
		return 0;
	p = realloc(*pp, n * size);
	if (!p)
		return -ENOMEM;
	*pp = p;
	*cap = n;
	return 0;
}

int timeline_writer__sample(struct timeline_writer *w, const struct sample *s)
{
	struct pending line = { .t0_ns = s->t0_ns, .offset = w->text_len };
	size_t at;

	if (w->err)
		return w->err;
	if (s->t0_ns < w->settled_ns || s->t0_ns < w->base_ns || s->t1_ns < s->t0_ns) {
		w->out_of_order++;
		return -EINVAL;
	}
	if (grow(&w->text, &w->text_cap, w->text_len + LINE_MAX_BYTES, 1) ||
	    grow(&w->pending, &w->cap, w->count + 1, sizeof(*w->pending)))
		return -ENOMEM;
	line.len = put_sample(w, w->text + w->text_len, s) - (w->text + w->text_len);
	w->text_len += line.len;
	/* Nearly sorted already: look for the place from the end. */
	for (at = w->count; at && w->pending[at - 1].t0_ns > line.t0_ns; at--)
		;
	memmove(w->pending + at + 1, w->pending + at, (w->count - at) * sizeof(*w->pending));
	w->pending[at] = line;
	w->count++;
	return 0;
}

/* Drop the first n pending lines, and their text once it is worth the copy. */
static int drop_settled(struct timeline_writer *w, size_t n)
{
	char *text;
	size_t len = 0;

	w->count -= n;
	memmove(w->pending, w->pending + n, w->count * sizeof(*w->pending));
	if (!w->count) {
		w->text_len = 0;
		return 0;
	}
	for (size_t i = 0; i < w->count; i++)
		len += w->pending[i].len;
	if (w->text_len < OUT_BYTES || w->text_len < 2 * len)
		return 0;
	text = malloc(w->text_cap);
	if (!text)
		return -ENOMEM;
	len = 0;
	for (size_t i = 0; i < w->count; i++) {
		memcpy(text + len, w->text + w->pending[i].offset, w->pending[i].len);
		w->pending[i].offset = len;
		len += w->pending[i].len;
	}
	free(w->text);
	w->text = text;
	w->text_len = len;
	return 0;
}

int timeline_writer__settle(struct timeline_writer *w, uint64_t before_ns)
{
	size_t n;

	for (n = 0; n < w->count && w->pending[n].t0_ns < before_ns; n++)
		out_append(w, w->text + w->pending[n].offset, w->pending[n].len);
	w->samples += n;
	if (before_ns > w->settled_ns)
		w->settled_ns = before_ns;
	if (w->err)
		return w->err;
	return n ? drop_settled(w, n) : 0;
}

int timeline_writer__flush(struct timeline_writer *w)
{
	return w->err ? w->err : out_flush(w);
}

static char *put_counts(char *p, const char *key, const struct timeline_count *counts,
			unsigned int n)
{
	*p++ = ',';
	p = put_name(p, key, strlen(key));
	p = put_literal(p, ":{");
	for (unsigned int i = 0; i < n; i++) {
		if (i)
			*p++ = ',';
		p = put_string(p, counts[i].cause);
		*p++ = ':';
		p = put_number(p, counts[i].count);
	}
	*p++ = '}';
	return p;
}

int timeline_writer__close(struct timeline_writer *w, struct timeline_trailer *trailer)
{
	char line[256 + 2 * TIMELINE_CAUSES_MAX * 64], *p = line;
	int err;

	timeline_writer__settle(w, UINT64_MAX);
	if (trailer) {
		trailer->samples = w->samples;
		timeline_trailer__lost(trailer, "out_of_order", w->out_of_order);
		p = put_literal(p, "{\"trailer\":true,\"samples\":");
		p = put_number(p, w->samples);
		p = put_counts(p, "lost", trailer->lost, trailer->losses);
		p = put_counts(p, "notes", trailer->note, trailer->notes);
		p = put_literal(p, "}\n");
		out_append(w, line, p - line);
	}
	out_flush(w);
	if (close(w->fd) && !w->err)
		w->err = -errno;
	err = w->err;
	free(w->text);
	free(w->pending);
	free(w);
	return err;
}
