/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What became of each byte that one end of a flow sent, by the path's account: how often it was
 * sent, whether it arrived, what the receiver said of it and what of that came back.
 *
 * Sequence numbers are positions here, 64 bits wide: the SYN is 0, data begins at 1. Bytes that the
 * sender knows to be acknowledged are forgotten a little later, so memory is bounded by the flight.
 */
#ifndef TCPW_COMPARE_PATH_BOARD_H
#define TCPW_COMPARE_PATH_BOARD_H

#include "path_reader.h"

/* Consecutive bytes with one history. */
struct path_range {
	int64_t start, end;
	uint64_t sent_ns;     /* last transmission */
	uint64_t counted;     /* of the last transmission, see path_pace.c */
	uint64_t first_ns;    /* first arrival, as the account knows it already; 0: none */
	uint32_t first_order; /* of the transmission that arrived first */
	uint32_t order;	      /* of the last transmission, among all of this end */
	uint16_t times;	      /* transmitted */
	uint8_t fate;	      /* of the last transmission */
	bool arrived;	      /* has been written to the receiver */
	bool seen;	      /* the receiver has acknowledged it, by ACK or SACK */
	bool seen_lost;	      /* and the first packet that said so was dropped */
	bool known;	      /* an ACK or SACK that covers it has been written to the sender */
};

struct path_blocks {
	unsigned int count;
	int64_t edge[PATH_SACKS][2];
};

struct path_board {
	bool started; /* its first sequence number is known */
	uint32_t isn;
	int64_t una;  /* acknowledged, as the sender knows */
	int64_t nxt;  /* behind the highest that was sent */
	int64_t edge; /* behind what has arrived without a gap */
	int64_t seen; /* acknowledged, as the receiver said */
	uint32_t orders;
	int64_t holes; /* bytes passed over: no packet ever brought them */
	struct path_blocks last_seen, last_known;
	/* of what the sender knows to have arrived, the one sent last: when it arrived */
	uint32_t newest_order;
	uint64_t newest_ns;
	bool sacks; /* SACK blocks were seen */
	uint64_t
		duplicate_ns; /* reading of the last duplicate ACK that the sender knows, 0: none */
	bool refused;	      /* the receiver did not take what had arrived */
	bool reneged;	      /* nor keep what it had acknowledged by SACK */
	struct path_range *ranges; /* up to nxt, in order */
	unsigned int head, count, room;
	bool out_of_memory;
};

void path_board__free(struct path_board *b);

/* The position of a sequence number near what was sent last. */
int64_t path_board__position(const struct path_board *b, uint32_t seq);
/* The bytes of p, SYN and FIN counting as one each; empty for a pure ACK. */
int64_t path_board__end_of(const struct path_packet *p, int64_t start);

/* What is known of bytes that are sent once more, before they are. */
struct path_resent {
	bool any;
	bool dropped;	     /* the path dropped the last transmission of some of it */
	enum path_fate fate; /* then: how */
	bool overtaken;	     /* something sent later arrived earlier, and the sender was told */
	bool ack_lost;	     /* the first acknowledgement of it was dropped */
	bool refused;	     /* the receiver acknowledged what came later, but not this */
	uint64_t sent_ns;    /* its last transmission */
	bool known;	     /* the sender had been told of some of it */
	bool tail;	     /* it reaches to the end of all that was sent */
};

/* p was read from its sender. resent: what it sends again. */
void path_board__sent(struct path_board *b, const struct path_packet *p,
		      struct path_resent *resent);

/* p was written to its receiver. True: it lies behind a gap. */
bool path_board__arrived(struct path_board *b, const struct path_packet *p);

/*
 * p, from the receiver, was read. The number of bytes that it acknowledges though they had not
 * arrived, 0 if all is well.
 */
int64_t path_board__seen(struct path_board *b, const struct path_packet *p);

/* What an acknowledgement told the sender for the first time. */
struct path_news {
	bool once;	       /* of something sent once */
	bool again;	       /* of something sent more than once */
	uint64_t once_sent_ns; /* the latest of the former */
	uint32_t ranges;
	/* the last transmission of the one sent last, 0: there is none */
	uint32_t newest;
	uint64_t newest_ns, newest_counted;
};

/* p, from the receiver, was written to the sender. */
void path_board__known(struct path_board *b, const struct path_packet *p, struct path_news *news);

/* Bytes that were sent and have not arrived. */
int64_t path_board__missing(const struct path_board *b);

#endif
