/* SPDX-License-Identifier: BSD-2-Clause */
/* A flow's identity: network namespace, socket cookie, 4-tuple; and filters over 4-tuples. */
#ifndef TCPW_TIMELINE_FLOW_H
#define TCPW_TIMELINE_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address is kept as IPv6; IPv4, also inside an AF_INET6 socket, as ::ffff:a.b.c.d. */
struct endpoint {
	uint8_t addr[16]; /* network order */
	uint16_t port;    /* host order */
};

struct flow {
	uint64_t cookie; /* SO_COOKIE, 0 if unknown */
	uint32_t netns;  /* inode of the network namespace (/proc/PID/ns/net), 0 if unknown */
	uint16_t family; /* of the socket: AF_INET, or AF_INET6 also for a mapped address */
	struct endpoint local, remote;
};

#define ENDPOINT_TEXT_MAX 56 /* "[addr]:port" and its NUL */

/* "10.0.0.1:5201", "[2001:db8::1]:5201", "[::ffff:10.0.0.1]:5201" for mapped. Returns the length. */
size_t endpoint__format(const struct endpoint *e, uint16_t family, char text[ENDPOINT_TEXT_MAX]);

/*
 * Read text[0..len) as endpoint__format() writes it. Sets *family to AF_INET or AF_INET6. 0 or -EINVAL.
 */
int endpoint__parse(const char *text, size_t len, struct endpoint *e, uint16_t *family);

/* One pattern over an endpoint: the address's bits under mask, and the port, 0 for any. */
struct endpoint_pattern {
	uint8_t addr[16];
	uint8_t mask[16];
	uint16_t port;
	uint16_t pad;
};

/* A flow matches when its local end matches local and its remote end matches remote. */
struct flow_pattern {
	struct endpoint_pattern local, remote;
};

#define FLOW_PATTERNS_MAX 8

/* No patterns: everything matches. Several: any of them suffices. Shared with the BPF programs. */
struct flow_filter {
	uint32_t count;
	struct flow_pattern pattern[FLOW_PATTERNS_MAX];
};

/*
 * Add the pattern "LOCAL,REMOTE" to f. Each side is ADDRESS[/PREFIX][:PORT] or *[:PORT], IPv6 in
 * brackets when a port follows: "*:*,10.0.0.2:5201", "10.0.0.0/8,*", "*,[2001:db8::1]:5201". An IPv4
 * pattern also matches mapped addresses. 0, -EINVAL (not understood; *why says what, static), or
 * -ENOSPC (more than FLOW_PATTERNS_MAX).
 */
int flow_filter__add(struct flow_filter *f, const char *text, const char **why);

bool flow_filter__match(const struct flow_filter *f, const struct endpoint *local,
			const struct endpoint *remote);

#endif
