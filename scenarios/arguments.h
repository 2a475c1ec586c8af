/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arguments of options that tcpw-relay and tcpw-calibrate share. Part of the programs: what cannot be
 * understood is said by argp_error(), with the option's name, and ends them.
 */
#ifndef TCPW_SCENARIOS_ARGUMENTS_H
#define TCPW_SCENARIOS_ARGUMENTS_H

#include <argp.h>
#include <stdint.h>

/* ns, at most max_ns: a number and its unit */
void argument__time(struct argp_state *state, const char *name, const char *arg, uint64_t max_ns,
		    uint64_t *ns);
uint64_t argument__number(struct argp_state *state, const char *name, const char *arg,
			  uint64_t min, uint64_t max);
/* A decimal fraction, as decimal__parse() */
double argument__fraction(struct argp_state *state, const char *name, const char *arg, double min,
			  double max);

/* c2s, s2c or both */
#define DIRECTION_C2S 1u
#define DIRECTION_S2C 2u
unsigned int argument__directions(struct argp_state *state, const char *name, const char *arg);

#endif
