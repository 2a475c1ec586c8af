/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A seeded defect: what is done to one witness of a good run, and what the judgement must say of
 * it. The catalogue is one table (catalogue.c), a line each.
 */
#ifndef TCPW_COMPARE_DEFECTS_DEFECT_H
#define TCPW_COMPARE_DEFECTS_DEFECT_H

#include "compare/verdict.h"
#include "timeline/sample.h"

/* The file that is changed. */
enum target { TARGET_PROBE, TARGET_NETLINK, TARGET_CLIENT, TARGET_SERVER, TARGET_MANIFEST, TARGET_PATH, TARGETS };

const char *target__file(enum target t); /* "probe.jsonl" */

struct tape;
struct cJSON;
struct defect;

/* What a transformation did. */
struct change {
	uint64_t changed; /* values, samples, lines or intervals */
	uint64_t size;	  /* the largest difference it made, in the unit of the field (or ns) */
};

/* Each returns 0 or -errno and tells what it did. Exactly one of the three is set. */
typedef int tape_edit(struct tape *t, const struct defect *d, struct change *c);
typedef int file_edit(const char *path, const struct defect *d, struct change *c);
typedef int report_edit(struct cJSON *report, const struct defect *d, struct change *c);

struct defect {
	const char *name;
	const char *fixture;
	enum target target;
	tape_edit *tape;
	file_edit *file;
	report_edit *report;
	enum field field, other; /* what it is done to */
	const char *key;	 /* the same in a report, or in bytes */
	uint64_t k;		 /* how much */
	uint32_t events;	 /* 1 << enum sample_event: which samples; 0: all */
	/* What must come of it. */
	enum status expected;
	const char *named; /* fields, any of which must be named; NULL: field (and other, if not 0) */
	const char *cause; /* CHECK/SUBJECT: WORDS of a finding, instead of a field */
	/* Why this one cannot be caught; it must then be missed. NULL: it must be caught. */
	const char *blind;
};

extern const struct defect catalogue_of_defects[];
extern const unsigned int catalogue_of_defects_count;

#endif
