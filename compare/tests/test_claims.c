// SPDX-License-Identifier: BSD-2-Clause
/* What a witness claims of itself: schedule, clock, states, fields, intervals; each check fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/check_intervals.h"
#include "synthetic.h"

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

static bool netlink_late(enum witness w, unsigned int n, struct sample *s)
{
	if (w == WITNESS_NETLINK) {
		s->t0_ns += 5000000;
		s->t1_ns += 5000000;
	}
	return true;
}

static bool probe_late(enum witness w, unsigned int n, struct sample *s)
{
	if (w == WITNESS_PROBE) {
		s->t0_ns += 40000000;
		s->t1_ns += 40000000;
	}
	return true;
}

/* Behind the first interval's end, before the second one's. */
static bool probe_comes_late(enum witness w, unsigned int n, struct sample *s)
{
	return w != WITNESS_PROBE || s->t0_ns > SYNTHETIC_START_NS + 900000000;
}

/* One field is wrong by itself: no clock is to blame. */
static bool one_counter(enum witness w, unsigned int n, struct sample *s)
{
	if (w == WITNESS_NETLINK)
		s->value[FIELD_bytes_acked] += 10000000;
	return true;
}

/* The test began 3 ms behind ESTABLISHED; marks that come 10 ms early say it began before. */
static bool early_marks(enum witness w, unsigned int n, struct sample *s)
{
	if (s->event == EVENT_mark || s->event == EVENT_tcp_info) {
		s->t0_ns -= 10000000;
		s->t1_ns -= 10000000;
	}
	return true;
}

/* The numbers of both ends, standing still. */
static bool with_numbers(enum witness w, struct sample *s, uint32_t acked, uint32_t received)
{
	bool client = s->flow.netns == 1001;

	if (w != WITNESS_PROBE)
		return true;
	sample__set(s, FIELD_snd_una, client ? acked : 4294967295u);
	sample__set(s, FIELD_snd_nxt, client ? 2000 : 4294967295u);
	sample__set(s, FIELD_rcv_nxt, client ? 4294967295u : received);
	return true;
}

static bool both_ends(enum witness w, unsigned int n, struct sample *s)
{
	return with_numbers(w, s, 1500, 1500);
}

static bool acked_too_much(enum witness w, unsigned int n, struct sample *s)
{
	return with_numbers(w, s, 1501, 1500);
}

static bool received_too_much(enum witness w, unsigned int n, struct sample *s)
{
	return with_numbers(w, s, 1500, 2001);
}

/* The client's snd_nxt, and the server's rcv_nxt, at that many bytes behind 1500. */
static bool at_bytes(enum witness w, struct sample *s, uint64_t sent, uint64_t received)
{
	bool client = s->flow.netns == 1001;

	sample__set(s, FIELD_bytes_acked, client ? sent : 0);
	sample__set(s, FIELD_bytes_received, client ? 0 : received);
	with_numbers(w, s, 1500 + sent, 1500 + received);
	if (client && w == WITNESS_PROBE)
		sample__set(s, FIELD_snd_nxt, (uint32_t)(1500 + sent));
	return true;
}

/* The receiver is silent while 3 GB are sent. */
static bool one_end_is_silent(enum witness w, unsigned int n, struct sample *s)
{
	if (s->t0_ns < SYNTHETIC_START_NS + 500000000)
		return at_bytes(w, s, 10, 10);
	return at_bytes(w, s, 3000000000u, 10) && (w != WITNESS_PROBE || s->flow.netns == 1001);
}

static bool received_4_gb_too_much(enum witness w, unsigned int n, struct sample *s)
{
	return at_bytes(w, s, 10, 10 + (1ULL << 32));
}

static bool acked_3_gb_too_much(enum witness w, unsigned int n, struct sample *s)
{
	return at_bytes(w, s, 10 + 3000000000u, 10);
}

