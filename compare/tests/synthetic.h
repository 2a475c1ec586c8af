/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run directories made up for tests: two seconds of one iperf3 stream between two namespaces, seen
 * by witnesses that agree perfectly, unless a recipe says what is to be wrong.
 */
#ifndef TCPW_COMPARE_TESTS_SYNTHETIC_H
#define TCPW_COMPARE_TESTS_SYNTHETIC_H

#include "compare/judge.h"
#include "timeline/temporary.h"
#include "timeline/writer.h"

#define SYNTHETIC_START_NS 9007199254740993000ULL /* beyond 2^53: no double holds it */
#define SYNTHETIC_SECONDS 2
#define SYNTHETIC_INTERVALS 4
#define SYNTHETIC_EPOCH_NS 3000000 /* iperf3's time 0 is 3 ms behind ESTABLISHED */
#define SYNTHETIC_POLL_NS 50000000 /* netlink's interval */
#define SYNTHETIC_CLIENT_COOKIE 100
#define SYNTHETIC_SERVER_COOKIE 200

struct recipe {
	/* Change sample n (from 0) of a witness; false: leave it out. */
	bool (*tamper)(enum witness w, unsigned int n, struct sample *s);
	void (*header)(enum witness w, struct timeline_header *h);
	void (*trailer)(enum witness w, struct timeline_trailer *t);
	/* Texts of files; NULL: as it should be, "-": no such file. */
	const char *manifest, *client, *server;
	/* Accounts of tcpw-generator beside the reports; NULL: none. */
	const char *client_account, *server_account;
	/* Replaces the members "bounds" and "witnesses" of the manifest. */
	const char *bounds, *witnesses;
	/* Whole timelines, instead of samples. */
	const char *probe, *netlink;
	unsigned int omit; /* so many of the intervals are omitted ones */
	/* iperf3 was late before that interval (from 1): so many calls more, and a gap */
	unsigned int late, late_calls;
	uint64_t late_gap_ns;
	bool late_again; /* and before the next one, and the call between came slowly */
	bool no_marks;
	bool cut_probe, cut_netlink; /* the last line is missing */
};

/* Make a temporary directory and fill it; synthetic__remove() deletes both. */
void synthetic__make(char dir[TEMPORARY_PATH_MAX], const struct recipe *r);
void synthetic__remove(const char *dir);

/* Make, judge, remove. The judgement is to be freed. */
void synthetic__judge(struct judgement *j, const struct recipe *r);

/* The result of that check and subject ("" for none), or NULL. */
const struct result *find_result(const struct verdict *v, const char *check, const char *subject);
const struct statistic *find_statistic(const struct verdict *v, const char *pair,
				       const char *field);

/* The whole of a file, to be freed; NULL if there is none. */
char *slurp(const char *dir, const char *name);

#endif
