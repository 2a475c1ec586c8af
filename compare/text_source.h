/* SPDX-License-Identifier: BSD-2-Clause */
/* What readers of other tools' text share: lines, the rounding of values, keys nobody knows. */
#ifndef TCPW_COMPARE_TEXT_SOURCE_H
#define TCPW_COMPARE_TEXT_SOURCE_H

#include <stdio.h>

#include "timeline/sample.h"

#define TEXT_LINE_MAX	 (1024 * 1024)
#define TEXT_UNKNOWN_MAX 8

/* A reader of one format embeds this as its first member. */
struct text_source {
	const struct text_source_ops *ops;
	const char *path;
	FILE *file;
	char *line; /* the one read last, without its newline */
	size_t line_size;
	uint64_t number; /* of that line, from 1 */
	struct timeline_header header;
	bool realtime; /* the sample read last has times of CLOCK_REALTIME */
	uint64_t below[FIELD_COUNT], above[FIELD_COUNT]; /* rounding of the sample read last */
	char unknown[TEXT_UNKNOWN_MAX][24];		 /* keys, each once */
	unsigned int unknown_count;
	uint64_t skipped; /* records that cannot be placed or are not of TCP flows */
	const char *skipped_why;
	char error[512];
};

struct text_source_ops {
	/* 1: a sample with times of the clock told by realtime. 0: the end. Negative: error set. */
	int (*next)(struct text_source *t, struct sample *s);
	void (*close)(struct text_source *t); /* what the format keeps besides; may be NULL */
};

/* Open path into a t that is otherwise zero. 0 or -errno with error set. */
int text_source__open(struct text_source *t, const char *path);
void text_source__close(struct text_source *t); /* and free t */

/* The next line. 1, 0 at the end, -errno with error set. */
int text_source__line(struct text_source *t);

/* Keep "path: line N: ..." as the reason of a failure and return err. */
__attribute__((format(printf, 3, 4))) int text_source__fail(struct text_source *t, int err,
							    const char *fmt, ...);

/* Prepare t and s for the next sample. */
void text_source__begin(struct text_source *t, struct sample *s);
/* f of s is v, or was between v - below and v + above before it was printed. */
void text_source__set(struct text_source *t, struct sample *s, enum field f, uint64_t v,
		      uint64_t below, uint64_t above);
void text_source__unknown(struct text_source *t, const char *key, size_t len);

/*
 * A number of seconds with decimals, text[0..len): *ns, and *step_ns, the unit of its last digit (1
 * where there are nine decimals or more). 0 or -EINVAL.
 */
int text__seconds(const char *text, size_t len, uint64_t *ns, uint64_t *step_ns);

#endif
