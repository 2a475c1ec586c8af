/* SPDX-License-Identifier: BSD-2-Clause */
/* The random drops of a ledger in a form to compare: what a seed decided, and not when. */
#ifndef TCPW_RELAY_DROPS_H
#define TCPW_RELAY_DROPS_H

#include <stddef.h>
#include <stdio.h>

/*
 * One line for each loss point: FLOW DIR OFFSET TRANSMISSION, or "syn", "fin" in the place of the
 * offset; sorted. 0 or -errno; -EMEDIUMTYPE: no ledger of tcpw-relay, -ENODATA: it has no end. why
 * gets a sentence.
 */
int drops__print(const char *path, FILE *out, char *why, size_t size);

#endif
