/* SPDX-License-Identifier: BSD-2-Clause */
/* Temporary files and directories, where the user wants them: TMPDIR, else /tmp. */
#ifndef TCPW_TIMELINE_TEMPORARY_H
#define TCPW_TIMELINE_TEMPORARY_H

#define TEMPORARY_PATH_MAX 256

/* The folder for them. */
const char *temporary__folder(void);

/*
 * Make a directory, or an empty file, for this user alone; the caller removes it. 0 or
 * -errno: -ENAMETOOLONG if TMPDIR is too long.
 */
int temporary__directory(char path[TEMPORARY_PATH_MAX]);
int temporary__file(char path[TEMPORARY_PATH_MAX]);

#endif
