// SPDX-License-Identifier: BSD-2-Clause
/* The lines of path.jsonl, from JSON. */
#include "path_line.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "document.h"
#include "timeline/lines.h"

__attribute__((format(printf, 2, 3))) static int refuse(struct path_line_reader *l, const char *fmt,
							...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(l->why, sizeof(l->why), fmt, ap);
	va_end(ap);
	return -EBADMSG;
}

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

bool path_line__time(uint64_t base_ns, const cJSON *item, uint64_t *ns)
{
	return !json__u64(item, ns) && !__builtin_add_overflow(*ns, base_ns, ns);
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
static bool read_packet_key(const struct path_line_reader *l, const cJSON *item,
			    struct path_packet *p, bool *has_ack, bool *known)
{
	static const char *const dirs[] = { "c2s", "s2c" };
	static const char *const fates[] = { "delivered", "loss",    "queue",
					     "blackout",  "too-big", "overrun" };
	const char *key = item->string;
	uint32_t v;

	*known = true;
	if (!strcmp(key, "t"))
		return path_line__time(l->base_ns, item, &p->t_ns);
	if (!strcmp(key, "out"))
		return path_line__time(l->base_ns, item, &p->out_ns);
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
		return read_one(item, &p->held);
	if (!strcmp(key, "tsval"))
		return read_u32(item, &p->tsval);
	if (!strcmp(key, "tsecr"))
		return read_u32(item, &p->tsecr);
	if (!strcmp(key, "ip_len"))
		return read_u32(item, &p->ip_len) && p->ip_len <= UINT16_MAX;
	if (!strcmp(key, "win"))
		return read_u32(item, &v);
	*known = !strcmp(key, "event") || !strcmp(key, "points") || !strcmp(key, "syn") ||
		 !strcmp(key, "fin"); /* why it was lost, for `tcpw-relay --drops` */
	return true;
}

int path_line__packet(struct path_line_reader *l, const cJSON *root, struct path_packet *p)
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
		if (!read_packet_key(l, item, p, &has_ack, &known))
			return refuse(l, "the value of \"%.64s\" cannot be understood",
				      item->string);
		if (!known)
			return refuse(l, "unknown key \"%.64s\" of a packet", item->string);
	}
	if (p->t_ns == UINT64_MAX || p->dir == DIRS || p->fate == FATES)
		return refuse(l, "a packet without \"t\", \"dir\" or \"fate\"");
	if (p->flow >= l->flows)
		return refuse(l, "a packet of a flow that was not announced");
	if (has_ack != !!(p->flags & PATH_ACK))
		return refuse(l, "\"ack\" and the flag A do not go together");
	if ((p->fate == FATE_DELIVERED) != !!p->out_ns)
		return refuse(l, "a packet has \"out\" exactly if it is delivered");
	if (p->out_ns && p->out_ns < p->t_ns)
		return refuse(l, "a packet was delivered before it was sent");
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

int path_line__flow(struct path_line_reader *l, const cJSON *root, struct path_flow_line *f)
{
	memset(f, 0, sizeof(*f));
	if (!path_line__time(l->base_ns, member__get(root, "t"), &f->t_ns) ||
	    !read_u32(member__get(root, "flow"), &f->flow) ||
	    !read_address(member__get(root, "client"), f->end[0].addr) ||
	    !read_address(member__get(root, "server"), f->end[1].addr) ||
	    !read_port(member__get(root, "client_port"), &f->end[0].port) ||
	    !read_port(member__get(root, "server_port"), &f->end[1].port))
		return refuse(l, "a flow needs \"t\", \"flow\", and address and port of both ends");
	if (f->flow != l->flows)
		return refuse(l, "flow %u is announced where number %u is due", f->flow, l->flows);
	l->flows++;
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

int path_line__device(struct path_line_reader *l, const cJSON *root, bool after,
		      struct path_device_line *d)
{
	const cJSON *link = member__get(root, "link");

	memset(d, 0, sizeof(*d));
	d->after = after;
	read_drops(member__get(root, "qdisc"), d);
	if (!member__u64(root, "too_big", &d->too_big))
		d->too_big = 0; /* nothing can be, there */
	if (!member__string(root, "netns", d->netns, sizeof(d->netns)) ||
	    !member__string(root, "dev", d->dev, sizeof(d->dev)) ||
	    !member__u64(member__get(link, "rx"), "packets", &d->rx_packets) ||
	    !member__u64(member__get(link, "tx"), "packets", &d->tx_packets))
		return refuse(l,
			      "a device needs \"netns\", \"dev\" and the packets of its \"link\"");
	return PATH_DEVICE;
}
