// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads path.jsonl. As strict as the reader of timelines: a key of a flow or packet that nobody
 * knows, or a value that cannot be, makes the file invalid, so that nothing passes unread.
 */
#include "path_reader.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "timeline/lines.h"

struct path_reader {
	struct lines *lines;
	struct path_config config;
	uint64_t base_ns, last_ns, count;
	uint32_t flows;
	bool relay, done, whole;
	struct timeline_trailer trailer;
};

/* What failed stays failed. */
#define fail(r, ...) ((r)->done = true, lines__fail((r)->lines, -EBADMSG, __VA_ARGS__))

const char *path_fate__name(enum path_fate f)
{
	static const char *const names[] = { "delivered", "loss",    "queue",
					     "blackout",  "too-big", "overrun" };

	return names[f];
}

static bool read_u32(const cJSON *item, uint32_t *v)
{
	uint64_t wide;

	if (json__u64(item, &wide) || wide > UINT32_MAX)
		return false;
	*v = wide;
	return true;
}

/* An instant of the run's clock. */
static bool read_time(const struct path_reader *r, const cJSON *item, uint64_t *ns)
{
	return !json__u64(item, ns) && !__builtin_add_overflow(*ns, r->base_ns, ns);
}

static bool read_word(const cJSON *item, const char *const words[], unsigned int count, uint8_t *v)
{
	for (unsigned int i = 0; cJSON_IsString(item) && i < count; i++)
		if (!strcmp(item->valuestring, words[i])) {
			*v = i;
			return true;
		}
	return false;
}

static bool read_flags(const cJSON *item, uint8_t *flags)
{
	static const char letters[] = "FSRPAUEC";

	if (!cJSON_IsString(item))
		return false;
	*flags = 0;
	for (const char *c = item->valuestring; *c; c++) {
		const char *at = strchr(letters, *c);

		if (!at)
			return false;
		*flags |= 1 << (at - letters);
	}
	return true;
}

static bool read_sack(const cJSON *array, struct path_packet *p)
{
	const cJSON *block;

	if (!cJSON_IsArray(array))
		return false;
	cJSON_ArrayForEach(block, array)
	{
		uint32_t *edges = p->sack[p->sacks];

		if (p->sacks == PATH_SACKS || cJSON_GetArraySize(block) != 2 ||
		    !read_u32(block->child, &edges[0]) || !read_u32(block->child->next, &edges[1]))
			return false;
		p->sacks++;
	}
	return true;
}

static bool read_one(const cJSON *item, bool *v)
{
	uint32_t n;

	if (!read_u32(item, &n) || n != 1)
		return false;
	*v = true;
	return true;
}

/* false: the value of item cannot be understood. *known: its key is one of a packet's. */
static bool read_packet_key(const struct path_reader *r, const cJSON *item, struct path_packet *p,
			    bool *has_ack, bool *known)
{
	static const char *const dirs[] = { "c2s", "s2c" };
	static const char *const fates[] = { "delivered", "loss",    "queue",
					     "blackout",  "too-big", "overrun" };
	const char *key = item->string;
	uint32_t v;
	bool ignored;

	*known = true;
	if (!strcmp(key, "t"))
		return read_time(r, item, &p->t_ns);
	if (!strcmp(key, "out"))
		return read_time(r, item, &p->out_ns);
	if (!strcmp(key, "flow"))
		return read_u32(item, &p->flow);
	if (!strcmp(key, "dir"))
		return read_word(item, dirs, DIRS, &p->dir);
	if (!strcmp(key, "fate"))
		return read_word(item, fates, FATES, &p->fate);
	if (!strcmp(key, "seq"))
		return read_u32(item, &p->seq);
	if (!strcmp(key, "ack")) {
		*has_ack = true;
		return read_u32(item, &p->ack);
	}
	if (!strcmp(key, "len"))
		return read_u32(item, &p->len) && p->len <= UINT16_MAX;
	if (!strcmp(key, "flags"))
		return read_flags(item, &p->flags);
	if (!strcmp(key, "sack"))
		return read_sack(item, p);
	if (!strcmp(key, "ecn")) {
		if (!read_u32(item, &v) || v > ECN_CE)
			return false;
		p->ecn = v;
		return true;
	}
	if (!strcmp(key, "ce"))
		return read_one(item, &p->ce);
	if (!strcmp(key, "copy"))
		return read_one(item, &p->copy);
	if (!strcmp(key, "held"))
		return read_one(item, &ignored);
	if (!strcmp(key, "tsval"))
		return read_u32(item, &p->tsval);
	if (!strcmp(key, "tsecr"))
		return read_u32(item, &p->tsecr);
	if (!strcmp(key, "ip_len") || !strcmp(key, "win"))
		return read_u32(item, &v);
	*known = !strcmp(key, "event") || !strcmp(key, "points") || !strcmp(key, "syn") ||
		 !strcmp(key, "fin"); /* why it was lost, for `tcpw-relay --drops` */
	return true;
}

