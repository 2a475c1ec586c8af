/* SPDX-License-Identifier: BSD-2-Clause */
/* The path's MTU: a packet of that size passes, a larger one is answered with that size. */
#ifndef TCPW_CALIBRATE_NARROW_H
#define TCPW_CALIBRATE_NARROW_H

#include "plan.h"

/*
 * The larger packet goes to the address after the other end's: what the kernel learns of the path is kept
 * by destination, and the traffic has to learn it by itself.
 */
int narrow__measure(struct ends *e, const struct plan *p, enum direction d, unsigned int *mtu,
		    char why[WHY_MAX]);

#endif
