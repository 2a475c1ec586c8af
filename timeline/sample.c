// SPDX-License-Identifier: BSD-2-Clause
/* Names of events, and the trailer's counts. */
#include "sample.h"

#include <stdio.h>

const char *sample_event__name(enum sample_event e)
{
	static const char *const names[EVENT_COUNT] = {
#define X(name) [EVENT_##name] = #name,
		SAMPLE_EVENTS(X)
#undef X
	};

	return e < EVENT_COUNT ? names[e] : "?";
}

static void append(struct timeline_count *counts, unsigned int *n, const char *cause,
		   uint64_t count)
{
	if (*n == TIMELINE_CAUSES_MAX)
		return;
	snprintf(counts[*n].cause, sizeof(counts[*n].cause), "%s", cause);
	counts[(*n)++].count = count;
}

void timeline_trailer__lost(struct timeline_trailer *t, const char *cause, uint64_t count)
{
	append(t->lost, &t->losses, cause, count);
}

void timeline_trailer__note(struct timeline_trailer *t, const char *cause, uint64_t count)
{
	append(t->note, &t->notes, cause, count);
}
