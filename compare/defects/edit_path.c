// SPDX-License-Identifier: BSD-2-Clause
/*
 * Transformations of path.jsonl. A line is changed as text, and the trailer counts again what is
 * there: what comes out is an account that only its contents can betray.
 */
#include "edit_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE_NS 6000000 /* longer than half of the fixture's round trip */

struct account {
	char **line;
	unsigned int count, room;
};

static void account__free(struct account *a)
{
	for (unsigned int i = 0; i < a->count; i++)
		free(a->line[i]);
	free(a->line);
}

static int account__insert(struct account *a, unsigned int at, char *line)
{
	char **bigger;

	if (!line)
		return -ENOMEM;
	if (a->count == a->room) {
		bigger = realloc(a->line, (a->room ? 2 * a->room : 256) * sizeof(*bigger));
		if (!bigger) {
			free(line);
			return -ENOMEM;
		}
		a->line = bigger;
		a->room = a->room ? 2 * a->room : 256;
	}
	memmove(a->line + at + 1, a->line + at, (a->count - at) * sizeof(*a->line));
	a->line[at] = line;
	a->count++;
	return 0;
}

static void account__remove(struct account *a, unsigned int at)
{
	free(a->line[at]);
	a->count--;
	memmove(a->line + at, a->line + at + 1, (a->count - at) * sizeof(*a->line));
}

static int account__load(struct account *a, const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;
	int err = 0;

	memset(a, 0, sizeof(*a));
	if (!f)
		return -errno;
	while (!err && getline(&text, &size, f) > 0)
		err = account__insert(a, a->count, strdup(text));
	free(text);
	fclose(f);
	return err;
}

/* Replace from in *line, once. */
static int replace(char **line, const char *from, const char *to)
{
	char *at = strstr(*line, from), *changed;

	if (!at)
		return -EINVAL;
	if (asprintf(&changed, "%.*s%s%s", (int)(at - *line), *line, to, at + strlen(from)) < 0)
		return -ENOMEM;
	free(*line);
	*line = changed;
	return 0;
}

/* The number behind key (with its colon) in line; text: key and number as they stand there. */
static uint64_t number_of(const char *line, const char *key, char text[64])
{
	const char *at = strstr(line, key);
	char *end;
	uint64_t v;

	text[0] = '\0';
	if (!at)
		return 0;
	v = strtoull(at + strlen(key), &end, 10);
	snprintf(text, 64, "%.*s", (int)(end - at), at);
	return v;
}

static int set_number(char **line, const char *key, uint64_t v)
{
	char from[64], to[64];

	number_of(*line, key, from);
	snprintf(to, sizeof(to), "%s%llu", key, (unsigned long long)v);
	return *from ? replace(line, from, to) : -EINVAL;
}

static int account__save(struct account *a, const char *path)
{
	FILE *f;
	int err = set_number(&a->line[a->count - 1], "\"samples\":", a->count - 2);

	if (err)
		return err;
	f = fopen(path, "w");
	for (unsigned int i = 0; f && i < a->count; i++)
		fputs(a->line[i], f);
	return f && !fclose(f) ? 0 : -EIO;
}

static bool is_packet(const char *line, const char *fate)
{
	return strstr(line, "\"event\":\"packet\"") && strstr(line, fate) &&
	       !strstr(line, "\"copy\"");
}

/* The k-th packet of that fate that carries a whole segment, or -1. */
static int find(const struct account *a, const char *fate, uint64_t k)
{
	char text[64];

	for (unsigned int i = 0; i < a->count; i++)
		if (is_packet(a->line[i], fate) && number_of(a->line[i], "\"len\":", text) > 1000 &&
		    !--k)
			return (int)i;
	return -1;
}

typedef int account_edit(struct account *a, const struct defect *d, struct change *c);

static int edit(const char *path, const struct defect *d, struct change *c, account_edit *fn)
{
	struct account a;
	int err = account__load(&a, path);

	if (!err)
		err = fn(&a, d, c);
	if (!err)
		err = account__save(&a, path);
	account__free(&a);
	c->size = c->changed;
	return err;
}

