/* SPDX-License-Identifier: BSD-2-Clause */
/* Network namespaces by name, as `ip netns` makes them, or by path. */
#ifndef TCPW_TIMELINE_NETNS_H
#define TCPW_TIMELINE_NETNS_H

#include <stdint.h>

struct netns {
	int fd;         /* of the namespace file; close with netns__close() */
	uint32_t inode; /* what samples carry; `stat -L -c %i` on the file */
};

/* name: of /run/netns, or a path with a slash; NULL: the caller's own. 0 or -errno:
 * -ENOTTY if it is no network namespace. */
int netns__open(struct netns *ns, const char *name);
/* Make the calling thread live in ns. 0 or -errno (-EPERM without CAP_SYS_ADMIN). */
int netns__enter(const struct netns *ns);
void netns__close(struct netns *ns);

#endif
