// SPDX-License-Identifier: BSD-2-Clause
/* What a scenario is about: each statement both ways, and what is no statement. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/check_subject.h"
#include "synthetic.h"

#define WITNESSES_AND_MOVES(moves)                                                              \
	"{\"probe\":{\"expected\":true,\"exit\":0},\"netlink\":{\"expected\":true,\"exit\":0}," \
	"\"iperf3\":{\"expected\":true,\"exit\":0,\"server_exit\":0}},\"moves\":[" moves "]"
#define MOVE(end, field, min) "{\"end\":\"" end "\",\"field\":\"" field "\",\"min\":" min "}"
#define MOST(end, field, max) \
	WITNESSES_AND_MOVES("{\"end\":\"" end "\",\"field\":\"" field "\",\"max\":" max "}")
#define MOVES(end, field, min) WITNESSES_AND_MOVES(MOVE(end, field, min))

static bool of_end(const struct sample *s, bool client)
{
	return s->flow.netns == (client ? 1001 : 1002) && s->flow.local.port != 40000 &&
	       s->flow.remote.port != 40000;
}

static bool retransmits_nothing(enum witness w, unsigned int n, struct sample *s)
{
	s->value[FIELD_total_retrans] = 0;
	return true;
}

static bool netlink_sees_no_retransmission(enum witness w, unsigned int n, struct sample *s)
{
	return w != WITNESS_NETLINK || retransmits_nothing(w, n, s);
}

static bool only_control_retransmits(enum witness w, unsigned int n, struct sample *s)
{
	return !(of_end(s, true) || of_end(s, false)) || retransmits_nothing(w, n, s);
}

/* Its value from netlink's first poll on: the flow began at 0, if the probe saw it begin. */
static bool retransmitted_at_once(enum witness w, unsigned int n, struct sample *s)
{
	s->value[FIELD_total_retrans] = s->t0_ns < SYNTHETIC_START_NS + 2000000 ? 0 : 9;
	return true;
}

static bool retransmitted_before(enum witness w, unsigned int n, struct sample *s)
{
	s->value[FIELD_total_retrans] = 9;
	return w != WITNESS_PROBE || s->t0_ns > SYNTHETIC_START_NS + 100000000;
}

/* A gauge says nothing of what it was before its first sample. */
static bool window_was_there(enum witness w, unsigned int n, struct sample *s)
{
	s->value[FIELD_snd_cwnd] = 30;
	return true;
}

/* The step from "none yet" to a value is no movement. */
static bool first_min_rtt(enum witness w, unsigned int n, struct sample *s)
{
	sample__set(s, FIELD_min_rtt, n < 20 ? UINT32_MAX : 100);
	return true;
}

static void announces_min_rtt(enum witness w, struct timeline_header *h)
{
	field_set__add(&h->fields, FIELD_min_rtt);
}

static bool resets(enum witness w, unsigned int n, struct sample *s)
{
	if (s->event == EVENT_close)
		sample__set(s, FIELD_old_state, 1);
	return true;
}

static bool closes_in_order(enum witness w, unsigned int n, struct sample *s)
{
	if (s->event == EVENT_close)
		sample__set(s, FIELD_old_state, 9);
	return true;
}

/* The server's sockets are AF_INET6, for one witness or both; addresses stay mapped ones. */
static bool mapped_server(enum witness w, unsigned int n, struct sample *s)
{
	if (s->flow.netns == 1002)
		s->flow.family = AF_INET6;
	return true;
}

static bool mapped_for_probe(enum witness w, unsigned int n, struct sample *s)
{
	return w != WITNESS_PROBE || mapped_server(w, n, s);
}

static bool starts_late(enum witness w, unsigned int n, struct sample *s)
{
	return w != WITNESS_PROBE || s->t0_ns > SYNTHETIC_START_NS + 100000000;
}

static bool ends_at_once(enum witness w, unsigned int n, struct sample *s)
{
	return s->t0_ns < SYNTHETIC_START_NS + 9000000 ||
	       (s->event == EVENT_close && (s->t0_ns = s->t1_ns = SYNTHETIC_START_NS + 9000000));
}

