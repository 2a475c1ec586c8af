/* SPDX-License-Identifier: BSD-2-Clause */
/* path.jsonl as a file: header, a line for each record, trailer. docs/run-directory.md. */
#ifndef TCPW_RELAY_LEDGER_H
#define TCPW_RELAY_LEDGER_H

#include <stdbool.h>

#include "config.h"
#include "flow_table.h"
#include "record.h"

struct ledger_header {
	uint64_t base_ns, base_realtime_ns;
	const char *device;
	uint32_t netns[DIRS]; /* inodes: client's, server's */
	bool fifo, locked;    /* SCHED_FIFO and mlockall() were allowed */
	const struct path_config *config;
};

struct ledger_count {
	const char *name;
	uint64_t count;
};

struct ledger;

/* Create path ("-": stdout) and write the header at once. 0 or -errno. */
int ledger__open(struct ledger **l, const char *path, const struct ledger_header *header);
/* flow: of r->flow, where it has one. 0 or -errno; an error of writing stays. */
int ledger__record(struct ledger *l, const struct record *r, const struct flow_entry *flow);
/*
 * Write the trailer, close and free. Counts end with a NULL name; lost ones that are 0 are left
 * out. lost NULL: the ledger is not whole, no trailer. 0 or the first error of writing.
 */
int ledger__close(struct ledger *l, const struct ledger_count *lost,
		  const struct ledger_count *notes);

const char *fate__name(enum fate fate);

#endif
