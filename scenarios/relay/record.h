/* SPDX-License-Identifier: BSD-2-Clause */
/* One entry of the ledger, as it is kept during the run. The spool never leaves the process. */
#ifndef TCPW_RELAY_RECORD_H
#define TCPW_RELAY_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "packet.h"

enum record_kind { RECORD_FLOW, RECORD_PACKET, RECORD_OTHER };

enum fate {
	FATE_DELIVERED,
	FATE_LOSS,
	FATE_QUEUE,
	FATE_BLACKOUT,
	FATE_TOO_BIG,
	FATE_OVERRUN, /* the relay's own failure */
	FATES,
};

/* A packet of at most PATH_MTU bytes touches this many blocks of PLAN_BLOCK. */
#define POINTS_MAX 3

struct record {
	uint64_t t, out; /* CLOCK_MONOTONIC; out 0: never written */
	uint64_t at;	 /* a loss: offset of the first point that decided it */
	uint32_t flow;
	uint32_t seq, ack, tsval, tsecr;
	uint32_t sack[SACK_BLOCKS_MAX][2];
	uint32_t nth[POINTS_MAX];     /* which transmission of each point it was */
	uint16_t further[POINTS_MAX]; /* how far behind at each point lies */
	uint16_t len, ip_len, window;
	uint8_t kind, dir, fate, flags, protocol, ecn, sacks, points;
	bool timestamps, ce, held, copy, made;
	uint8_t strand; /* enum strand */
	uint8_t done;	/* nothing will change any more; set last, with release order */
};

#endif
