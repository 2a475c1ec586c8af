/* SPDX-License-Identifier: BSD-2-Clause */
/* What the running kernel has: asked once, before the programs are loaded. */
#ifndef TCPW_PROBE_FEATURES_H
#define TCPW_PROBE_FEATURES_H

#include "timeline/catalogue.h"

struct features {
	struct field_set fields;     /* that the probe can extract here */
	enum tcp_info_layout layout; /* of the struct tcp_info that getsockopt hands out */
	uint32_t kernel_version;     /* KERNEL_VERSION() of linux/version.h */
	uint32_t hz;
	bool casts;                  /* bpf_rdonly_cast() exists (6.2): marks can be caught */
	bool arms;                   /* sockets that are already there can be given callbacks (6.12) */
	bool rtt_arguments;          /* the RTT callback is handed mrtt and srtt: by version (6.10) */
	bool hz_measured;            /* not readable from the kernel's configuration */
};

/*
 * 0 or -errno: -EPERM without CAP_BPF (or CAP_SYS_ADMIN), -ENOENT without kernel BTF (the kernel
 * was built without CONFIG_DEBUG_INFO_BTF).
 */
int features__ask(struct features *features);

/* The nearest HZ that kernels are built with, from ticks counted over an interval. 0 if none is near. */
uint32_t features__hz_from(uint64_t jiffies, uint64_t interval_ns);

#endif
