// SPDX-License-Identifier: BSD-2-Clause
/* The compiled eBPF programs of each generation. */
#include "programs.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/probe_5_10.skel.h"
#include "probe/probe_5_12.skel.h"

/* One skeleton serves all: the source, and so the programs, maps and global data, are the same. */
_Static_assert(sizeof(struct probe_bpf) == sizeof(struct probe_5_12_bpf) &&
	       sizeof(struct probe_bpf) == sizeof(struct probe_5_10_bpf), "same programs and maps");
_Static_assert(sizeof(struct probe_bpf__rodata) == sizeof(struct probe_5_12_bpf__rodata) &&
	       sizeof(struct probe_bpf__rodata) == sizeof(struct probe_5_10_bpf__rodata) &&
	       sizeof(struct probe_bpf__bss) == sizeof(struct probe_5_12_bpf__bss) &&
	       sizeof(struct probe_bpf__bss) == sizeof(struct probe_5_10_bpf__bss), "same data");

static const struct {
	const char *name, *words;
	const void *(*elf_bytes)(size_t *size);
} generations[] = {
	[GENERATION_6_9] = { "6.9", "from 6.9 on", probe_bpf__elf_bytes },
	[GENERATION_5_12] = { "5.12", "from 5.12 on (a sample costs less from 6.9 on)",
			      probe_5_12_bpf__elf_bytes },
	[GENERATION_5_10] = { "5.10", "from 5.10 on (a sample costs less from 5.12, 6.9 on)",
			      probe_5_10_bpf__elf_bytes },
};

enum generation generation__parse(const char *name)
{
	enum generation g = 0;

	while (g < GENERATION_ANY && strcmp(name, generations[g].name))
		g++;
	return g;
}

const char *generation__name(enum generation generation)
{
	return generation < GENERATION_ANY ? generations[generation].name : "";
}

const char *generation__describe(enum generation generation)
{
	return generation < GENERATION_ANY ? generations[generation].words : "none";
}

bool generation__has_lanes(enum generation generation)
{
	return generation < GENERATION_5_10;
}

/* What the generated probe_bpf__open() does, with another generation's bytes. */
struct probe_bpf *programs__open(enum generation generation)
{
	struct probe_bpf *skel = calloc(1, sizeof(*skel));
	int err;

	if (!skel)
		return NULL;
	err = probe_bpf__create_skeleton(skel);
	if (!err) {
		skel->skeleton->data =
			(void *)generations[generation].elf_bytes(&skel->skeleton->data_sz);
		err = bpf_object__open_skeleton(skel->skeleton, NULL);
	}
	if (err) {
		probe_bpf__destroy(skel);
		errno = -err;
		return NULL;
	}
	return skel;
}

/*
 * A compiler may have split tcp_get_info() in two (as Debian's kernel 5.10 has it, tcp_get_info.part.0),
 * and what getsockopt() then calls is not the function that a program can be attached to. So: ask.
 */
struct bpf_link *programs__attach_get_info(struct probe_bpf *skel)
{
	struct bpf_link *link = bpf_program__attach(skel->progs.on_get_info);
	char info[256];
	socklen_t len = sizeof(info);
	int fd;

	if (!link)
		return NULL;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		(void)!getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &len);
		close(fd);
	}
	if (!*(volatile __u64 *)&skel->bss->infos_seen) {
		bpf_link__destroy(link);
		errno = EOPNOTSUPP;
		return NULL;
	}
	return link;
}
