/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads what `ss -tinOH` prints, round after round. */
#ifndef TCPW_COMPARE_SS_H
#define TCPW_COMPARE_SS_H

#include "text_source.h"

/*
 * Lines "# SECONDS" (CLOCK_REALTIME) or "# monotonic SECONDS" are stamps; a record, one line of ss,
 * holds at some instant between the last stamp above it and the first below it. 0 or -errno; on
 * failure too *t is set (unless -ENOMEM).
 */
int ss__open(struct text_source **t, const char *path);

#endif
