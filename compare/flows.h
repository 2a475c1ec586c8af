/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The join: which samples of which witness speak of the same socket, and which of iperf3's streams
 * that socket is. By network namespace and cookie; where a witness knows no cookie, by namespace
 * and 4-tuple.
 */
#ifndef TCPW_COMPARE_FLOWS_H
#define TCPW_COMPARE_FLOWS_H

#include "iperf3.h"
#include "manifest.h"
#include "timeline/sample.h"

enum witness { WITNESS_PROBE, WITNESS_NETLINK, WITNESSES };

const char *witness__name(enum witness w);

/*
 * Bound on memory: a flow costs about 2 KB, and the whole of tcpw-compare must stay below 64 MB.
 */
#define FLOWS_MAX 8192

enum flow_role {
	ROLE_OTHER,
	ROLE_LISTENER,
	ROLE_CONTROL, /* iperf3's control connection: bracketed, but no stream */
	ROLE_SENDER,  /* the end of a data stream that sends */
	ROLE_RECEIVER,
};

const char *flow_role__name(enum flow_role role);

struct window;

struct flow_entry {
	unsigned int id; /* from 1, in order of first sight */
	struct flow ident;
	enum flow_role role;
	unsigned int stream; /* of a data flow: from 1, as the client's report lists them */
	enum end end;	     /* of a data or control flow: on whose side this socket is */
	int report_stream;   /* index in report[end].streams, -1 if that report has it not */
	uint64_t samples[WITNESSES], first_ns[WITNESSES], last_ns[WITNESSES];
	uint64_t established_ns, closed_ns; /* 0: not seen */
	struct window *deferred;	    /* merge.c */
	struct flow_entry *next_cookie, *next_tuple;
	uint64_t state[]; /* the checks' */
};

static inline bool flow_entry__is_data(const struct flow_entry *f)
{
	return f->role >= ROLE_SENDER;
}

struct flows;

/* state_size: bytes of zeroed check state behind each entry. reports: ENDS of them. */
struct flows *flows__new(size_t state_size, const struct manifest *m, const struct report *reports);
void flows__free(struct flows *f); /* NULL is allowed */

/*
 * The entry that s belongs to, made at first sight, with its counts and times brought up to date.
 * NULL: too many flows, or no memory; then the sample is counted in flows__refused().
 */
struct flow_entry *flows__of(struct flows *f, enum witness w, const struct sample *s);

/*
 * The entry that an observer without a say in the matter speaks of, or NULL. *mixed: its cookie is
 * known with another 4-tuple.
 */
struct flow_entry *flows__find(struct flows *f, const struct flow *ident, bool *mixed);

uint64_t flows__refused(const struct flows *f);

/* Samples whose cookie is known with another 4-tuple; *first: one of them. */
struct flow_mismatch {
	unsigned int flow;
	uint64_t t_ns;
	enum witness witness;
	struct endpoint local, remote;
	uint16_t family;
};
uint64_t flows__mismatches(const struct flows *f, struct flow_mismatch *first);

unsigned int flows__count(const struct flows *f);
/* i: 0 .. count - 1, in order of first sight; its id is i + 1. */
struct flow_entry *flows__at(const struct flows *f, unsigned int i);

/* The instant that reports and plots count from: the first data flow's ESTABLISHED, else the
 * first sample of a data flow, else the first of any. 0 without flows. */
uint64_t flows__origin_ns(const struct flows *f);

#endif
