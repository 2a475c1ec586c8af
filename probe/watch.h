/* SPDX-License-Identifier: BSD-2-Clause */
/* The loaded and attached eBPF programs, from options to samples in a timeline. */
#ifndef TCPW_PROBE_WATCH_H
#define TCPW_PROBE_WATCH_H

#include "features.h"
#include "generation.h"
#include "timeline/cgroup.h"
#include "timeline/netns.h"
#include "timeline/writer.h"

/* Capture modes; any combination. Connection and state events come with all of them. */
enum watch_mode {
	MODE_RTT = 1,     /* every RTT callback */
	MODE_POLL = 2,    /* every socket at an interval */
	MODE_STATE = 4,   /* nothing more than state changes */
	MODE_SEGMENT = 8, /* every received segment */
};

/* "rtt" ... -> MODE_RTT ..., 0 if unknown. And back. */
unsigned int watch_mode__parse(const char *name);
const char *watch_mode__name(unsigned int mode);

struct watch_options {
	unsigned int modes;
	bool marks;                 /* catch getsockopt(TCP_INFO); given up where the kernel cannot */
	bool marks_required;        /* fail instead of giving up */
	uint64_t interval_ns;       /* MODE_POLL */
	uint64_t ring_bytes;        /* of all CPUs together; a power of two, at least 65536 */
	enum generation generation; /* of the programs; GENERATION_ANY: the newest that loads */
	struct flow_filter filter;
	const struct cgroup_dir *cgroup;
	const struct netns *netns;  /* whose sockets are polled, and armed; outlive the watch */
	unsigned int netns_count;
};

struct watch;

/*
 * Load and attach. 0 or -errno; then why[0..why_size) says in a sentence what failed and what to do.
 */
int watch__open(struct watch **w, const struct watch_options *options,
		const struct features *features, char *why, size_t why_size);

/*
 * How marks are caught: "getsockopt" (with the socket's lock, 6.2) or "tcp_get_info" (as the function
 * returns); "" if they are not, or have been given up.
 */
const char *watch__marks_by(const struct watch *w);

/* Sockets that had been there before were given callbacks, if of the watched namespaces. */
bool watch__arms(const struct watch *w);

/* A file descriptor that becomes readable when much is waiting in the ring. */
int watch__fd(const struct watch *w);

/* Which generation of the programs was loaded. */
enum generation watch__generation(const struct watch *w);

/* The attached sock_ops program, for its run-time statistics. */
int watch__sock_ops_fd(const struct watch *w);

/* MODE_POLL: read every socket of every namespace now, into the ring buffer. 0 or -errno. */
int watch__poll(struct watch *w);

/*
 * Move what the ring holds into the timeline, and settle it. Returns after a bounded number of
 * records: 1 if there may be more, else 0; or -errno. writer NULL: read everything, keep nothing.
 */
int watch__drain(struct watch *w, struct timeline_writer *writer);

/*
 * Stop the programs and move all that they left into the timeline. A program that was interrupted
 * in the middle of its record is waited for, not for ever: what it holds up is then counted as lost.
 * 0 or -errno.
 */
int watch__finish(struct watch *w, struct timeline_writer *writer);

/* Counts of lost samples so far, for the trailer. */
void watch__losses(const struct watch *w, struct timeline_trailer *trailer);

void watch__close(struct watch *w); /* NULL is allowed */

#endif
