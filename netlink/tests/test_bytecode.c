// SPDX-License-Identifier: BSD-2-Clause
/*
 * The assembler, proven by an interpreter that mirrors the kernel's (inet_diag_bc_run() and
 * inet_diag_bc_audit() in net/ipv4/inet_diag.c): the program matches what flow_filter__match()
 * matches, for IPv4, mapped and IPv6 sockets, and the kernel would accept it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/inet_diag.h>

#include "netlink/bytecode.h"

struct socket {
	int family;
	uint8_t saddr[16], daddr[16]; /* as the kernel has them: 4 bytes for AF_INET */
	uint16_t sport, dport;
	uint64_t cgroup;
};

static bool bits_match(const uint8_t *a, const uint8_t *b, int bits)
{
	for (int i = 0; i < bits; i++)
		if ((a[i / 8] ^ b[i / 8]) & (0x80 >> i % 8))
			return false;
	return true;
}

static bool run_hostcond(const uint8_t *op, const struct socket *s, bool source)
{
	const uint8_t *addr = source ? s->saddr : s->daddr;
	struct inet_diag_hostcond cond;

	memcpy(&cond, op + 4, sizeof(cond));
	if (cond.port != -1 && cond.port != (source ? s->sport : s->dport))
		return false;
	if (cond.family != AF_UNSPEC && cond.family != s->family)
		return s->family == AF_INET6 && cond.family == AF_INET &&
		       bits_match(addr, (const uint8_t *)"\0\0\0\0\0\0\0\0\0\0\xff\xff", 96) &&
		       bits_match(addr + 12, op + 12, cond.prefix_len);
	return !cond.prefix_len || bits_match(addr, op + 12, cond.prefix_len);
}

static bool run(const struct bytecode *b, const struct socket *s)
{
	int at = 0, len = b->len;

	while (len > 0) {
		struct inet_diag_bc_op op, next;
		uint64_t cgroup;
		bool yes = true;

		memcpy(&op, b->bytes + at, sizeof(op));
		memcpy(&next, b->bytes + at + 4, at + 8 <= (int)b->len ? sizeof(next) : 0);
		switch (op.code) {
		case INET_DIAG_BC_JMP:
			yes = false;
			break;
		case INET_DIAG_BC_S_GE:
			yes = s->sport >= next.no;
			break;
		case INET_DIAG_BC_S_LE:
			yes = s->sport <= next.no;
			break;
		case INET_DIAG_BC_D_GE:
			yes = s->dport >= next.no;
			break;
		case INET_DIAG_BC_D_LE:
			yes = s->dport <= next.no;
			break;
		case INET_DIAG_BC_S_COND:
		case INET_DIAG_BC_D_COND:
			yes = run_hostcond(b->bytes + at, s, op.code == INET_DIAG_BC_S_COND);
			break;
		case INET_DIAG_BC_CGROUP_COND:
			memcpy(&cgroup, b->bytes + at + 4, sizeof(cgroup));
			yes = cgroup == s->cgroup;
			break;
		default:
			fail_msg("code %d is none that we use", op.code);
		}
		at += yes ? op.yes : op.no;
		len -= yes ? op.yes : op.no;
	}
	return len == 0;
}

static bool on_chain(const struct bytecode *b, int target)
{
	struct inet_diag_bc_op op;
	int at = 0;

	for (; at < target; at += op.yes)
		memcpy(&op, b->bytes + at, sizeof(op));
	return at == target;
}

static bool audit(const struct bytecode *b)
{
	struct inet_diag_bc_op op;
	int len = b->len;

	for (int at = 0; len > 0; at += op.yes, len -= op.yes) {
		int min_len = sizeof(op);

		memcpy(&op, b->bytes + at, sizeof(op));
		switch (op.code) {
		case INET_DIAG_BC_S_COND:
		case INET_DIAG_BC_D_COND: {
			struct inet_diag_hostcond cond;
			int addr_len;

			if (len < min_len + (int)sizeof(cond))
				return false;
			memcpy(&cond, b->bytes + at + 4, sizeof(cond));
			addr_len = cond.family == AF_INET ? 4 : cond.family == AF_INET6 ? 16 : 0;
			min_len += sizeof(cond) + addr_len;
			if (len < min_len || cond.prefix_len > 8 * addr_len)
				return false;
			break;
		}
		case INET_DIAG_BC_CGROUP_COND:
			min_len += 8;
			break;
		case INET_DIAG_BC_JMP:
			break;
		default:
			min_len += sizeof(op);
		}
		if (len < min_len || op.no < min_len || op.no > len + 4 || op.no & 3)
			return false;
		if (op.no < len && !on_chain(b, at + op.no))
			return false;
		if (op.yes < min_len || op.yes > len + 4 || op.yes & 3)
			return false;
	}
	return len == 0;
}

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static void as_ipv6(uint8_t out[16], const struct socket *s, const uint8_t *addr)
{
	if (s->family == AF_INET6) {
		memcpy(out, addr, 16);
		return;
	}
	memcpy(out, mapped_prefix, 12);
	memcpy(out + 12, addr, 4);
}

