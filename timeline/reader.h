/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a timeline, one line at a time, in memory that does not grow with the file. */
#ifndef TCPW_TIMELINE_READER_H
#define TCPW_TIMELINE_READER_H

#include "sample.h"

struct timeline_reader;

/*
 * Open path ("-": stdin) and read the header. 0 or -errno; on failure too *r is set (unless
 * -ENOMEM), so that timeline_reader__error() can tell why, and must be closed.
 *	-EBADMSG	not JSON, no header, another schema version
 *	-ENODATA	empty
 *	-EINVAL		no regular file
 *	other		from open(2), read(2)
 */
int timeline_reader__open(struct timeline_reader **r, const char *path);

const struct timeline_header *timeline_reader__header(const struct timeline_reader *r);

/*
 * The next sample into *s (wholly overwritten; times are made absolute by the header's base).
 * 1: a sample. 0: the trailer was read, the timeline is whole. Negative, final:
 *	-ENODATA	the file ends without a trailer (cut)
 *	-EBADMSG	a line is not JSON or not a sample, has an unknown field or event, time runs
 *			backwards, or the trailer's count differs from the lines read
 *	other		from read(2)
 */
int timeline_reader__next(struct timeline_reader *r, struct sample *s);

/* After __next() returned 0: the trailer. NULL before, and for a truncated file. */
const struct timeline_trailer *timeline_reader__trailer(const struct timeline_reader *r);

/* After a failure: one sentence naming file, line and cause. Valid until __close(). */
const char *timeline_reader__error(const struct timeline_reader *r);

void timeline_reader__close(struct timeline_reader *r); /* NULL is allowed */

#endif
