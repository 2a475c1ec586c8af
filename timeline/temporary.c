// SPDX-License-Identifier: BSD-2-Clause
/* Temporary files and directories. */
#include "temporary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *temporary__folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder && *folder ? folder : "/tmp";
}

static int fill(char path[TEMPORARY_PATH_MAX])
{
	if (snprintf(path, TEMPORARY_PATH_MAX, "%s/tcpw-XXXXXX", temporary__folder()) >=
	    TEMPORARY_PATH_MAX)
		return -ENAMETOOLONG;
	return 0;
}

int temporary__directory(char path[TEMPORARY_PATH_MAX])
{
	int err = fill(path);

	if (!err && !mkdtemp(path))
		err = -errno;
	return err;
}

int temporary__file(char path[TEMPORARY_PATH_MAX])
{
	int err = fill(path), fd;

	if (err)
		return err;
	fd = mkstemp(path);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}
