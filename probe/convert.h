/* SPDX-License-Identifier: BSD-2-Clause */
/* From a BPF program's record to a sample. Pure functions over bytes. */
#ifndef TCPW_PROBE_CONVERT_H
#define TCPW_PROBE_CONVERT_H

#include <stddef.h>

#include "features.h"
#include "timeline/sample.h"

/*
 * Convert data[0..size), one record of record.h, made on a kernel with these features. 0, or
 * -EBADMSG for a size or type that no program makes.
 */
int record__to_sample(const void *data, size_t size, const struct features *features,
		      struct sample *sample);

#endif
