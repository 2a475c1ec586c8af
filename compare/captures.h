/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Captures: the state of a data flow, as each witness shows it, at the ends of iperf3's intervals:
 * at the marks themselves, or at instants that a placement has planned.
 */
#ifndef TCPW_COMPARE_CAPTURES_H
#define TCPW_COMPARE_CAPTURES_H

#include "check.h"

/* What iperf3 prints, in its units, as the collectors' fields give it. */
enum reading_figure {
	READ_RTT,
	READ_RTTVAR,
	READ_CWND, /* bytes: snd_cwnd * snd_mss */
	READ_PMTU,
	READ_SND_WND,
	READ_RETRANS, /* total_retrans */
	READ_BYTES_ACKED,
	READ_BYTES_RECEIVED,
	READS
};

struct reading {
	uint32_t have; /* 1 << enum reading_figure */
	uint64_t value[READS];
};

void reading__of(const struct sample *s, struct reading *r);
uint32_t reading__due(const struct sample *s); /* figures that the probe's next sample tells: hold.h */
uint32_t reading__sent(const struct sample *s); /* those of which hold__is_sent() is true */

struct capture {
	uint64_t t_ns;
	struct reading of[WITNESSES];
};

/* When a flow's bulk data was first seen, behind iperf3's cookie of 37 bytes. */
struct bulk_start {
	uint64_t at_ns;	   /* 0: not seen */
	uint64_t bound_ns; /* time since the sample before; 0: there was none */
};

struct stream_captures {
	unsigned int count;
	struct capture *captures;
	int *of_interval; /* index in captures for each interval of the report's stream, or -1 */
	struct bulk_start bulk[WITNESSES];
	uint64_t established_ns; /* 0: not seen */
	unsigned int flow;	 /* id, 0: not seen */
};

struct captures;

/*
 * planned: take captures at the ends of the intervals, by run->placement, of those reports for
 * which planned[end] is set; otherwise at marks. NULL: no memory.
 */
struct captures *captures__new(struct run *run, const bool planned[ENDS]);
struct check *captures__check(struct captures *c);
void captures__free(struct captures *c); /* with the check; NULL is allowed */

struct stream_captures *captures__of(const struct captures *c, enum end end, unsigned int stream);

/* The capture that belongs to an interval, or NULL. */
const struct capture *captures__at(const struct captures *c, enum end end, unsigned int stream,
				   unsigned int interval);

#endif
