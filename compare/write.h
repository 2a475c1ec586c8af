/* SPDX-License-Identifier: BSD-2-Clause */
/* The verdict as files: for programs, for people, for CI systems. */
#ifndef TCPW_COMPARE_WRITE_H
#define TCPW_COMPARE_WRITE_H

#include <stdio.h>

#include "run.h"
#include "verdict.h"

/* verdict.json (docs/verdict.md). */
void write__json(FILE *f, const struct run *run, const struct verdict *v);

/* report.txt. The summary is its first screen. */
void write__summary(FILE *f, const struct run *run, const struct verdict *v);
void write__report(FILE *f, const struct run *run, const struct verdict *v);

/* The part of the report on timelines of other tools; nothing without any. */
void write__foreign(FILE *f, const struct run *run, const struct verdict *v);

/* The finding on the RTT callback's skew; nothing without one. */
struct json_writer;
void write__skew(FILE *f, const struct verdict *v);
void write__skew_json(struct json_writer *w, const struct verdict *v);

/* junit.xml: a test case per check and field. */
void write__junit(FILE *f, const struct run *run, const struct verdict *v);

#endif
