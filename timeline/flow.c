// SPDX-License-Identifier: BSD-2-Clause
/* Endpoints as text, and filters over 4-tuples. */
#include "flow.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

size_t endpoint__format(const struct endpoint *e, uint16_t family, char text[ENDPOINT_TEXT_MAX])
{
	char addr[INET6_ADDRSTRLEN];

	if (family == AF_INET) {
		inet_ntop(AF_INET, e->addr + 12, addr, sizeof(addr));
		return snprintf(text, ENDPOINT_TEXT_MAX, "%s:%u", addr, e->port);
	}
	inet_ntop(AF_INET6, e->addr, addr, sizeof(addr));
	return snprintf(text, ENDPOINT_TEXT_MAX, "[%s]:%u", addr, e->port);
}

/* Store a textual address in IPv6 form. Returns AF_INET, AF_INET6 or -EINVAL. */
static int address__parse(const char *text, uint8_t addr[16])
{
	if (inet_pton(AF_INET6, text, addr) == 1)
		return AF_INET6;
	if (inet_pton(AF_INET, text, addr + 12) == 1) {
		memcpy(addr, mapped_prefix, sizeof(mapped_prefix));
		return AF_INET;
	}
	return -EINVAL;
}

int endpoint__parse(const char *text, size_t len, struct endpoint *e, uint16_t *family)
{
	char buf[ENDPOINT_TEXT_MAX], *addr = buf, *colon;
	uint64_t port;
	int af;

	if (len >= sizeof(buf))
		return -EINVAL;
	memcpy(buf, text, len);
	buf[len] = '\0';
	colon = strrchr(buf, ':');
	if (!colon)
		return -EINVAL;
	*colon = '\0';
	if (*addr == '[') {
		if (colon[-1] != ']')
			return -EINVAL;
		colon[-1] = '\0';
		addr++;
	}
	if (number__parse(colon + 1, 0, UINT16_MAX, &port))
		return -EINVAL;
	af = address__parse(addr, e->addr);
	if (af < 0 || (af == AF_INET6) != (addr != buf))
		return -EINVAL;
	e->port = port;
	*family = af;
	return 0;
}

static void mask__set(uint8_t mask[16], unsigned int bits)
{
	memset(mask, 0, 16);
	for (unsigned int i = 0; i < bits; i++)
		mask[i / 8] |= 0x80 >> i % 8;
}

/* One side of a pattern; text is taken apart in place. NULL, or what is wrong. */
static const char *side__parse(char *text, struct endpoint_pattern *p)
{
	char *addr = text, *port = NULL, *prefix, *end;
	uint64_t bits, number = 0;
	int af;

	memset(p, 0, sizeof(*p));
	if (*text == '[') {
		end = strchr(text, ']');
		if (!end)
			return "an address in [ lacks its ]";
		addr = text + 1;
		*end++ = '\0';
		if (*end == ':')
			port = end + 1;
		else if (*end)
			return "only :PORT may follow a ]";
	} else {
		port = strchr(text, ':');
		if (port && strchr(port + 1, ':'))
			port = NULL; /* a bare IPv6 address, no port */
		else if (port)
			*port++ = '\0';
	}
	if (port && strcmp(port, "*")) {
		if (number__parse(port, 1, UINT16_MAX, &number))
			return "a port is a number from 1 to 65535, or *";
		p->port = number;
	}
	if (!strcmp(addr, "*"))
		return NULL;
	prefix = strchr(addr, '/');
	if (prefix)
		*prefix++ = '\0';
	af = address__parse(addr, p->addr);
	if (af < 0)
		return "an address is IPv4, IPv6 or *";
	bits = af == AF_INET ? 32 : 128;
	if (prefix && number__parse(prefix, 0, bits, &bits))
		return "a prefix length is at most 32 for IPv4 and 128 for IPv6";
	mask__set(p->mask, af == AF_INET ? 96 + bits : bits);
	for (int i = 0; i < 16; i++)
		p->addr[i] &= p->mask[i];
	return NULL;
}

int flow_filter__add(struct flow_filter *f, const char *text, const char **why)
{
	struct flow_pattern pattern;
	char buf[256], *comma;

	*why = NULL;
	if (f->count == FLOW_PATTERNS_MAX) {
		*why = "more flow patterns than can be watched at once";
		return -ENOSPC;
	}
	if ((size_t)snprintf(buf, sizeof(buf), "%s", text) >= sizeof(buf) ||
	    !(comma = strchr(buf, ',')) || strchr(comma + 1, ',')) {
		*why = "a flow is written LOCAL,REMOTE";
		return -EINVAL;
	}
	*comma = '\0';
	*why = side__parse(buf, &pattern.local);
	if (!*why)
		*why = side__parse(comma + 1, &pattern.remote);
	if (*why)
		return -EINVAL;
	f->pattern[f->count++] = pattern;
	return 0;
}

static bool side__match(const struct endpoint_pattern *p, const struct endpoint *e)
{
	if (p->port && p->port != e->port)
		return false;
	for (int i = 0; i < 16; i++)
		if ((e->addr[i] & p->mask[i]) != p->addr[i])
			return false;
	return true;
}

bool flow_filter__match(const struct flow_filter *f, const struct endpoint *local,
			const struct endpoint *remote)
{
	for (uint32_t i = 0; i < f->count; i++)
		if (side__match(&f->pattern[i].local, local) &&
		    side__match(&f->pattern[i].remote, remote))
			return true;
	return !f->count;
}
