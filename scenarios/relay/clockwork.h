/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When the relay runs and when it sleeps. A packet's deadline is absolute (CLOCK_MONOTONIC, a
 * timerfd: no slack, no sum of errors). Under load a wake-up for each packet would cost more than
 * the packet: then it naps, and takes what came meanwhile. And since it may run before everything
 * else (SCHED_FIFO), it never runs long without sleeping, whatever there is to do.
 */
#ifndef TCPW_RELAY_CLOCKWORK_H
#define TCPW_RELAY_CLOCKWORK_H

#include <stdbool.h>
#include <stdint.h>

#define NO_DEADLINE UINT64_MAX

struct clockwork {
	int timer, input[2];
	uint64_t awake_since_ns;
	unsigned int handled; /* packets since it woke up */
	uint64_t wakeups;
};

int clockwork__open(struct clockwork *c, int input0, int input1); /* 0 or -errno */
/*
 * After a round of work: sleep as is right. more: there is work left. listen: input ends the sleep.
 * A signal ends it, too. 0 or -errno.
 */
int clockwork__rest(struct clockwork *c, bool more, bool listen, uint64_t deadline_ns);
void clockwork__close(struct clockwork *c);

#endif
