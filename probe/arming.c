// SPDX-License-Identifier: BSD-2-Clause
/* Whether sockets that are older than the probe can be given its callbacks. */
#include "arming.h"

#include <bpf/libbpf.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/arming.skel.h"
#include "walk.h"

/* A socket that an iterator meets; bound to the loopback device, so that nobody else does. */
static int listener(__u64 *cookie)
{
	static const char device[] = "lo";
	socklen_t len = sizeof(*cookie);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, sizeof(device)) || listen(fd, 1) ||
	    getsockopt(fd, SOL_SOCKET, SO_COOKIE, cookie, &len)) {
		close(fd);
		return -1;
	}
	return fd;
}

bool arming__possible(void)
{
	struct arming_bpf *skel = arming_bpf__open_and_load();
	struct bpf_link *link = NULL;
	bool possible = false;
	int fd = -1;

	if (!skel)
		return false;
	fd = listener(&skel->bss->cookie);
	if (fd >= 0)
		link = bpf_program__attach_iter(skel->progs.try_arming, NULL);
	if (link && !walk__sockets(bpf_link__fd(link)))
		possible = skel->bss->accepted;
	bpf_link__destroy(link);
	if (fd >= 0)
		close(fd);
	arming_bpf__destroy(skel);
	return possible;
}
