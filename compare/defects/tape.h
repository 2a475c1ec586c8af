/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole timeline in memory, to be changed and written again: recorded runs are small. */
#ifndef TCPW_COMPARE_DEFECTS_TAPE_H
#define TCPW_COMPARE_DEFECTS_TAPE_H

#include "timeline/sample.h"

struct tape {
	struct timeline_header header;
	struct timeline_trailer trailer;
	struct sample *samples;
	unsigned int count, room;
};

/* 0 or -errno; free in any case. A timeline that is not whole is -EBADMSG. */
int tape__load(struct tape *t, const char *path);
int tape__save(struct tape *t, const char *path);
void tape__free(struct tape *t);

/* Put a copy of s behind sample at - 1 (at == count: at the end). 0 or -ENOMEM. */
int tape__insert(struct tape *t, unsigned int at, const struct sample *s);
void tape__remove(struct tape *t, unsigned int at);

/* The sample of the same socket before sample at, of an event in the mask; -1: there is none. */
int tape__previous(const struct tape *t, unsigned int at, uint32_t events);

#endif
