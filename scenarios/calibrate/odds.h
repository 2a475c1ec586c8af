/* SPDX-License-Identifier: BSD-2-Clause */
/* How many of n packets a random choice may hit, so that it is practically never said in error. */
#ifndef TCPW_CALIBRATE_ODDS_H
#define TCPW_CALIBRATE_ODDS_H

/* A true path is refused with at most this probability by one figure: once in a billion. */
#define FALSE_ALARM 1e-9

struct odds {
	unsigned int low, high; /* both still allowed */
};

/*
 * Each of n packets is hit with the probability share; burst is the mean length of a run of hits, 1:
 * independent. With bursts it is Gilbert's chain: hit exactly in the bad state, from bad to good with
 * 1 / burst, from good to bad so that share is the stationary probability of bad, where it also
 * starts. The distribution of the count is computed, not approximated. 0, -EINVAL or -ENOMEM.
 */
int odds__bounds(unsigned int n, double share, double burst, struct odds *o);

/* The same, refused with at most the probability alarm. */
int odds__bounds_at(unsigned int n, double share, double burst, double alarm, struct odds *o);

/*
 * n values, each the sum of two independent choices, uniform from 0 to 1, and of something else that may
 * be anything, but does not depend on the choices. Without the largest ones, so many as set_aside, they
 * differ by less than this with at most the probability FALSE_ALARM; 0 if nothing can be said.
 */
double odds__spread(unsigned int n, unsigned int set_aside);

#endif
