/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads fireflies, the JSON messages of scitags collectors, one a line. */
#ifndef TCPW_COMPARE_FIREFLY_H
#define TCPW_COMPARE_FIREFLY_H

#include "text_source.h"

/* 0 or -errno; on failure too *t is set (unless -ENOMEM). */
int firefly__open(struct text_source **t, const char *path);

#endif
