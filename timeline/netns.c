// SPDX-License-Identifier: BSD-2-Clause
/* Network namespaces by name or path. */
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

int netns__open(struct netns *ns, const char *name)
{
	char path[256];
	struct stat st;
	int err;

	if (!name)
		snprintf(path, sizeof(path), "/proc/thread-self/ns/net");
	else if ((size_t)snprintf(path, sizeof(path), "%s%s",
				  strchr(name, '/') ? "" : "/run/netns/", name) >= sizeof(path))
		return -ENAMETOOLONG;
	ns->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (ns->fd < 0)
		return -errno;
	err = ioctl(ns->fd, NS_GET_NSTYPE); /* fails with ENOTTY for what is no namespace */
	if (err != CLONE_NEWNET || fstat(ns->fd, &st)) {
		err = err < 0 || err == CLONE_NEWNET ? -errno : -ENOTTY;
		netns__close(ns);
		return err;
	}
	ns->inode = st.st_ino;
	return 0;
}

int netns__enter(const struct netns *ns)
{
	return setns(ns->fd, CLONE_NEWNET) ? -errno : 0;
}

void netns__close(struct netns *ns)
{
	if (ns->fd >= 0)
		close(ns->fd);
	ns->fd = -1;
}
