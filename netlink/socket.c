// SPDX-License-Identifier: BSD-2-Clause
/*
 * The netlink sockets of one namespace. Policies:
 *
 * Windows. t0 is read before the request is sent, t1 after the call that delivered the message. A
 *	dump's messages share the request's t0; each part has its own t1. A destroy message has as
 *t0 the last moment at which its socket was seen empty: it was queued after that. (The kernel's
 *	worker fills it a little before it queues it, but the TCP socket is dead by then: what it
 *	tells does not move any more.)
 *
 * EINTR. The call is made again, unless a stop was requested: then the request is abandoned.
 *
 * Interrupted dumps (NLM_F_DUMP_INTR: the table changed while it was walked). The samples are
 *	kept, since each is true by itself; the dump is counted and not repeated, for a repetition
 *	would bunch samples. What a dump did not show is never taken as gone: in exact mode a flow
 *	is gone when its own lookup says ENOENT, in other modes no conclusion is drawn.
 *
 * ENOBUFS on the destroy socket. Messages were dropped, and nobody knows how many: the overruns are
 *	counted and reported as a loss, and reading goes on with what is still queued. The receive
 *	buffer is made large to begin with, by force where that is allowed.
 *
 * Answers longer than the buffer (MSG_TRUNC). The whole messages in it are used, the rest is
 *	counted as lost. The buffer is twice the 32 KiB that netlink_dump() fills at most.
 *
 * Failed requests. Counted, by errno, and the collector goes on: the next tick asks again. No
 *answer within two seconds counts as ETIMEDOUT. ENOENT to an exact request is an answer, not a
 *	failure. A late answer is known by its sequence number and skipped.
 *
 * Other senders. Only messages from the kernel (port 0) are looked at.
 */
#include "socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>

#include "timeline/cli.h"

#define BUFFER_BYTES	 (64 * 1024)
#define REQUEST_RCVBUF	 (4 << 20)
#define DESTROY_RCVBUF	 (32 << 20)
#define ANSWER_TIMEOUT_S 2

struct diag {
	struct mnl_socket *request, *destroy;
	int request_fd, destroy_fd;
	uint32_t seq;
	uint64_t destroy_empty_ns;
	struct diag_counts counts;
	_Alignas(8) uint8_t buffer[BUFFER_BYTES];
};

enum diag_verdict diag__verdict(int err, bool stopping)
{
	switch (err) {
	case EINTR:
		return stopping ? DIAG_STOPPED : DIAG_RETRY;
	case EAGAIN:
		return DIAG_EMPTY;
	case ENOBUFS:
		return DIAG_OVERRUN;
	default:
		return DIAG_FAILED;
	}
}

/* As large as is allowed; a smaller buffer is not an error, losing messages is counted. */
static void enlarge(int fd, int bytes)
{
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

static int open_one(struct mnl_socket **socket, int *fd, int rcvbuf)
{
	*socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	if (!*socket)
		return -errno;
	if (mnl_socket_bind(*socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	*fd = mnl_socket_get_fd(*socket);
	enlarge(*fd, rcvbuf);
	return 0;
}

static int subscribe(struct diag *d)
{
	int groups[] = {SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET6_TCP_DESTROY};
	int err = open_one(&d->destroy, &d->destroy_fd, DESTROY_RCVBUF);

	if (err)
		return err;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (mnl_socket_setsockopt(d->destroy, NETLINK_ADD_MEMBERSHIP, &groups[i],
					  sizeof(groups[i])) < 0)
			return -errno;
	d->destroy_empty_ns = monotonic_ns();
	return 0;
}

static void set_timeout(int fd)
{
	struct timeval timeout = {.tv_sec = ANSWER_TIMEOUT_S};

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
}

int diag__open(struct diag **out, bool destroy)
{
	struct diag *d = calloc(1, sizeof(*d));
	int err;

	if (!d)
		return -ENOMEM;
	d->destroy_fd = -1;
	err = open_one(&d->request, &d->request_fd, REQUEST_RCVBUF);
	if (!err && destroy)
		err = subscribe(d);
	if (err) {
		diag__close(d);
		return err;
	}
	set_timeout(d->request_fd);
	*out = d;
	return 0;
}

int diag__adopt(struct diag **out, int request_fd, int destroy_fd)
{
	struct diag *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	d->request_fd = request_fd;
	d->destroy_fd = destroy_fd;
	d->request = mnl_socket_fdopen(request_fd);
	if (destroy_fd >= 0)
		d->destroy = mnl_socket_fdopen(destroy_fd);
	if (!d->request || (destroy_fd >= 0 && !d->destroy)) {
		diag__close(d);
		return -ENOMEM;
	}
	d->destroy_empty_ns = monotonic_ns();
	*out = d;
	return 0;
}

void diag__close(struct diag *d)
{
	if (!d)
		return;
	if (d->destroy)
		mnl_socket_close(d->destroy);
	if (d->request)
		mnl_socket_close(d->request);
	free(d);
}

static void count_failure(struct diag_counts *c, int err)
{
	c->request_failed++;
	for (int i = 0; i < DIAG_ERRNOS; i++) {
		if (c->failed_by[i].err && c->failed_by[i].err != err)
			continue;
		c->failed_by[i].err = err;
		c->failed_by[i].count++;
		return;
	}
}

/*
 * One datagram from the kernel into the buffer. Returns the bytes in it (0: ignore it) or -errno.
 * *truncated counts it when it was longer. EINTR without a stop is not an outcome.
 */
static ssize_t receive(struct diag *d, int fd, int flags, uint64_t *truncated)
{
	struct sockaddr_nl from = {0};
	socklen_t from_len = sizeof(from);
	ssize_t n;

	for (;;) {
		/* MSG_TRUNC: return the datagram's own length */
		n = recvfrom(fd, d->buffer, sizeof(d->buffer), flags | MSG_TRUNC,
			     (struct sockaddr *)&from, &from_len);
		if (n >= 0)
			break;
		if (diag__verdict(errno, stop_requested) != DIAG_RETRY)
			return -errno;
	}
	if (from_len == sizeof(from) && from.nl_family == AF_NETLINK && from.nl_pid)
		return 0;
	if ((size_t)n > sizeof(d->buffer)) {
		++*truncated;
		n = sizeof(d->buffer);
	}
	return n;
}

/* The error that a NLMSG_ERROR or NLMSG_DONE carries: 0 or -errno. */
static int carried_error(const struct nlmsghdr *nlh)
{
	int err = 0;

	if (nlh->nlmsg_len >= NLMSG_HDRLEN + sizeof(err))
		memcpy(&err, (const uint8_t *)nlh + NLMSG_HDRLEN, sizeof(err));
	return err > 0 ? 0 : err;
}

enum { ANSWER_OPEN = 1 }; /* more to come; otherwise 0 or -errno */

/* Hand over the messages of one datagram. *theirs: an error is fn's, not the kernel's. */
static int take_part(struct diag *d, size_t len, uint64_t t0, uint64_t t1, diag_message_fn *fn,
		     void *arg, bool *interrupted, bool *theirs)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)d->buffer;
	int left = len, err;

	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		if (nlh->nlmsg_seq != d->seq)
			continue;
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			*interrupted = true;
		if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE)
			return carried_error(nlh);
		if (nlh->nlmsg_type != SOCK_DIAG_BY_FAMILY)
			continue;
		err = fn(nlh, t0, t1, arg);
		if (err) {
			*theirs = true;
			return err;
		}
		if (!(nlh->nlmsg_flags & NLM_F_MULTI))
			return 0;
	}
	return ANSWER_OPEN;
}

