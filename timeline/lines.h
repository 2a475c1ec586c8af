/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of JSON Lines, one parsed line at a time, in memory that depends on the longest line only. */
#ifndef TCPW_TIMELINE_LINES_H
#define TCPW_TIMELINE_LINES_H

#include <cjson/cJSON.h>
#include <stdint.h>

#define LINES_LONGEST (1024 * 1024)

struct lines;

/* path "-": stdin. 0 or -errno; on failure too *l is set (unless -ENOMEM) and must be closed. */
int lines__open(struct lines **l, const char *path);

/*
 * The next line as a JSON object, valid until the next call. 1; 0 at the end of the file; -EBADMSG
 * (not one JSON object, or longer than LINES_LONGEST), -ENODATA (the file ends inside a line), or
 * an error of read(2).
 */
int lines__next(struct lines *l, const cJSON **object);

/* Keep "path: line N: ..." as the reason of a failure and return err. */
__attribute__((format(printf, 3, 4))) int lines__fail(struct lines *l, int err, const char *fmt, ...);
const char *lines__error(const struct lines *l);

void lines__close(struct lines *l); /* NULL is allowed */

/* A whole number up to 2^53, or a string of digits up to 2^64 - 1. */
int json__u64(const cJSON *item, uint64_t *v);

#endif