static int read_packet(struct path_reader *r, const cJSON *root, struct path_packet *p)
{
	bool has_ack = false, known;
	const cJSON *item;

	memset(p, 0, sizeof(*p));
	p->t_ns = UINT64_MAX;
	p->flow = UINT32_MAX;
	p->dir = DIRS;
	p->fate = FATES;
	cJSON_ArrayForEach(item, root)
	{
		if (!read_packet_key(r, item, p, &has_ack, &known))
			return fail(r, "the value of \"%.64s\" cannot be understood", item->string);
		if (!known)
			return fail(r, "unknown key \"%.64s\" of a packet", item->string);
	}
	if (p->t_ns == UINT64_MAX || p->dir == DIRS || p->fate == FATES)
		return fail(r, "a packet without \"t\", \"dir\" or \"fate\"");
	if (p->flow >= r->flows)
		return fail(r, "a packet of a flow that was not announced");
	if (has_ack != !!(p->flags & PATH_ACK))
		return fail(r, "\"ack\" and the flag A do not go together");
	if ((p->fate == FATE_DELIVERED) != !!p->out_ns)
		return fail(r, "a packet has \"out\" exactly if it is delivered");
	if (p->out_ns && p->out_ns < p->t_ns)
		return fail(r, "a packet was delivered before it was sent");
	return PATH_PACKET;
}

static bool read_address(const cJSON *item, uint8_t addr[16])
{
	struct in_addr four;

	if (!cJSON_IsString(item))
		return false;
	memset(addr, 0, 16);
	if (inet_pton(AF_INET6, item->valuestring, addr) == 1)
		return true;
	if (inet_pton(AF_INET, item->valuestring, &four) != 1)
		return false;
	addr[10] = addr[11] = 0xff;
	memcpy(addr + 12, &four, 4);
	return true;
}

static bool read_port(const cJSON *item, uint16_t *port)
{
	uint32_t v;

	if (!read_u32(item, &v) || v > UINT16_MAX)
		return false;
	*port = v;
	return true;
}

static int read_flow(struct path_reader *r, const cJSON *root, struct path_flow_line *f)
{
	memset(f, 0, sizeof(*f));
	if (!read_time(r, member__get(root, "t"), &f->t_ns) ||
	    !read_u32(member__get(root, "flow"), &f->flow) ||
	    !read_address(member__get(root, "client"), f->end[0].addr) ||
	    !read_address(member__get(root, "server"), f->end[1].addr) ||
	    !read_port(member__get(root, "client_port"), &f->end[0].port) ||
	    !read_port(member__get(root, "server_port"), &f->end[1].port))
		return fail(r, "a flow needs \"t\", \"flow\", and address and port of both ends");
	if (f->flow != r->flows)
		return fail(r, "flow %u is announced where number %u is due", f->flow, r->flows);
	r->flows++;
	return PATH_FLOW;
}

static void read_drops(const cJSON *qdiscs, struct path_device_line *d)
{
	const cJSON *qdisc;
	uint64_t v;

	cJSON_ArrayForEach(qdisc, qdiscs)
	{
		if (!member__u64(qdisc, "drops", &v))
			continue;
		d->drops_most += v;
		d->drops_least = v > d->drops_least ? v : d->drops_least;
	}
}

static int read_device(struct path_reader *r, const cJSON *root, bool after,
		       struct path_device_line *d)
{
	const cJSON *link = member__get(root, "link");

	memset(d, 0, sizeof(*d));
	d->after = after;
	read_drops(member__get(root, "qdisc"), d);
	if (!member__string(root, "netns", d->netns, sizeof(d->netns)) ||
	    !member__string(root, "dev", d->dev, sizeof(d->dev)) ||
	    !member__u64(member__get(link, "rx"), "packets", &d->rx_packets) ||
	    !member__u64(member__get(link, "tx"), "packets", &d->tx_packets))
		return fail(r, "a device needs \"netns\", \"dev\" and the packets of its \"link\"");
	return PATH_DEVICE;
}

static int read_other(struct path_reader *r, const cJSON *root, uint64_t *t_ns)
{
	const cJSON *t = member__get(root, "t");

	*t_ns = 0;
	if (t && !read_time(r, t, t_ns))
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
	if (r->relay && json__u64(member__get(root, "base_ns"), &r->base_ns))
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
		kind = read_packet(r, root, &line->packet);
		*t_ns = line->packet.t_ns;
	} else if (event && r->relay && !strcmp(event, "flow")) {
		kind = read_flow(r, root, &line->flow);
		*t_ns = line->flow.t_ns;
	} else if (event && !r->relay && (!strcmp(event, "before") || !strcmp(event, "after"))) {
		kind = read_device(r, root, !strcmp(event, "after"), &line->device);
		*t_ns = r->last_ns;
	} else if (event && !strcmp(event, "other")) {
		kind = read_other(r, root, t_ns);
		*t_ns = *t_ns ?: r->last_ns;
	} else {
		kind = fail(r, "an event \"%.32s\" is none of a path", event ?: "");
	}
	return kind;
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
