// SPDX-License-Identifier: BSD-2-Clause
/* The end that connects. */
#include "client.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "exchange.h"
#include "timeline/cli.h"

#define EVENTS 64

struct client {
	const struct client_plan *plan;
	struct account *account;
	int epoll;
	unsigned int begun, open;
	struct exchange *flows; /* of the plan; begun of them */
	bool *is_open;
};

static void settle(struct client *c, unsigned int i, const char *error)
{
	exchange__end(&c->flows[i], error, c->account);
	c->is_open[i] = false;
	c->open--;
}

/* Go on with a flow, and wait for what it wants next. */
static int step(struct client *c, unsigned int i, int op)
{
	struct epoll_event e = { .events = exchange__step(&c->flows[i]), .data.u32 = i };

	if (!e.events) {
		settle(c, i, NULL);
		return 0;
	}
	return epoll_ctl(c->epoll, op, c->flows[i].fd, &e) ? -errno : 0;
}

static int begin_flow(struct client *c)
{
	const struct client_plan *p = c->plan;
	unsigned int i = c->begun;
	uint64_t now = monotonic_ns();
	struct epoll_event e = { .events = EPOLLOUT, .data.u32 = i };
	int fd = socket(p->server.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	exchange__begin_client(&c->flows[i], fd, p->request, p->reply);
	c->flows[i].told.opened_ns = now;
	c->is_open[i] = true;
	c->begun++;
	c->open++;
	if (connect(fd, (const struct sockaddr *)&p->server, p->server_len) &&
	    errno != EINPROGRESS) {
		settle(c, i, "cannot connect");
		return 0;
	}
	return epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}

/* When flow i is to begin: absolute, so that one that is late does not delay the rest. */
static uint64_t due_ns(const struct client_plan *p, uint64_t start_ns, unsigned int i)
{
	return start_ns + (p->flows > 1 ? p->duration_ns / (p->flows - 1) * i : 0);
}

static int wait_ms(const struct client *c, uint64_t start_ns, uint64_t now)
{
	uint64_t due = start_ns + c->plan->timeout_ns;

	if (c->begun < c->plan->flows && due_ns(c->plan, start_ns, c->begun) < due)
		due = due_ns(c->plan, start_ns, c->begun);
	return due > now ? (int)((due - now) / 1000000) + 1 : 0;
}

static int loop(struct client *c)
{
	uint64_t start_ns = monotonic_ns(), now = start_ns;
	struct epoll_event e[EVENTS];
	int err = 0, n;

	while (!stop_requested && now < start_ns + c->plan->timeout_ns &&
	       (c->open || c->begun < c->plan->flows)) {
		while (!err && c->begun < c->plan->flows &&
		       due_ns(c->plan, start_ns, c->begun) <= now)
			err = begin_flow(c);
		n = err ? 0 : epoll_wait(c->epoll, e, EVENTS, wait_ms(c, start_ns, now));
		if (n < 0 && errno != EINTR)
			err = -errno;
		for (int i = 0; i < n && !err; i++)
			err = step(c, e[i].data.u32, EPOLL_CTL_MOD);
		if (err)
			return err;
		now = monotonic_ns();
	}
	return 0;
}

int client__run(const struct client_plan *plan, struct account *account)
{
	struct client c = { .plan = plan, .account = account, .epoll = -1 };
	int err = -ENOMEM;

	c.flows = calloc(plan->flows, sizeof(*c.flows));
	c.is_open = calloc(plan->flows, sizeof(*c.is_open));
	if (!c.flows || !c.is_open)
		goto out;
	c.epoll = epoll_create1(EPOLL_CLOEXEC);
	err = c.epoll < 0 ? -errno : loop(&c);
	for (unsigned int i = 0; i < c.begun; i++)
		if (c.is_open[i])
			settle(&c, i, stop_requested ? "interrupted" : "timed out");
	if (c.epoll >= 0)
		close(c.epoll);
out:
	free(c.flows);
	free(c.is_open);
	return err;
}
