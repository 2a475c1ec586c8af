/* SPDX-License-Identifier: BSD-2-Clause */
/* One end of a flow, as the path's account shows it: what left it and what reached it. */
#ifndef TCPW_COMPARE_PATH_END_H
#define TCPW_COMPARE_PATH_END_H

#include "path_board.h"
#include "path_cause.h"
#include "path_pace.h"

/* Packets read from this end. */
struct path_sent {
	uint64_t segs, data_segs, bytes;
	uint64_t syn_acks; /* of segs */
	uint64_t pure;	   /* of segs: without data, SYN and FIN */
	uint64_t retrans_segs, retrans_bytes;
};

/* Packets written to this end. */
struct path_got {
	uint64_t segs, data_segs;
	uint64_t syns;	       /* of segs, without ACK */
	uint64_t gaps;	       /* that lay behind a gap */
	uint64_t dsacks;       /* segments that DSACKs told of */
	uint64_t dsacks_maybe; /* of them those that the kernel may pass over, see write_ack() */
	uint64_t ce;	       /* marked CE */
	uint64_t echoes;       /* ACKs with ECE that told news, but for SYNs */
	uint64_t echoed;       /* ranges that those were news of, or DSACKs in them */
	int64_t edge;	       /* of the peer's bytes that have arrived without a gap */
	int64_t ack;	       /* acknowledged of this end's bytes */
};

struct path_flow;

struct path_end {
	struct path_flow *flow;
	unsigned int owner;	 /* id of the flow_entry that is this socket, 0: none was seen */
	struct path_board board; /* what it sent */
	struct path_sent sent;
	struct path_got got, got_before; /* now, and before the packet that was written last */
	uint64_t arrived_ns;	/* the latest reading among the packets of this end that arrived */
	uint64_t rounds;	/* acknowledgements of data that was sent once */
	uint64_t round_us;	/* the shortest time from its reading to their writing */
	struct path_pace *pace; /* NULL: nothing that it sent was acknowledged yet */
	uint64_t floor_us; /* no round trip of this end's data was shorter; UINT64_MAX: none yet */
	uint64_t drops;	   /* packets with data, SYN or FIN that the path dropped */
	uint32_t mss;	   /* as its samples show it; 0: not yet */
	struct path_packet last; /* written to it last */
	uint32_t ts_recent; /* the peer's: the latest timestamp of this end that came in order */
	bool stale;	    /* and something that it had not got yet came with an older one */
	bool active;	    /* it sent the first SYN */
	bool fin, reset;    /* one was sent */
	struct path_causes causes;
};

struct path_flow {
	uint32_t number;
	struct endpoint end_point[2]; /* client, server */
	struct path_end end[2];
	bool whole;	    /* from its SYN on */
	bool rfc3168;	    /* ECN was agreed on, in its classic form */
	uint64_t copied_ns; /* when a copy that the path made was written last */
};

static inline struct path_end *path_end__peer(const struct path_end *e)
{
	return &e->flow->end[e == &e->flow->end[0]];
}

void path_end__free(struct path_end *e);

#endif
