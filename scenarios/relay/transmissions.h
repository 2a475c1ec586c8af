/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How often the points of blocks were carried again. The first transmission needs no memory (the
 * flow's high water mark tells it); only the repeated ones are counted, in bounded memory: the
 * least recent half is forgotten when it fills, and that is counted.
 */
#ifndef TCPW_RELAY_TRANSMISSIONS_H
#define TCPW_RELAY_TRANSMISSIONS_H

#include <stdint.h>

#include "config.h"

struct transmissions;

/* For 2 * 3/4 * slots blocks; slots is a power of two. 0 or -ENOMEM. */
int transmissions__new(struct transmissions **t, uint32_t slots);
/* The block's point is carried once more: which transmission that is, from 2. */
uint32_t transmissions__again(struct transmissions *t, enum direction dir, uint32_t flow,
			      uint64_t block);
/* Blocks that were forgotten: their next transmission counts as the second again. */
uint64_t transmissions__forgotten(const struct transmissions *t);
void transmissions__free(struct transmissions *t);

#endif
