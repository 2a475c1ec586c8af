/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ledger during the run. The relay puts records into a ring in memory, at the cost of filling
 * them in; a thread of ordinary priority moves those that are done, in their order, to an unlinked
 * file, so that no disk ever makes a packet wait. Read back when the run is over.
 */
#ifndef TCPW_RELAY_SPOOL_H
#define TCPW_RELAY_SPOOL_H

#include "record.h"

struct spool;

/* The file is made in directory and has no name. Starts the thread. 0 or -errno. */
int spool__open(struct spool **s, const char *directory);

/*
 * A new record, zeroed but for t; it stays in place until spool__done(), and is kept after those
 * taken before. Never NULL: if the ring is full it is a scratch record, and counted as lost.
 */
struct record *spool__take(struct spool *s, uint64_t t);
void spool__done(struct record *r);

/* Wait for the thread to end: all records that are done are in the file. 0 or the first error. */
int spool__finish(struct spool *s);
uint64_t spool__lost(const struct spool *s);
/* After spool__finish(): the next record. 1, 0 at the end, or -errno. */
int spool__next(struct spool *s, struct record *r);
void spool__close(struct spool *s); /* NULL is allowed */

#endif
