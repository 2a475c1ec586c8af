// SPDX-License-Identifier: BSD-2-Clause
/*
 * No round trip that the kernel reports is shorter than the shortest that the account allows
 * (write_ack() in path_ledger.c says why that is exact), tolerance zero:
 *
 * - min_rtt is the smallest that tcp_update_rtt_min() was given, of the newest segment that an
 *   acknowledgement covers; 0 becomes one tick there.
 * - cb_mrtt is the one that the RTT callback's ACK measured.
 * - rtt is srtt_us >> 3, and cb_srtt likewise: with s' = s + m - (s >> 3) (tcp_rtt_estimator()) and
 *   m never below L, s >> 3 never falls below L either: s - (s >> 3) grows with s, and at 8 L it is
 *   7 L.
 */
#include "path_rounds.h"

static const enum field fields[PATH_ROUND_FIELDS] = { FIELD_min_rtt, FIELD_rtt, FIELD_cb_mrtt,
						      FIELD_cb_srtt };

enum field path_rounds__field(unsigned int i)
{
	return fields[i];
}

void path_rounds__sample(struct path_rounds *r, const struct path_end *e, const struct window *w)
{
	if (e->floor_us == UINT64_MAX)
		return;
	for (unsigned int i = 0; i < PATH_ROUND_FIELDS; i++) {
		uint64_t v = w->sample->value[fields[i]];

		if (!sample__has(w->sample, fields[i]) || !v)
			continue; /* srtt before the first measurement */
		finding__compare(&r->found[i], v >= e->floor_us,
				 "shorter than any round trip of the path", w->flow->id,
				 w->sample->t0_ns, e->floor_us, v, e->floor_us - v);
	}
}
