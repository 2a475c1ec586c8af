/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests only: ledgers that lie in one way, to show that who reads them finds out. */
#ifndef TCPW_RELAY_MISCOUNT_H
#define TCPW_RELAY_MISCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"

enum miscount_kind {
	MISCOUNT_DELIVERED, /* a data packet that was dropped is told as delivered */
	MISCOUNT_LOSS,	    /* a data packet that was delivered is told as lost */
	MISCOUNT_MISSING,   /* a data packet that was delivered is not told */
	MISCOUNT_EARLY,	    /* a packet is told to have left halfway before it did */
	MISCOUNT_MARK,	    /* a mark of the path is not told */
	MISCOUNT_COPY,	    /* a copy is not told */
	MISCOUNTS,
};

struct miscount {
	uint64_t every; /* 0: never */
	enum miscount_kind kind;
	uint64_t seen;
};

/* NULL if there is none of that number */
const char *miscount_kind__name(enum miscount_kind kind);
/* Change r if it is one to lie about; delay_ns is what a packet takes. False: leave it out. */
bool miscount__apply(struct miscount *m, struct record *r, uint64_t delay_ns);

#endif
