/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a scenario is about, as its manifest says: "moves": [{"end": "client", "field":
 * "total_retrans", "min": 3}]. scenarios/README.md tells what may stand there.
 */
#ifndef TCPW_COMPARE_MOVES_H
#define TCPW_COMPARE_MOVES_H

#include <stdbool.h>
#include <stdint.h>

#include "timeline/catalogue.h"

#define MOVES_MAX     8
#define MOVE_NAME_MAX 48 /* of the field, and of "client/FIELD>=N" or <=N */

enum move_place { MOVE_CLIENT, MOVE_SERVER, MOVE_PATH, MOVE_PLACES };

/* What is no field of the catalogue, but a number of data flows of one end. */
enum flow_count {
	COUNT_FLOWS,   /* all */
	COUNT_MAPPED,  /* the socket is of AF_INET6, its addresses are IPv4's */
	COUNT_ABORTED, /* went to CLOSE straight from a state in which data flow */
	COUNT_BRIEF,   /* lived less than 10 ms from ESTABLISHED to CLOSE */
	COUNT_OLDER,   /* were there before their witness */
	FLOW_COUNTS
};

struct move {
	enum move_place place;
	char name[MOVE_NAME_MAX]; /* as it was given */
	enum field field;	  /* FIELD_COUNT: it is none; at the path always */
	enum flow_count count;	  /* of the two ends, if it is no field; else FLOW_COUNTS */
	bool has_min;
	uint64_t min; /* must be reached from below; without min and max any change will do */
	bool has_max;
	uint64_t max; /* must be reached from above; of fields only */
};

const char *flow_count__name(enum flow_count c);

/* Set m->name, field and count. False: there is no such thing to move at that place. */
bool move__set_name(struct move *m, const char *name);

/* "client/total_retrans>=3"; cut if need be. */
void move__format(const struct move *m, char text[MOVE_NAME_MAX]);

#endif
