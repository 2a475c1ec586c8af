/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds the requests that are sent to inet_diag. Pure: bytes only. */
#ifndef TCPW_NETLINK_REQUEST_H
#define TCPW_NETLINK_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>

#include "bytecode.h"

/*
 * Both kinds begin with nlh; the socket layer sets its sequence number. An exact request is built
 * once for a flow and sent again at every tick.
 */
struct exact_request {
	struct nlmsghdr nlh;
	struct inet_diag_req_v2 req;
};

struct dump_request {
	struct nlmsghdr nlh;
	struct inet_diag_req_v2 req;
	struct nlattr attr;
	uint8_t bytecode[BYTECODE_MAX];
};

/*
 * Ask for the one socket with this identity: 4-tuple, bound device and cookie, as a reply or dump
 * told it.
 */
void request__exact(struct exact_request *r, uint8_t family, const struct inet_diag_sockid *id);

/*
 * Ask for all sockets of one family that b lets pass (NULL: all) in the states that carry
 * tcp_info. full: with everything that can be had of them; otherwise only who they are.
 */
void request__dump(struct dump_request *r, uint8_t family, const struct bytecode *b, bool full);

#endif
