// SPDX-License-Identifier: BSD-2-Clause
/* Writes indented JSON with exact 64-bit numbers: the same model gives the same bytes. */
#include "json_writer.h"

#include <inttypes.h>
#include <math.h>

static void write_string(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			fprintf(f, "\\u%04x", *s);
		else
			fputc(*s, f);
	}
	fputc('"', f);
}

static void next(struct json_writer *w, const char *key)
{
	if (w->comma)
		fputc(',', w->file);
	if (w->flat && w->comma)
		fputc(' ', w->file);
	if (!w->flat && w->depth)
		fprintf(w->file, "\n%*s", 2 * (int)w->depth, "");
	if (key) {
		write_string(w->file, key);
		fputs(": ", w->file);
	}
	w->comma = true;
}

void json_writer__open(struct json_writer *w, const char *key, char bracket, bool one_line)
{
	next(w, key);
	fputc(bracket, w->file);
	w->depth++;
	if (one_line && !w->flat)
		w->flat = w->depth;
	w->comma = false;
}

void json_writer__close(struct json_writer *w, char bracket)
{
	bool flat = w->flat;

	if (w->flat == w->depth)
		w->flat = 0;
	w->depth--;
	if (!flat && w->comma)
		fprintf(w->file, "\n%*s", 2 * (int)w->depth, "");
	fputc(bracket, w->file);
	w->comma = true;
	if (!w->depth)
		fputc('\n', w->file);
}

void json_writer__put_string(struct json_writer *w, const char *key, const char *value)
{
	next(w, key);
	write_string(w->file, value);
}

void json_writer__put_u64(struct json_writer *w, const char *key, uint64_t value)
{
	next(w, key);
	fprintf(w->file, "%" PRIu64, value);
}

void json_writer__put_i64(struct json_writer *w, const char *key, int64_t value)
{
	next(w, key);
	fprintf(w->file, "%" PRId64, value);
}

void json_writer__put_double(struct json_writer *w, const char *key, double value)
{
	next(w, key);
	if (isfinite(value))
		fprintf(w->file, "%.9g", value);
	else
		fputs("null", w->file);
}

void json_writer__put_bool(struct json_writer *w, const char *key, bool value)
{
	next(w, key);
	fputs(value ? "true" : "false", w->file);
}

void json_writer__put_null(struct json_writer *w, const char *key)
{
	next(w, key);
	fputs("null", w->file);
}
