// SPDX-License-Identifier: BSD-2-Clause
/* The chain of a socket's states: a state without a change to it is found, whoever shows it. */
#include "findings.h"

static bool netlink_poll(enum witness w, const struct sample *s)
{
	return w == WITNESS_NETLINK && s->event == EVENT_sample;
}

static bool netlink_listens(enum witness w, unsigned int n, struct sample *s)
{
	/* between two samples of the probe with consecutive numbers: far from a mark */
	if (netlink_poll(w, s) && n == 48)
		s->value[FIELD_state] = 10;
	return true;
}

/* The probe came when the flows were there. */
static bool older_and_netlink_listens(enum witness w, unsigned int n, struct sample *s)
{
	return s->event != EVENT_connect && s->event != EVENT_established &&
	       s->event != EVENT_state && netlink_listens(w, n, s);
}

static void arms_both_ends(enum witness w, struct timeline_header *h)
{
	h->armed = w == WITNESS_PROBE;
	h->netns[0] = 1001;
	h->netns[1] = 1002;
	h->netns_count = 2;
}

/* The probe's record of the change to CLOSE is missing; netlink saw the socket's end. */
static bool lose_the_close(enum witness w, unsigned int n, struct sample *s)
{
	if (s->event == EVENT_destroy)
		s->value[FIELD_state] = 7;
	return s->event != EVENT_close;
}

/* The change to FIN_WAIT1 is among 60 ms of the client's samples that are missing. */
static bool lose_a_change(enum witness w, unsigned int n, struct sample *s)
{
	uint64_t t = s->t0_ns - SYNTHETIC_START_NS;

	if (s->flow.cookie != SYNTHETIC_CLIENT_COOKIE || t < 600000000)
		return true;
	s->value[FIELD_state] = 4;
	return w != WITNESS_PROBE || t > 660000000;
}

static bool rtt_with_another_state(enum witness w, unsigned int n, struct sample *s)
{
	if (s->event == EVENT_rtt && n > 100)
		s->value[FIELD_state] = 4;
	return true;
}

static bool change_from_elsewhere(enum witness w, unsigned int n, struct sample *s)
{
	if (s->event == EVENT_state)
		s->value[FIELD_old_state] = 3;
	return true;
}

static void lost_some(enum witness w, struct timeline_trailer *t)
{
	timeline_trailer__lost(t, "no_state", 1);
}

static const struct finding cases[] = {
	{ "a good chain of states", "states", "state", NULL, { 0 } },
	{ "netlink shows a listener's state",
	  "states",
	  "state",
	  "netlink show",
	  { .tamper = netlink_listens } },
	{ "an older flow's chain is not known before its first change",
	  "states",
	  "state",
	  NULL,
	  { .tamper = older_and_netlink_listens } },
	{ "but from the first sample on, if it was armed",
	  "states",
	  "state",
	  "netlink show",
	  { .tamper = older_and_netlink_listens, .header = arms_both_ends } },
	{ "a state without a change to it",
	  "states",
	  "state",
	  "probe show",
	  { .tamper = rtt_with_another_state } },
	{ "a change from another state",
	  "states",
	  "state",
	  "probe show",
	  { .tamper = change_from_elsewhere } },
	{ "the close lost, and told",
	  "states",
	  "state",
	  NULL,
	  { .tamper = lose_the_close, .trailer = lost_some } },
	{ "the close lost, and not told",
	  "states",
	  "state",
	  "netlink show",
	  { .tamper = lose_the_close } },
	{ "a change lost within",
	  "states",
	  "state",
	  NULL,
	  { .tamper = lose_a_change, .trailer = lost_some } },
	{ "a wrong state, whatever is lost elsewhere",
	  "states",
	  "state",
	  "netlink show",
	  { .tamper = netlink_listens, .trailer = lost_some } },
};

int main(void)
{
	return findings__run(cases, sizeof(cases) / sizeof(cases[0]), NULL, 0);
}
