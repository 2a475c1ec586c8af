/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of `make defects`: a line for each defect. */
#ifndef TCPW_COMPARE_DEFECTS_TABLE_H
#define TCPW_COMPARE_DEFECTS_TABLE_H

#include "trial.h"

void table__head(void);

enum line { LINE_CAUGHT, LINE_MISSED, LINE_BLIND, LINE_LACKS };

/*
 * Put one transformation to the test and print its line. LINE_BLIND: it cannot be caught, as the
 * catalogue says. LINE_LACKS: the kernel on which fixtures were recorded lacks what it takes, which
 * is asked only of fixtures other than reference, the folder of those in the repository.
 */
enum line table__line(const struct defect *d, const char *fixtures, const char *reference);

/* Judge a run that a faulty probe has recorded and print its line; field must be named. */
enum line table__live(const char *name, const char *field, const char *run_dir,
		      const char *fixtures);

#endif
