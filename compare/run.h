/* SPDX-License-Identifier: BSD-2-Clause */
/* A run that is being judged: its directory, manifest, reports, timelines and flows. */
#ifndef TCPW_COMPARE_RUN_H
#define TCPW_COMPARE_RUN_H

#include <stdio.h>

#include "flows.h"
#include "foreign.h"
#include "iperf3.h"
#include "manifest.h"
#include "timeline/reader.h"

#define RUN_PATH_MAX 4096
#define RUN_WHY_MAX 512

/* A timeline, as far as the passes have read it. */
struct run_timeline {
	bool opened; /* its header was read */
	bool whole;  /* read to its trailer */
	uint64_t samples;
	struct timeline_header header;
	struct timeline_trailer trailer; /* if whole */
	char why[RUN_WHY_MAX];		 /* what is wrong with it, "": nothing */
};

/* A timeline that someone else's tool wrote, to be judged by the probe's. */
struct run_foreign {
	struct foreign spec;
	char name[24], pair[40]; /* of the witness, unique in this run; and "NAME-probe" */
	struct run_timeline timeline;
	uint64_t placed_error_ns; /* how far off its times may be on CLOCK_MONOTONIC */
	char note[RUN_WHY_MAX / 2]; /* what else its reader saw */
	struct foreign_reader *reader; /* of the sample at hand, during a pass */
};

enum placement_method {
	PLACEMENT_NONE,
	PLACEMENT_MARKS,
	PLACEMENT_FIRST_SEND,
	PLACEMENT_TUPLES,
	PLACEMENT_ESTABLISHED,
	PLACEMENT_START_TIMESTAMP,
};

/* Where an epoch of a report begins on CLOCK_MONOTONIC. */
struct placement {
	enum placement_method method;
	int64_t offset_ns;	  /* of the epoch's time 0 */
	double residual_sd_ns;	  /* marks: of the marks around the printed ends */
	uint64_t residual_max_ns; /* marks: the largest of them; others: the method's own bound */
	unsigned int intervals, placed;
};

struct run {
	char dir[RUN_PATH_MAX];
	char manifest_why[RUN_WHY_MAX];
	struct manifest manifest;
	struct report report[ENDS];
	char report_why[ENDS][RUN_WHY_MAX];
	struct run_timeline timeline[WITNESSES];
	struct run_foreign foreign[FOREIGN_MAX];
	unsigned int foreign_count;
	struct flows *flows;
	struct placement placement[ENDS][EPOCHS];
};

/* dir/name, or name where dir is NULL, into path. 0 or -ENAMETOOLONG. */
int run__path(const char *dir, const char *name, char path[RUN_PATH_MAX]);

/* The name of a witness's file in a run directory. */
const char *run__timeline_name(enum witness w);
const char *run__report_name(const struct run *r, enum end end);
/* Was the traffic tcpw-generator's? Then the reports are its accounts. */
bool run__has_accounts(const struct run *r);

/* Did this witness run in that capture mode? By its header. */
bool run__has_mode(const struct run *r, enum witness w, const char *mode);

/*
 * Has the probe the callbacks of every socket in that network namespace, also of those that are older
 * than itself? By its header.
 */
bool run__is_armed(const struct run *r, uint32_t netns);

/* Does the trailer count samples that were lost, or is there none to tell? */
bool run__lost_samples(const struct run *r, enum witness w);

/* Copy a sentence into why[] without the run's directory: verdicts hold no paths. */
void run__why(const struct run *r, const char *sentence, char why[RUN_WHY_MAX]);

/* Read manifest and reports of dir; what is wrong with them is noted in r. 0, or -errno if dir
 * itself cannot be read. */
int run__open(struct run *r, const char *dir);
void run__close(struct run *r);

/* The same for a foreign timeline, with its file's name but not its folder's. */
void run__why_foreign(struct run_foreign *f, const char *sentence);

/*
 * The name under which a foreign witness appears, once its header is read: what it calls itself,
 * made unique in the run.
 */
void run__name_foreign(struct run *r, unsigned int which);

const char *placement_method__name(enum placement_method m);

#endif
