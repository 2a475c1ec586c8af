// SPDX-License-Identifier: BSD-2-Clause
/* From a packet to its occasions. */
#include "chooser.h"

static uint8_t consult(const struct chooser *c, const struct occasion *o)
{
	uint8_t chances = 0;

	for (enum chance chance = 0; chance < CHANCES; chance++)
		if (plan__decides(&c->plan, chance, o))
			chances |= (uint8_t)(1u << chance);
	return chances;
}

static void add_point(struct record *r, uint64_t point, uint32_t nth)
{
	if (!r->points)
		r->at = point;
	r->further[r->points] = (uint16_t)(point - r->at);
	r->nth[r->points++] = nth;
}

/* Bytes from offset on: each block whose point they carry has a word in it. */
static uint8_t consult_bytes(struct chooser *c, const struct half *h, uint64_t offset, uint32_t len,
			     struct record *r)
{
	uint8_t chances = 0;

	for (uint64_t block = offset / PLAN_BLOCK; block * PLAN_BLOCK < offset + len; block++) {
		uint64_t point = block * PLAN_BLOCK + plan__point(&c->plan, r->dir, r->flow, block);
		struct occasion o = { .dir = r->dir,
				      .strand = STRAND_DATA,
				      .flow = r->flow,
				      .index = block,
				      .nth = 1 };
		uint8_t these;

		if (point < offset || point >= offset + len)
			continue;
		if (point < h->high)
			o.nth = transmissions__again(c->again, r->dir, r->flow, block);
		these = consult(c, &o);
		if (these & 1u << CHANCE_LOSS && r->points < POINTS_MAX)
			add_point(r, point, o.nth);
		chances |= these;
	}
	return chances;
}

static uint8_t consult_number(struct chooser *c, uint64_t index, uint32_t nth,
			      const struct record *r)
{
	struct occasion o = {
		.dir = r->dir, .strand = r->strand, .flow = r->flow, .index = index, .nth = nth
	};

	return consult(c, &o);
}

static uint8_t choose(struct chooser *c, struct half *h, const struct packet *p, struct record *r)
{
	int64_t offset = half__offset(h, p);
	uint8_t chances;

	if (p->flags & FLAG_SYN) {
		r->strand = STRAND_SYN;
		r->nth[0] = ++h->syns;
		return consult_number(c, 0, h->syns, r);
	}
	if (p->len && offset >= 0) {
		r->strand = STRAND_DATA;
		chances = consult_bytes(c, h, (uint64_t)offset, p->len, r);
		if ((uint64_t)offset + p->len > h->high)
			h->high = (uint64_t)offset + p->len;
		return chances;
	}
	if (p->flags & FLAG_FIN) {
		r->strand = STRAND_FIN;
		r->nth[0] = ++h->fins;
		return consult_number(c, 0, h->fins, r);
	}
	r->strand = STRAND_ACK;
	return consult_number(c, h->acks++, 1, r);
}

uint8_t chooser__segment(struct chooser *c, struct half *h, const struct packet *p,
			 struct record *r)
{
	uint8_t chances = choose(c, h, p, r);

	return c->dirs & 1u << r->dir ? chances : 0;
}

uint8_t chooser__other(struct chooser *c, enum direction dir)
{
	struct occasion o = {
		.dir = dir, .strand = STRAND_OTHER, .index = c->others[dir]++, .nth = 1
	};

	return c->dirs & 1u << dir ? consult(c, &o) : 0;
}
