// SPDX-License-Identifier: BSD-2-Clause
/* The fields that statistics are made of: gauges and rates of struct tcp_info. */
#include "gauges.h"

#define TCP_INFINITE_SSTHRESH 0x7fffffff

enum field gauges[GAUGES];
static unsigned int rtt;

void gauges__init(void)
{
	unsigned int n = 0;

	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (catalogue[f].group != GROUP_TCP_INFO ||
		    (catalogue[f].kind != KIND_GAUGE && catalogue[f].kind != KIND_RATE))
			continue;
		if (f == FIELD_rtt)
			rtt = n;
		gauges[n++] = f;
	}
}

void gauges__of(const struct sample *s, struct gauge_values *g)
{
	g->have = 0;
	for (unsigned int i = 0; i < GAUGES; i++) {
		if (!sample__has(s, gauges[i]))
			continue;
		g->have |= 1ULL << i;
		g->value[i] = s->value[gauges[i]];
	}
	if (g->have >> rtt & 1 && s->event == EVENT_rtt && sample__has(s, FIELD_cb_srtt))
		g->value[rtt] = s->value[FIELD_cb_srtt];
}

bool gauge__is_special(enum field f, uint64_t v)
{
	if (f == FIELD_snd_ssthresh)
		return v >= TCP_INFINITE_SSTHRESH;
	return catalogue[f].all_ones != ALL_ONES_VALUE && v == field_all_ones(f);
}
