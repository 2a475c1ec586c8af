/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deadlines on a fixed grid, base + k * interval for k = 1, 2, ...: the period cannot drift by the
 * work done. Pure arithmetic; who sleeps is the caller. A deadline that passed while an earlier one
 * was being served is late: counted and skipped, never made up for.
 */
#ifndef TCPW_NETLINK_TICKER_H
#define TCPW_NETLINK_TICKER_H

#include <stdbool.h>
#include <stdint.h>

struct ticker {
	uint64_t base_ns, interval_ns;
	uint64_t passed; /* the last deadline dealt with: served or late; 0 at first */
	uint64_t served, late;
};

void ticker__start(struct ticker *t, uint64_t base_ns, uint64_t interval_ns);

/* The next deadline, ns of CLOCK_MONOTONIC. */
uint64_t ticker__deadline_ns(const struct ticker *t);

/* Is a deadline due? Then take the latest that passed as served, and those before it as late. */
bool ticker__serve(struct ticker *t, uint64_t now_ns);

/* No more: what passed until end_ns unserved is late. */
void ticker__finish(struct ticker *t, uint64_t end_ns);

#endif
