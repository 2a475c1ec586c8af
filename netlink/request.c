// SPDX-License-Identifier: BSD-2-Clause
/* Builds the requests that are sent to inet_diag. */
#include "request.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include <linux/sock_diag.h>

_Static_assert(sizeof(struct exact_request) == NLMSG_HDRLEN + sizeof(struct inet_diag_req_v2),
	       "goes to the kernel as it stands");
_Static_assert(offsetof(struct dump_request, bytecode) == sizeof(struct exact_request) + NLA_HDRLEN,
	       "goes to the kernel as it stands");

#define EXT(attribute) (1 << ((attribute)-1))

/*
 * All of the eight bits that are known. What has no bit comes along: DCTCPINFO and BBRINFO with
 * VEGASINFO, CLASS_ID with TCLASS, ULP_INFO with INFO; SHUTDOWN, MARK, CGROUP_ID, SOCKOPT always.
 */
static const uint8_t everything = EXT(INET_DIAG_MEMINFO) | EXT(INET_DIAG_INFO) |
				  EXT(INET_DIAG_VEGASINFO) | EXT(INET_DIAG_CONG) |
				  EXT(INET_DIAG_TOS) | EXT(INET_DIAG_TCLASS) |
				  EXT(INET_DIAG_SKMEMINFO) | EXT(INET_DIAG_SHUTDOWN);

/*
 * ESTABLISHED (1) to CLOSING (11) without SYN_RECV, TIME_WAIT and LISTEN. No higher bit:
 * NEW_SYN_RECV (12) has no tcp_info, and BOUND_INACTIVE (13) would walk the table of ports.
 */
static const uint32_t states = ((1 << 12) - 1) & ~(1 | 1 << 3 | 1 << 6 | 1 << 10);

void request__exact(struct exact_request *r, uint8_t family, const struct inet_diag_sockid *id)
{
	*r = (struct exact_request){
		.nlh = {.nlmsg_len = sizeof(*r),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST},
		.req = {.sdiag_family = family,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_ext = everything,
			.id = *id},
	};
}

void request__dump(struct dump_request *r, uint8_t family, const struct bytecode *b, bool full)
{
	*r = (struct dump_request){
		.nlh = {.nlmsg_len = offsetof(struct dump_request, attr),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.req = {.sdiag_family = family,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_ext = full ? everything : 0,
			.idiag_states = states},
	};
	if (!b || !b->len)
		return;
	r->attr.nla_type = INET_DIAG_REQ_BYTECODE;
	r->attr.nla_len = NLA_HDRLEN + b->len;
	memcpy(r->bytecode, b->bytes, b->len);
	r->nlh.nlmsg_len += r->attr.nla_len;
}
