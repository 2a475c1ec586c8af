/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a report of `iperf3 -J`: the third witness. */
#ifndef TCPW_COMPARE_IPERF3_H
#define TCPW_COMPARE_IPERF3_H

#include <stdbool.h>
#include <stdint.h>

#include "document.h"
#include "timeline/flow.h"

/* What an interval may lack: old versions print fewer figures, receivers none of tcp_info's. */
enum interval_figure {
	FIGURE_RTT = 1,	     /* us */
	FIGURE_RTTVAR = 2,   /* us */
	FIGURE_CWND = 4,     /* bytes */
	FIGURE_PMTU = 8,     /* bytes */
	FIGURE_SND_WND = 16, /* bytes; printed since 3.10 */
	FIGURE_RETRANS = 32, /* segments, of this interval */
};

struct interval {
	int64_t end_ns; /* since the start of its epoch, by CLOCK_MONOTONIC */
	int64_t start_ns; /* the same of its start; -1: not printed */
	uint64_t bytes; /* of this interval */
	uint64_t rtt, rttvar, cwnd, pmtu, snd_wnd, retrans;
	uint8_t figures; /* enum interval_figure */
	uint8_t epoch;	 /* 0, or with --omit: 0 for the omitted intervals and 1 behind them, since
			    iperf3 then restarts its clock */
	/* between the one before and this one, as the marks show it (placement.c): calls whose
	 * intervals were not printed */
	uint16_t unprinted;
	/* the probe came later than the call of the interval before: nothing tells of those between */
	bool unheard;
};

/* What a report's end says of a stream: by its own side, as sender or receiver. */
enum end_figure {
	END_BYTES,
	END_RETRANSMITS, /* the rest: of senders */
	END_MAX_CWND,	 /* bytes */
	END_MAX_SND_WND, /* bytes */
	END_MAX_RTT,	 /* us */
	END_MIN_RTT,
	END_MEAN_RTT,
	END_FIGURES
};

struct end_figures {
	int64_t end_ns; /* of the stream's last epoch; -1: not printed */
	uint32_t have; /* 1 << enum end_figure */
	uint64_t value[END_FIGURES];
};

struct stream {
	struct endpoint local, remote;
	bool sender;
	struct end_figures end;
	/* of a generator's account; iperf3's bytes are in end */
	uint64_t sent, received, closed_ns; /* CLOCK_MONOTONIC, behind close() */
	unsigned int count;
	uint64_t asked_ns; /* the length that its intervals were to have; 0: not told */
	struct interval *intervals;
};

#define EPOCHS 2

struct report {
	bool present; /* the file exists and could be understood */
	bool account; /* tcpw-generator's: flows with their bytes, without intervals (generator.h) */
	char version[32]; /* "iperf 3.12", "tcpw-generator 0.1.0" */
	uint64_t start_ns;	/* start.timestamp: CLOCK_REALTIME, 0 without */
	uint64_t start_step_ns; /* its resolution: a second, since 3.20 a millisecond */
	char error[256];  /* the program's own "error", "" without */
	char note[256];	  /* peculiarities that were coped with, "" without */
	unsigned int count;
	struct stream *streams;
};

/*
 * iperf3 does not print an interval that is shorter than this and without data: a tenth of the length
 * that was asked for (asked_ns, by the manifest; the report does not tell it), else of the median of
 * what it prints.
 */
int64_t stream__short_ns(const struct stream *s);

/*
 * Is there a gap before interval k of an epoch (first[0]) that such unprinted ones explain? tmr_run()
 * makes up for each interval that passed while iperf3 stood still, so there are no more of them than
 * intervals are overdue: than should have been printed until then, and were not.
 */
bool interval__is_gap(const struct interval *first, unsigned int k, int64_t short_ns);

/*
 * Read path; server_output: not the report itself but the server's inside it, which
 * --get-server-output puts there if the server runs with -J. 0 or -errno, and then why[] (without
 * path). A report with iperf3's own "error" is read as far as it goes and returns 0: look at
 * r->error. Free with __free().
 */
int report__read(struct report *r, const char *path, bool server_output,
		 char why[DOCUMENT_WHY_MAX]);
void report__free(struct report *r);

#endif