/* Nothing moves but unacked, and the number of segments that only the probe saw. */
static bool stands_still(enum witness w, struct sample *s, uint64_t unacked, uint64_t sent)
{
	static const enum field fields[] = {
		FIELD_ca_state,	     FIELD_retransmits,	  FIELD_sacked,	    FIELD_lost,
		FIELD_total_retrans, FIELD_bytes_acked,	  FIELD_segs_out,   FIELD_data_segs_out,
		FIELD_delivered,     FIELD_bytes_retrans, FIELD_dsack_dups, FIELD_retrans,
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		sample__set(s, fields[i], 3);
	sample__set(s, FIELD_unacked, w == WITNESS_PROBE ? 7 : unacked);
	if (w == WITNESS_PROBE)
		sample__set(s, FIELD_segs_out, sent);
	return true;
}

static bool quiet(enum witness w, unsigned int n, struct sample *s)
{
	return stands_still(w, s, 7, 3);
}

static bool quiet_but_unacked(enum witness w, unsigned int n, struct sample *s)
{
	return stands_still(w, s, 8, 3);
}

static bool not_quiet(enum witness w, unsigned int n, struct sample *s)
{
	return stands_still(w, s, 8, 4);
}

static void lost_some(enum witness w, struct timeline_trailer *t)
{
	timeline_trailer__lost(t, "no_state", 1);
}

static const struct {
	const char *name, *check, *subject, *says; /* says NULL: there must be no such finding */
	struct recipe recipe;
} cases[] = {
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
	{ "netlink's clock is late",
	  "clock",
	  "netlink",
	  "behind (later",
	  { .tamper = netlink_late } },
	{ "the probe's clock is late",
	  "clock",
	  "netlink",
	  "ahead of (earlier",
	  { .tamper = probe_late } },
	{ "one wrong counter is no clock", "clock", "netlink", NULL, { .tamper = one_counter } },
	{ "a good beginning", "clock", "iperf3 client", NULL, { 0 } },
	{ "iperf3 begins before its streams",
	  "clock",
	  "iperf3 client",
	  "before its last stream",
	  { .tamper = early_marks } },
	{ "ends that agree", "ends", "rcv_nxt", NULL, { .tamper = both_ends } },
	{ "received what was not sent",
	  "ends",
	  "rcv_nxt",
	  "snd_nxt is 1 short",
	  { .tamper = received_too_much } },
	{ "acknowledged what was not received",
	  "ends",
	  "snd_una",
	  "rcv_nxt is 1 short",
	  { .tamper = acked_too_much } },
	{ "received 2 GB ago", "ends", "rcv_nxt", NULL, { .tamper = one_end_is_silent } },
	{ "received 4 GB that were not sent",
	  "ends",
	  "rcv_nxt",
	  "snd_nxt is 4294967296 short",
	  { .tamper = received_4_gb_too_much } },
	{ "acknowledged 3 GB that were not received",
	  "ends",
	  "snd_una",
	  "rcv_nxt is 3000000000 short",
	  { .tamper = acked_3_gb_too_much } },
	{ "equal while nothing moves", "quiet", "unacked", NULL, { .tamper = quiet } },
	{ "not equal while nothing moves",
	  "quiet",
	  "unacked",
	  "netlink says 8",
	  { .tamper = quiet_but_unacked } },
	{ "something was sent in between", "quiet", "unacked", NULL, { .tamper = not_quiet } },
	{ "intervals that follow one another", "intervals", "iperf3 client", NULL, { 0 } },
	{ "omitted intervals", "intervals", "iperf3 client", NULL, { .omit = 2 } },
	{ "iperf3 was late",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 2, .late_calls = 1, .late_gap_ns = 60000 } },
	{ "its server, too",
	  "intervals",
	  "iperf3 server",
	  NULL,
	  { .late = 2, .late_calls = 1, .late_gap_ns = 60000 } },
	{ "late at the first interval",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 1, .late_calls = 1, .late_gap_ns = 60000 } },
	{ "late at the last interval",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 3, .late_calls = 1, .late_gap_ns = 60000 } },
	{ "late behind the last interval",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 4, .late_calls = 1, .late_gap_ns = 60000 } },
	{ "late by three intervals",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 2, .late_calls = 2, .late_gap_ns = 90000 } },
	{ "late, with omitted intervals",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 3, .omit = 2, .late_calls = 1, .late_gap_ns = 60000 } },
	{ "a gap that no call explains",
	  "intervals",
	  "iperf3 client",
	  "does not follow",
	  { .late = 2, .late_gap_ns = 60000 } },
	{ "a gap too long to be left out",
	  "intervals",
	  "iperf3 client",
	  "does not follow",
	  { .late = 2, .late_calls = 1, .late_gap_ns = 60000000 } },
	{ "a gap that nobody could see",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 2, .no_marks = true, .late_gap_ns = 60000 } },
	{ "a gap before the probe came",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 1, .late_gap_ns = 60000, .tamper = probe_comes_late } },
	{ "a gap behind the first mark of a probe that came late",
	  "intervals",
	  "iperf3 client",
	  "does not follow",
	  { .late = 2, .late_gap_ns = 60000, .tamper = probe_comes_late } },
	{ "a gap whose call may be lost",
	  "intervals",
	  "iperf3 client",
	  NULL,
	  { .late = 2, .trailer = lost_some, .late_gap_ns = 60000 } },
};

