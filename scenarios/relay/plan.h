/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What chance decides: pure functions of the seed and of an occasion, so that neither the order of
 * arrival nor the boundaries of packets change them.
 *
 * A flow's bytes are divided into blocks of PLAN_BLOCK. Each block has a point, one of its bytes;
 * whichever packet carries that byte for the nth time has the fate that the plan holds for the
 * block's nth transmission. What has no bytes (a SYN, a FIN, a pure ACK, a datagram) has its own
 * running number in the place of the block.
 */
#ifndef TCPW_RELAY_PLAN_H
#define TCPW_RELAY_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"

#define PLAN_BLOCK 1448 /* the MSS of 1500 with timestamps, IPv4 */

enum strand { STRAND_DATA, STRAND_SYN, STRAND_FIN, STRAND_ACK, STRAND_OTHER };

enum chance { CHANCE_LOSS, CHANCE_REORDER, CHANCE_DUPLICATE, CHANCE_MARK, CHANCES };

struct occasion {
	uint8_t dir;	/* enum direction */
	uint8_t strand; /* enum strand */
	uint32_t flow;
	uint64_t index; /* block, or running number */
	uint32_t nth;	/* transmission, from 1 */
};

struct plan {
	uint64_t seed;
	double share[CHANCES];
	/* Bursts: a chain of two states over the blocks of one transmission. In the bad one all is
	 * lost. */
	bool bursts;
	double enter; /* good to bad */
	double leave; /* bad to good: 1 / mean burst length */
};

/* 0, or -EDOM: bursts shorter than those of independent loss at that share. */
int plan__init(struct plan *p, const struct path_config *config);
/* Which of the block's bytes, 0..PLAN_BLOCK-1, is its point. */
uint32_t plan__point(const struct plan *p, enum direction dir, uint32_t flow, uint64_t block);
bool plan__decides(const struct plan *p, enum chance chance, const struct occasion *o);
/* 0..range_ns, for the direction's nth packet */
uint64_t plan__jitter(const struct plan *p, enum direction dir, uint64_t packet, uint64_t range_ns);

#endif
