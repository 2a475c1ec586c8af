/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a segment was sent once more: one named cause for each retransmission on the path.
 *
 * What the path itself did to the last transmission, or to the first packet that acknowledged it,
 * stands in the account. Whether the sender's timer ran out is told by the first sample of the
 * probe that counts the retransmission (total_retrans counts each, in the order in which they are
 * sent).
 */
#ifndef TCPW_COMPARE_PATH_CAUSE_H
#define TCPW_COMPARE_PATH_CAUSE_H

#include "path_board.h"

enum path_cause {
	CAUSE_LOSS, /* the path dropped the last transmission: as enum path_fate - 1 */
	CAUSE_QUEUE,
	CAUSE_BLACKOUT,
	CAUSE_TOO_BIG,
	CAUSE_OVERRUN,
	CAUSE_REORDERING,
	CAUSE_ACK_LOSS,
	CAUSE_REFUSED,
	CAUSE_RTO,
	CAUSE_TLP,
	CAUSE_DUPLICATE,
	CAUSE_UNEXPLAINED,
	CAUSES
};

const char *path_cause__name(enum path_cause c);

/* What the sender's state says of the retransmissions that it counted since the sample before. */
struct path_testimony {
	bool rto;     /* a retransmission timeout */
	bool open;    /* no recovery, no loss state */
	bool precise; /* every segment is seen: nothing can have begun and ended in between */
};

struct path_resend {
	uint64_t t_ns;
	struct path_resent resent;
	bool syn, duplicate;
};

struct path_plot;

struct path_causes {
	uint64_t of[CAUSES], unproven;
	uint64_t unexplained_ns; /* the first one */
	struct path_plot *plot;	 /* NULL: nobody draws it */
	/* Both queues wait for the other: one of them is empty. */
	struct path_resend *resends;
	unsigned int resends_count, resends_room;
	struct path_testimony *heard;
	unsigned int heard_count, heard_room, heard_first;
	uint64_t counted; /* total_retrans, at the last sample */
	uint32_t total_rto;
	bool out_of_memory;
};

void path_causes__free(struct path_causes *c);

/* The account shows a retransmission. */
void path_causes__resent(struct path_causes *c, const struct path_resend *r);

/* A sample of the sender's socket by the probe; precise: the probe shows every segment. */
void path_causes__sample(struct path_causes *c, const struct sample *s, bool precise);

/* Nothing more will come. */
void path_causes__finish(struct path_causes *c);

#endif