static int send_request(struct diag *d, struct nlmsghdr *nlh)
{
	nlh->nlmsg_seq = ++d->seq;
	/* No address: an unconnected netlink socket sends to the kernel. */
	while (send(d->request_fd, nlh, nlh->nlmsg_len, 0) < 0)
		if (diag__verdict(errno, stop_requested) != DIAG_RETRY)
			return -errno;
	return 0;
}

/* quiet_err: an answer that counts as no failure */
static int ask(struct diag *d, struct nlmsghdr *nlh, diag_message_fn *fn, void *arg, int quiet_err)
{
	bool interrupted = false, theirs = false;
	uint64_t t0 = monotonic_ns();
	int err = send_request(d, nlh);
	uint64_t truncated = d->counts.truncated_reply;

	if (!err)
		err = ANSWER_OPEN;
	while (err == ANSWER_OPEN) {
		ssize_t n = receive(d, d->request_fd, 0, &d->counts.truncated_reply);

		if (n < 0)
			err = n == -EAGAIN ? -ETIMEDOUT : n;
		else
			err = take_part(d, n, t0, monotonic_ns(), fn, arg, &interrupted, &theirs);
		/* Nothing more comes when the one message of an exact answer was cut. */
		if (err == ANSWER_OPEN && !(nlh->nlmsg_flags & NLM_F_DUMP) &&
		    d->counts.truncated_reply != truncated)
			return -EMSGSIZE;
	}
	d->counts.interrupted_dumps += interrupted;
	if (err && !theirs && err != quiet_err &&
	    diag__verdict(-err, stop_requested) != DIAG_STOPPED)
		count_failure(&d->counts, -err);
	return err;
}

int diag__exact(struct diag *d, struct exact_request *r, diag_message_fn *fn, void *arg)
{
	return ask(d, &r->nlh, fn, arg, -ENOENT);
}

int diag__dump(struct diag *d, struct dump_request *r, diag_message_fn *fn, void *arg)
{
	return ask(d, &r->nlh, fn, arg, 0);
}

int diag__drain(struct diag *d, diag_message_fn *fn, void *arg)
{
	const struct nlmsghdr *nlh;
	uint64_t before, t1;
	ssize_t n;
	int left, err;

	while (d->destroy_fd >= 0) {
		before = monotonic_ns();
		n = receive(d, d->destroy_fd, MSG_DONTWAIT, &d->counts.destroy_truncated);
		t1 = monotonic_ns();
		if (n < 0) {
			switch (diag__verdict(-n, stop_requested)) {
			case DIAG_EMPTY:
				d->destroy_empty_ns = before;
				return 0;
			case DIAG_OVERRUN:
				d->counts.destroy_overrun++;
				continue;
			case DIAG_STOPPED:
				/* Cannot block, so what is queued is still worth reading. */
				continue;
			default:
				return n;
			}
		}
		nlh = (const struct nlmsghdr *)d->buffer;
		for (left = n; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
			if (nlh->nlmsg_type != SOCK_DIAG_BY_FAMILY)
				continue;
			err = fn(nlh, d->destroy_empty_ns, t1, arg);
			if (err)
				return err;
		}
	}
	return 0;
}

int diag__destroy_fd(const struct diag *d)
{
	return d->destroy_fd;
}

uint64_t diag__watermark_ns(const struct diag *d)
{
	return d->destroy_fd >= 0 ? d->destroy_empty_ns : UINT64_MAX;
}

const struct diag_counts *diag__counts(const struct diag *d)
{
	return &d->counts;
}

int diag__request_fd(const struct diag *d)
{
	return d->request_fd;
}
