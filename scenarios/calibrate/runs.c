// SPDX-License-Identifier: BSD-2-Clause
/*
 * The packet behind a lost one is lost with 1 - 1 / burst in Gilbert's chain (in_burst() of the
 * relay, loss_gilb_ell() of netem: lost just in the bad state, which it leaves with 1 / burst), and
 * with the share of all where losses are independent. Whatever went before, so these choices are
 * independent of each other, and bounds are the binomial distribution's.
 *
 * How many lost packets there are depends on the choices: the more follow, the more there are. So
 * the false alarm is divided by all numbers that there could be.
 *
 * With copies (netem draws again for each, netem_enqueue()) or packets held back (it draws behind
 * that) the order of the choices is not that of the packets: not judged.
 */
#include "runs.h"

#include <stdio.h>

int runs__judge(struct runs *r, const struct plan *p, const unsigned char *arrivals,
		unsigned int sent, unsigned int group, char why[WHY_MAX])
{
	double share = p->loss_burst > 1 ? 1 - 1 / p->loss_burst : p->loss;
	int err;

	*r = (struct runs){ 0 };
	if (p->duplicate > 0 || p->reorder > 0)
		return 0;
	for (unsigned int i = 1; i < sent; i++) {
		if (i % group == 0 || arrivals[i - 1])
			continue;
		r->followed++;
		r->again += !arrivals[i];
	}
	err = odds__bounds_at(r->followed, share, 1, FALSE_ALARM / (sent + 1), &r->allowed);
	if (err || (r->again >= r->allowed.low && r->again <= r->allowed.high))
		return err;
	snprintf(why, WHY_MAX,
		 "of %u lost packets %u were followed by another one, though losses of a mean "
		 "length of %g "
		 "are configured: at most %u and at least %u may be",
		 r->followed, r->again, p->loss_burst, r->allowed.high, r->allowed.low);
	return OUT_OF_BOUNDS;
}
