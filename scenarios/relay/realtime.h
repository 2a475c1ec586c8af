/* SPDX-License-Identifier: BSD-2-Clause */
/* Run before others, and without waiting for memory, where that is allowed. */
#ifndef TCPW_RELAY_REALTIME_H
#define TCPW_RELAY_REALTIME_H

#include <stdbool.h>

/* SCHED_FIFO for the calling thread; false if it was refused. */
bool realtime__begin(void);
void realtime__end(void);
/* Keep in memory what is, or will be, touched; false if it was refused. */
bool memory__lock(void);
void memory__unlock(void);

#endif