/* "4" IPv4, "6" IPv6, "m": IPv4 addresses inside an AF_INET6 socket */
static struct socket make(char kind, const char *src, int sport, const char *dst, int dport)
{
	struct socket s = {.family = kind == '4' ? AF_INET : AF_INET6,
			   .sport = sport,
			   .dport = dport,
			   .cgroup = 77};

	if (kind == 'm') {
		memcpy(s.saddr, mapped_prefix, 12);
		memcpy(s.daddr, mapped_prefix, 12);
		inet_pton(AF_INET, src, s.saddr + 12);
		inet_pton(AF_INET, dst, s.daddr + 12);
	} else {
		inet_pton(s.family, src, s.saddr);
		inet_pton(s.family, dst, s.daddr);
	}
	return s;
}

static size_t sockets(struct socket *out)
{
	static const char *const v4[] = {"10.0.0.1", "10.0.0.2",	"10.1.2.3", "192.168.0.1",
					 "0.0.0.0",  "255.255.255.255", "127.0.0.1"};
	static const char *const v6[] = {"::1",	    "2001:db8::1", "2001:db8:8000::1",
					 "fe80::1", "::",	   "::fffe:10.0.0.1"};
	static const int ports[] = {1, 5200, 5201, 5202, 65535};
	size_t n = 0;

	for (int i = 0; i < 7; i++)
		for (int j = 0; j < 7; j++)
			for (int p = 0; p < 5; p++)
				for (int q = 0; q < 5; q++) {
					out[n++] = make('4', v4[i], ports[p], v4[j], ports[q]);
					out[n++] = make('m', v4[i], ports[p], v4[j], ports[q]);
				}
	for (int i = 0; i < 6; i++)
		for (int j = 0; j < 6; j++)
			for (int p = 0; p < 5; p++)
				for (int q = 0; q < 5; q++)
					out[n++] = make('6', v6[i], ports[p], v6[j], ports[q]);
	return n;
}

#define SOCKETS_MAX (7 * 7 * 25 * 2 + 6 * 6 * 25)

/* Assemble, audit, run on every socket; counts the matches. */
static size_t prove(const char *what, const struct flow_filter *f, uint64_t cgroup)
{
	static struct socket all[SOCKETS_MAX];
	size_t n = sockets(all), matched = 0;
	struct bytecode b;

	assert_int_equal(bytecode__assemble(&b, f, cgroup), 0);
	assert_in_range(b.len, 0, BYTECODE_MAX);
	if (b.len && !audit(&b))
		fail_msg("%s: the kernel would refuse the program", what);
	for (size_t i = 0; i < n; i++) {
		struct endpoint local = {.port = all[i].sport}, remote = {.port = all[i].dport};
		bool want, got;

		as_ipv6(local.addr, &all[i], all[i].saddr);
		as_ipv6(remote.addr, &all[i], all[i].daddr);
		want = flow_filter__match(f, &local, &remote) &&
		       (!cgroup || cgroup == all[i].cgroup);
		got = run(&b, &all[i]);
		matched += got;
		if (want != got)
			fail_msg("%s: socket %zu of %zu: program says %d, filter says %d", what, i,
				 n, got, want);
	}
	return matched;
}

