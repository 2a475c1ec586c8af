/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of `make defects`: a line for each defect. */
#ifndef TCPW_COMPARE_DEFECTS_TABLE_H
#define TCPW_COMPARE_DEFECTS_TABLE_H

#include "trial.h"

void table__head(void);

/*
 * Put one transformation to the test and print its line. 0; 1 if it is one that
 * cannot be caught, as the catalogue says; -1 if it was not caught.
 */
int table__line(const struct defect *d, const char *fixtures);

/* Judge a run that a faulty probe has recorded and print its line; field must be named. */
int table__live(const char *name, const char *field, const char *run_dir);

#endif
