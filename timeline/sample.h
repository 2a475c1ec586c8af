/* SPDX-License-Identifier: BSD-2-Clause */
/* One observation of one flow by one witness, and what a timeline says of itself. */
#ifndef TCPW_TIMELINE_SAMPLE_H
#define TCPW_TIMELINE_SAMPLE_H

#include <stdint.h>

#include "catalogue.h"
#include "flow.h"

#define TIMELINE_SCHEMA 1

/* What caused a sample. The name in JSON is the one behind EVENT_. */
#define SAMPLE_EVENTS(X) \
	X(connect)     /* probe: about to send SYN */ \
	X(established) /* probe: handshake done, either side */ \
	X(rtt)         /* probe: RTT callback, in the middle of ACK processing */ \
	X(state)       /* probe: state about to change from old_state to new_state */ \
	X(close)       /* probe: state about to change to CLOSE; the socket's last words */ \
	X(poll)        /* probe: read at an interval */ \
	X(segment)     /* probe: a segment arrived and is not processed yet */ \
	X(mark)        /* probe: the socket just after an application's getsockopt(TCP_INFO) */ \
	X(tcp_info)    /* probe: the kernel's own struct tcp_info handed out by that call */ \
	X(sample)      /* netlink: answer to a request, between t0 and t1 */ \
	X(destroy)     /* netlink: multicast at the socket's destruction */

enum sample_event {
#define X(name) EVENT_##name,
	SAMPLE_EVENTS(X)
#undef X
	EVENT_COUNT
};

const char *sample_event__name(enum sample_event e);

/*
 * Times are ns of CLOCK_MONOTONIC, or of CLOCK_REALTIME where the header says so. A probe's sample
 * is an instant: t0_ns == t1_ns. A netlink sample holds somewhere in [t0_ns, t1_ns].
 */
struct sample {
	uint64_t t0_ns, t1_ns;
	enum sample_event event;
	struct flow flow;
	uint64_t seq;     /* number of this sample among the flow's, from 1, also counting lost
			     ones; a mark and its tcp_info share it. 0: the witness counts none */
	struct field_set present;
	uint64_t value[FIELD_COUNT]; /* valid where present */
	char cong[16];    /* congestion control, "" if unknown */
	char ulp[16];     /* upper layer protocol ("tls", "mptcp"), "" if none */
};

static inline bool sample__has(const struct sample *s, enum field f)
{
	return field_set__has(&s->present, f);
}

static inline void sample__set(struct sample *s, enum field f, uint64_t v)
{
	field_set__add(&s->present, f);
	s->value[f] = v;
}

/* First line of a timeline. Strings are cut to their arrays. */
#define TIMELINE_MODES_MAX 4
#define TIMELINE_NETNS_MAX 8
struct timeline_header {
	char witness[16];       /* "probe", "netlink" or a foreign collector's name */
	char tool[48];          /* "tcpw-probe 0.1.0" */
	char kernel[80];        /* uname -r */
	char programs[16];      /* which build of its eBPF programs runs; "" if it has none */
	char marks_by[16];      /* how marks are caught; "" if they are not */
	char mode[TIMELINE_MODES_MAX][16]; /* capture modes, e.g. "rtt" "segment"; "exact" */
	unsigned int modes;
	uint32_t hz;            /* CONFIG_HZ, 0 if unknown */
	uint64_t interval_ns;   /* of polling, 0 without */
	uint64_t base_ns;       /* CLOCK_MONOTONIC subtracted from every time in the file */
	uint64_t base_realtime_ns; /* CLOCK_REALTIME at base_ns */
	bool realtime;          /* times are of CLOCK_REALTIME: a foreign collector's */
	uint64_t resolution_ns; /* a time t stands for [t, t + resolution_ns] */
	uint32_t netns[TIMELINE_NETNS_MAX]; /* namespaces watched by polling */
	unsigned int netns_count;
	bool marks;             /* getsockopt(TCP_INFO) calls are caught */
	bool armed;             /* flows older than the witness have its callbacks, too */
	struct field_set fields; /* what this witness can report on this kernel */
};

/* Last line of a timeline. */
#define TIMELINE_CAUSES_MAX 12
struct timeline_count {
	char cause[32];
	uint64_t count;
};
struct timeline_trailer {
	uint64_t samples;       /* lines between header and trailer; the writer counts them */
	struct timeline_count lost[TIMELINE_CAUSES_MAX]; /* samples that should be there and are not */
	unsigned int losses;
	struct timeline_count note[TIMELINE_CAUSES_MAX]; /* late_ticks, interrupted_dumps, ... */
	unsigned int notes;
};

/* Append a cause; also zero counts, so that a reader sees that they were counted. */
void timeline_trailer__lost(struct timeline_trailer *t, const char *cause, uint64_t count);
void timeline_trailer__note(struct timeline_trailer *t, const char *cause, uint64_t count);

#endif
