// SPDX-License-Identifier: BSD-2-Clause
/* Output files that are whole or not there: written beside their name, then renamed. */
#include "output.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int output__open(struct output *o, const char *dir, const char *name)
{
	int err = run__path(dir, name, o->path);

	o->file = NULL;
	if (err)
		return err;
	snprintf(o->part, sizeof(o->part), "%s.part", o->path);
	o->file = fopen(o->part, "we");
	return o->file ? 0 : -errno;
}

int output__close(struct output *o)
{
	int err = 0;

	errno = 0;
	if (fflush(o->file) || ferror(o->file))
		err = errno ? -errno : -EIO;
	if (fclose(o->file) && !err)
		err = -errno;
	if (!err && rename(o->part, o->path))
		err = -errno;
	if (err)
		unlink(o->part);
	return err;
}

int output__make_dirs(const char *dir)
{
	static const char *const below[] = { "plots", "plots/data" };
	char path[RUN_PATH_MAX];

	if (mkdir(dir, 0777) && errno != EEXIST)
		return -errno;
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		if (run__path(dir, below[i], path))
			return -ENAMETOOLONG;
		if (mkdir(path, 0777) && errno != EEXIST)
			return -errno;
	}
	return 0;
}
