// SPDX-License-Identifier: BSD-2-Clause
/* Statistics and figures: from when on what the probe shows is the socket's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/hold.h"
#include "compare/statistics.h"
#include "feed.h"
#include "synthetic.h"

struct hold_case {
	const char *description;
	enum sample_event event;
	int old_state; /* -1: not told */
	bool rtt, rttvar,
		rcv_space; /* do they hold: srtt is stale, rttvar fresh, rcv_space neither */
	bool argument;	   /* the callback's cb_srtt */
};

static const struct hold_case holds[] = {
	{ "a segment is still to be processed", EVENT_segment, -1, false, false, false, false },
	{ "a poll only reads", EVENT_poll, -1, true, true, true, false },
	{ "a mark only reads", EVENT_mark, -1, true, true, true, false },
	{ "a callback amid the ACK", EVENT_rtt, -1, false, true, false, false },
	{ "a callback that is told the new srtt", EVENT_rtt, -1, true, true, false, true },
	{ "the end of the handshake", EVENT_established, -1, false, true, false, false },
	{ "SYN_SENT ends", EVENT_state, 2, false, true, false, false },
	{ "SYN_RECV ends", EVENT_state, 3, false, true, false, false },
	{ "ESTABLISHED ends", EVENT_state, 1, true, true, true, false },
	{ "a state of which no old one is told", EVENT_state, -1, true, true, true, false },
	{ "a SYN is about to be sent", EVENT_connect, -1, true, true, true, false },
	{ "a socket's last words", EVENT_close, 1, true, true, true, false },
};

static void a_sample_holds_on_where_nothing_is_left_to_do(void **state)
{
	for (size_t i = 0; i < sizeof(holds) / sizeof(holds[0]); i++) {
		const struct hold_case *c = &holds[i];
		struct sample s = { .event = c->event };

		if (c->old_state >= 0)
			sample__set(&s, FIELD_old_state, c->old_state);
		if (c->argument)
			sample__set(&s, FIELD_cb_srtt, 7);
		if (hold__on(&s, FIELD_rtt) != c->rtt || hold__on(&s, FIELD_rttvar) != c->rttvar ||
		    hold__on(&s, FIELD_rcv_space) != c->rcv_space)
			fail_msg("%s", c->description);
	}
}

