/* SPDX-License-Identifier: BSD-2-Clause */
/* One capture: from the attached programs to the trailer, at absolute deadlines. */
#ifndef TCPW_PROBE_CAPTURE_H
#define TCPW_PROBE_CAPTURE_H

#include "options.h"

/*
 * Drain w into writer until stop_requested or the duration, from now on, is over; in MODE_POLL read
 * all sockets at base_ns + k * interval. *late_ticks counts deadlines that passed unserved from now
 * on: they are skipped, so that the grid never drifts. 0 or -errno; watch and writer stay open.
 */
int capture__run(struct watch *w, struct timeline_writer *writer, const struct options *options,
		 uint64_t base_ns, uint64_t *late_ticks);

/* The first deadline start + k * interval after now; how many before it, from *next on, were missed. */
uint64_t capture__next_tick(uint64_t next_ns, uint64_t interval_ns, uint64_t now_ns,
			    uint64_t *late_ticks);

#endif
