/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes indented JSON with exact 64-bit numbers: the same model gives the same bytes. */
#ifndef TCPW_COMPARE_JSON_WRITER_H
#define TCPW_COMPARE_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_writer {
	FILE *file;
	unsigned int depth, flat; /* flat > 0: everything below that depth on one line */
	bool comma;
};

/* key: NULL inside an array. one_line: the whole object or array on one line. */
void json_writer__open(struct json_writer *w, const char *key, char bracket, bool one_line);
void json_writer__close(struct json_writer *w, char bracket);
void json_writer__put_string(struct json_writer *w, const char *key, const char *value);
void json_writer__put_u64(struct json_writer *w, const char *key, uint64_t value);
void json_writer__put_i64(struct json_writer *w, const char *key, int64_t value);
void json_writer__put_double(struct json_writer *w, const char *key, double value);
void json_writer__put_bool(struct json_writer *w, const char *key, bool value);
void json_writer__put_null(struct json_writer *w, const char *key);

#endif
