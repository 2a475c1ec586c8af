/* SPDX-License-Identifier: BSD-2-Clause */
/* Output files that are whole or not there: written beside their name, then renamed. */
#ifndef TCPW_COMPARE_OUTPUT_H
#define TCPW_COMPARE_OUTPUT_H

#include <stdio.h>

#include "run.h"

struct output {
	FILE *file;
	char path[RUN_PATH_MAX], part[RUN_PATH_MAX + 8];
};

/* Begin dir/name (dir NULL: name is a path). 0 or -errno. */
int output__open(struct output *o, const char *dir, const char *name);
/* Finish it: 0, or the first error of writing (disk full), and then nothing is left. */
int output__close(struct output *o);

/* Make dir/plots/data (and dir). 0 or -errno. */
int output__make_dirs(const char *dir);

#endif
