/* SPDX-License-Identifier: BSD-2-Clause */
/* A TUN device in a network namespace: one packet a read, one a write, no offloads. */
#ifndef TCPW_RELAY_TUN_H
#define TCPW_RELAY_TUN_H

#include <net/if.h>
#include <stdint.h>

#include "timeline/netns.h"

struct tun {
	int fd;
	char name[IFNAMSIZ];
	struct netns netns; /* not owned */
};

struct tun_counters {
	uint64_t dropped; /* what the end sent and the device could not hold until it was read */
	uint64_t refused; /* what was written to the device and it did not take */
};

/*
 * Make the device in the namespace, its MTU PATH_MTU, and set it up; it goes when it is closed. 0
 * or -errno: -EEXIST if the name is taken, -ENOENT or -ENODEV without the driver, -EPERM.
 */
int tun__open(struct tun *t, const struct netns *netns, const char *name);
int tun__counters(const struct tun *t, struct tun_counters *c);
void tun__close(struct tun *t);

#endif
