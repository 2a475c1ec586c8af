/* SPDX-License-Identifier: BSD-2-Clause */
/* The netlink sockets of one network namespace: requests and replies, and destroy messages. */
#ifndef TCPW_NETLINK_SOCKET_H
#define TCPW_NETLINK_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>

#include "request.h"

struct diag;

/* What went wrong, since the socket was opened. */
#define DIAG_ERRNOS 4
struct diag_counts {
	uint64_t request_failed;    /* requests without an answer, ENOENT of an exact one aside */
	uint64_t truncated_reply;   /* answers longer than the buffer */
	uint64_t destroy_overrun;   /* times that destroy messages were dropped, number unknown */
	uint64_t destroy_truncated; /* destroy messages longer than the buffer */
	uint64_t interrupted_dumps; /* NLM_F_DUMP_INTR */
	struct {
		int err; /* positive; 0: unused */
		uint64_t count;
	} failed_by[DIAG_ERRNOS]; /* request_failed by errno, as far as there is room */
};

/* What a failed system call on a netlink socket means; the policy behind is told in socket.c. */
enum diag_verdict { DIAG_RETRY, DIAG_STOPPED, DIAG_EMPTY, DIAG_OVERRUN, DIAG_FAILED };
enum diag_verdict diag__verdict(int err, bool stopping);

/*
 * Called once for each message of an answer (nlh: whole and within the buffer). The answer was
 * true at some moment in [t0, t1]. Return 0 to go on, or -errno to be handed to the caller.
 */
typedef int diag_message_fn(const struct nlmsghdr *nlh, uint64_t t0_ns, uint64_t t1_ns, void *arg);

/*
 * Open in the namespace that the calling thread lives in; afterwards the thread may go elsewhere.
 * destroy: also subscribe to the last words of sockets. 0 or -errno:
 *	-EPROTONOSUPPORT	the kernel has no sock_diag
 */
int diag__open(struct diag **d, bool destroy);
void diag__close(struct diag *d); /* NULL is allowed */

/*
 * Ask for one socket. 0: fn was called and said 0. -ENOENT: no such socket any more (nothing is
 * counted). -EINTR: a stop was requested. Other -errno: counted, or what fn returned.
 */
int diag__exact(struct diag *d, struct exact_request *r, diag_message_fn *fn, void *arg);

/* Ask for many. Returns as diag__exact(), but that -ENOENT counts as any other failure. */
int diag__dump(struct diag *d, struct dump_request *r, diag_message_fn *fn, void *arg);

/* Read destroy messages until there are none. 0, -EINTR, or what fn returned. */
int diag__drain(struct diag *d, diag_message_fn *fn, void *arg);

/* To be polled for destroy messages; -1 without. */
int diag__destroy_fd(const struct diag *d);

/* Every destroy message still to come gets a t0 no earlier than this. */
uint64_t diag__watermark_ns(const struct diag *d);

const struct diag_counts *diag__counts(const struct diag *d);

/* The request socket itself, for the benchmark's bare pair. */
int diag__request_fd(const struct diag *d);

/* For tests: a pair over sockets that are already open (destroy_fd may be -1), which it closes. */
int diag__adopt(struct diag **d, int request_fd, int destroy_fd);

#endif
