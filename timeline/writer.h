/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes a timeline: JSON Lines, header, samples in the order of t0, trailer. docs/timeline.md. */
#ifndef TCPW_TIMELINE_WRITER_H
#define TCPW_TIMELINE_WRITER_H

#include "sample.h"

struct timeline_writer;

/*
 * Create path ("-": stdout) and write the header at once, flushed: a reader that sees it knows
 * that the witness is watching. 0 or -errno. *w is set only on success; free it with __close().
 */
int timeline_writer__open(struct timeline_writer **w, const char *path,
			  const struct timeline_header *header);

/*
 * Accept one sample; it is formatted at once and held until timeline_writer__settle() passes it,
 * so samples may arrive slightly out of order. One that is earlier than a sample already settled
 * is refused with -EINVAL and counted as lost, cause "out_of_order". 0 or -errno; an error of
 * writing (disk full) stays: later calls return it too.
 */
int timeline_writer__sample(struct timeline_writer *w, const struct sample *s);

/*
 * The caller's promise that no later sample will have t0_ns < before_ns: everything earlier goes
 * to the file, sorted by t0_ns. 0 or -errno. (Close settles all.)
 */
int timeline_writer__settle(struct timeline_writer *w, uint64_t before_ns);

/* Hand the settled lines to the kernel, for those who read along. 0 or -errno. */
int timeline_writer__flush(struct timeline_writer *w);

/*
 * Write the trailer (trailer->samples is filled in), close and free, also after an error. NULL:
 * what was seen is not whole, so no trailer is written and readers will say that the file is cut.
 * Returns 0, or the first error of writing: then the file is truncated and readers will say so.
 */
int timeline_writer__close(struct timeline_writer *w, struct timeline_trailer *trailer);

#endif
