/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recorded netlink timeline, dressed as somebody else's: with its samples changed, in another
 * format, or another text in its place; and judged against its run as a foreign witness.
 */
#ifndef TCPW_COMPARE_TESTS_DRESS_H
#define TCPW_COMPARE_TESTS_DRESS_H

#include <stdio.h>

#include "compare/judge.h"

#define SECOND 1000000000ULL

struct dress {
	/* Changes sample n; false: leave it out. */
	bool (*sample)(unsigned int n, struct sample *s);
	void (*header)(struct timeline_header *h);
	void (*write)(FILE *f);	   /* instead of a timeline */
	const char *format, *text; /* text: instead of all that */
	const char *run;	   /* the recording, NULL: segment */
};

struct recording {
	struct timeline_header header;
	struct sample *samples;
	unsigned int count;
};
extern struct recording recording; /* from dress__read() to dress__forget() */

/* Set-up and tear-down of a group of tests. */
int dress__read(void **state);
int dress__forget(void **state);

/* Where recordings are. */
const char *dress__fixtures(void);

/* Judge the run's recording against that timeline; to be released. */
struct judgement *dress__judge(const struct dress *d);
struct judgement *dress__judge_file(const char *run, const char *spec);
void dress__release(struct judgement *j);

/* Values compared exactly by the check "foreign". */
uint64_t dress__compared(const struct judgement *j);

/* Formats of others, for write: what ss prints, and fireflies, with times divided by the unit. */
void dress__ss(FILE *f);
void dress__firefly(FILE *f);
extern uint64_t dress__firefly_unit;

#endif
