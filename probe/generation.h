/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Generations of kernels for which the eBPF programs are compiled from the same source. All make
 * the same records; a newer one costs less.
 */
#ifndef TCPW_PROBE_GENERATION_H
#define TCPW_PROBE_GENERATION_H

#include <stdbool.h>

enum generation {
	GENERATION_6_9,  /* lanes, unguarded loads */
	GENERATION_5_12, /* lanes */
	GENERATION_5_10, /* the kernel's ring buffer */
	GENERATION_ANY
};

/* "6.9" ... ; GENERATION_ANY if unknown. And back, "" for GENERATION_ANY. And in words. */
enum generation generation__parse(const char *name);
const char *generation__name(enum generation generation);
const char *generation__describe(enum generation generation);

/* Records come through lanes (record.h), else through the kernel's ring buffer. */
bool generation__has_lanes(enum generation generation);

#endif
