// SPDX-License-Identifier: BSD-2-Clause
/* Names of what a scenario is about. */
#include "moves.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *flow_count__name(enum flow_count c)
{
	static const char *const names[] = {
		[COUNT_FLOWS] = "flows", [COUNT_MAPPED] = "mapped", [COUNT_ABORTED] = "aborted",
		[COUNT_BRIEF] = "brief", [COUNT_OLDER] = "older",
	};

	return names[c];
}

/* What happens to packets: fates but the good one, and what path.jsonl notes beside. */
static bool is_path_event(const char *name)
{
	static const char *const names[] = { "loss", "queue", "blackout", "too-big", "ce", "copy" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

bool move__set_name(struct move *m, const char *name)
{
	size_t len = strlen(name);

	m->field = FIELD_COUNT;
	m->count = FLOW_COUNTS;
	if (!len || len >= sizeof(m->name))
		return false;
	memcpy(m->name, name, len + 1);
	if (m->place == MOVE_PATH)
		return is_path_event(name);
	m->field = field__find(name, len, 0);
	if (m->field != FIELD_COUNT)
		return true;
	for (m->count = 0; m->count < FLOW_COUNTS; m->count++)
		if (!strcmp(name, flow_count__name(m->count)))
			return true;
	return false;
}

void move__format(const struct move *m, char text[MOVE_NAME_MAX])
{
	static const char *const places[] = { "client", "server", "path" };
	int n = snprintf(text, MOVE_NAME_MAX, "%s/%s", places[m->place], m->name);

	if (m->has_min && n > 0 && n < MOVE_NAME_MAX)
		snprintf(text + n, MOVE_NAME_MAX - n, ">=%" PRIu64, m->min);
	else if (m->has_max && n > 0 && n < MOVE_NAME_MAX)
		snprintf(text + n, MOVE_NAME_MAX - n, "<=%" PRIu64, m->max);
}
