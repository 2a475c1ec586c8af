// SPDX-License-Identifier: BSD-2-Clause
/* Arguments of options that tcpw-relay and tcpw-calibrate share. */
#include "arguments.h"

#include <errno.h>
#include <string.h>

#include "quantity.h"
#include "timeline/cli.h"

void argument__time(struct argp_state *state, const char *name, const char *arg, uint64_t max_ns,
		    uint64_t *ns)
{
	int err = duration__parse(arg, 0, max_ns, ns);

	if (err == -ERANGE)
		argp_error(state, "--%s %s: must be at most %llus", name, arg,
			   (unsigned long long)(max_ns / 1000000000));
	else if (err)
		argp_error(state, "--%s %s: write a number and its unit, as in 10ms", name, arg);
}

uint64_t argument__number(struct argp_state *state, const char *name, const char *arg,
			  uint64_t min, uint64_t max)
{
	uint64_t value = 0;

	if (number__parse(arg, min, max, &value))
		argp_error(state, "--%s %s: must be a whole number from %llu to %llu", name, arg,
			   (unsigned long long)min, (unsigned long long)max);
	return value;
}

double argument__fraction(struct argp_state *state, const char *name, const char *arg, double min,
			  double max)
{
	double value = 0;

	if (decimal__parse(arg, min, max, &value))
		argp_error(state, "--%s %s: must be a number from %g to %g, as in 1.5", name, arg,
			   min, max);
	return value;
}

unsigned int argument__directions(struct argp_state *state, const char *name, const char *arg)
{
	static const char *const names[] = { "", "c2s", "s2c", "both" };

	for (unsigned int i = 1; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(arg, names[i]))
			return i;
	argp_error(state, "--%s %s: choose c2s, s2c or both", name, arg);
	return 0;
}
