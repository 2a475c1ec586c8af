/* SPDX-License-Identifier: BSD-2-Clause */
/* The flows that are known in one namespace, by cookie. */
#ifndef TCPW_NETLINK_FLOWS_H
#define TCPW_NETLINK_FLOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "request.h"

struct known_flow {
	uint64_t cookie;
	uint64_t gone_ns; /* when its lookup found nothing any more; 0: alive */
	struct exact_request request;
};

/* Zeroed is empty. Flows lie in one array in no particular order. */
struct flows {
	struct known_flow *flow;
	size_t count, cap;
	uint32_t *slot; /* open addressing; index into flow plus one, 0 is free */
	size_t slots;	/* a power of two, at least twice count */
};

/* The flow, or NULL. Pointers are valid until the next add or remove. */
struct known_flow *flows__find(const struct flows *f, uint64_t cookie);

/* Add a flow that is not there yet, request left for the caller. NULL: no memory. */
struct known_flow *flows__add(struct flows *f, uint64_t cookie);

/* The last flow takes the removed one's place in the array. */
void flows__remove(struct flows *f, struct known_flow *flow);

void flows__free(struct flows *f);

#endif
