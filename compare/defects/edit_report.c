// SPDX-License-Identifier: BSD-2-Clause
/* Transformations of iperf3's report. */
#include "edit_report.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static cJSON *member(cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

static void put(cJSON *item, double v, struct change *c)
{
	double size;

	if (!cJSON_IsNumber(item) || item->valuedouble == v)
		return;
	size = fabs(v - item->valuedouble);
	cJSON_SetNumberValue(item, v);
	c->changed++;
	if (size > c->size)
		c->size = size;
}

/* Calls fn for the figure of every stream and interval; before: that of the interval before. */
static int each(cJSON *report, const char *key, const struct defect *d, struct change *c,
		void (*fn)(cJSON *item, const cJSON *before, const struct defect *d,
			   struct change *c))
{
	cJSON *intervals = member(report, "intervals");
	int count = cJSON_GetArraySize(intervals);

	/* from the end, so that the one before still has its own value */
	while (count-- > 0) {
		cJSON *streams = member(cJSON_GetArrayItem(intervals, count), "streams");
		cJSON *first = member(cJSON_GetArrayItem(intervals, d->k ? count - 1 : 0),
				      "streams");

		for (int s = 0; s < cJSON_GetArraySize(streams); s++)
			fn(member(cJSON_GetArrayItem(streams, s), key),
			   count ? member(cJSON_GetArrayItem(first, s), key) : NULL, d, c);
	}
	return 0;
}

#define EACH(name, expression)                                                            \
	static void name##_one(cJSON *item, const cJSON *before, const struct defect *d,  \
			       struct change *c)                                          \
	{                                                                                 \
		if (item)                                                                 \
			put(item, (expression), c);                                       \
	}                                                                                 \
	int name(cJSON *report, const struct defect *d, struct change *c)                 \
	{                                                                                 \
		return each(report, d->key, d, c, name##_one);                            \
	}

EACH(report_add, item->valuedouble + d->k)
EACH(report_multiply, item->valuedouble * d->k)
EACH(report_divide, floor(item->valuedouble / d->k))
EACH(report_keep_bits, (double)((uint64_t)item->valuedouble & d->k))
EACH(report_set, d->k)
EACH(report_stale, before ? before->valuedouble : item->valuedouble)
EACH(report_constant, before ? before->valuedouble : item->valuedouble)

int report_swap(cJSON *report, const struct defect *d, struct change *c)
{
	cJSON *interval, *stream, *a, *b;
	char one[32], other[32];
	double was;

	if (sscanf(d->key, "%31s %31s", one, other) != 2)
		return -EINVAL;
	cJSON_ArrayForEach(interval, member(report, "intervals"))
		cJSON_ArrayForEach(stream, member(interval, "streams")) {
			a = member(stream, one);
			b = member(stream, other);
			if (!a || !b)
				continue;
			was = a->valuedouble;
			put(a, b->valuedouble, c);
			put(b, was, c);
		}
	return 0;
}

int report_end_add(cJSON *report, const struct defect *d, struct change *c)
{
	cJSON *stream, *item;

	cJSON_ArrayForEach(stream, member(member(report, "end"), "streams")) {
		item = member(member(stream, "sender"), d->key);
		if (item)
			put(item, item->valuedouble + d->k, c);
	}
	return 0;
}

static void shift_times(cJSON *object, double by_s, struct change *c)
{
	cJSON *start = member(object, "start"), *end = member(object, "end");

	if (!start || !end)
		return;
	if (start->valuedouble > 0) /* the first begins at 0, wherever that is */
		put(start, start->valuedouble + by_s, c);
	put(end, end->valuedouble + by_s, c);
}

static void shift_all(cJSON *report, double by_s, struct change *c)
{
	cJSON *interval, *stream;

	cJSON_ArrayForEach(interval, member(report, "intervals")) {
		cJSON_ArrayForEach(stream, member(interval, "streams"))
			shift_times(stream, by_s, c);
		shift_times(member(interval, "sum"), by_s, c);
	}
	c->size = fabs(by_s) * 1e9;
}

int report_shift(cJSON *report, const struct defect *d, struct change *c)
{
	shift_all(report, d->k / 1e6, c);
	return 0;
}

int report_shift_back(cJSON *report, const struct defect *d, struct change *c)
{
	shift_all(report, -(d->k / 1e6), c);
	return 0;
}

/* Whoever takes the timestamp for the beginning is wrong by what of its second had passed. */
int report_whole_second(cJSON *report, const struct defect *d, struct change *c)
{
	shift_all(report, d->k / 1e6, c);
	return 0;
}

/* As cJSON_InsertItemInArray(), which refuses some items in versions of Debian. */
static void insert(cJSON *array, int at, cJSON *item)
{
	int behind = cJSON_GetArraySize(array) - at;

	cJSON_AddItemToArray(array, item);
	while (behind-- > 0)
		cJSON_AddItemToArray(array, cJSON_DetachItemFromArray(array, at));
}

int report_drop(cJSON *report, const struct defect *d, struct change *c)
{
	cJSON_DeleteItemFromArray(member(report, "intervals"), d->k);
	c->changed = c->size = 1;
	return 0;
}

int report_duplicate(cJSON *report, const struct defect *d, struct change *c)
{
	cJSON *intervals = member(report, "intervals");

	insert(intervals, d->k,
	       cJSON_Duplicate(cJSON_GetArrayItem(intervals, d->k), true));
	c->changed = c->size = 1;
	return 0;
}

int report_reorder(cJSON *report, const struct defect *d, struct change *c)
{
	cJSON *intervals = member(report, "intervals");

	insert(intervals, d->k - 1, cJSON_DetachItemFromArray(intervals, d->k));
	c->changed = c->size = 2;
	return 0;
}

int report_wrong_flow(cJSON *report, const struct defect *d, struct change *c)
{
	static const char *const figures[] = { "bytes", "retransmits", "snd_cwnd", "rtt",
					       "rttvar" };
	cJSON *interval;

	cJSON_ArrayForEach(interval, member(report, "intervals")) {
		cJSON *one = cJSON_GetArrayItem(member(interval, "streams"), 0);
		cJSON *other = cJSON_GetArrayItem(member(interval, "streams"), 1);

		if (!other)
			return -EINVAL;
		for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
			cJSON *a = member(one, figures[i]), *b = member(other, figures[i]);
			double was = a ? a->valuedouble : 0;

			if (!a || !b)
				continue;
			put(a, b->valuedouble, c);
			put(b, was, c);
		}
	}
	return 0;
}
