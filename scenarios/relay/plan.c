// SPDX-License-Identifier: BSD-2-Clause
/* What chance decides. */
#include "plan.h"

#include <errno.h>

enum purpose { PURPOSE_CHANCE, PURPOSE_POINT = PURPOSE_CHANCE + CHANCES, PURPOSE_JITTER };

/* The finalizer of splitmix64: every bit of the input moves half of the output's. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static uint64_t draw(const struct plan *p, enum purpose purpose, const struct occasion *o)
{
	uint64_t h = mix(p->seed);

	h = mix(h ^ ((uint64_t)o->flow << 32 | purpose << 16 | o->strand << 8 | o->dir));
	h = mix(h ^ o->index);
	return mix(h ^ o->nth);
}

/* In [0, 1), with the 53 bits that a double holds. */
static double uniform(uint64_t h)
{
	return (double)(h >> 11) * 0x1p-53;
}

int plan__init(struct plan *p, const struct path_config *config)
{
	double loss = config->loss_percent / 100;

	*p = (struct plan){
		.seed = config->seed,
		.share = {
			[CHANCE_LOSS] = loss,
			[CHANCE_REORDER] = config->reorder_percent / 100,
			[CHANCE_DUPLICATE] = config->duplicate_percent / 100,
			[CHANCE_MARK] = config->mark_percent / 100,
		},
		.bursts = config->loss_burst > 1 && loss > 0,
	};
	if (!p->bursts)
		return 0;
	/* Independent loss has bursts of mean length 1 / (1 - loss) already. */
	if (config->loss_burst * (1 - loss) < 1)
		return -EDOM;
	p->leave = 1 / config->loss_burst;
	p->enter = loss * p->leave / (1 - loss); /* the bad state's share is then loss */
	return 0;
}

uint32_t plan__point(const struct plan *p, enum direction dir, uint32_t flow, uint64_t block)
{
	struct occasion o = { .dir = dir, .flow = flow, .index = block };

	return draw(p, PURPOSE_POINT, &o) % PLAN_BLOCK;
}

/*
 * The chain's state at o->index without walking there from the start: one draw a block drives both
 * states alike, to bad below enter, to good from 1 - leave on, and leaves either as it is in
 * between (enter <= 1 - leave, see plan__init()). So the last block with a draw outside of the
 * middle decides, and it is about one burst length back. The first block has the shares of the
 * settled chain.
 */
static bool in_burst(const struct plan *p, const struct occasion *o)
{
	struct occasion back = *o;

	for (; back.index; back.index--) {
		double u = uniform(draw(p, PURPOSE_CHANCE + CHANCE_LOSS, &back));

		if (u < p->enter)
			return true;
		if (u >= 1 - p->leave)
			return false;
	}
	return uniform(draw(p, PURPOSE_CHANCE + CHANCE_LOSS, &back)) < p->share[CHANCE_LOSS];
}

bool plan__decides(const struct plan *p, enum chance chance, const struct occasion *o)
{
	if (p->share[chance] <= 0)
		return false;
	if (chance == CHANCE_LOSS && p->bursts && o->strand != STRAND_SYN &&
	    o->strand != STRAND_FIN)
		return in_burst(p, o);
	return uniform(draw(p, PURPOSE_CHANCE + chance, o)) < p->share[chance];
}

uint64_t plan__jitter(const struct plan *p, enum direction dir, uint64_t packet, uint64_t range_ns)
{
	struct occasion o = { .dir = dir, .index = packet };

	if (!range_ns)
		return 0;
	return (uint64_t)(uniform(draw(p, PURPOSE_JITTER, &o)) * (double)(range_ns + 1));
}
