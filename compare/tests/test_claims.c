// SPDX-License-Identifier: BSD-2-Clause
/* What a timeline says of itself: its schedule, how it was started, its fields; each check fails. */
#include "findings.h"

static bool netlink_poll(enum witness w, const struct sample *s)
{
	return w == WITNESS_NETLINK && s->event == EVENT_sample;
}

static bool one_stamp(enum witness w, unsigned int n, struct sample *s)
{
	if (netlink_poll(w, s) && n == 40)
		s->t1_ns = s->t0_ns;
	return true;
}

static bool windows_overlap(enum witness w, unsigned int n, struct sample *s)
{
	if (netlink_poll(w, s) && n == 40)
		s->t1_ns += 60000000;
	return true;
}

static bool a_poll_is_missing(enum witness w, unsigned int n, struct sample *s)
{
	return !netlink_poll(w, s) || n != 40;
}

/* The collector was kept from its round: the poll lies just behind the next deadline. */
static bool a_round_overruns(enum witness w, unsigned int n, struct sample *s)
{
	if (netlink_poll(w, s) && n >= 40 && n < 44) {
		uint64_t length = s->t1_ns - s->t0_ns;

		s->t0_ns += SYNTHETIC_POLL_NS - 1000000;
		s->t1_ns = s->t0_ns + length;
	}
	return true;
}

static void longer_period(enum witness w, struct timeline_header *h)
{
	if (w == WITNESS_NETLINK)
		h->interval_ns -= h->interval_ns / 20;
}

static void shorter_period(enum witness w, struct timeline_header *h)
{
	if (w == WITNESS_NETLINK)
		h->interval_ns += h->interval_ns / 5;
}

static void other_hz(enum witness w, struct timeline_header *h)
{
	h->hz = 1000;
}

static void denies_segment(enum witness w, struct timeline_header *h)
{
	if (w == WITNESS_PROBE)
		h->modes = 1;
}

/* How the witnesses were started, and the knobs and the kernel behind it. */
#define STARTED(probe, netlink, interval)                                                      \
	"{\"probe\":{\"expected\":true,\"modes\":[" probe "],\"exit\":0},\"netlink\":"         \
	"{\"expected\":true,\"modes\":[\"" netlink "\"],\"exit\":0}},\"kernel\":{\"hz\":250}," \
	"\"knobs\":{\"netlink_interval\":\"" interval "\",\"probe_interval\":\"100ms\"}"

static bool smuggles(enum witness w, unsigned int n, struct sample *s)
{
	if (netlink_poll(w, s) && n == 40)
		sample__set(s, FIELD_rcv_wnd, 0);
	return true;
}

static void announces_more(enum witness w, struct timeline_header *h)
{
	if (w == WITNESS_NETLINK)
		field_set__add(&h->fields, FIELD_rcv_wnd);
}

static const struct finding cases[] = {
	{ "a good schedule", "schedule", "netlink", NULL, { 0 } },
	{ "a poll with one stamp", "schedule", "netlink", "one stamp", { .tamper = one_stamp } },
	{ "a flow's windows overlap",
	  "schedule",
	  "netlink",
	  "window",
	  { .tamper = windows_overlap } },
	{ "a poll that nobody counts",
	  "schedule",
	  "netlink",
	  "1 of its ticks",
	  { .tamper = a_poll_is_missing } },
	{ "a round that overruns", "schedule", "netlink", NULL, { .tamper = a_round_overruns } },
	{ "a period shorter than declared",
	  "schedule",
	  "netlink",
	  "more than there are ticks",
	  { .header = shorter_period } },
	{ "as started",
	  "claims",
	  "probe",
	  NULL,
	  { .witnesses = STARTED("\"rtt\",\"segment\"", "exact", "50ms") } },
	{ "as started: netlink",
	  "claims",
	  "netlink",
	  NULL,
	  { .witnesses = STARTED("\"segment\",\"rtt\"", "exact", "50ms") } },
	{ "a mode that the header denies",
	  "claims",
	  "probe",
	  "manifest says mode poll",
	  { .witnesses = STARTED("\"rtt\",\"segment\",\"poll\"", "exact", "50ms") } },
	{ "a mode that nobody asked for",
	  "claims",
	  "probe",
	  "header says mode segment",
	  { .witnesses = STARTED("\"rtt\"", "exact", "50ms") } },
	{ "another mode of netlink",
	  "claims",
	  "netlink",
	  "manifest says mode dump",
	  { .witnesses = STARTED("\"rtt\",\"segment\"", "dump", "50ms") } },
	{ "another interval",
	  "claims",
	  "netlink",
	  "interval_ns 50000000, the manifest 10000000",
	  { .witnesses = STARTED("\"rtt\",\"segment\"", "exact", "10ms") } },
	{ "another HZ",
	  "claims",
	  "probe",
	  "hz 1000, the manifest 250",
	  { .header = other_hz, .witnesses = STARTED("\"rtt\",\"segment\"", "exact", "50ms") } },
	{ "an event without its mode",
	  "claims",
	  "probe",
	  "events segment, but the header",
	  { .header = denies_segment } },
	{ "a period longer than declared",
	  "schedule",
	  "netlink",
	  "not the declared",
	  { .header = longer_period } },
	{ "fields as announced", "presence", "", NULL, { 0 } },
	{ "a field that the header denies",
	  "presence",
	  "rcv_wnd",
	  "does not announce",
	  { .tamper = smuggles } },
	{ "a field that one of two has",
	  "presence",
	  "rcv_wnd",
	  "probe does not",
	  { .header = announces_more } },
};

int main(void)
{
	return findings__run(cases, sizeof(cases) / sizeof(cases[0]), NULL, 0);
}
