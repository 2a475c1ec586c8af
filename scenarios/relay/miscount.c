// SPDX-License-Identifier: BSD-2-Clause
/* Ledgers that lie. */
#include "miscount.h"

#include <stddef.h>

static const char *const names[MISCOUNTS] = {
	[MISCOUNT_DELIVERED] = "delivered", [MISCOUNT_LOSS] = "loss",
	[MISCOUNT_MISSING] = "missing",	    [MISCOUNT_EARLY] = "early",
	[MISCOUNT_MARK] = "mark",	    [MISCOUNT_COPY] = "copy",
};

const char *miscount_kind__name(enum miscount_kind kind)
{
	return kind < MISCOUNTS ? names[kind] : NULL;
}

static bool concerns(enum miscount_kind kind, const struct record *r)
{
	bool delivered = r->fate == FATE_DELIVERED;

	switch (kind) {
	case MISCOUNT_DELIVERED:
		return r->len && !delivered;
	case MISCOUNT_LOSS:
	case MISCOUNT_MISSING:
		return r->len && delivered && !r->copy;
	case MISCOUNT_EARLY:
		return delivered;
	case MISCOUNT_MARK:
		return delivered && r->ce;
	default:
		return r->copy;
	}
}

bool miscount__apply(struct miscount *m, struct record *r, uint64_t delay_ns)
{
	if (!m->every || r->kind != RECORD_PACKET || !concerns(m->kind, r) || ++m->seen % m->every)
		return true;
	switch (m->kind) {
	case MISCOUNT_DELIVERED:
		r->fate = FATE_DELIVERED;
		r->out = r->t + delay_ns;
		r->points = 0;
		return true;
	case MISCOUNT_LOSS:
		r->fate = FATE_LOSS;
		r->out = 0;
		return true;
	case MISCOUNT_EARLY:
		r->out -= (r->out - r->t) / 2;
		return true;
	case MISCOUNT_MARK:
		r->ce = false;
		return true;
	default:
		return false;
	}
}
