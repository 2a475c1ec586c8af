/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The relay's account, replayed beside the timelines: at any instant, what has been read from each
 * end of each flow and what has been written to it. What the account says against itself is found
 * here too.
 */
#ifndef TCPW_COMPARE_PATH_LEDGER_H
#define TCPW_COMPARE_PATH_LEDGER_H

#include "finding.h"
#include "path_counts.h"
#include "path_end.h"
#include "path_plot.h"
#include "path_rate.h"
#include "run.h"

/* What the account is held against by itself. */
enum ledger_finding {
	LEDGER_ACKNOWLEDGED, /* nothing is acknowledged that has not arrived */
	LEDGER_DELAY,	     /* no packet was faster than the path */
	LEDGER_RATE,	     /* nor than its bottleneck */
	LEDGER_MARKS,	     /* ECE is only said where CE was delivered */
	LEDGER_ENTERED,	     /* no bytes that later ones followed are missing on the path */
	LEDGER_DROPS,	     /* what was dropped arrived later */
	LEDGER_FINDINGS
};

struct path_ledger {
	struct path_reader *reader;
	struct path_config config;
	union path_any next;   /* the line that is due */
	int kind;	       /* of it; PATH_END: there is none */
	char why[RUN_WHY_MAX]; /* what is wrong with the file, "": nothing */
	bool opened, whole, out_of_memory;
	struct timeline_trailer trailer;
	struct path_flow **flows;
	unsigned int flows_count, flows_room;
	struct path_packet *heap; /* written at out_ns, the earliest first */
	unsigned int heap_count, heap_room;
	struct path_end *writing; /* whose packet was written last, while it may still be at work */
	uint64_t written_ns;
	uint64_t packets, dropped[FATES], marked, copied;
	struct path_rate rate[DIRS];
	struct path_devices devices; /* of a path that counts */
	struct path_plot plot;
	struct finding finding[LEDGER_FINDINGS];
};

/* Open dir/path.jsonl. 0 or -ENOMEM: whatever else is wrong is told by why. */
int path_ledger__open(struct path_ledger *l, const struct run *run);

/* Replay everything up to and including until_ns (UINT64_MAX: all). */
void path_ledger__advance(struct path_ledger *l, uint64_t until_ns);

/* Everything was replayed: what is left of each flow. */
void path_ledger__finish(struct path_ledger *l);

/* The end of the newest flow whose socket that is and which is not owner's already, or NULL. */
struct path_end *path_ledger__find(const struct path_ledger *l, const struct flow *socket);

/* What had been written to e for certain by now; the packet written last may still be at work. */
const struct path_got *path_ledger__got_surely(const struct path_ledger *l,
					       const struct path_end *e);

void path_ledger__close(struct path_ledger *l);

#endif