static void the_finding_is_made(void **state)
{
	unsigned int i = *(unsigned int *)*state;
	const struct result *r = NULL;
	struct judgement j;
	bool found = false;

	synthetic__judge(&j, &cases[i].recipe);
	for (unsigned int k = 0; k < j.verdict.results_count; k++) {
		r = &j.verdict.results[k];
		if (strcmp(r->check, cases[i].check) || strcmp(r->subject, cases[i].subject))
			continue;
		if (!cases[i].says)
			assert_int_equal(r->status, STATUS_PASS);
		found |= (r->status == STATUS_FAIL || r->status == STATUS_ERROR) && cases[i].says &&
			 strstr(r->reason, cases[i].says) && r->violations;
	}
	assert_int_equal(found, cases[i].says != NULL);
	judge__free(&j);
}

/* All streams are sampled and printed together: a gap in one of two is none of iperf3's. */
static void a_gap_is_in_all_streams(void **state)
{
	static const struct interval good[] = {
		{ .start_ns = 0, .end_ns = 100000000 },
		{ .start_ns = 100050000, .end_ns = 200000000, .unprinted = 1 },
	};
	struct interval one[2], two[2];
	struct stream streams[] = { { .count = 2, .intervals = one },
				    { .count = 2, .intervals = two } };
	struct run *run = calloc(1, sizeof(*run));
	struct verdict v = { 0 };

	assert_non_null(run);
	memcpy(one, good, sizeof(good));
	memcpy(two, good, sizeof(good));
	run->report[END_CLIENT].present = true;
	run->report[END_CLIENT].count = 2;
	run->report[END_CLIENT].streams = streams;
	run->placement[END_CLIENT][0].method = PLACEMENT_MARKS;
	run->timeline[WITNESS_PROBE].whole = true;
	assert_int_equal(check_intervals__judge(run, &v), 0);
	assert_int_equal(v.results[0].violations, 0);
	assert_int_equal(v.results[0].compared, 4);
	two[1].start_ns = two[0].end_ns;
	assert_int_equal(check_intervals__judge(run, &v), 0);
	assert_int_equal(v.results[1].violations, 1);
	verdict__free(&v);
	free(run);
}

