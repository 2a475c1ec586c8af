/* SPDX-License-Identifier: BSD-2-Clause */
/* From a packet to its occasions, and what the plan holds for them. */
#ifndef TCPW_RELAY_CHOOSER_H
#define TCPW_RELAY_CHOOSER_H

#include "flow_table.h"
#include "plan.h"
#include "record.h"
#include "transmissions.h"

struct chooser {
	struct plan plan;
	uint8_t dirs; /* bit DIR_*: where chance acts */
	struct transmissions *again;
	uint64_t others[DIRS]; /* packets that are no segments of a flow */
};

/*
 * A segment of half h of the flow arrives: returns bit CHANCE_* for what happens to it. Fills in
 * r->strand, and the points of a loss. Every segment must pass here, in the order of arrival.
 */
uint8_t chooser__segment(struct chooser *c, struct half *h, const struct packet *p,
			 struct record *r);
/* The same for what is no segment of a flow. */
uint8_t chooser__other(struct chooser *c, enum direction dir);

#endif
