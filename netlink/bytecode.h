/* SPDX-License-Identifier: BSD-2-Clause */
/* Assembles a flow filter into the socket filter that the kernel runs during a dump. */
#ifndef TCPW_NETLINK_BYTECODE_H
#define TCPW_NETLINK_BYTECODE_H

#include <stddef.h>
#include <stdint.h>

#include "timeline/flow.h"

/*
 * Bytes of the longest program: the cgroup condition, and for every pattern two sides of four port
 * comparisons and one address condition in both families, and the jump to the end.
 */
#define BYTECODE_MAX (12 + FLOW_PATTERNS_MAX * (2 * (2 * 8 + 16 + 4 + 28) + 4))

struct bytecode {
	size_t len; /* 0: everything matches, send no filter at all */
	uint8_t bytes[BYTECODE_MAX];
};

/*
 * Assemble "the socket's cgroup is cgroup_id (0: any) and one of f's patterns matches". Matches
 * what flow_filter__match() matches: an IPv4 socket counts as its mapped address. 0, or -EINVAL
 * for a mask that is no prefix.
 */
int bytecode__assemble(struct bytecode *b, const struct flow_filter *f, uint64_t cgroup_id);

#endif
