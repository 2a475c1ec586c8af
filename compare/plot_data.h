/* SPDX-License-Identifier: BSD-2-Clause */
/* What plots/ draws: plots/data/QUANTITY.WITNESS.tsv, errors.tsv and gaps.tsv. */
#ifndef TCPW_COMPARE_PLOT_DATA_H
#define TCPW_COMPARE_PLOT_DATA_H

#include "captures.h"

struct plot_data;

struct plot_data *plot_data__new(struct run *run); /* NULL: no memory */
struct check *plot_data__check(struct plot_data *p);
void plot_data__free(struct plot_data *p); /* with the check; NULL is allowed */

/* Distributions of errors and gaps; an agreement without values, or NULL, is left out. */
struct plot_curve {
	const char *label;
	const struct agreement *values;
	double scale; /* from the values' unit to the plot's */
};

/*
 * Write the files into dir/plots/data, made if need be; a witness without data gets no file (an
 * older one is removed). 0 or -errno, and then path[] is the file that could not be written.
 */
int plot_data__write(const struct plot_data *p, const char *dir, char path[RUN_PATH_MAX]);
int plot_curves__write(const char *dir, const char *name, const char *header,
		       const struct plot_curve *curves, unsigned int count,
		       char path[RUN_PATH_MAX]);

#endif
