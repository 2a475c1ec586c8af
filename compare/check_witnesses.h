/* SPDX-License-Identifier: BSD-2-Clause */
/* Can the witnesses be heard at all: files, exit codes, iperf3's own errors, and the join. */
#ifndef TCPW_COMPARE_CHECK_WITNESSES_H
#define TCPW_COMPARE_CHECK_WITNESSES_H

#include "run.h"
#include "verdict.h"

/*
 * Judge manifest and files, behind the pass: before what the checks found, since it
 * explains that. 0 or -1: no memory.
 */
int check_witnesses__judge(struct run *run, struct verdict *v);

/*
 * A misspelt bound would judge nothing and pass. Called last, when the checks have used theirs;
 * where a witness is broken, its bounds are not missed. 0 or -1: no memory.
 */
int check_bounds__judge(struct run *run, struct verdict *v);

/* Judge the join of samples and streams. 0 or -1: no memory. */
int check_join__judge(struct run *run, struct verdict *v);

#endif
