/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What plots/path.gp draws: what a path with an account of each packet did, and how its flows
 * answered. All flows together, control connections too.
 */
#ifndef TCPW_COMPARE_PATH_PLOT_H
#define TCPW_COMPARE_PATH_PLOT_H

#include "occurrences.h"
#include "path_cause.h"
#include "series.h"

/* Whose one-way time it is: packets with data by direction, and those that the path treated. */
enum path_way { WAY_C2S, WAY_S2C, WAY_HELD, WAY_COPY, WAY_CE, WAYS };

/* What the path did to packets but deliver them; of what was dropped, pure ACKs by themselves. */
enum path_act {
	ACT_DROPPED,
	ACT_DROPPED_ACK = ACT_DROPPED + FATES,
	ACT_CE = ACT_DROPPED_ACK + FATES,
	ACT_HELD,
	ACT_COPY,
	ACTS
};

/* Zeroed is a good start. */
struct path_plot {
	bool started, out_of_memory;
	uint64_t start_ns, end_ns; /* the first packet, the last one so far */
	struct series way[WAYS];
	struct occurrences act[ACTS];
	struct occurrences resent[CAUSES + 1]; /* by cause; CAUSES: unproven */
};

/* The account's next packet, a copy too, in the order of t_ns. */
void path_plot__packet(struct path_plot *p, const struct path_packet *packet);
/* The cause of a retransmission was found, or that there is no proof of any: CAUSES. */
void path_plot__resent(struct path_plot *p, unsigned int cause, uint64_t t_ns);

/*
 * Write dir/plots/data/path-*.tsv, times from origin_ns; a file without data is not left. 0 or
 * -errno, and then path[] is the file that could not be written.
 */
int path_plot__write(const struct path_plot *p, uint64_t origin_ns, const char *dir, char path[]);
void path_plot__free(struct path_plot *p);

#endif
