// SPDX-License-Identifier: BSD-2-Clause
/* The end that listens. */
#include "server.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange.h"
#include "timeline/cli.h"

#define EVENTS	64
#define BACKLOG 4096

struct served {
	struct exchange exchange;
	LIST_ENTRY(served) entry;
};

struct server {
	struct account *account;
	int epoll, listener;
	LIST_HEAD(, served) open;
};

static int listen_on(uint16_t port, int *fd)
{
	struct sockaddr_in6 any6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(port) };
	int off = 0, on = 1, err;

	*fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd >= 0)
		setsockopt(*fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	else
		*fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return -errno;
	setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	err = bind(*fd, (struct sockaddr *)&any6, sizeof(any6));
	if (err && errno == EAFNOSUPPORT)
		err = bind(*fd, (struct sockaddr *)&any, sizeof(any));
	if (err || listen(*fd, BACKLOG)) {
		err = -errno;
		close(*fd);
		return err;
	}
	return 0;
}

static void settle(struct server *s, struct served *x, const char *error)
{
	LIST_REMOVE(x, entry);
	exchange__end(&x->exchange, error, s->account);
	free(x);
}

static int step(struct server *s, struct served *x, int op)
{
	struct epoll_event e = { .events = exchange__step(&x->exchange), .data.ptr = x };

	if (!e.events) {
		settle(s, x, NULL);
		return 0;
	}
	return epoll_ctl(s->epoll, op, x->exchange.fd, &e) ? -errno : 0;
}

static int accept_all(struct server *s)
{
	for (;;) {
		int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), err;
		struct served *x;

		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0)
			return errno == EAGAIN ? 0 : -errno;
		x = calloc(1, sizeof(*x));
		if (!x) {
			close(fd);
			return -ENOMEM;
		}
		exchange__begin_server(&x->exchange, fd);
		LIST_INSERT_HEAD(&s->open, x, entry);
		err = step(s, x, EPOLL_CTL_ADD);
		if (err)
			return err;
	}
}

static int loop(struct server *s, unsigned int flows)
{
	struct epoll_event e[EVENTS] = { { .events = EPOLLIN } };
	int err = 0, n;

	if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->listener, e))
		return -errno;
	while (!stop_requested && account__flows(s->account) < flows) {
		n = epoll_wait(s->epoll, e, EVENTS, -1);
		if (n < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < n && !err; i++)
			err = e[i].data.ptr ? step(s, e[i].data.ptr, EPOLL_CTL_MOD) : accept_all(s);
		if (err)
			return err;
	}
	return 0;
}

int server__run(uint16_t port, unsigned int flows, struct account *account)
{
	struct server s = { .account = account, .epoll = -1, .open = LIST_HEAD_INITIALIZER() };
	struct served *x;
	int err = listen_on(port, &s.listener);

	if (err)
		return err;
	s.epoll = epoll_create1(EPOLL_CLOEXEC);
	err = s.epoll < 0 ? -errno : loop(&s, flows);
	while ((x = LIST_FIRST(&s.open)))
		settle(&s, x, "interrupted");
	if (s.epoll >= 0)
		close(s.epoll);
	close(s.listener);
	return err;
}
