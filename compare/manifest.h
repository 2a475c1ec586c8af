/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run says of itself: manifest.json, written by scenarios/run. */
#ifndef TCPW_COMPARE_MANIFEST_H
#define TCPW_COMPARE_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include "document.h"
#include "moves.h"

#define MANIFEST_SCHEMA 1

/* The two ends of the traffic; also the two reports of iperf3 or tcpw-generator. */
enum end { END_CLIENT, END_SERVER, ENDS };

struct manifest_netns {
	char name[64];
	uint32_t inode; /* 0: unknown */
};

#define MANIFEST_MODES_MAX 8

struct manifest_witness {
	bool expected;
	bool never_started; /* its exit code is null */
	int exit; /* 0 also where the manifest does not tell */
	unsigned int modes; /* 0: not told */
	char mode[MANIFEST_MODES_MAX][16];
	bool error_expected; /* iperf3: the scenario makes its test end in an error */
	uint64_t interval_ns; /* of polling, or of iperf3's reports, by the knobs; 0: not told */
};

/*
 * A limit declared by the scenario: bounds.GROUP.SUBJECT.NAME, or bounds.GROUP.NAME with an empty
 * subject. used: some check has judged by it; a limit that nothing uses is a misspelt one.
 */
struct bound {
	char group[16]; /* "coverage", "statistics" */
	char subject[64];
	char name[32];
	double value;
	bool used;
};

/* The path, as it was built and measured before the traffic. */
struct manifest_path {
	char backend[16]; /* "": not told */
	double rtt_us;
	double rate_bit; /* 0: none, or not told */
	double rtt_p50_us; /* of the calibration; 0: not told */
};

struct manifest {
	char scenario[64], hypothesis[512], command[512], kernel[80];
	char accelerator[16]; /* of the emulator or hypervisor that the suite started; "": none */
	char skip[256]; /* why the scenario could not run here; "": it ran */
	char failure[256]; /* the first error it tells of itself; "": none */
	uint32_t hz; /* CONFIG_HZ, 0 if unknown */
	uint16_t port;	/* iperf3's, 0 if unknown */
	bool receive;	/* the server sends (iperf3 -R) */
	struct manifest_netns netns[ENDS];
	struct manifest_witness probe, netlink, iperf3[ENDS], generator[ENDS];
	struct bound *bounds;
	unsigned int bounds_count;
	struct manifest_path path;
	struct move moves[MOVES_MAX]; /* what must have happened */
	unsigned int moves_count;
};

/*
 * Read path. Every key is optional but "schema"; one that is there must have its
 * type. 0 or -errno, and then why[] (without path); *m is
 * usable in any case: what is not told is expected, unbounded or unknown. Free with __free().
 */
int manifest__read(struct manifest *m, const char *path, char why[DOCUMENT_WHY_MAX]);
void manifest__free(struct manifest *m);

/* The limit of that name, marked as used, or NULL. */
const struct bound *manifest__bound(struct manifest *m, const char *group, const char *subject,
				    const char *name);

#endif
