/* SPDX-License-Identifier: BSD-2-Clause */
/* The sums that the kernel keeps: relations between the fields of one sample. */
#ifndef TCPW_COMPARE_RELATIONS_H
#define TCPW_COMPARE_RELATIONS_H

#include "timeline/sample.h"

/* What earlier samples of a flow said; zeroed at first. */
struct relation_flow {
	bool over; /* the send queue may have been purged */
	bool have_sent, fin;
	bool have_acked, have_received;
	bool acked_broke; /* in the sample at hand */
	bool have_una, mss_fell, have_segs;
	int64_t sent; /* sequence numbers used up by other than data */
	uint32_t acked, received;
	uint32_t una; /* snd_una behind the last segment seen */
	uint32_t mss;
	uint32_t data_segs_in;
};

/* What a relation says of a sample. */
enum outcome {
	ABSENT, /* cannot be judged by this sample */
	HOLDS,
	BROKEN,
	REFUSED,  /* broken, and the sender's own device explains it */
	UNPROVEN, /* broken, and the event that would explain it is missing */
};

struct terms {
	uint64_t expected, got, size;
};

struct relation {
	const char *field; /* the one that is named */
	const char *text;
	enum field needs[8]; /* ended by FIELD_COUNT */
	enum outcome (*judge)(struct relation_flow *f, const struct sample *s, struct terms *t);
};

#define RELATIONS	       15
/* The last one is judged when a sample begins, from what earlier ones said; the others when it
 * ends. */
#define RELATION_LATER (RELATIONS - 1)
extern const struct relation relations[RELATIONS];

/* ABSENT also where the sample has not all the fields; else *t is set. */
enum outcome relation__judge(const struct relation *r, struct relation_flow *f,
			     const struct sample *s, struct terms *t);

/* Before and behind the relations of each sample. */
void relation_flow__prepare(struct relation_flow *f, const struct sample *s);
void relation_flow__remember(struct relation_flow *f, const struct sample *s);

#endif