static const char *const patterns[] = {
	"*,*",
	"*:5201,*",
	"*,*:5201",
	"*:5200,*:5202",
	"10.0.0.1,*",
	"*,10.0.0.2:5201",
	"10.0.0.1:5201,10.0.0.2:5200",
	"10.0.0.0/8,*",
	"10.0.0.0/15:5201,*",
	"0.0.0.0/0,*",
	"*,0.0.0.0/1",
	"::1,*",
	"[2001:db8::1]:5201,*",
	"2001:db8::/32,*",
	"2001:db8::/33,2001:db8::/33",
	"::/0,*",
	"::/1,*",
	"::/64,*:5201",
	"::/80,::/80",
	"::ffff:0:0/95,*",
	"::ffff:0:0/96,*",
	"[::ffff:10.0.0.1]:5201,*",
	"::fffe:0:0/95,*",
	"fe80::/10,*",
};
#define PATTERNS (sizeof(patterns) / sizeof(patterns[0]))

static void add(struct flow_filter *f, const char *pattern)
{
	const char *why = "";

	if (flow_filter__add(f, pattern, &why))
		fail_msg("%s: %s", pattern, why);
}

static void one_pattern_matches_as_the_filter_does(void **state)
{
	size_t matched;

	for (size_t i = 0; i < PATTERNS; i++) {
		struct flow_filter f = {0};

		add(&f, patterns[i]);
		matched = prove(patterns[i], &f, 0);
		/* A pattern that matches nothing in the table would prove little. */
		if (!matched || (matched == SOCKETS_MAX && i && strncmp(patterns[i], "::/0", 4)))
			fail_msg("%s matches %zu of %d sockets", patterns[i], matched, SOCKETS_MAX);
	}
}

static void several_patterns_are_alternatives(void **state)
{
	char what[128];

	for (size_t i = 0; i < PATTERNS; i++)
		for (size_t j = 0; j < PATTERNS; j++) {
			struct flow_filter f = {0};

			snprintf(what, sizeof(what), "%s or %s", patterns[i], patterns[j]);
			add(&f, patterns[i]);
			add(&f, patterns[j]);
			prove(what, &f, 0);
		}
}

static void as_many_as_allowed_fit(void **state)
{
	struct flow_filter f = {0};

	for (int i = 0; i < FLOW_PATTERNS_MAX; i++)
		add(&f, "[::/80]:5201,[::/80]:5201"); /* the longest there is */
	prove("eight long ones", &f, 77);
	f.count = 0;
	for (size_t i = 1; i <= FLOW_PATTERNS_MAX; i++)
		add(&f, patterns[i]);
	prove("eight different ones", &f, 0);
}

static void a_cgroup_is_a_condition_on_all(void **state)
{
	struct flow_filter f = {0};

	assert_int_equal(prove("cgroup alone", &f, 77), SOCKETS_MAX);
	assert_int_equal(prove("another cgroup", &f, 78), 0);
	add(&f, "10.0.0.1:5201,*");
	assert_true(prove("cgroup and pattern", &f, 77) > 0);
	assert_int_equal(prove("another cgroup and pattern", &f, 78), 0);
	add(&f, "*,[2001:db8::1]:5201");
	prove("cgroup and two patterns", &f, 77);
	assert_int_equal(prove("another cgroup and two patterns", &f, 78), 0);
	add(&f, "*,*");
	assert_int_equal(prove("a pattern for everything", &f, 77), SOCKETS_MAX);
}

static void no_condition_is_no_program(void **state)
{
	struct flow_filter f = {0};
	struct bytecode b;

	assert_int_equal(bytecode__assemble(&b, &f, 0), 0);
	assert_int_equal(b.len, 0);
	add(&f, "10.0.0.1,*");
	add(&f, "*,*");
	add(&f, "10.0.0.2,*");
	assert_int_equal(bytecode__assemble(&b, &f, 0), 0);
	assert_int_equal(b.len, 0);
}

static void a_mask_that_is_no_prefix_is_refused(void **state)
{
	struct flow_filter f = {.count = 1};
	struct bytecode b;

	f.pattern[0].remote.mask[15] = 1;
	assert_int_equal(bytecode__assemble(&b, &f, 0), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_pattern_matches_as_the_filter_does),
		cmocka_unit_test(several_patterns_are_alternatives),
		cmocka_unit_test(as_many_as_allowed_fit),
		cmocka_unit_test(a_cgroup_is_a_condition_on_all),
		cmocka_unit_test(no_condition_is_no_program),
		cmocka_unit_test(a_mask_that_is_no_prefix_is_refused),
	};

	return cmocka_run_group_tests_name("netlink bytecode", tests, NULL, NULL);
}
