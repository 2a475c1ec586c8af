// SPDX-License-Identifier: BSD-2-Clause
/* What readers of other tools' text share: lines, the rounding of values, keys nobody knows. */
#include "text_source.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"

int text_source__fail(struct text_source *t, int err, const char *fmt, ...)
{
	size_t n, size = sizeof(t->error);
	va_list ap;

	n = snprintf(t->error, size, "%s: ", t->path);
	if (t->number && n < size)
		n += snprintf(t->error + n, size - n, "line %llu: ", (unsigned long long)t->number);
	if (n < size) {
		va_start(ap, fmt);
		vsnprintf(t->error + n, size - n, fmt, ap);
		va_end(ap);
	}
	return err;
}

int text_source__open(struct text_source *t, const char *path)
{
	t->path = path;
	t->file = regular__open(path);
	if (t->file)
		return 0;
	return text_source__fail(t, -errno, "cannot open: %s",
				 errno == EINVAL ? "not a regular file" : strerror(errno));
}

void text_source__close(struct text_source *t)
{
	if (!t)
		return;
	if (t->ops && t->ops->close)
		t->ops->close(t);
	if (t->file)
		fclose(t->file);
	free(t->line);
	free(t);
}

int text_source__line(struct text_source *t)
{
	size_t len = 0;
	int c;

	if (!t->line) {
		t->line_size = TEXT_LINE_MAX + 1;
		t->line = malloc(t->line_size); /* pages come as lines touch them */
		if (!t->line)
			return text_source__fail(t, -ENOMEM, "out of memory");
	}
	t->number++;
	while ((c = getc_unlocked(t->file)) != EOF && c != '\n') {
		if (len == TEXT_LINE_MAX)
			return text_source__fail(t, -EBADMSG, "longer than %d bytes",
						 TEXT_LINE_MAX);
		t->line[len++] = c;
	}
	if (c == EOF && ferror(t->file))
		return text_source__fail(t, -EIO, "cannot read: %s", strerror(errno));
	if (c == EOF && !len) {
		t->number--;
		return 0;
	}
	if (len && t->line[len - 1] == '\r')
		len--;
	t->line[len] = '\0';
	if (strlen(t->line) != len)
		return text_source__fail(t, -EBADMSG, "holds a NUL byte: not text");
	return 1;
}

void text_source__begin(struct text_source *t, struct sample *s)
{
	memset(t->below, 0, sizeof(t->below));
	memset(t->above, 0, sizeof(t->above));
	memset(&s->present, 0, sizeof(s->present));
	memset(&s->flow, 0, sizeof(s->flow));
	s->seq = 0;
	s->cong[0] = s->ulp[0] = '\0';
	s->event = EVENT_sample;
}

void text_source__set(struct text_source *t, struct sample *s, enum field f, uint64_t v,
		      uint64_t below, uint64_t above)
{
	sample__set(s, f, v);
	t->below[f] = below;
	t->above[f] = above;
}

void text_source__unknown(struct text_source *t, const char *key, size_t len)
{
	size_t size = sizeof(t->unknown[0]);

	if (len >= size)
		len = size - 1;
	for (unsigned int i = 0; i < t->unknown_count; i++)
		if (!strncmp(t->unknown[i], key, len) && !t->unknown[i][len])
			return;
	if (t->unknown_count == TEXT_UNKNOWN_MAX)
		return;
	memcpy(t->unknown[t->unknown_count], key, len);
	t->unknown[t->unknown_count++][len] = '\0';
}

int text__seconds(const char *text, size_t len, uint64_t *ns, uint64_t *step_ns)
{
	uint64_t v = 0, step = 1000000000;
	bool fraction = false, digits = false;

	for (size_t i = 0; i < len; i++) {
		if ((text[i] == '.' || text[i] == ',') && !fraction && digits) {
			fraction = true;
			continue;
		}
		if (!isdigit((unsigned char)text[i]))
			return -EINVAL;
		digits = true;
		if (!fraction) {
			if (v > UINT64_MAX / 1000000000 / 10 - 1)
				return -EINVAL;
			v = 10 * v + (text[i] - '0');
		} else if (step > 1) {
			v = 10 * v + (text[i] - '0');
			step /= 10;
		}
	}
	if (!digits)
		return -EINVAL;
	if (__builtin_mul_overflow(v, step, ns))
		return -EINVAL;
	*step_ns = step;
	return 0;
}