static void a_callback_tells_where_segments_do_not(void **state)
{
	static const struct {
		const char *description, *mode;
		enum sample_event event;
		int state;
		bool tells;
	} cases[] = {
		{ "without segment capture", "poll", EVENT_rtt, 1, true },
		{ "with it", "segment", EVENT_rtt, 1, false },
		{ "with it, outside ESTABLISHED", "segment", EVENT_rtt, 4, true },
		{ "with it, anything else", "segment", EVENT_poll, 1, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run *run = calloc(1, sizeof(*run));
		struct sample s = { .event = cases[i].event };

		run->timeline[WITNESS_PROBE].header.modes = 1;
		strcpy(run->timeline[WITNESS_PROBE].header.mode[0], cases[i].mode);
		sample__set(&s, FIELD_state, cases[i].state);
		if (hold__tells(run, &s) != cases[i].tells)
			fail_msg("%s", cases[i].description);
		free(run);
	}
}

#define LINES 12

struct error_case {
	const char *description, *field;
	const char *modes[2];
	unsigned int n, decided, shown;
	double bias, mae;
	const char *lines[LINES];
};

static const struct error_case errors[] = {
	{ "behind a segment there is what the next one shows, however long the pause",
	  "rtt",
	  { NULL },
	  3,
	  3,
	  3,
	  0,
	  0,
	  { "probe 10us segment state=1 rtt=44000", "netlink 20us-21us sample rtt=279000",
	    "netlink 5000us-5001us sample", "netlink 10000us-10001us sample",
	    "probe 20000us segment rtt=279000", NULL } },
	{ "a value that the socket had only before that segment is off",
	  "rtt",
	  { NULL },
	  1,
	  1,
	  1,
	  -235000,
	  235000,
	  { "probe 10us segment state=1 rtt=44000", "netlink 20us-21us sample rtt=44000",
	    "probe 20000us segment rtt=279000", NULL } },
	{ "a mark behind a segment tells, and holds on",
	  "rtt",
	  { NULL },
	  3,
	  3,
	  2,
	  5,
	  5,
	  { "probe 10us segment state=1 rtt=100", "netlink 20us-21us sample rtt=205",
	    "probe 30us mark rtt=200", "netlink 40us-41us sample", "netlink 60us-61us sample",
	    "probe 70us segment rtt=205", NULL } },
	{ "a callback between them is in the midst of it",
	  "snd_cwnd",
	  { NULL },
	  2,
	  2,
	  2,
	  0,
	  0,
	  { "probe 10us segment state=1 snd_cwnd=10", "netlink 11us-15us sample snd_cwnd=12",
	    "probe 12us rtt", "netlink 20us-21us sample", "probe 30us segment snd_cwnd=12",
	    NULL } },
	{ "fresh fields may still change behind a callback",
	  "lost",
	  { NULL },
	  1,
	  1,
	  1,
	  0,
	  0,
	  { "probe 10us segment state=1 lost=0", "probe 12us rtt",
	    "netlink 20us-21us sample lost=3", "probe 30us segment lost=3", NULL } },
	{ "without segments a callback's fresh fields are the last word",
	  "rttvar",
	  { "rtt", NULL },
	  1,
	  1,
	  1,
	  0,
	  0,
	  { "probe 10us rtt state=1 rttvar=5", "netlink 20us-21us sample rttvar=5",
	    "probe 30us rtt rttvar=9", NULL } },
	{ "so is the srtt that it is told",
	  "rtt",
	  { "rtt", NULL },
	  1,
	  1,
	  1,
	  0,
	  0,
	  { "probe 10us rtt state=1 rtt=5 cb_srtt=8", "netlink 20us-21us sample rtt=8",
	    "probe 30us rtt rtt=8 cb_srtt=9", NULL } },
	{ "its stale fields are those of before",
	  "snd_cwnd",
	  { "rtt", NULL },
	  1,
	  1,
	  1,
	  0,
	  0,
	  { "probe 10us rtt state=1 snd_cwnd=5", "netlink 20us-21us sample snd_cwnd=8",
	    "probe 30us rtt snd_cwnd=8", NULL } },
	{ "outside ESTABLISHED callbacks are all there is",
	  "rttvar",
	  { NULL },
	  1,
	  1,
	  1,
	  0,
	  0,
	  { "probe 5us state state=1 old_state=1 rttvar=7", "probe 10us rtt state=4 rttvar=5",
	    "netlink 20us-21us sample rttvar=5", "probe 30us close rttvar=9", NULL } },
	{ "nothing behind it: not compared",
	  "rtt",
	  { NULL },
	  0,
	  1,
	  1,
	  0,
	  0,
	  { "probe 10us segment state=1 rtt=100", "netlink 20us-21us sample rtt=100", NULL } },
	{ "a window that began before the segment is held against what was before",
	  "rtt",
	  { NULL },
	  1,
	  1,
	  1,
	  0,
	  0,
	  { "probe 10us segment state=1 rtt=90", "netlink 20us-40us sample rtt=100",
	    "probe 30us segment rtt=100", "probe 50us segment rtt=200", NULL } },
	{ "the first event in the window tells its beginning",
	  "rtt",
	  { NULL },
	  1,
	  1,
	  1,
	  100,
	  100,
	  { "probe 10us segment state=1 rtt=90", "netlink 20us-40us sample rtt=200",
	    "probe 30us segment rtt=100", "probe 50us segment rtt=200", NULL } },
	{ "a value from nowhere",
	  "rtt",
	  { NULL },
	  1,
	  1,
	  0,
	  7,
	  7,
	  { "probe 10us segment state=1 rtt=90", "netlink 20us-40us sample rtt=207",
	    "probe 50us segment rtt=200", NULL } },
	{ "what sending moved, the next sample tells from the sending on",
	  "snd_cwnd",
	  { NULL },
	  3,
	  3,
	  2,
	  -25. / 3,
	  25. / 3,
	  { "probe 10ms segment state=1 snd_cwnd=100", "netlink 20ms-21ms sample snd_cwnd=100",
	    "netlink 480ms-481ms sample snd_cwnd=75", "netlink 504ms-505ms sample snd_cwnd=10",
	    "probe 510ms segment snd_cwnd=10 last_data_sent=10", NULL } },
	{ "also where nothing but a timer moved it",
	  "snd_cwnd",
	  { NULL },
	  2,
	  2,
	  2,
	  0,
	  0,
	  { "probe 10ms mark state=1 snd_cwnd=100", "netlink 20ms-21ms sample snd_cwnd=100",
	    "netlink 60ms-61ms sample snd_cwnd=1", "probe 110ms mark snd_cwnd=1 last_data_sent=56",
	    NULL } },
	{ "its stale ones are what sending made of them",
	  "rto",
	  { "rtt", NULL },
	  1,
	  1,
	  1,
	  0,
	  0,
	  { "probe 10ms rtt state=1 rto=5", "netlink 20ms-21ms sample rto=8",
	    "probe 40ms rtt rto=8 last_data_sent=0", NULL } },
	{ "a callback tells nothing of before its ACK",
	  "unacked",
	  { "rtt", NULL },
	  1,
	  1,
	  1,
	  0,
	  0,
	  { "probe 10ms mark state=1 unacked=10", "netlink 20ms-21ms sample unacked=10",
	    "probe 30ms rtt unacked=4 last_data_sent=20", NULL } },
	{ "what it does not move is that of the next sample",
	  "rtt",
	  { NULL },
	  1,
	  1,
	  1,
	  0,
	  0,
	  { "probe 10ms segment state=1 rtt=100", "netlink 20ms-21ms sample rtt=70",
	    "probe 510ms segment rtt=70 last_data_sent=10", NULL } },
	{ "what is no amount is only shown",
	  "snd_ssthresh",
	  { NULL },
	  0,
	  1,
	  1,
	  0,
	  0,
	  { "probe 10us segment state=1 snd_ssthresh=0x7fffffff",
	    "netlink 20us-21us sample snd_ssthresh=0x7fffffff",
	    "probe 50us segment snd_ssthresh=10", NULL } },
};

static struct check *make(struct run *run)
{
	return statistics__new(run);
}

static void a_value_is_held_against_the_state_at_its_time(void **state)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		const struct error_case *c = &errors[i];
		struct feed feed = { .lines = c->lines,
				     .make = make,
				     .modes = { c->modes[0], c->modes[1] } };
		struct verdict v;
		const struct statistic *s;

		feed__judge(&feed, &v);
		s = find_statistic(&v, "netlink-probe", c->field);
		assert_non_null(s);
		if (s->summary.n != c->n || s->decided != c->decided || s->shown != c->shown ||
		    s->summary.bias != c->bias || s->summary.mae != c->mae)
			fail_msg("%s: n %u, decided %u, shown %u, bias %g, mae %g", c->description,
				 (unsigned int)s->summary.n, (unsigned int)s->decided,
				 (unsigned int)s->shown, s->summary.bias, s->summary.mae);
		verdict__free(&v);
	}
}

