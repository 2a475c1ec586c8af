/* SPDX-License-Identifier: BSD-2-Clause */
/* What a packet's reading and its writing mean for the two ends of its flow. */
#ifndef TCPW_COMPARE_PATH_EVENT_H
#define TCPW_COMPARE_PATH_EVENT_H

#include "path_ledger.h"

/* p was read from its sender; it is no copy that the path made. */
void path_event__read(struct path_ledger *l, struct path_packet *p);

/* p was written to its receiver. */
void path_event__write(struct path_ledger *l, const struct path_packet *p);

#endif
