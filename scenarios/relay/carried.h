/* SPDX-License-Identifier: BSD-2-Clause */
/* How far a ledger's flows were carried: up to there the seed has decided, and what it decided is known. */
#ifndef TCPW_RELAY_CARRIED_H
#define TCPW_RELAY_CARRIED_H

#include <stddef.h>
#include <stdio.h>

/*
 * One line for each direction of each flow: FLOW DIR SYNS BYTES FINS, as numbers: transmissions of its
 * SYN, bytes of payload that came in one piece from the first one on (whatever became of them), and
 * transmissions of a FIN without payload. Returns and why as those of drops__print().
 */
int carried__print(const char *path, FILE *out, char *why, size_t size);

#endif
