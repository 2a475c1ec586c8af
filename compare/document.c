// SPDX-License-Identifier: BSD-2-Clause
/* Reads whole JSON files as people really write them: concatenated documents, repeated keys. */
#include "document.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES_MAX (256UL << 20)

FILE *regular__open(const char *path)
{
	/* without O_NONBLOCK, open() of a FIFO waits for a writer that may never come */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), err;
	struct stat st;
	FILE *f;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		errno = EINVAL;
		return NULL;
	}
	f = fdopen(fd, "r");
	if (!f) {
		err = errno;
		close(fd);
		errno = err;
	}
	return f;
}

static int read_all(const char *path, char **text, size_t *len, char why[DOCUMENT_WHY_MAX])
{
	FILE *f = regular__open(path);
	size_t size = 0, n;
	char *p;
	int err = 0;

	*text = NULL;
	*len = 0;
	if (!f) {
		err = -errno;
		snprintf(why, DOCUMENT_WHY_MAX,
			 err == -ENOENT	  ? "missing"
			 : err == -EINVAL ? "not a regular file"
					  : "cannot open: %s",
			 strerror(-err));
		return err;
	}
	do {
		size = size ? 2 * size : 65536;
		p = size > FILE_BYTES_MAX ? NULL : realloc(*text, size + 1);
		if (!p) {
			err = -EFBIG;
			snprintf(why, DOCUMENT_WHY_MAX, "larger than %lu bytes",
				 FILE_BYTES_MAX / 2);
			goto out;
		}
		*text = p;
		n = fread(p + *len, 1, size - *len, f);
		*len += n;
	} while (*len == size);
	if (ferror(f)) {
		err = -EIO;
		snprintf(why, DOCUMENT_WHY_MAX, "cannot read: %s", strerror(errno));
		goto out;
	}
	(*text)[*len] = '\0';
out:
	fclose(f);
	return err;
}

static const char *skip_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

/* Does the text end inside a string or before what it opened is closed? */
static bool is_cut(const char *p, const char *end)
{
	bool string = false;
	int depth = 0;

	for (; p < end && depth >= 0; p++) {
		if (string && *p == '\\')
			p++;
		else if (*p == '"')
			string = !string;
		else if (!string)
			depth += (*p == '{' || *p == '[') - (*p == '}' || *p == ']');
	}
	return string || depth > 0;
}

/* all: *root becomes an array of the documents; else it is the last. */
static int parse(const char *path, bool all, cJSON **root, unsigned int *documents,
		 char why[DOCUMENT_WHY_MAX])
{
	const char *p, *end, *stop;
	cJSON *document;
	char *text;
	size_t len;
	int err;

	*root = NULL;
	*documents = 0;
	if (all && !(*root = cJSON_CreateArray()))
		return -ENOMEM;
	err = read_all(path, &text, &len, why);
	if (err)
		goto out;
	end = text + len;
	for (p = skip_space(text, end); p < end; p = skip_space(stop, end)) {
		stop = NULL;
		document = cJSON_ParseWithLengthOpts(p, end - p, &stop, 0);
		if (!document) {
			err = -EBADMSG;
			if (*documents)
				snprintf(why, DOCUMENT_WHY_MAX,
					 "document %u, at byte %zu, is cut or not JSON",
					 *documents + 1, (size_t)(p - text));
			else if (is_cut(p, end))
				snprintf(why, DOCUMENT_WHY_MAX,
					 "cut: the JSON document does not end");
			else
				snprintf(why, DOCUMENT_WHY_MAX, "not JSON at byte %zu",
					 (size_t)(stop ? stop - text : p - text));
			goto out;
		}
		(*documents)++;
		if (all) {
			cJSON_AddItemToArray(*root, document);
		} else {
			cJSON_Delete(*root);
			*root = document;
		}
	}
	if (!*documents) {
		err = -ENODATA;
		snprintf(why, DOCUMENT_WHY_MAX, "empty");
	} else if (!all && !cJSON_IsObject(*root)) {
		err = -EBADMSG;
		snprintf(why, DOCUMENT_WHY_MAX, "not a JSON object");
	}
out:
	if (err) {
		cJSON_Delete(*root);
		*root = NULL;
	}
	free(text);
	return err;
}

int document__read(const char *path, cJSON **root, unsigned int *documents,
		   char why[DOCUMENT_WHY_MAX])
{
	return parse(path, false, root, documents, why);
}

int document__read_all(const char *path, cJSON **array, char why[DOCUMENT_WHY_MAX])
{
	unsigned int documents;

	return parse(path, true, array, &documents, why);
}

const cJSON *member__get(const cJSON *object, const char *key)
{
	const cJSON *item, *found = NULL;

	cJSON_ArrayForEach(item, object) if (item->string && !strcmp(item->string, key)) found =
		item;
	return found;
}

const char *member__duplicate(const cJSON *object)
{
	const cJSON *a, *b;

	cJSON_ArrayForEach(
		a, object) for (b = a->next; b;
				b = b->next) if (a->string && b->string &&
						 !strcmp(a->string, b->string)) return a->string;
	return NULL;
}

bool member__number(const cJSON *object, const char *key, double *v)
{
	const cJSON *item = member__get(object, key);

	if (!cJSON_IsNumber(item))
		return false;
	*v = item->valuedouble;
	return true;
}

bool member__u64(const cJSON *object, const char *key, uint64_t *v)
{
	double d;

	if (!member__number(object, key, &d) || !(d >= 0) || d >= 18446744073709551616.0)
		return false;
	*v = (uint64_t)d;
	return true;
}

bool member__bool(const cJSON *object, const char *key, bool *v)
{
	const cJSON *item = member__get(object, key);

	if (!cJSON_IsBool(item))
		return false;
	*v = cJSON_IsTrue(item);
	return true;
}

bool member__string(const cJSON *object, const char *key, char *to, size_t size)
{
	const char *text = cJSON_GetStringValue(member__get(object, key));

	if (!text)
		return false;
	snprintf(to, size, "%s", text);
	return true;
}
