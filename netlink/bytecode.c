// SPDX-License-Identifier: BSD-2-Clause
/*
 * The assembler for inet_diag's socket filter (inet_diag_bc_run() in net/ipv4/inet_diag.c).
 *
 * A program is a chain of conditions. Each says how far to go on "yes" (its own length, always:
 * inet_diag_bc_audit() walks the chain by it) and on "no". Landing exactly at the end accepts;
 * four bytes behind the end rejects. What is built here:
 *
 *	cgroup?			no: reject
 *	pattern 1: cond, cond	no: pattern 2
 *		   jump to the end
 *	pattern 2: cond, cond	no: reject
 *
 * Only codes that 5.10 and everything later has: ports by GE and LE (S_EQ came in 5.16), addresses
 * by S_COND and D_COND, the cgroup by CGROUP_COND (5.8).
 */
#include "bytecode.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/inet_diag.h>

_Static_assert(sizeof(struct inet_diag_bc_op) == 4, "the kernel's layout");
_Static_assert(sizeof(struct inet_diag_hostcond) == 8, "the kernel's layout");

#define MAPPED_BITS 96 /* length of ::ffff:0:0/96 */
static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* Not yet known where to: patched when the next pattern begins. */
#define NO_NEXT_PATTERN 0

/* Append one condition with its argument; "no" goes no_skip bytes ahead, counted from its start. */
static void put(struct bytecode *b, uint8_t code, const void *argument, size_t len,
		uint16_t no_skip)
{
	struct inet_diag_bc_op op = {.code = code, .yes = sizeof(op) + len, .no = no_skip};

	memcpy(b->bytes + b->len, &op, sizeof(op));
	if (len)
		memcpy(b->bytes + b->len + sizeof(op), argument, len);
	b->len += op.yes;
}

/* A port comparison keeps its port in the "no" of a following operation. */
static void put_port(struct bytecode *b, uint8_t ge, uint8_t le, uint16_t port)
{
	struct inet_diag_bc_op argument = {.no = port};

	put(b, ge, &argument, sizeof(argument), NO_NEXT_PATTERN);
	put(b, le, &argument, sizeof(argument), NO_NEXT_PATTERN);
}

static size_t hostcond(uint8_t out[8 + 16], int family, int prefix_len, const uint8_t *addr)
{
	struct inet_diag_hostcond cond = {.family = family, .prefix_len = prefix_len, .port = -1};
	size_t addr_len = family == AF_INET ? 4 : 16;

	memcpy(out, &cond, sizeof(cond));
	memcpy(out + sizeof(cond), addr, addr_len);
	return sizeof(cond) + addr_len;
}

/*
 * hostcond's AF_INET matches AF_INET sockets and mapped addresses in AF_INET6 ones; its AF_INET6
 * matches AF_INET6 sockets alone. So ::ffff:0:0/96 and longer is said as AF_INET, a shorter prefix
 * that covers it needs both, and everything else is AF_INET6.
 */
static void put_address(struct bytecode *b, uint8_t code, const uint8_t addr[16], int prefix_len)
{
	static const uint8_t any[4];
	uint8_t cond[8 + 16];
	bool mapped = true;
	size_t len;

	for (int bit = 0; bit < prefix_len && bit < MAPPED_BITS; bit++)
		if ((addr[bit / 8] ^ mapped_prefix[bit / 8]) & (0x80 >> bit % 8))
			mapped = false;

	if (prefix_len == 0)
		return;
	if (mapped && prefix_len >= MAPPED_BITS) {
		len = hostcond(cond, AF_INET, prefix_len - MAPPED_BITS, addr + 12);
		put(b, code, cond, len, NO_NEXT_PATTERN);
		return;
	}
	if (mapped) {
		/* IPv4 at all? no: over the jump to the second condition; yes: the jump over it */
		len = hostcond(cond, AF_INET, 0, any);
		put(b, code, cond, len, 4 + len + 4);
		put(b, INET_DIAG_BC_JMP, NULL, 0, 4 + 4 + 8 + 16);
	}
	len = hostcond(cond, AF_INET6, prefix_len, addr);
	put(b, code, cond, len, NO_NEXT_PATTERN);
}

/* Number of leading ones, or -EINVAL if a one follows a zero. */
static int prefix_length(const uint8_t mask[16])
{
	int len = 0;

	while (len < 128 && mask[len / 8] & (0x80 >> len % 8))
		len++;
	for (int bit = len; bit < 128; bit++)
		if (mask[bit / 8] & (0x80 >> bit % 8))
			return -EINVAL;
	return len;
}

static int put_pattern(struct bytecode *b, const struct flow_pattern *p)
{
	int local = prefix_length(p->local.mask), remote = prefix_length(p->remote.mask);

	if (local < 0 || remote < 0)
		return -EINVAL;
	if (p->local.port)
		put_port(b, INET_DIAG_BC_S_GE, INET_DIAG_BC_S_LE, p->local.port);
	if (p->remote.port)
		put_port(b, INET_DIAG_BC_D_GE, INET_DIAG_BC_D_LE, p->remote.port);
	put_address(b, INET_DIAG_BC_S_COND, p->local.addr, local);
	put_address(b, INET_DIAG_BC_D_COND, p->remote.addr, remote);
	return 0;
}

/* In [begin, end) let every open "no" go to the byte at target. */
static void patch(struct bytecode *b, size_t begin, size_t end, size_t target)
{
	struct inet_diag_bc_op op;

	for (size_t at = begin; at < end; at += op.yes) {
		memcpy(&op, b->bytes + at, sizeof(op));
		if (op.no != NO_NEXT_PATTERN)
			continue;
		op.no = target - at;
		memcpy(b->bytes + at, &op, sizeof(op));
	}
}

int bytecode__assemble(struct bytecode *b, const struct flow_filter *f, uint64_t cgroup_id)
{
	size_t start[FLOW_PATTERNS_MAX] = {0}, jump[FLOW_PATTERNS_MAX] = {0}, patterns;
	int err;

	b->len = 0;
	if (cgroup_id)
		put(b, INET_DIAG_BC_CGROUP_COND, &cgroup_id, sizeof(cgroup_id), NO_NEXT_PATTERN);
	patterns = b->len;

	for (uint32_t i = 0; i < f->count; i++) {
		start[i] = b->len;
		err = put_pattern(b, &f->pattern[i]);
		if (err)
			return err;
		if (b->len == start[i]) {
			/* This one matches everything, so the others do not matter. */
			b->len = patterns;
			break;
		}
		jump[i] = b->len;
		if (i + 1 < f->count)
			put(b, INET_DIAG_BC_JMP, NULL, 0, NO_NEXT_PATTERN);
	}

	patch(b, 0, patterns, b->len + 4);
	for (uint32_t i = 0; patterns < b->len && i < f->count; i++) {
		bool last = i + 1 == f->count;

		patch(b, start[i], jump[i], last ? b->len + 4 : start[i + 1]);
		if (!last)
			patch(b, jump[i], start[i + 1], b->len);
	}
	return 0;
}
