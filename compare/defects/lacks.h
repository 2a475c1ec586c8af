/* SPDX-License-Identifier: BSD-2-Clause */
/* Why the kernel on which a run was recorded cannot show a defect. */
#ifndef TCPW_COMPARE_DEFECTS_LACKS_H
#define TCPW_COMPARE_DEFECTS_LACKS_H

#include "trial.h"

/*
 * d was not caught in the run run_dir: is that because its kernel lacks a field or a mechanism? Then t
 * becomes OUTCOME_LACKS, with the reason in t->why. reference: folder of fixtures whose kernel lacks
 * nothing; a mechanism is to blame only if there too nothing else catches the defect.
 */
void lacks__explain(struct trial *t, const struct defect *d, const char *run_dir,
		    const char *reference);

#endif
