// SPDX-License-Identifier: BSD-2-Clause
/* Finding and opening a cgroup v2 directory. */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* mountinfo writes blanks, tabs, newlines and backslashes as \ooo. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++, to++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] && s[3]) {
			*to = (s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0');
			s += 3;
		} else {
			*to = *s;
		}
	}
	*to = '\0';
}

int cgroup__mount_point(const char *mountinfo, char *path, size_t size)
{
	char *line = NULL, *mount, *type, *save;
	size_t cap = 0;
	int err = -ENOENT;
	FILE *f = fopen(mountinfo, "re");

	if (!f)
		return -errno;
	while (err == -ENOENT && getline(&line, &cap, f) >= 0) {
		type = strstr(line, " - ");
		if (!type || strncmp(type + 3, "cgroup2 ", 8))
			continue;
		mount = strtok_r(line, " ", &save);
		for (int i = 0; mount && i < 4; i++)
			mount = strtok_r(NULL, " ", &save);
		if (!mount)
			continue;
		unescape(mount);
		err = (size_t)snprintf(path, size, "%s", mount) < size ? 0 : -ENAMETOOLONG;
	}
	free(line);
	fclose(f);
	return err;
}

/*
 * The id is what cgroupfs puts in its file handles (kernfs_encode_fh()); on 64-bit machines it is
 * the inode number too, for where handles are not allowed.
 */
static int read_id(int fd, uint64_t *id)
{
	union {
		struct file_handle handle;
		uint8_t room[sizeof(struct file_handle) + sizeof(uint64_t)];
	} h = { .handle.handle_bytes = sizeof(uint64_t) };
	struct stat st;
	int mount_id;

	if (!name_to_handle_at(fd, "", &h.handle, &mount_id, AT_EMPTY_PATH) &&
	    h.handle.handle_bytes == sizeof(uint64_t)) {
		memcpy(id, h.room + sizeof(struct file_handle), sizeof(*id));
		return 0;
	}
	if (fstat(fd, &st))
		return -errno;
	*id = st.st_ino;
	return 0;
}

int cgroup__open(struct cgroup_dir *dir, const char *path)
{
	struct statfs fs;
	int err;

	dir->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir->fd < 0)
		return -errno;
	if (fstatfs(dir->fd, &fs))
		err = -errno;
	else if (fs.f_type != CGROUP2_SUPER_MAGIC)
		err = -EMEDIUMTYPE;
	else
		err = read_id(dir->fd, &dir->id);
	if (err) {
		cgroup__close(dir);
		return err;
	}
	/* Only the root has no cgroup.events. */
	dir->root = faccessat(dir->fd, "cgroup.events", F_OK, 0);
	return 0;
}

void cgroup__close(struct cgroup_dir *dir)
{
	if (dir->fd >= 0)
		close(dir->fd);
	dir->fd = -1;
}
