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

#endif
