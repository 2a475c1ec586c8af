/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a path proves that only counts: packets and drops of devices before and after the traffic
 * against the sums of all sockets.
 */
#ifndef TCPW_COMPARE_PATH_COUNTS_H
#define TCPW_COMPARE_PATH_COUNTS_H

#include "check.h"
#include "finding.h"
#include "path_reader.h"

#define PATH_NETEM "netem"

/* Packets between the two readings of the devices. */
struct path_devices {
	int64_t sent[ENDS], got[ENDS];			 /* by the ends' own devices */
	int64_t dropped_least[DIRS], dropped_most[DIRS]; /* by routers: by queues; most: or for size */
	unsigned int ends; /* readings of the ends' devices: 4, if all are there */
};

/* Last words of the sockets of one end, by the probe. */
struct path_sockets {
	uint64_t count, segs_out, data_segs_out, segs_in, data_segs_in, retrans, unacked, acked;
	uint64_t mergeable; /* segments that may have been merged when they were sent again */
	uint64_t first_ns, last_ns; /* of their lives */
};

struct path_counts {
	struct path_devices devices;
	struct path_sockets sockets[ENDS];
	struct finding entered, arrived, lost, resent, rate, round, marks;
};

void path_devices__add(struct path_devices *d, const struct path_device_line *line);

/* A socket's snapshot at CLOSE. */
void path_counts__close(struct path_counts *c, const struct run *run,
			const struct path_config *config, const struct window *w);

/* Everything was seen: 0 or -1 (no memory). */
int path_counts__judge(struct path_counts *c, const struct path_config *config, struct verdict *v);

#endif
