/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding and opening a cgroup v2 directory. */
#ifndef TCPW_TIMELINE_CGROUP_H
#define TCPW_TIMELINE_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cgroup_dir {
	int fd;
	uint64_t id; /* by which the kernel and netlink's CGROUP_ID know it */
	bool root;   /* of the hierarchy: it contains every socket */
};

/*
 * Where cgroup v2 is mounted, from a file in the format of /proc/self/mountinfo (it is not always
 * /sys/fs/cgroup: beside v1 it is elsewhere). 0, -ENOENT if it is not mounted, or -errno.
 */
int cgroup__mount_point(const char *mountinfo, char *path, size_t size);

/* 0 or -errno: -EMEDIUMTYPE if path is no cgroup v2 directory. */
int cgroup__open(struct cgroup_dir *dir, const char *path);
void cgroup__close(struct cgroup_dir *dir);

#endif
