/* SPDX-License-Identifier: BSD-2-Clause */
/* The path check's findings as results of the verdict. */
#ifndef TCPW_COMPARE_PATH_REPORT_H
#define TCPW_COMPARE_PATH_REPORT_H

#include "path_counters.h"
#include "path_rounds.h"

/* 0 or -1 (no memory). */
int path_report(const struct run *run, const struct path_ledger *l, const struct path_counters *c,
		const struct path_rounds *r, struct path_counts *counts, struct verdict *v);

#endif
