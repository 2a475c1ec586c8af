/* SPDX-License-Identifier: BSD-2-Clause */
/* From the bytes of one inet_diag message to a sample. Pure: no socket, no clock. */
#ifndef TCPW_NETLINK_DECODE_H
#define TCPW_NETLINK_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timeline/sample.h"

struct inet_diag_msg;
struct inet_diag_sockid;

/* How this kernel lays out struct tcp_info; see layout.h for how it is found out. */
struct decode_layout {
	enum tcp_info_layout tcp_info;
	uint16_t tcp_info_max; /* decode no byte of INFO behind this; 0: all there are */
};

/*
 * Decode the message at bytes (its struct nlmsghdr first, at least len bytes readable) into *s:
 * flow, present fields, cong, ulp, seq 0. Times and s->event are the caller's; s->event must be
 * set, since a destroy message leaves part of struct inet_diag_msg unfilled.
 *	0		a sample
 *	-ENODATA	well-formed, but without tcp_info: no full socket (TIME_WAIT, SYN_RECV)
 *	-EBADMSG	too short, or an attribute reaches beyond the message
 */
int decode__message(const void *bytes, size_t len, const struct decode_layout *layout,
		    uint32_t netns, struct sample *s);

/* Only the fixed part, copied: who the socket is, its state and timer. 0 or -EBADMSG. */
int decode__identity(const void *bytes, size_t len, struct inet_diag_msg *msg);

/* Length of the INFO attribute in such a message; 0 without. */
uint16_t decode__info_length(const void *bytes, size_t len);

/* The cookie in a socket's identity as one number, as SO_COOKIE returns it. */
uint64_t decode__cookie(const struct inet_diag_sockid *id);

#endif
