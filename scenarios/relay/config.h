/* SPDX-License-Identifier: BSD-2-Clause */
/* What path is asked for, in the units that the relay counts in. */
#ifndef TCPW_RELAY_CONFIG_H
#define TCPW_RELAY_CONFIG_H

#include <stdint.h>

#define PATH_MTU 1500 /* of the devices; --mtu may be less */

/* A packet's direction is also the index of the device that it came in by. */
enum direction {
	DIR_C2S, /* read from the client's device */
	DIR_S2C,
	DIRS,
};

struct path_config {
	uint64_t rtt_ns, jitter_ns;
	uint64_t rate_bit;		 /* 0: no bottleneck */
	uint64_t queue_bytes;		 /* of the bottleneck; 0: it has none */
	double loss_percent, loss_burst; /* loss_burst: mean length, 0 or 1: independent */
	uint8_t chance_dirs;		 /* bit DIR_*: which directions chance acts in */
	double reorder_percent;
	uint64_t reorder_ns;
	double duplicate_percent, mark_percent;
	uint64_t mark_queue_bytes; /* 0: never */
	uint32_t mtu;
	uint64_t blackout_at_ns, blackout_ns; /* blackout_ns 0: none */
	uint64_t seed;
};

#endif
