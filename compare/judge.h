/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges a run directory: everything that tcpw-compare does but its command line. */
#ifndef TCPW_COMPARE_JUDGE_H
#define TCPW_COMPARE_JUDGE_H

#include "run.h"
#include "verdict.h"

struct judgement {
	struct run run;
	struct verdict verdict;
	char path[RUN_PATH_MAX]; /* on failure: the file or directory at fault */
};

/*
 * Judge dir and write plots/data, verdict.json, report.txt and junit.xml into output (made if need
 * be); junit: another path for junit.xml, or NULL. 0: there is a verdict, whatever it says.
 * -errno: dir cannot be read or output not written, and j->path is named. Free in any case.
 */
int judge__run(struct judgement *j, const char *dir, const char *output, const char *junit);

/* The same, with timelines of other tools on the stand too: at most FOREIGN_MAX. */
int judge__run_with(struct judgement *j, const char *dir, const char *output, const char *junit,
		    const struct foreign *foreign, unsigned int foreign_count);

void judge__free(struct judgement *j);

#endif
