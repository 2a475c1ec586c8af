// SPDX-License-Identifier: BSD-2-Clause
/* Deadlines on a fixed grid. */
#include "ticker.h"

void ticker__start(struct ticker *t, uint64_t base_ns, uint64_t interval_ns)
{
	*t = (struct ticker){.base_ns = base_ns, .interval_ns = interval_ns};
}

uint64_t ticker__deadline_ns(const struct ticker *t)
{
	return t->base_ns + (t->passed + 1) * t->interval_ns;
}

/* Number of the last deadline that is not after now_ns. */
static uint64_t last_passed(const struct ticker *t, uint64_t now_ns)
{
	return now_ns < t->base_ns ? 0 : (now_ns - t->base_ns) / t->interval_ns;
}

bool ticker__serve(struct ticker *t, uint64_t now_ns)
{
	uint64_t last = last_passed(t, now_ns);

	if (last <= t->passed)
		return false;
	t->late += last - t->passed - 1;
	t->served++;
	t->passed = last;
	return true;
}

void ticker__finish(struct ticker *t, uint64_t end_ns)
{
	uint64_t last = last_passed(t, end_ns);

	if (last <= t->passed)
		return;
	t->late += last - t->passed;
	t->passed = last;
}