static int revive(struct account *a, const struct defect *d, struct change *c)
{
	int i = find(a, "\"fate\":\"loss\"", d->k);
	char text[96];

	if (i < 0)
		return 0;
	c->changed = 1;
	snprintf(text, sizeof(text), "\"fate\":\"delivered\",\"out\":%llu",
		 (unsigned long long)number_of(a->line[i], "\"t\":", text) + LATE_NS);
	return replace(&a->line[i], "\"fate\":\"loss\"", text);
}

static int kill_one(struct account *a, const struct defect *d, struct change *c)
{
	int i = find(a, "\"fate\":\"delivered\"", d->k);
	char out[64], from[96];

	if (i < 0)
		return 0;
	c->changed = 1;
	number_of(a->line[i], "\"out\":", out);
	snprintf(from, sizeof(from), "\"fate\":\"delivered\",%s", out);
	return replace(&a->line[i], from, "\"fate\":\"loss\"");
}

static int rename_all(struct account *a, const struct defect *d, struct change *c)
{
	for (unsigned int i = 0; i < a->count; i++)
		if (!replace(&a->line[i], "\"fate\":\"loss\"", "\"fate\":\"queue\""))
			c->changed++;
	return 0;
}

static int omit(struct account *a, const struct defect *d, struct change *c)
{
	int i = find(a, "\"fate\":\"delivered\"", d->k);

	if (i < 0)
		return 0;
	c->changed = 1;
	account__remove(a, i);
	return 0;
}

static int hurry(struct account *a, const struct defect *d, struct change *c)
{
	int i = find(a, "\"fate\":\"delivered\"", d->k);
	char text[64];

	if (i < 0)
		return 0;
	c->changed = 1;
	return set_number(&a->line[i], "\"out\":", number_of(a->line[i], "\"t\":", text) + 1000);
}

/* Past the queue: as long as the line is, and no longer. */
static int rush(struct account *a, const struct defect *d, struct change *c)
{
	int i = find(a, "\"fate\":\"delivered\"", d->k);
	char text[64];
	uint64_t half_ns = number_of(a->line[0], "\"rtt_us\":", text) * 500;

	if (i < 0)
		return 0;
	c->changed = 1;
	return set_number(&a->line[i], "\"out\":",
			  number_of(a->line[i], "\"t\":", text) + half_ns + 1000);
}

static int unmark(struct account *a, const struct defect *d, struct change *c)
{
	for (unsigned int i = 0; i < a->count; i++)
		if (!replace(&a->line[i], ",\"ce\":1", ""))
			c->changed++;
	return 0;
}

static int single(struct account *a, const struct defect *d, struct change *c)
{
	for (unsigned int i = 0; i < a->count; i++)
		if (strstr(a->line[i], "\"copy\":1")) {
			account__remove(a, i--);
			c->changed++;
		}
	return 0;
}

static int invent(struct account *a, const struct defect *d, struct change *c)
{
	int i = find(a, "\"fate\":\"delivered\"", d->k), err;

	if (i < 0)
		return 0;
	err = account__insert(a, i, strdup(a->line[i]));
	if (err)
		return err;
	return kill_one(a, d, c);
}

static int shift(struct account *a, int64_t by, struct change *c)
{
	char text[64];
	uint64_t base = number_of(a->line[0], "\"base_ns\":", text);

	c->changed = 1;
	return set_number(&a->line[0], "\"base_ns\":", base + by);
}

static int later(struct account *a, const struct defect *d, struct change *c)
{
	return shift(a, (int64_t)d->k, c);
}

static int earlier(struct account *a, const struct defect *d, struct change *c)
{
	return shift(a, -(int64_t)d->k, c);
}

#define EDIT(name, fn)                                                       \
	int name(const char *path, const struct defect *d, struct change *c) \
	{                                                                    \
		return edit(path, d, c, fn);                                 \
	}

EDIT(path_revive, revive)
EDIT(path_kill, kill_one)
EDIT(path_rename, rename_all)
EDIT(path_omit, omit)
EDIT(path_hurry, hurry)
EDIT(path_rush, rush)
EDIT(path_unmark, unmark)
EDIT(path_single, single)
EDIT(path_invent, invent)
EDIT(path_later, later)
EDIT(path_earlier, earlier)
