// SPDX-License-Identifier: BSD-2-Clause
/* From a cgroup's path to its id. */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <linux/magic.h>

/*
 * The id is what cgroupfs puts in its file handles (kernfs_encode_fh()); on 64-bit machines it is
 * the inode number too, for where handles are not allowed.
 */
static int id_of(int fd, uint64_t *id)
{
	union {
		struct file_handle handle;
		uint8_t room[sizeof(struct file_handle) + sizeof(uint64_t)];
	} h = {.handle.handle_bytes = sizeof(uint64_t)};
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

int cgroup__id(const char *path, uint64_t *id)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;
	struct statfs fs;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs))
		err = -errno;
	else if (fs.f_type != CGROUP2_SUPER_MAGIC)
		err = -ENOTSUP;
	else
		err = id_of(fd, id);
	close(fd);
	return err;
}