/* Hours of an idle flow, in the memory of one poll: each counts. */
static void equal_polls_of_a_pause_all_count(void **state)
{
	enum { POLLS = 10000 };
	static char text[POLLS][48];
	static const char *lines[POLLS + 3];
	struct feed feed = { .lines = lines, .make = make };
	struct verdict v;

	lines[0] = "probe 1us segment state=1 rtt=50";
	for (unsigned int i = 0; i < POLLS; i++) {
		snprintf(text[i], sizeof(text[i]), "netlink %ums-%ums sample rtt=70", 2 * i + 1,
			 2 * i + 2);
		lines[i + 1] = text[i];
	}
	lines[POLLS + 1] = "probe 30000ms segment rtt=70";
	feed__judge(&feed, &v);
	assert_int_equal(find_statistic(&v, "netlink-probe", "rtt")->summary.n, POLLS);
	assert_int_equal(find_statistic(&v, "netlink-probe", "rtt")->decided, POLLS);
	assert_true(find_statistic(&v, "netlink-probe", "rtt")->summary.mae == 0);
	verdict__free(&v);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sample_holds_on_where_nothing_is_left_to_do),
		cmocka_unit_test(a_callback_tells_where_segments_do_not),
		cmocka_unit_test(a_value_is_held_against_the_state_at_its_time),
		cmocka_unit_test(equal_polls_of_a_pause_all_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
