// SPDX-License-Identifier: BSD-2-Clause
/* A UDP socket at each end of the path. */
#include "ends.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "timeline/cli.h"

#define BUFFER_BYTES   (32 << 20)
#define PAYLOAD_MAX    1500
#define ECT0	       2
#define ECN_MASK       3

static int parse(struct ends *e, enum end i, const char *text)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&e->address[i];
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&e->address[i];

	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		e->length = sizeof(*v4);
	} else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		e->length = sizeof(*v6);
	} else {
		return -EINVAL;
	}
	if (i == SERVER && e->family != e->address[i].ss_family)
		return -EAFNOSUPPORT;
	e->family = e->address[i].ss_family;
	return 0;
}

static void set(int fd, int level, int name, int value)
{
	/* What cannot be set shows in what is measured. */
	(void)!setsockopt(fd, level, name, &value, sizeof(value));
}

static int open_end(struct ends *e, enum end i)
{
	int err = netns__enter(&e->netns[i]);
	int fd;

	if (err)
		return err;
	fd = socket(e->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	e->fd[i] = fd;
	/* Nothing may be lost but by the path. */
	set(fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES);
	set(fd, SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_BYTES);
	if (e->family == AF_INET) {
		set(fd, IPPROTO_IP, IP_TOS, ECT0);
		set(fd, IPPROTO_IP, IP_RECVTOS, 1);
		set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
	} else {
		set(fd, IPPROTO_IPV6, IPV6_TCLASS, ECT0);
		set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
		set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO);
	}
	if (bind(fd, (struct sockaddr *)&e->address[i], e->length) ||
	    getsockname(fd, (struct sockaddr *)&e->address[i], &e->length))
		return -errno;
	return 0;
}

int ends__open(struct ends *e, const char *const netns[ENDS], const char *const address[ENDS],
	       char why[160])
{
	int err = 0;

	memset(e, 0, sizeof(*e));
	for (int i = 0; i < ENDS; i++)
		e->fd[i] = e->netns[i].fd = -1;
	for (int i = 0; i < ENDS && !err; i++) {
		err = netns__open(&e->netns[i], netns[i]);
		if (err)
			snprintf(why, 160, "%.90s is no network namespace (%s)", netns[i],
				 strerror(-err));
	}
	for (int i = 0; i < ENDS && !err; i++) {
		err = parse(e, i, address[i]);
		if (err)
			snprintf(why, 160, "%.60s is no address of the other end's family",
				 address[i]);
	}
	for (int i = 0; i < ENDS && !err; i++) {
		err = open_end(e, i);
		if (err)
			snprintf(why, 160, "no socket with the address %.60s in %.50s: %s",
				 address[i], netns[i], strerror(-err));
	}
	return err;
}

void ends__close(struct ends *e)
{
	for (int i = 0; i < ENDS; i++) {
		if (e->fd[i] >= 0)
			close(e->fd[i]);
		netns__close(&e->netns[i]);
	}
}

unsigned int ends__overhead(const struct ends *e)
{
	return (e->family == AF_INET ? 20 : 40) + 8;
}

void ends__next_phase(struct ends *e)
{
	e->phase++;
}

int ends__send(struct ends *e, enum end from, uint32_t kind, uint32_t seq, unsigned int ip_bytes)
{
	static const char zeroes[PAYLOAD_MAX];
	struct message m = { .phase = e->phase, .kind = kind, .seq = seq };
	size_t payload = ip_bytes - ends__overhead(e);
	struct iovec iov[2] = {
		{ &m, sizeof(m) },
		{ (void *)zeroes, payload > sizeof(m) ? payload - sizeof(m) : 0 },
	};
	struct msghdr h = { .msg_name = &e->address[!from],
			    .msg_namelen = e->length,
			    .msg_iov = iov,
			    .msg_iovlen = 2 };

	m.sent_ns = monotonic_ns();
	/* An ICMP message of an earlier packet comes as the error of this one. */
	for (int i = 0; i < 3; i++) {
		if (sendmsg(e->fd[from], &h, 0) >= 0)
			return 0;
		if (errno != ECONNREFUSED && errno != EINTR)
			break;
	}
	return errno == ENOBUFS ? -EAGAIN : -errno;
}

static void read_controls(struct arrival *a, struct msghdr *h)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
		const unsigned char *data = CMSG_DATA(c);

		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS) ||
			   (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS)) {
			/* A byte for IPv4, an int for IPv6. */
			int tclass = *data;

			if (c->cmsg_level == IPPROTO_IPV6)
				memcpy(&tclass, data, sizeof(tclass));
			a->ce = (tclass & ECN_MASK) == ECN_MASK;
		}
	}
}

int ends__receive(struct ends *e, enum end at, struct arrival *a)
{
	union {
		struct cmsghdr align;
		char bytes[256];
	} control;

	for (;;) {
		struct iovec iov = { &a->message, sizeof(a->message) };
		struct msghdr h = { .msg_iov = &iov,
				    .msg_iovlen = 1,
				    .msg_control = &control,
				    .msg_controllen = sizeof(control) };
		ssize_t n = recvmsg(e->fd[at], &h, 0);

		if (n < 0 && (errno == EINTR || errno == ECONNREFUSED || errno == EMSGSIZE))
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		if ((size_t)n < sizeof(a->message) || a->message.phase != e->phase)
			continue;
		a->read_ns = monotonic_ns();
		a->ce = false;
		read_controls(a, &h);
		return 1;
	}
}

int ends__wait(struct ends *e, enum end at, uint64_t until_ns)
{
	struct pollfd p[ENDS] = { { .fd = e->fd[CLIENT], .events = POLLIN },
				  { .fd = e->fd[SERVER], .events = POLLIN } };
	uint64_t now = monotonic_ns();
	struct timespec ts = { 0 };

	if (until_ns > now) {
		ts.tv_sec = (until_ns - now) / 1000000000;
		ts.tv_nsec = (until_ns - now) % 1000000000;
	}
	if (ppoll(at == ENDS ? p : p + at, at == ENDS ? ENDS : 1, &ts, NULL) < 0 && errno != EINTR)
		return -errno;
	return 0;
}