/* After a stall iperf3 takes a sample for each interval that passed, at once, and may print none. */
static void a_gap_is_as_long_as_the_calls_that_were_overdue(void **state)
{
#define MS 1000000LL
	static const struct {
		const char *what;
		int64_t before_ms, gap_ms;
		unsigned int calls, violations;
	} gaps[] = {
		{ "one short one", 100, 9, 1, 0 },
		{ "more than one short one, without a stall", 100, 15, 2, 1 },
		{ "three short ones after a stall of four", 520, 29, 3, 0 },
		{ "as long, but only two calls were seen", 520, 29, 2, 1 },
		{ "more than were overdue", 520, 45, 9, 1 },
	};

	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		struct interval iv[9] = { 0 };
		struct stream stream = { .count = 9, .intervals = iv };
		struct run *run = calloc(1, sizeof(*run));
		struct verdict v = { 0 };
		int64_t at = 0;

		assert_non_null(run);
		for (unsigned int k = 0; k < 9; k++) {
			at += k == 5 ? gaps[i].gap_ms * MS : 0;
			iv[k].start_ns = at;
			/* of those that make up for the stall, one is printed: others are behind it */
			iv[k].end_ns = at += (k == 3 ? gaps[i].before_ms : k == 4 ? 11 : 100) * MS;
		}
		iv[5].unprinted = gaps[i].calls;
		run->report[END_CLIENT] =
			(struct report){ .present = true, .count = 1, .streams = &stream };
		run->placement[END_CLIENT][0].method = PLACEMENT_MARKS;
		run->timeline[WITNESS_PROBE].whole = true;
		assert_int_equal(check_intervals__judge(run, &v), 0);
		if (v.results[0].violations != gaps[i].violations)
			fail_msg("%s: %s", gaps[i].what, v.results[0].reason);
		verdict__free(&v);
		free(run);
	}
#undef MS
}

/* Short is what is short of the length that was asked for, not of what a stalled iperf3 made of it. */
static void short_is_short_of_what_was_asked_for(void **state)
{
	struct interval iv[] = {
		{ .start_ns = 0, .end_ns = 60000000 },
		{ .start_ns = 60000000, .end_ns = 120000000 },
		{ .start_ns = 127000000, .end_ns = 187000000, .unprinted = 1 },
	};
	struct stream stream = { .count = 3, .intervals = iv };
	struct run *run = calloc(1, sizeof(*run));
	struct verdict v = { 0 };

	assert_non_null(run);
	run->report[END_CLIENT] = (struct report){ .present = true, .count = 1, .streams = &stream };
	run->placement[END_CLIENT][0].method = PLACEMENT_MARKS;
	run->timeline[WITNESS_PROBE].whole = true;
	assert_int_equal(check_intervals__judge(run, &v), 0);
	assert_int_equal(v.results[0].violations, 1);
	stream.asked_ns = 100000000;
	assert_int_equal(check_intervals__judge(run, &v), 0);
	assert_int_equal(v.results[1].violations, 0);
	verdict__free(&v);
	free(run);
}

/* An interval of the client's report is taken away. */
static void an_interval_that_is_missing_is_found(void **state)
{
	char dir[64], path[80], *text, *from, *to;
	struct judgement j;
	FILE *f;

	synthetic__make(dir, &(struct recipe){ 0 });
	text = slurp(dir, "iperf3.json");
	from = strstr(strstr(text, "\"intervals\"") + 20, ",{\"streams\"");
	to = strstr(from + 1, ",{\"streams\"");
	assert_non_null(to);
	memmove(from, to, strlen(to) + 1);
	snprintf(path, sizeof(path), "%s/iperf3.json", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	free(text);
	assert_int_equal(judge__run(&j, dir, dir, NULL), 0);
	assert_int_equal(find_result(&j.verdict, "intervals", "iperf3 client")->status,
			 STATUS_FAIL);
	judge__free(&j);
	synthetic__remove(dir);
}

int main(void)
{
	enum { COUNT = sizeof(cases) / sizeof(cases[0]) };
	static unsigned int numbers[COUNT];
	static struct CMUnitTest tests[COUNT + 4];

	for (unsigned int i = 0; i < COUNT; i++) {
		numbers[i] = i;
		tests[i] = (struct CMUnitTest){ cases[i].name, the_finding_is_made, NULL, NULL,
						&numbers[i] };
	}
	tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(an_interval_that_is_missing_is_found);
	tests[COUNT + 1] = (struct CMUnitTest)cmocka_unit_test(a_gap_is_in_all_streams);
	tests[COUNT + 2] =
		(struct CMUnitTest)cmocka_unit_test(a_gap_is_as_long_as_the_calls_that_were_overdue);
	tests[COUNT + 3] = (struct CMUnitTest)cmocka_unit_test(short_is_short_of_what_was_asked_for);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
