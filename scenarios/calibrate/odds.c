// SPDX-License-Identifier: BSD-2-Clause
/*
 * The distribution of the number of hits among n packets, by going through the packets one by one:
 * p[state][k] is the probability of k hits so far and of being in that state.
 */
#include "odds.h"

#include <errno.h>
#include <math.h>
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

static void tails(double *const p[STATES], unsigned int n, double alarm, struct odds *o)
{
	double sum = 0;

	o->low = 0;
	while (o->low < n && (sum += p[GOOD][o->low] + p[BAD][o->low]) <= alarm / 2)
		o->low++;
	sum = 0;
	o->high = n;
	while (o->high > 0 && (sum += p[GOOD][o->high] + p[BAD][o->high]) <= alarm / 2)
		o->high--;
}

int odds__bounds_at(unsigned int n, double share, double burst, double alarm, struct odds *o)
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
	tails(p, n, alarm, o);
	free(p[GOOD]);
	return 0;
}

int odds__bounds(unsigned int n, double share, double burst, struct odds *o)
{
	return odds__bounds_at(n, share, burst, FALSE_ALARM, o);
}

/*
 * All but set_aside of the others lie in the window of that length above the smallest. Whatever is added
 * to it, the sum of two choices falls into such a window with at most the probability of the one in the
 * middle of its triangle, q; and each of the n may be the smallest.
 */
static double all_within(unsigned int n, unsigned int set_aside, double length)
{
	double outside = (1 - length / 2) * (1 - length / 2), q = 1 - outside;
	double term = pow(q, n - 1), sum = term;

	for (unsigned int k = 1; k <= set_aside; k++) {
		term *= (double)(n - k) / k * outside / q;
		sum += term;
	}
	return n * sum;
}

double odds__spread(unsigned int n, unsigned int set_aside)
{
	double low = 0, high = 2;

	if (n < set_aside + 2)
		return 0;
	for (int i = 0; i < 50; i++) {
		double middle = (low + high) / 2;

		if (all_within(n, set_aside, middle) <= FALSE_ALARM)
			low = middle;
		else
			high = middle;
	}
	return low;
}
