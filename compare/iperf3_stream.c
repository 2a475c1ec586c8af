// SPDX-License-Identifier: BSD-2-Clause
/* What `iperf3 --json-stream` prints (since 3.17): an event a line instead of one report. */
#include "iperf3_stream.h"

#include <stdbool.h>
#include <string.h>

#include "document.h"

static bool is(const cJSON *event, const char *name)
{
	const char *text = cJSON_GetStringValue(event);

	return text && !strcmp(text, name);
}

cJSON *iperf3_stream__fold(const cJSON *documents)
{
	cJSON *report = NULL, *intervals = NULL;
	const cJSON *document, *event, *data;

	cJSON_ArrayForEach(document, documents)
	{
		event = member__get(document, "event");
		data = member__get(document, "data");
		if (!cJSON_IsString(event) || !data)
			continue;
		if (!report || is(event, "start")) { /* a server tells one test after the other */
			cJSON_Delete(report);
			report = cJSON_CreateObject();
			intervals = cJSON_AddArrayToObject(report, "intervals");
		}
		if (is(event, "interval"))
			cJSON_AddItemToArray(intervals, cJSON_Duplicate(data, true));
		else if (is(event, "start") || is(event, "end") || is(event, "error") ||
			 is(event, "server_output_json"))
			cJSON_AddItemToObject(report, event->valuestring,
					      cJSON_Duplicate(data, true));
	}
	return report;
}
