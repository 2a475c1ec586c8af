/* SPDX-License-Identifier: BSD-2-Clause */
/* What was found, as data: the model behind verdict.json, report.txt and junit.xml. */
#ifndef TCPW_COMPARE_VERDICT_H
#define TCPW_COMPARE_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "agreement.h"

enum status {
	STATUS_INFO, /* reported, not judged */
	STATUS_SKIP, /* does not apply here */
	STATUS_PASS,
	STATUS_FAIL,  /* the witnesses disagree */
	STATUS_ERROR, /* harness or file failed: says nothing about accuracy */
};

const char *status__name(enum status s);

#define REASON_MAX 640

/* The worst of a result's violations. */
struct worst {
	bool set;
	unsigned int flow; /* id */
	uint64_t t_ns;	   /* CLOCK_MONOTONIC */
	uint64_t expected, got, size;
};

struct result {
	const char *check;	/* static */
	char subject[48];	/* field, witness or file; "" without */
	const char *witness[2]; /* static, NULL without */
	enum status status;
	uint64_t compared, violations;
	uint64_t moved, unproven; /* counted apart: provably moved in between; without proof */
	const char *tolerance; /* static */
	struct worst worst;
	char reason[REASON_MAX];
};

/* Agreement of two witnesses in one field. */
struct statistic {
	const char *pair;  /* "netlink-probe": errors are the first minus the second */
	const char *field; /* static */
	const char *unit;
	enum status status;
	struct agreement_summary summary;
	uint64_t decided, shown; /* netlink values, and how many of them the probe showed too */
	char reason[REASON_MAX];
};

/* How much of a flow (flow > 0), or of all data flows (0), a witness saw. */
struct coverage {
	const char *witness;
	unsigned int flow;
	enum status status;
	bool has_expected;
	uint64_t expected, got;
	struct agreement_summary gaps; /* ns between consecutive samples; n == 0 without */
	uint64_t max_gap_ns;
	char reason[REASON_MAX];
};

/* How late a field is inside the RTT callback (skew.c). Reported, not judged. */
struct skew_finding {
	const char *field, *unit; /* static */
	uint64_t samples, stale;
	struct agreement_summary size; /* |difference| of the stale ones */
	struct agreement_summary lag;  /* ns until the flow's next RTT callback */
};

/* A cause told by a trailer. */
struct loss {
	const char *witness;
	bool note; /* an observation, not a lost sample */
	char cause[32];
	uint64_t count;
};

/* How often something happened on the path: group "retransmissions" or "packets". */
struct path_tally {
	const char *group, *name; /* static */
	uint64_t count;
};

struct verdict {
	struct result *results;
	struct statistic *statistics;
	struct coverage *coverage;
	struct loss *losses;
	struct skew_finding *skew;
	struct path_tally *tallies;
	unsigned int tallies_count;
	unsigned int results_count, statistics_count, coverage_count, losses_count, skew_count;
	enum status status;	       /* by verdict__conclude() */
	char reason[REASON_MAX];       /* one sentence */
	uint64_t compared, violations; /* of all zero-tolerance checks */
	uint64_t moved, unproven;      /* counted apart by them */
	uint64_t instants, instants_moved; /* marks with their tcp_info; check_identity.c */
	unsigned int failures, errors;
};

/* Append one, zeroed but for what is given. NULL: no memory. The pointer holds until the next. */
struct result *verdict__result(struct verdict *v, const char *check, const char *subject);
struct statistic *verdict__statistic(struct verdict *v, const char *pair, const char *field);
struct coverage *verdict__coverage(struct verdict *v, const char *witness, unsigned int flow);
struct loss *verdict__loss(struct verdict *v, const char *witness, const char *cause,
			   uint64_t count, bool note);

struct skew_finding *verdict__skew(struct verdict *v, const char *field);
struct path_tally *verdict__tally(struct verdict *v, const char *group, const char *name, uint64_t count);

/* r is worse than before: keep the larger violation. */
void worst__update(struct worst *w, unsigned int flow, uint64_t t_ns, uint64_t expected,
		   uint64_t got, uint64_t size);

/*
 * Sum up: error before fail before pass. A verdict in which nothing was compared is an error. skip:
 * why the scenario could not run, "" or NULL if it did.
 */
void verdict__conclude(struct verdict *v, const char *skip);

int verdict__exit_code(const struct verdict *v);
void verdict__free(struct verdict *v);

#endif
