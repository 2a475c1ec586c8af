// SPDX-License-Identifier: BSD-2-Clause
/* An IP packet as bytes. Every length is checked before what it covers is read. */
#include "packet.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "checksum.h"

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define TCP_HEADER  20

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void parse_options(struct packet *p, const uint8_t *o, const uint8_t *end)
{
	while (o < end && *o != 0) {
		if (*o == 1) { /* no operation */
			o++;
			continue;
		}
		if (end - o < 2 || o[1] < 2 || o[1] > end - o)
			return;
		if (*o == 8 && o[1] == 10) {
			p->timestamps = true;
			p->tsval = get32(o + 2);
			p->tsecr = get32(o + 6);
		} else if (*o == 5) {
			p->sacks = 0;
			for (const uint8_t *b = o + 2;
			     b + 8 <= o + o[1] && p->sacks < SACK_BLOCKS_MAX; b += 8) {
				p->sack[p->sacks][0] = get32(b);
				p->sack[p->sacks++][1] = get32(b + 4);
			}
		}
		o += o[1];
	}
}

static void parse_tcp(struct packet *p, const uint8_t *data, size_t size)
{
	size_t header;

	if (size < TCP_HEADER)
		return;
	header = (data[12] >> 4) * 4u;
	if (header < TCP_HEADER || header > size)
		return;
	p->tcp = true;
	p->source_port = get16(data);
	p->destination_port = get16(data + 2);
	p->seq = get32(data + 4);
	p->ack = get32(data + 8);
	p->flags = data[13];
	p->window = get16(data + 14);
	p->len = (uint16_t)(size - header);
	parse_options(p, data + TCP_HEADER, data + header);
}

static int parse_ipv4(struct packet *p, const uint8_t *data, size_t size)
{
	size_t header;

	if (size < IPV4_HEADER)
		return -EBADMSG;
	header = (data[0] & 15) * 4u;
	p->family = AF_INET;
	p->ip_len = get16(data + 2);
	if (header < IPV4_HEADER || header > p->ip_len || p->ip_len > size)
		return -EBADMSG;
	p->ecn = data[1] & 3;
	p->protocol = data[9];
	memcpy(p->source, data + 12, 4);
	memcpy(p->destination, data + 16, 4);
	p->local = data[16] >= 224 || (data[16] == 169 && data[17] == 254);
	/* A fragment is no segment: its ports and numbers are elsewhere. */
	if (p->protocol == IPPROTO_TCP && !(get16(data + 6) & 0x3fff))
		parse_tcp(p, data + header, p->ip_len - header);
	return 0;
}

static int parse_ipv6(struct packet *p, const uint8_t *data, size_t size)
{
	size_t at = IPV6_HEADER;

	if (size < IPV6_HEADER || get16(data + 4) + (size_t)IPV6_HEADER > size)
		return -EBADMSG;
	p->family = AF_INET6;
	p->ip_len = (uint16_t)(get16(data + 4) + IPV6_HEADER);
	p->ecn = data[1] >> 4 & 3;
	p->protocol = data[6];
	memcpy(p->source, data + 8, 16);
	memcpy(p->destination, data + 24, 16);
	p->local = data[24] == 0xff || (data[24] == 0xfe && (data[25] & 0xc0) == 0x80);
	while (p->protocol == IPPROTO_HOPOPTS || p->protocol == IPPROTO_ROUTING ||
	       p->protocol == IPPROTO_DSTOPTS) {
		if (at + 8 > p->ip_len)
			return 0;
		p->protocol = data[at];
		at += (data[at + 1] + 1) * 8u;
	}
	if (p->protocol == IPPROTO_TCP && at <= p->ip_len)
		parse_tcp(p, data + at, p->ip_len - at);
	return 0;
}

int packet__parse(struct packet *p, const uint8_t *data, size_t size)
{
	*p = (struct packet){ 0 };
	if (!size)
		return -EBADMSG;
	switch (data[0] >> 4) {
	case 4:
		return parse_ipv4(p, data, size);
	case 6:
		return parse_ipv6(p, data, size);
	default:
		return -EBADMSG;
	}
}

void packet__mark_ce(uint8_t *data)
{
	uint16_t before = get16(data);

	if (data[0] >> 4 ==
	    6) { /* no header checksum, and TCP's does not cover the traffic class */
		data[1] |= ECN_CE << 4;
		return;
	}
	data[1] |= ECN_CE;
	checksum__replace(data + 10, before, get16(data));
}
