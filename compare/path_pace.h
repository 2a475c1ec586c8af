/* SPDX-License-Identifier: BSD-2-Clause */
/* How fast the path's account allows a sender to learn that its segments were delivered. */
#ifndef TCPW_COMPARE_PATH_PACE_H
#define TCPW_COMPARE_PATH_PACE_H

#include "path_board.h"

#define PATH_STAMPS 256

/* Of the packets written to the sender, the first with this timestamp. */
struct path_stamp {
	uint32_t tsval;
	uint64_t told; /* segments that this one and those before it told of for certain */
};

/* A rate above what the account allowed when it was shown; path_rounds.c keeps it. */
struct path_claim {
	uint64_t value, t_ns;
	uint64_t samples; /* that showed it; 0: there is none */
	uint32_t mss;
	uint32_t tsval; /* the newest that had been written to the sender by then */
	bool answered;	/* something was read that the sender sent later */
};

struct path_pace {
	uint64_t told;	    /* segments that acknowledgements, SACKs and DSACKs told of */
	uint64_t unsure;    /* of them those told by what the sender may have passed over */
	int64_t unsure_end; /* an acknowledgement of all up to here tells of them again */
	uint32_t tsval;	    /* the newest that was written to the sender */
	struct path_stamp stamp[PATH_STAMPS]; /* not yet echoed, the oldest first */
	uint32_t first, stamps;
	uint64_t sure; /* the sender had counted them when it sent what was read of it last */
	/* what acknowledgements told of that may be processed as one with the next */
	bool open;
	uint64_t sent_ns; /* the latest */
	uint64_t counted; /* the least */
	/* the highest rate allowed so far, in segments per us */
	uint64_t most, most_us;
	bool unknown; /* segments were cut anew: the account cannot tell the kernel's number */
	uint32_t mss; /* shown with the latest rate */
	struct path_claim claim;
};

/*
 * p was read from the sender whose pace that is (NULL: it had not been told anything). Notes in p
 * what the sender had counted.
 */
void path_pace__sent(struct path_pace *pace, struct path_packet *p);

/* It sends again what it had been told of: it did not know yet, and was read late. */
void path_pace__late(struct path_pace *pace, const struct path_packet *p, uint64_t floor_us);

/* An acknowledgement that was written to the sender. */
struct path_told {
	const struct path_packet *packet;
	const struct path_news *news;
	unsigned int dsacks;
	bool alike;	   /* its options are those of the packet before */
	bool sure;	   /* the kernel cannot pass it over */
	int64_t ack, end;  /* position of what it acknowledges, and of all that was sent */
	uint64_t floor_us; /* no round trip of the sender was shorter; UINT64_MAX: none yet */
};

void path_pace__told(struct path_pace *pace, const struct path_told *t);

/* Bytes/s that delivery_rate may show at that MSS. */
uint64_t path_pace__limit(const struct path_pace *pace, uint32_t mss);

#endif
