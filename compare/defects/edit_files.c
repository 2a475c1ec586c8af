// SPDX-License-Identifier: BSD-2-Clause
/* Transformations of a file's bytes and lines. */
#include "edit_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file as its text, and where its lines begin; line[count] is the end. */
struct text {
	char *bytes, **line;
	size_t len;
	unsigned int count;
};

static int text__read(struct text *t, const char *path)
{
	FILE *f = fopen(path, "r");
	long size;

	memset(t, 0, sizeof(*t));
	if (!f)
		return -errno;
	if (fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET))
		goto fail;
	t->bytes = malloc(size + 1);
	t->line = malloc((size + 2) * sizeof(*t->line));
	if (!t->bytes || !t->line || fread(t->bytes, 1, size, f) != (size_t)size)
		goto fail;
	fclose(f);
	t->bytes[size] = '\0';
	t->len = size;
	for (char *p = t->bytes; *p; t->count++) {
		t->line[t->count] = p;
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	t->line[t->count] = t->bytes + size;
	return 0;
fail:
	fclose(f);
	free(t->bytes);
	free(t->line);
	return -EIO;
}

static void text__free(struct text *t)
{
	free(t->bytes);
	free(t->line);
}

static FILE *rewrite(const char *path)
{
	return fopen(path, "w");
}

static int put_line(const struct text *t, unsigned int i, FILE *f)
{
	size_t len = t->line[i + 1] - t->line[i];

	return fwrite(t->line[i], 1, len, f) == len ? 0 : -EIO;
}

static bool is_sample(const struct text *t, unsigned int i)
{
	return i > 0 && i + 1 < t->count;
}

/* How often, and in which order, the lines are written again. */
typedef unsigned int plan_fn(const struct text *t, const struct defect *d, unsigned int i,
			     unsigned int *times);

static int rewrite_lines(const char *path, const struct defect *d, plan_fn *plan, struct change *c)
{
	struct text t;
	int err = text__read(&t, path);
	FILE *f;

	if (err)
		return err;
	f = rewrite(path);
	for (unsigned int i = 0; f && i < t.count && !err; i++) {
		unsigned int times = 1, line = plan(&t, d, i, &times);

		c->changed += times != 1 || line != i;
		while (times-- && !err)
			err = put_line(&t, line, f);
	}
	if (!f || fclose(f))
		err = -EIO;
	text__free(&t);
	c->size = c->changed;
	return err;
}

static unsigned int plan_lose(const struct text *t, const struct defect *d, unsigned int i,
			      unsigned int *times)
{
	*times = !is_sample(t, i) || i % d->k;
	return i;
}

static unsigned int plan_double(const struct text *t, const struct defect *d, unsigned int i,
				unsigned int *times)
{
	*times = is_sample(t, i) && !(i % d->k) ? 2 : 1;
	return i;
}

static unsigned int plan_swap(const struct text *t, const struct defect *d, unsigned int i,
			      unsigned int *times)
{
	return i == d->k ? i + 1 : i == d->k + 1 ? i - 1 : i;
}

static unsigned int plan_cut_trailer(const struct text *t, const struct defect *d, unsigned int i,
				     unsigned int *times)
{
	*times = i + 1 < t->count;
	return i;
}

static unsigned int plan_cut_lines(const struct text *t, const struct defect *d, unsigned int i,
				   unsigned int *times)
{
	*times = i <= t->count * d->k / 1000;
	return i;
}

int edit_lose_lines(const char *path, const struct defect *d, struct change *c)
{
	return rewrite_lines(path, d, plan_lose, c);
}

int edit_double_lines(const char *path, const struct defect *d, struct change *c)
{
	return rewrite_lines(path, d, plan_double, c);
}

int edit_swap_lines(const char *path, const struct defect *d, struct change *c)
{
	return rewrite_lines(path, d, plan_swap, c);
}

int edit_cut_trailer(const char *path, const struct defect *d, struct change *c)
{
	return rewrite_lines(path, d, plan_cut_trailer, c);
}

int edit_cut_lines(const char *path, const struct defect *d, struct change *c)
{
	return rewrite_lines(path, d, plan_cut_lines, c);
}

int edit_cut(const char *path, const struct defect *d, struct change *c)
{
	struct text t;
	int err = text__read(&t, path);

	if (err)
		return err;
	c->changed = c->size = t.len - t.len * d->k / 1000;
	err = truncate(path, t.len * d->k / 1000) ? -errno : 0;
	text__free(&t);
	return err;
}

int edit_empty(const char *path, const struct defect *d, struct change *c)
{
	c->changed = 1;
	return truncate(path, 0) ? -errno : 0;
}

int edit_delete(const char *path, const struct defect *d, struct change *c)
{
	c->changed = 1;
	return unlink(path) ? -errno : 0;
}

int edit_replace(const char *path, const struct defect *d, struct change *c)
{
	const char *arrow = strstr(d->key, "=>");
	char from[128], *p, *next;
	struct text t;
	FILE *f;
	int err;

	if (!arrow || (size_t)(arrow - d->key) >= sizeof(from))
		return -EINVAL;
	snprintf(from, sizeof(from), "%.*s", (int)(arrow - d->key), d->key);
	err = text__read(&t, path);
	if (err)
		return err;
	f = rewrite(path);
	for (p = t.bytes; f && (next = strstr(p, from)); p = next + strlen(from)) {
		fwrite(p, 1, next - p, f);
		fputs(arrow + 2, f);
		c->changed++;
	}
	if (f)
		fputs(p, f);
	if (!f || fclose(f))
		err = -EIO;
	text__free(&t);
	c->size = c->changed;
	return err;
}
