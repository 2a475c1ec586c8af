/* SPDX-License-Identifier: BSD-2-Clause */
/* Quantities as the knobs of a scenario have them, as strict as timeline/cli.h. */
#ifndef TCPW_SCENARIOS_QUANTITY_H
#define TCPW_SCENARIOS_QUANTITY_H

#include <stdint.h>

/* bit/s, with K M G (decimal). 0, -EINVAL or -ERANGE. */
int rate__parse(const char *text, uint64_t min, uint64_t max, uint64_t *bits);
/* A decimal fraction of at most six decimals. 0, -EINVAL or -ERANGE. */
int decimal__parse(const char *text, double min, double max, double *value);

#endif
