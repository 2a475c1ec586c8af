/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds inet_diag messages byte by byte, as the kernel would, for the unit tests. */
#ifndef TCPW_NETLINK_TESTS_MESSAGE_H
#define TCPW_NETLINK_TESTS_MESSAGE_H

#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

struct message {
	size_t len;
	_Alignas(8) uint8_t bytes[4096];
};

static inline struct nlmsghdr *message__header(struct message *m)
{
	return (struct nlmsghdr *)m->bytes;
}

static inline void message__append(struct message *m, const void *bytes, size_t len)
{
	memset(m->bytes + m->len, 0, NLMSG_ALIGN(len));
	memcpy(m->bytes + m->len, bytes, len);
	m->len += NLMSG_ALIGN(len);
	message__header(m)->nlmsg_len = m->len;
}

/* A socket of 10.0.0.1:5201 and 10.0.0.2:40000, or the same in IPv6, with cookie 0x100000007. */
static inline void message__begin(struct message *m, uint8_t family)
{
	struct nlmsghdr nlh = {.nlmsg_type = SOCK_DIAG_BY_FAMILY};
	struct inet_diag_msg msg = {
		.idiag_family = family,
		.idiag_state = 1,
		.idiag_timer = 1,
		.id = {.idiag_sport = htons(5201),
		       .idiag_dport = htons(40000),
		       .idiag_cookie = {7, 1}},
		.idiag_rqueue = 11,
		.idiag_wqueue = 12,
		.idiag_uid = 1000,
		.idiag_inode = 4711,
	};

	inet_pton(family, family == AF_INET ? "10.0.0.1" : "2001:db8::1", msg.id.idiag_src);
	inet_pton(family, family == AF_INET ? "10.0.0.2" : "2001:db8::2", msg.id.idiag_dst);
	m->len = 0;
	message__append(m, &nlh, sizeof(nlh));
	message__append(m, &msg, sizeof(msg));
}

static inline void message__attribute(struct message *m, uint16_t type, const void *payload,
				      size_t len)
{
	struct nlattr a = {.nla_type = type, .nla_len = NLA_HDRLEN + len};
	uint8_t whole[2048];

	memcpy(whole, &a, sizeof(a));
	if (len)
		memcpy(whole + sizeof(a), payload, len);
	message__append(m, whole, sizeof(a) + len);
}

/* An INFO of len bytes, byte i being i + 1 (modulo 256). */
static inline void message__info(struct message *m, size_t len)
{
	uint8_t info[1024];

	for (size_t i = 0; i < len; i++)
		info[i] = i + 1;
	message__attribute(m, INET_DIAG_INFO, info, len);
}

/* Everything that inet_sk_diag_fill() may put beside INFO. */
static inline void message__everything(struct message *m, uint8_t family, size_t info_len)
{
	static const uint32_t meminfo[] = {1, 2, 3, 4};
	static const uint32_t skmeminfo[] = {10, 11, 12, 13, 14, 15, 16, 17, 18};
	static const uint32_t bbr[] = {0x11, 0x22, 333, 444, 555};
	static const uint32_t vegas[] = {1, 20, 30, 40};
	static const uint32_t dctcp[] = {0x00020001, 77, 88, 99};
	static const uint32_t mark = 0xabcd, class_id = 6;
	static const uint64_t cgroup = 0x1234567890;
	static const uint8_t tos = 0x10, tclass = 0x20, shutdown = 3, sockopt[] = {0x52, 0x01};
	/* nested: INET_ULP_INFO_NAME "tls" */
	static const uint8_t ulp[] = {8, 0, INET_ULP_INFO_NAME, 0, 't', 'l', 's', 0};

	message__begin(m, family);
	message__attribute(m, INET_DIAG_SHUTDOWN, &shutdown, 1);
	message__attribute(m, INET_DIAG_TOS, &tos, 1);
	message__attribute(m, INET_DIAG_TCLASS, &tclass, 1);
	message__attribute(m, INET_DIAG_MARK, &mark, 4);
	message__attribute(m, INET_DIAG_CLASS_ID, &class_id, 4);
	message__attribute(m, INET_DIAG_CGROUP_ID, &cgroup, 8);
	message__attribute(m, INET_DIAG_SOCKOPT, sockopt, 2);
	message__attribute(m, INET_DIAG_MEMINFO, meminfo, sizeof(meminfo));
	message__attribute(m, INET_DIAG_SKMEMINFO, skmeminfo, sizeof(skmeminfo));
	message__attribute(m, INET_DIAG_PAD, NULL, 0);
	message__info(m, info_len);
	message__attribute(m, INET_DIAG_CONG, "bbr", 4);
	message__attribute(m, INET_DIAG_ULP_INFO | NLA_F_NESTED, ulp, sizeof(ulp));
	message__attribute(m, INET_DIAG_BBRINFO, bbr, sizeof(bbr));
	message__attribute(m, INET_DIAG_VEGASINFO, vegas, sizeof(vegas));
	message__attribute(m, INET_DIAG_DCTCPINFO, dctcp, sizeof(dctcp));
	message__attribute(m, 250, "unknown", 7);
}

#endif
