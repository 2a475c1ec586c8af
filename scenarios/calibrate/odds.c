// SPDX-License-Identifier: BSD-2-Clause
/*
 * The distribution of the number of hits among n packets, by going through the packets one by one:
 * p[state][k] is the probability of k hits so far and of being in that state.
 */
#include "odds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum state { GOOD, BAD, STATES };

/* One packet: it is hit if its state is BAD, then the state changes. */
static void step(double *p[STATES], unsigned int k_max, double to_bad, double to_good)
{
	for (unsigned int k = k_max + 1; k-- > 0;) {
		double good = p[GOOD][k], bad = k ? p[BAD][k - 1] : 0;

		p[GOOD][k] = good * (1 - to_bad) + bad * to_good;
		p[BAD][k] = good * to_bad + bad * (1 - to_good);
	}
}

static void tails(double *const p[STATES], unsigned int n, struct odds *o)
{
	double sum = 0;

	o->low = 0;
	while (o->low < n && (sum += p[GOOD][o->low] + p[BAD][o->low]) <= FALSE_ALARM / 2)
		o->low++;
	sum = 0;
	o->high = n;
	while (o->high > 0 && (sum += p[GOOD][o->high] + p[BAD][o->high]) <= FALSE_ALARM / 2)
		o->high--;
}

int odds__bounds(unsigned int n, double share, double burst, struct odds *o)
{
	double to_good = burst > 1 ? 1 / burst : 1 - share;
	double to_bad = burst > 1 ? share / (1 - share) * to_good : share;
	double *p[STATES];

	if (share < 0 || share > 1 || burst < 1 || to_bad > 1)
		return -EINVAL;
	p[GOOD] = calloc(2 * (n + 1), sizeof(double));
	if (!p[GOOD])
		return -ENOMEM;
	p[BAD] = p[GOOD] + n + 1;
	p[GOOD][0] = 1 - share;
	p[BAD][0] = share;
	for (unsigned int i = 0; i < n; i++)
		step(p, i + 1, to_bad, to_good);
	tails(p, n, o);
	free(p[GOOD]);
	return 0;
}
