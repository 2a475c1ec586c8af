/* SPDX-License-Identifier: BSD-2-Clause */
/* When a packet can have crossed the path at the earliest: behind what came before it, at its rate. */
#ifndef TCPW_COMPARE_PATH_RATE_H
#define TCPW_COMPARE_PATH_RATE_H

#include "path_reader.h"

/* The bottleneck of one direction. */
struct path_rate {
	uint64_t busy_ns;   /* it has served all that it took, */
	uint64_t remainder; /* and this much later, in 1 / rate_bit ns */
	uint64_t free_ns;   /* of the packet told last: it has crossed the path */
};

/*
 * p is the next packet of its direction in the order of the account. The instant before which it was
 * not written if the path is what it was asked to be; 0: nothing limits it.
 */
uint64_t path_rate__earliest(struct path_rate *r, const struct path_config *config,
			     const struct path_packet *p);

#endif
