/* SPDX-License-Identifier: BSD-2-Clause */
/* From a cgroup's path to the number by which sockets know it. */
#ifndef TCPW_NETLINK_CGROUP_H
#define TCPW_NETLINK_CGROUP_H

#include <stdint.h>

/* The id of the cgroup v2 at path. 0, -ENOTSUP (there is something, but no cgroup v2) or -errno. */
int cgroup__id(const char *path, uint64_t *id);

#endif
