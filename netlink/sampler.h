/* SPDX-License-Identifier: BSD-2-Clause */
/* Watches flows in several network namespaces: who they are, a sample per tick, last words. */
#ifndef TCPW_NETLINK_SAMPLER_H
#define TCPW_NETLINK_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "layout.h"
#include "timeline/netns.h"
#include "timeline/writer.h"

enum sampler_mode {
	MODE_EXACT,  /* one lookup per known flow; a filtered dump now and then finds new ones */
	MODE_FILTER, /* a dump per tick, filtered in the kernel */
	MODE_FULL,   /* a dump of all there is per tick, filtered here */
};

struct sampler_options {
	enum sampler_mode mode;
	uint64_t interval_ns;
	uint64_t discover_ns; /* of MODE_EXACT */
	uint64_t duration_ns; /* 0: until a stop is requested */
	bool destroy;	      /* also last words */
	uint64_t cgroup_id;   /* 0: any */
	struct flow_filter filter;
};

struct sampler;

/* No namespaces yet. 0 or -errno (-EINVAL: the filter cannot be said to the kernel). */
int sampler__new(struct sampler **s, const struct sampler_options *options,
		 const struct kernel_layout *layout);
void sampler__free(struct sampler *s); /* NULL is allowed */

/* Watch the namespace that the calling thread lives in. 0 or -errno; -E2BIG: one too many. */
int sampler__watch(struct sampler *s, uint32_t netns_inode);

/*
 * From now on. Everything told later is later than the returned instant, and deadlines lie at
 * multiples of the interval after it: the timeline's base.
 */
int sampler__begin(struct sampler *s, uint64_t *base_ns);

/*
 * Sample until the duration is over or a stop is requested. 0; -errno when waiting or memory
 * failed; an error of writing stays in the writer.
 */
int sampler__run(struct sampler *s, struct timeline_writer *w);

/* Losses and notes of the whole run. */
void sampler__report(const struct sampler *s, struct timeline_trailer *trailer);

#endif
