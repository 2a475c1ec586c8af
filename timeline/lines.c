// SPDX-License-Identifier: BSD-2-Clause
/*
 * JSON Lines in bounded memory. cJSON parses each line into an arena that is rewound for the next:
 * no allocation per value. cJSON's allocator is global, so the arena is installed only around the
 * parse of one line.
 */
#include "lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

/* Per value cJSON takes a 64-byte node and its strings; the densest JSON has 2 bytes a value. */
#define ARENA_BYTES (40 * LINES_LONGEST)

static struct {
	char *base;
	size_t used;
} arena;

struct lines {
	int fd;
	char *path;
	char *arena; /* the kernel gives pages only as a line touches them */
	uint64_t number;
	size_t begin, end;
	bool eof;
	char error[512];
	char buffer[LINES_LONGEST + 1];
};

static void *arena_alloc(size_t size)
{
	void *p = arena.base + arena.used;

	size = (size + 15) & ~(size_t)15;
	if (size > ARENA_BYTES - arena.used)
		return NULL;
	arena.used += size;
	return p;
}

static void arena_free(void *p)
{
	(void)p; /* rewound as a whole */
}

int lines__fail(struct lines *l, int err, const char *fmt, ...)
{
	size_t n, size = sizeof(l->error);
	va_list ap;

	n = snprintf(l->error, size, "%s: ", l->path);
	if (l->number && n < size)
		n += snprintf(l->error + n, size - n, "line %llu: ", (unsigned long long)l->number);
	if (n < size) {
		va_start(ap, fmt);
		vsnprintf(l->error + n, size - n, fmt, ap);
		va_end(ap);
	}
	return err;
}

const char *lines__error(const struct lines *l)
{
	return l->error;
}

int lines__open(struct lines **pl, const char *path)
{
	struct lines *l = calloc(1, sizeof(*l));
	struct stat st;

	*pl = NULL;
	if (!l)
		return -ENOMEM;
	l->fd = -1;
	l->path = strdup(path);
	l->arena = malloc(ARENA_BYTES);
	if (!l->path || !l->arena) {
		lines__close(l);
		return -ENOMEM;
	}
	*pl = l;
	/* O_NONBLOCK: a pipe without a writer would never open. */
	l->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
				  : dup(STDIN_FILENO);
	if (l->fd < 0 || fstat(l->fd, &st))
		return lines__fail(l, -errno, "cannot open: %s", strerror(errno));
	if (strcmp(path, "-") && !S_ISREG(st.st_mode))
		return lines__fail(l, -EINVAL, "no regular file");
	return 0;
}

/* More of the file into the buffer, behind an unfinished line. */
static int fill(struct lines *l)
{
	ssize_t n;

	memmove(l->buffer, l->buffer + l->begin, l->end - l->begin);
	l->end -= l->begin;
	l->begin = 0;
	if (l->end == LINES_LONGEST) {
		l->number++;
		return lines__fail(l, -EBADMSG, "longer than %d bytes: not a timeline", LINES_LONGEST);
	}
	n = read(l->fd, l->buffer + l->end, LINES_LONGEST - l->end);
	if (n < 0)
		return errno == EINTR ? 0 : lines__fail(l, -errno, "cannot read: %s", strerror(errno));
	l->eof = !n;
	l->end += n;
	return 0;
}

int lines__next(struct lines *l, const cJSON **object)
{
	cJSON_Hooks hooks = { .malloc_fn = arena_alloc, .free_fn = arena_free };
	char *line, *nl;
	cJSON *root;
	int err;

	while (!(nl = memchr(l->buffer + l->begin, '\n', l->end - l->begin))) {
		if (l->eof && l->begin == l->end)
			return 0;
		if (l->eof) {
			l->number++;
			return lines__fail(l, -ENODATA, "cut in the middle of a line");
		}
		err = fill(l);
		if (err)
			return err;
	}
	line = l->buffer + l->begin;
	*nl = '\0';
	l->begin += nl - line + 1;
	l->number++;
	arena.base = l->arena;
	arena.used = 0;
	cJSON_InitHooks(&hooks);
	root = cJSON_ParseWithLengthOpts(line, nl - line + 1, NULL, 1);
	cJSON_InitHooks(NULL);
	if (!cJSON_IsObject(root))
		return lines__fail(l, -EBADMSG, "not JSON: a timeline is one JSON object a line");
	*object = root;
	return 1;
}

void lines__close(struct lines *l)
{
	if (!l)
		return;
	if (l->fd >= 0)
		close(l->fd);
	free(l->arena);
	free(l->path);
	free(l);
}

int json__u64(const cJSON *item, uint64_t *v)
{
	if (cJSON_IsString(item))
		return number__parse(item->valuestring, 0, UINT64_MAX, v);
	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= 0x1p53))
		return -EINVAL;
	*v = (uint64_t)item->valuedouble;
	return (double)*v == item->valuedouble ? 0 : -EINVAL;
}