static const struct {
	const char *description;
	struct recipe recipe;
	const char *subject;
	enum status expected;
	const char *why; /* part of the reason */
} cases[] = {
	{ "a counter that moves at that end",
	  { .witnesses = MOVES("client", "total_retrans", "null") },
	  "client/total_retrans",
	  STATUS_PASS,
	  "1 of 1 flows by probe, 1 of 1 flows by netlink" },
	{ "a counter that does not",
	  { .witnesses = MOVES("client", "total_retrans", "null"), .tamper = retransmits_nothing },
	  "client/total_retrans",
	  STATUS_ERROR,
	  "nothing that this scenario is about happened: client/total_retrans did not move" },
	{ "one witness that has the field did not see it",
	  { .witnesses = MOVES("client", "total_retrans", "null"),
	    .tamper = netlink_sees_no_retransmission },
	  "client/total_retrans",
	  STATUS_ERROR,
	  "did not move by netlink" },
	{ "the control connection is none of the flows",
	  { .witnesses = MOVES("server", "total_retrans", "null"),
	    .tamper = only_control_retransmits },
	  "server/total_retrans",
	  STATUS_ERROR,
	  "did not move by probe (0 of 1 flows" },
	{ "a minimum that is reached",
	  { .witnesses = MOVES("client", "total_retrans", "4") },
	  "client/total_retrans>=4",
	  STATUS_PASS,
	  "" },
	{ "a minimum that is not",
	  { .witnesses = MOVES("client", "total_retrans", "5") },
	  "client/total_retrans>=5",
	  STATUS_ERROR,
	  "did not come true" },
	{ "a minimum that was there before",
	  { .witnesses = MOVES("client", "total_retrans", "4"), .tamper = retransmitted_before },
	  "client/total_retrans>=4",
	  STATUS_ERROR,
	  "did not come true" },
	{ "a minimum that netlink's first poll of a new flow shows",
	  { .witnesses = MOVES("client", "total_retrans", "4"), .tamper = retransmitted_at_once },
	  "client/total_retrans>=4",
	  STATUS_PASS,
	  "1 of 1 flows by netlink" },
	{ "a minimum that a gauge had from the first sample on",
	  { .witnesses = MOVES("client", "snd_cwnd", "20"), .tamper = window_was_there },
	  "client/snd_cwnd>=20",
	  STATUS_ERROR,
	  "did not come true" },
	{ "a first value",
	  { .witnesses = MOVES("client", "min_rtt", "null"),
	    .tamper = first_min_rtt,
	    .header = announces_min_rtt },
	  "client/min_rtt",
	  STATUS_ERROR,
	  "did not move" },
	{ "a field that this kernel lacks, alone",
	  { .witnesses = MOVES("client", "total_rto", "null") },
	  "client/total_rto",
	  STATUS_ERROR,
	  "can be told on this kernel" },
	{ "a field that this kernel lacks, beside another",
	  { .witnesses = WITNESSES_AND_MOVES(
		    MOVE("client", "total_rto", "null") "," MOVE("client", "rtt", "null")) },
	  "client/total_rto",
	  STATUS_SKIP,
	  "no witness" },
	{ "a maximum that is fallen to",
	  { .witnesses = MOST("client", "snd_cwnd", "11") },
	  "client/snd_cwnd<=11",
	  STATUS_PASS,
	  "1 of 1 flows by probe, 1 of 1 flows by netlink" },
	{ "a maximum that is not",
	  { .witnesses = MOST("client", "snd_cwnd", "9") },
	  "client/snd_cwnd<=9",
	  STATUS_ERROR,
	  "did not come true" },
	{ "a maximum that was never passed",
	  { .witnesses = MOST("client", "snd_cwnd", "21") },
	  "client/snd_cwnd<=21",
	  STATUS_ERROR,
	  "did not come true" },
	{ "a maximum of a number of flows",
	  { .witnesses = MOST("client", "flows", "21") },
	  NULL,
	  STATUS_ERROR,
	  "moves.max is for fields" },
	{ "number of flows",
	  { .witnesses = MOVES("client", "flows", "1") },
	  "client/flows>=1",
	  STATUS_PASS,
	  "" },
	{ "too few flows",
	  { .witnesses = MOVES("client", "flows", "2") },
	  "client/flows>=2",
	  STATUS_ERROR,
	  "(1 of 1 flows by probe" },
	{ "a flow that a reset ended",
	  { .witnesses = MOVES("client", "aborted", "null"), .tamper = resets },
	  "client/aborted",
	  STATUS_PASS,
	  "1 of 1 flows by probe" },
	{ "no flow that a reset ended",
	  { .witnesses = MOVES("client", "aborted", "null"), .tamper = closes_in_order },
	  "client/aborted",
	  STATUS_ERROR,
	  "did not move by probe" },
	{ "mapped addresses at the server",
	  { .witnesses = MOVES("server", "mapped", "null"), .tamper = mapped_server },
	  "server/mapped",
	  STATUS_PASS,
	  "1 of 1 flows by probe, 1 of 1 flows by netlink" },
	{ "an IPv4 socket is not mapped",
	  { .witnesses = MOVES("server", "mapped", "null") },
	  "server/mapped",
	  STATUS_ERROR,
	  "did not move by probe" },
	{ "mapped addresses that one witness does not see",
	  { .witnesses = MOVES("server", "mapped", "null"), .tamper = mapped_for_probe },
	  "server/mapped",
	  STATUS_ERROR,
	  "did not move by netlink" },
	{ "a flow that was there before the probe",
	  { .witnesses = MOVES("client", "older", "null"), .tamper = starts_late },
	  "client/older",
	  STATUS_PASS,
	  "" },
	{ "no flow that was there before the probe",
	  { .witnesses = MOVES("client", "older", "null") },
	  "client/older",
	  STATUS_ERROR,
	  "" },
	{ "a flow of less than 10 ms",
	  { .witnesses = MOVES("client", "brief", "null"), .tamper = ends_at_once },
	  "client/brief",
	  STATUS_PASS,
	  "" },
	{ "no flow of less than 10 ms",
	  { .witnesses = MOVES("client", "brief", "null") },
	  "client/brief",
	  STATUS_ERROR,
	  "" },
	{ "the path where its account tells of no packets, alone",
	  { .witnesses = MOVES("path", "loss", "null") },
	  "path/loss",
	  STATUS_ERROR,
	  "can be told" },
	{ "the path where its account tells of no packets, beside another",
	  { .witnesses = WITNESSES_AND_MOVES(
		    MOVE("path", "loss", "null") "," MOVE("client", "rtt", "null")) },
	  "path/loss",
	  STATUS_SKIP,
	  "tells of no packets" },
	{ "what no path does",
	  { .witnesses = MOVES("path", "delivered", "null") },
	  NULL,
	  STATUS_ERROR,
	  "moves.field is \"delivered\"" },
	{ "a name that means nothing",
	  { .witnesses = MOVES("client", "total_retrains", "null") },
	  NULL,
	  STATUS_ERROR,
	  "moves.field is \"total_retrains\"" },
	{ "an end that is none",
	  { .witnesses = MOVES("sender", "rtt", "null") },
	  NULL,
	  STATUS_ERROR,
	  "moves.end is \"sender\"" },
	{ "no end",
	  { .witnesses = WITNESSES_AND_MOVES("{\"field\":\"rtt\"}") },
	  NULL,
	  STATUS_ERROR,
	  "moves.end is \"\"" },
	{ "a minimum that is no number",
	  { .witnesses = MOVES("client", "rtt", "\"much\"") },
	  NULL,
	  STATUS_ERROR,
	  "moves.min is not a number" },
	{ "an entry that is no object",
	  { .witnesses = WITNESSES_AND_MOVES("\"client/rtt\"") },
	  NULL,
	  STATUS_ERROR,
	  "moves is not a list" },
};

