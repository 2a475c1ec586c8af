/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs an iterator's program on every socket. */
#ifndef TCPW_PROBE_WALK_H
#define TCPW_PROBE_WALK_H

/* All TCP sockets of the network namespace that the calling thread is in. 0 or -errno. */
int walk__sockets(int link_fd);

#endif
