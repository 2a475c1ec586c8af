// SPDX-License-Identifier: BSD-2-Clause
/* The path's MTU. */
#include "narrow.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "timeline/cli.h"

#define DEVICE_MTU  1500
#define INTERVAL_NS 5000000ull

static int passes(struct ends *e, const struct plan *p, enum end from, char why[WHY_MAX])
{
	uint64_t deadline = monotonic_ns() + p->patience_ns + p->rtt_ns;
	struct arrival a;
	int err = 0;

	ends__next_phase(e);
	while (monotonic_ns() < deadline) {
		err = ends__send(e, from, 0, 0, p->mtu);
		if (err == -EMSGSIZE)
			break;
		if (err && err != -EAGAIN)
			return err;
		err = ends__wait(e, !from, monotonic_ns() + INTERVAL_NS + plan__line_ns(p, p->mtu));
		if (err)
			return err;
		err = ends__receive(e, !from, &a);
		if (err)
			return err < 0 ? err : 0;
	}
	snprintf(why, WHY_MAX, "no packet of %u bytes passes it, though its MTU is that", p->mtu);
	return OUT_OF_BOUNDS;
}

/* A socket in that end's namespace, connected to the address after the other's. */
static int open_beside(struct ends *e, enum end from)
{
	struct sockaddr_storage to = e->address[!from];
	bool v4 = e->family == AF_INET;
	int value = v4 ? IP_PMTUDISC_DO : IPV6_PMTUDISC_DO;
	int fd, err;

	if (v4)
		((unsigned char *)&((struct sockaddr_in *)&to)->sin_addr)[3]++;
	else
		((struct sockaddr_in6 *)&to)->sin6_addr.s6_addr[15]++;
	err = netns__enter(&e->netns[from]);
	if (err)
		return err;
	fd = socket(e->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER,
		       &value, sizeof(value)) ||
	    connect(fd, (struct sockaddr *)&to, e->length)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/* Until the answer is known: then a packet of the device's size is refused at home. */
static int answered(struct ends *e, const struct plan *p, int fd, unsigned int *mtu)
{
	uint64_t deadline = monotonic_ns() + p->patience_ns + p->rtt_ns;
	static const char zeroes[DEVICE_MTU];
	socklen_t length = sizeof(*mtu);
	bool v4 = e->family == AF_INET;

	*mtu = DEVICE_MTU;
	while (monotonic_ns() < deadline) {
		ssize_t n = send(fd, zeroes, DEVICE_MTU - ends__overhead(e), 0);

		if (n < 0 && errno == EMSGSIZE)
			break;
		usleep(INTERVAL_NS / 1000);
	}
	if (getsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_MTU : IPV6_MTU, mtu, &length))
		return -errno;
	return 0;
}

int narrow__measure(struct ends *e, const struct plan *p, enum direction d, unsigned int *mtu,
		    char why[WHY_MAX])
{
	enum end from = d == C2S ? CLIENT : SERVER;
	int fd, err;

	*mtu = p->mtu;
	err = passes(e, p, from, why);
	if (err || p->mtu >= DEVICE_MTU)
		return err;
	fd = open_beside(e, from);
	if (fd < 0)
		return fd;
	err = answered(e, p, fd, mtu);
	close(fd);
	if (err || *mtu == p->mtu)
		return err;
	snprintf(why, WHY_MAX, "a packet of %d bytes was answered with an MTU of %u, though %u is configured",
		 DEVICE_MTU, *mtu, p->mtu);
	if (*mtu == DEVICE_MTU)
		snprintf(why, WHY_MAX, "a packet of %d bytes got no answer, though its MTU is %u",
			 DEVICE_MTU, p->mtu);
	return OUT_OF_BOUNDS;
}
