// SPDX-License-Identifier: BSD-2-Clause
/* Run before others, and without waiting for memory, where that is allowed. */
#include "realtime.h"

#include <sched.h>
#include <sys/mman.h>

/* Before the collectors, which scenarios run at priority 1: a path that waits for them is no path.
 */
#define PRIORITY 2

bool realtime__begin(void)
{
	struct sched_param param = { .sched_priority = PRIORITY };

	/* What it starts has an ordinary priority. */
	return !sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param);
}

void realtime__end(void)
{
	struct sched_param param = { 0 };

	sched_setscheduler(0, SCHED_OTHER, &param);
}

bool memory__lock(void)
{
	/* On fault: the pool and the ring are large, and mostly never touched. */
	return !mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

void memory__unlock(void)
{
	munlockall();
}
