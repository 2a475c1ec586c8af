/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of a finished ledger, one after the other. */
#ifndef TCPW_RELAY_LEDGER_READER_H
#define TCPW_RELAY_LEDGER_READER_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* A line behind the header. 0, or -errno: not a line of a ledger. */
typedef int ledger_line_fn(void *ctx, const cJSON *line);

/*
 * 0 or -errno; -EMEDIUMTYPE: no ledger of tcpw-relay, -ENODATA: it has no end. why gets a sentence.
 */
int ledger_reader__each(const char *path, ledger_line_fn *fn, void *ctx, char *why, size_t size);

/* Does key of o hold that text? */
bool ledger_reader__is(const cJSON *o, const char *key, const char *text);

#endif