static void test_what_a_scenario_is_about(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct result *r;
		struct judgement j;

		print_message("  %s\n", cases[i].description);
		synthetic__judge(&j, &cases[i].recipe);
		if (cases[i].subject)
			r = find_result(&j.verdict, "subject", cases[i].subject);
		else
			r = find_result(&j.verdict, "witness", "manifest");
		assert_non_null(r);
		assert_int_equal(r->status, cases[i].expected);
		if (!strstr(r->reason, cases[i].why))
			fail_msg("the reason is: %s", r->reason);
		if (cases[i].expected == STATUS_ERROR)
			assert_int_equal(j.verdict.status, STATUS_ERROR);
		judge__free(&j);
	}
}

static void test_the_path_is_asked(void **state)
{
	static const struct {
		const char *name;
		uint64_t min;
		enum status expected;
	} asked[] = {
		{ "loss", 1, STATUS_PASS },	{ "loss", 3, STATUS_PASS },
		{ "loss", 4, STATUS_ERROR },	{ "ce", 1, STATUS_ERROR },
		{ "too-big", 1, STATUS_ERROR }, /* no tally: nothing else is stated */
	};

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct run run = { 0 };
		struct move *m = &run.manifest.moves[run.manifest.moves_count++];
		struct verdict v = { 0 };
		struct check *c = check_subject__new(&run);

		assert_non_null(verdict__tally(&v, "retransmissions", "loss", 9));
		assert_non_null(verdict__tally(&v, "packets", "loss", 3));
		assert_non_null(verdict__tally(&v, "packets", "ce", 0));
		m->place = MOVE_PATH;
		assert_true(move__set_name(m, asked[i].name));
		m->has_min = true;
		m->min = asked[i].min;
		run.flows = flows__new(c->ops->flow_size, &run.manifest, run.report);
		assert_int_equal(c->ops->finish(c, &v), 0);
		assert_int_equal(v.results_count, 1);
		assert_int_equal(v.results[0].status, asked[i].expected);
		c->ops->free(c);
		flows__free(run.flows);
		verdict__free(&v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_scenario_is_about),
		cmocka_unit_test(test_the_path_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
