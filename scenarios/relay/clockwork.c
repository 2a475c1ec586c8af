// SPDX-License-Identifier: BSD-2-Clause
/* When the relay runs and when it sleeps. */
#include "clockwork.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "timeline/cli.h"

/* At 500 Mbit/s a packet comes every 24 us in either direction: a nap gathers some four of them. */
#define NAP_NS	     50000ull
/*
 * At most 10 of 11 parts of the time awake: others get the rest of this core, and real-time
 * throttling (95% of a second, then 50 ms of silence) never sets in.
 */
#define AWAKE_MAX_NS 1000000ull
#define BREATHER_NS  100000ull

int clockwork__open(struct clockwork *c, int input0, int input1)
{
	*c = (struct clockwork){ .input = { input0, input1 } };
	c->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	c->awake_since_ns = monotonic_ns();
	return c->timer < 0 ? -errno : 0;
}

static int sleep_until(struct clockwork *c, uint64_t deadline_ns, bool listen)
{
	struct itimerspec when = { 0 }; /* all 0: never */
	struct pollfd fds[] = { { .fd = c->timer, .events = POLLIN },
				{ .fd = c->input[0], .events = POLLIN },
				{ .fd = c->input[1], .events = POLLIN } };
	sigset_t none;
	int n;

	sigemptyset(&none);
	if (deadline_ns != NO_DEADLINE) {
		when.it_value.tv_sec = (time_t)(deadline_ns / 1000000000);
		when.it_value.tv_nsec = (long)(deadline_ns % 1000000000);
	}
	if (timerfd_settime(c->timer, TFD_TIMER_ABSTIME, &when, NULL))
		return -errno;
	n = ppoll(fds, listen ? 3 : 1, NULL, &none);
	if (n < 0 && errno != EINTR)
		return -errno;
	c->awake_since_ns = monotonic_ns();
	c->handled = 0;
	c->wakeups++;
	return 0;
}

int clockwork__rest(struct clockwork *c, bool more, bool listen, uint64_t deadline_ns)
{
	uint64_t now = monotonic_ns();

	if (now - c->awake_since_ns >= AWAKE_MAX_NS)
		return sleep_until(c, now + BREATHER_NS, false);
	if (more || deadline_ns <= now)
		return 0;
	if (c->handled >= 2 && deadline_ns != NO_DEADLINE)
		return sleep_until(c, now + NAP_NS, false);
	return sleep_until(c, deadline_ns, listen);
}

void clockwork__close(struct clockwork *c)
{
	if (c->timer >= 0)
		close(c->timer);
	c->timer = -1;
}
