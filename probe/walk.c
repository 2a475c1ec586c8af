// SPDX-License-Identifier: BSD-2-Clause
/* Runs an iterator's program on every socket. */
#include "walk.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

int walk__sockets(int link_fd)
{
	char buf[4096];
	ssize_t n;
	int fd = bpf_iter_create(link_fd);

	if (fd < 0)
		return -errno;
	do
		n = read(fd, buf, sizeof(buf)); /* the program writes no text: one read does it */
	while (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)));
	n = n < 0 ? -errno : 0;
	close(fd);
	return n;
}
