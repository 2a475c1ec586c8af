/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timelines of other people's tools: in the project's format, or text and JSON of tools that were
 * never written for it. All come out as samples on CLOCK_MONOTONIC.
 */
#ifndef TCPW_COMPARE_FOREIGN_H
#define TCPW_COMPARE_FOREIGN_H

#include "timeline/reader.h"

#define FOREIGN_MAX 4

enum foreign_format { FOREIGN_TIMELINE, FOREIGN_SS, FOREIGN_FIREFLY };

/* A witness as the command line names it: "FILE", "ss:FILE", "firefly:FILE", "timeline:FILE". */
struct foreign {
	enum foreign_format format;
	const char *path; /* into the text that was parsed */
};

/* 0, or -EINVAL: no file named. */
int foreign__parse(struct foreign *f, const char *text);

/*
 * Where CLOCK_REALTIME stood against CLOCK_MONOTONIC when the run was recorded, by the collectors'
 * headers.
 */
struct clock_anchor {
	bool known;
	uint64_t offset_ns; /* CLOCK_REALTIME - CLOCK_MONOTONIC, modulo 2^64 */
	uint64_t error_ns;  /* how far off that may be */
};

struct clock_anchor clock_anchor__of(const struct timeline_header *probe,
				     const struct timeline_header *netlink);

struct foreign_reader;

/*
 * Open the file. 0 or -errno; on failure too *r is set (unless -ENOMEM), so that
 * foreign_reader__error() can tell why, and must be closed.
 */
int foreign_reader__open(struct foreign_reader **r, const struct foreign *f,
			 const struct clock_anchor *anchor);
const struct timeline_header *foreign_reader__header(const struct foreign_reader *r);

/* As timeline_reader__next(), on CLOCK_MONOTONIC. Formats without a trailer end with the file. */
int foreign_reader__next(struct foreign_reader *r, struct sample *s);

/*
 * What field f of the sample read last may have been before the tool rounded or cut it: from value
 * minus *below to value plus *above. Both 0 where the format keeps every digit.
 */
void foreign_reader__rounding(const struct foreign_reader *r, enum field f, uint64_t *below,
			      uint64_t *above);

/* How far off the placement of times on CLOCK_MONOTONIC may be; the samples' windows contain it. */
uint64_t foreign_reader__placed_error_ns(const struct foreign_reader *r);

/* Only for timelines of the project's format, read to their end. */
const struct timeline_trailer *foreign_reader__trailer(const struct foreign_reader *r);

/* Peculiarities that were coped with, "" without; complete at the end of the file. */
const char *foreign_reader__note(const struct foreign_reader *r);

const char *foreign_reader__error(const struct foreign_reader *r);
void foreign_reader__close(struct foreign_reader *r); /* NULL is allowed */

#endif
