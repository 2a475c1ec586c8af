/* SPDX-License-Identifier: BSD-2-Clause */
/* The one pass: all timelines of a run merged by time and shown to a list of checks. */
#ifndef TCPW_COMPARE_MERGE_H
#define TCPW_COMPARE_MERGE_H

#include "check.h"

/* Windows open at the same time: a dump opens one per flow. */
#define WINDOWS_MAX 16384

/*
 * Read the run's timelines once and feed the checks, in memory that does not grow with the files.
 * run->timeline says afterwards how far each could be read, and why not further; a timeline that
 * breaks off is fed up to there. *flows: the flows found, to be freed with flows__free(); the
 * checks' state lives in them. Foreign timelines
 * are read along where a check wants them. 0, -ENOMEM, or -EOVERFLOW: more windows open than WINDOWS_MAX.
 */
/* Is the kernel that wrote this header at least 5.15? Unknown: assume the worse. See merge.c. */
bool merge__poll_is_locked(const struct timeline_header *h);

int merge__run(struct run *run, struct check **checks, unsigned int count, struct flows **flows);

#endif
