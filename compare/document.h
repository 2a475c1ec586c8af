/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads whole JSON files as people really write them: concatenated documents, repeated keys. */
#ifndef TCPW_COMPARE_DOCUMENT_H
#define TCPW_COMPARE_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#define DOCUMENT_WHY_MAX 256

/* Open a regular file for reading; NULL and errno, EINVAL for anything else (a FIFO, a device). */
FILE *regular__open(const char *path);

/*
 * Parse the file at path. *root: its last complete document, to be freed with cJSON_Delete();
 * *documents: how many there are (an iperf3 server without -1 writes one per test). 0 or -errno
 * (-ENODATA: empty; -EBADMSG: not JSON, or cut), and then why[] says what is wrong, without path.
 */
int document__read(const char *path, cJSON **root, unsigned int *documents,
		   char why[DOCUMENT_WHY_MAX]);

/* The same with all documents, in *array; at least one. */
int document__read_all(const char *path, cJSON **array, char why[DOCUMENT_WHY_MAX]);

/* The member called key; where a key is repeated, the last one counts (ECMA-404 leaves it open). */
const cJSON *member__get(const cJSON *object, const char *key);
/* A key that object itself (not its children) has twice, or NULL. */
const char *member__duplicate(const cJSON *object);

/* Readings of member__get(): false, leaving *v alone, when absent or of another type. */
bool member__u64(const cJSON *object, const char *key, uint64_t *v);
bool member__number(const cJSON *object, const char *key, double *v);
bool member__bool(const cJSON *object, const char *key, bool *v);
bool member__string(const cJSON *object, const char *key, char *to, size_t size);

#endif
