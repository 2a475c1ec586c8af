// SPDX-License-Identifier: BSD-2-Clause
/* The generator's accounts: what is refused, and who saw the flows that they tell of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "synthetic.h"

#define HEADER	 "{\"generator\":1,\"end\":\"client\",\"tool\":\"tcpw-generator 0.0.0\"}\n"
#define TRAILER	 "{\"trailer\":true,\"flows\":1,\"failed\":0}\n"
#define CLIENT	 "\"local\":\"10.0.0.1:40001\",\"remote\":\"10.0.0.2:5201\""
#define SERVER	 "\"local\":\"[::ffff:10.0.0.2]:5201\",\"remote\":\"[::ffff:10.0.0.1]:40001\""
#define BYTES	 ",\"closed_ns\":9,\"sent\":10,\"received\":20"
#define LINE(of) "{\"flow\":0," of BYTES "}\n"
#define WITNESSES(generator)                                                                    \
	"{\"probe\":{\"expected\":true,\"exit\":0},\"netlink\":{\"expected\":true,\"exit\":0}," \
	"\"iperf3\":{\"expected\":false,\"exit\":null,\"server_exit\":null},"                   \
	"\"generator\":" generator "}"
#define WELL WITNESSES("{\"expected\":true,\"exit\":0,\"server_exit\":0}")

static bool no_polls(enum witness w, unsigned int n, struct sample *s)
{
	return s->event != EVENT_sample;
}

static bool probe_misses_the_client(enum witness w, unsigned int n, struct sample *s)
{
	return w != WITNESS_PROBE || s->flow.netns != 1001;
}

static bool no_one_sees_the_client(enum witness w, unsigned int n, struct sample *s)
{
	return s->flow.netns != 1001;
}

static void polls_only(enum witness w, struct timeline_header *h)
{
	if (w == WITNESS_PROBE) {
		strcpy(h->mode[0], "poll");
		h->modes = 1;
	}
}

static void lost_some(enum witness w, struct timeline_trailer *t)
{
	if (w == WITNESS_PROBE)
		t->lost[0].count = 3;
}

static const struct {
	const char *description;
	struct recipe recipe;
	const char *check, *subject;
	enum status expected;
	const char *why; /* part of the reason */
} cases[] = {
	{ "both ends account for what all saw",
	  { .witnesses = WELL },
	  "witness",
	  "generator client",
	  STATUS_PASS,
	  "1 flows by tcpw-generator 0.0.0" },
	{ "no account",
	  { .witnesses = WELL, .client_account = "-" },
	  "witness",
	  "generator client",
	  STATUS_ERROR,
	  "generator-client.jsonl: missing" },
	{ "not an account",
	  { .witnesses = WELL, .server_account = "{\"start\":{}}\n" },
	  "witness",
	  "generator server",
	  STATUS_ERROR,
	  "not an account" },
	{ "another schema",
	  { .witnesses = WELL, .client_account = "{\"generator\":2}\n" TRAILER },
	  "witness",
	  "generator client",
	  STATUS_ERROR,
	  "line 1: not of schema 1" },
	{ "no trailer",
	  { .witnesses = WELL, .client_account = HEADER LINE(CLIENT) },
	  "witness",
	  "generator client",
	  STATUS_ERROR,
	  "no trailer" },
	{ "a line cut in the middle",
	  { .witnesses = WELL, .client_account = HEADER "{\"flow\":0,\"local\":\"10.0" },
	  "witness",
	  "generator client",
	  STATUS_ERROR,
	  "cut" },
	{ "a trailer that counts more",
	  { .witnesses = WELL, .client_account = HEADER TRAILER },
	  "witness",
	  "generator client",
	  STATUS_ERROR,
	  "counts other flows" },
	{ "something behind the trailer",
	  { .witnesses = WELL, .client_account = HEADER LINE(CLIENT) TRAILER LINE(CLIENT) },
	  "witness",
	  "generator client",
	  STATUS_ERROR,
	  "line 4: something behind" },
	{ "a flow without addresses",
	  { .witnesses = WELL, .client_account = HEADER "{\"flow\":0" BYTES "}\n" TRAILER },
	  "witness",
	  "generator client",
	  STATUS_ERROR,
	  "line 2: no addresses" },
	{ "a flow without bytes",
	  { .witnesses = WELL, .client_account = HEADER "{\"flow\":0," CLIENT "}\n" TRAILER },
	  "witness",
	  "generator client",
	  STATUS_ERROR,
	  "line 2: no bytes" },
	{ "a flow without its end's time",
	  { .witnesses = WELL,
	    .client_account =
		    HEADER "{\"flow\":0," CLIENT ",\"sent\":1,\"received\":1}\n" TRAILER },
	  "witness",
	  "generator client",
	  STATUS_ERROR,
	  "line 2: no time" },
	{ "a negative number of bytes",
	  { .witnesses = WELL,
	    .client_account =
		    HEADER "{\"flow\":0," CLIENT ",\"sent\":-1,\"received\":1}\n" TRAILER },
	  "witness",
	  "generator client",
	  STATUS_ERROR,
	  "line 2: no bytes" },
	{ "a flow that failed",
	  { .witnesses = WELL,
	    .client_account = HEADER "{\"flow\":0," CLIENT BYTES
				     ",\"error\":\"connection reset\"}\n" TRAILER },
	  "witness",
	  "generator client",
	  STATUS_ERROR,
	  "flow 0: connection reset" },
	{ "no flow at all",
	  { .witnesses = WELL,
	    .client_account = HEADER "{\"trailer\":true,\"flows\":0,\"failed\":0}\n" },
	  "witness",
	  "generator client",
	  STATUS_ERROR,
	  "not a single flow" },
	{ "a generator that failed",
	  { .witnesses = WITNESSES("{\"expected\":true,\"exit\":3,\"server_exit\":0}") },
	  "witness",
	  "generator client",
	  STATUS_ERROR,
	  "exit code 3" },
	{ "a generator that was never started",
	  { .witnesses = WITNESSES("{\"expected\":true,\"exit\":0,\"server_exit\":null}") },
	  "witness",
	  "generator server",
	  STATUS_ERROR,
	  "never started" },
	{ "the probe saw all", { .witnesses = WELL }, "census", "probe", STATUS_PASS, "2 of 2" },
	{ "the probe missed an end",
	  { .witnesses = WELL, .tamper = probe_misses_the_client },
	  "census",
	  "probe",
	  STATUS_FAIL,
	  "never saw 1 of 2 sockets; first: the client's [::ffff:10.0.0.1]:40001 " },
	{ "nobody saw an end",
	  { .witnesses = WELL, .tamper = no_one_sees_the_client },
	  "census",
	  "probe",
	  STATUS_FAIL,
	  "never saw 1 of 2" },
	{ "a probe that only polls may miss some",
	  { .witnesses = WELL, .tamper = probe_misses_the_client, .header = polls_only },
	  "census",
	  "probe",
	  STATUS_PASS,
	  "saw 1 of 2" },
	{ "a probe that lost samples, and says so, may have lost those",
	  { .witnesses = WELL, .tamper = probe_misses_the_client, .trailer = lost_some },
	  "census",
	  "probe",
	  STATUS_PASS,
	  "saw 1 of 2" },
	{ "polls that missed nothing",
	  { .witnesses = WELL },
	  "census",
	  "netlink",
	  STATUS_INFO,
	  "missed 0 of 2 sockets, 0.0%; last words of 2" },
	{ "polls that missed all",
	  { .witnesses = WELL, .tamper = no_polls },
	  "census",
	  "netlink",
	  STATUS_INFO,
	  "polls at 50 ms missed 2 of 2 sockets, 100.0%; last words of 2" },
};

static void test_accounts(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recipe recipe = cases[i].recipe;
		const struct result *r;
		struct judgement j;

		print_message("         %s\n", cases[i].description);
		recipe.bounds = "{}";
		if (!recipe.client_account)
			recipe.client_account = HEADER LINE(CLIENT) TRAILER;
		if (!recipe.server_account)
			recipe.server_account = HEADER LINE(SERVER) TRAILER;
		synthetic__judge(&j, &recipe);
		r = find_result(&j.verdict, cases[i].check, cases[i].subject);
		assert_non_null(r);
		if (r->status != cases[i].expected || !strstr(r->reason, cases[i].why))
			fail_msg("%s: %s", status__name(r->status), r->reason);
		if (cases[i].expected == STATUS_ERROR)
			assert_int_equal(j.verdict.status, STATUS_ERROR);
		judge__free(&j);
	}
}

/* iperf3's reports, should there be some, are not read then; nothing is placed or compared by them.
 */
static void test_no_report_is_wanted(void **state)
{
	const struct recipe recipe = { .witnesses = WELL,
				       .bounds = "{}",
				       .client = "-",
				       .server = "-",
				       .client_account = HEADER LINE(CLIENT) TRAILER,
				       .server_account = HEADER LINE(SERVER) TRAILER };
	struct judgement j;

	synthetic__judge(&j, &recipe);
	if (j.verdict.status != STATUS_PASS)
		fail_msg("%s", j.verdict.reason);
	assert_int_equal(find_result(&j.verdict, "witness", "iperf3 client")->status, STATUS_SKIP);
	assert_null(find_result(&j.verdict, "marks", ""));
	judge__free(&j);
}

static void test_a_tuple_that_is_used_again(void **state)
{
	/* in the order of the account; closed_ns of three flows on one 4-tuple */
	static const uint64_t closed_ns[] = { 2000, 9000, 5000 };
	static const struct {
		uint64_t seen_ns;
		int stream;
	} sights[] = { { 1000, 0 }, { 2000, 0 }, { 2001, 2 }, { 5001, 1 }, { 9500, 1 } };
	struct manifest manifest = { .netns = { { "c", 1001 }, { "s", 1002 } } };
	struct report reports[ENDS] = { { .account = true, .count = 3 }, { .account = true } };
	struct stream streams[3] = { 0 };
	struct flows *flows;

	for (int i = 0; i < 3; i++) {
		streams[i].local.port = 40001;
		streams[i].remote.port = 5201;
		streams[i].closed_ns = closed_ns[i];
	}
	reports[END_CLIENT].streams = streams;
	flows = flows__new(8, &manifest, reports);
	assert_non_null(flows);
	for (size_t i = 0; i < sizeof(sights) / sizeof(sights[0]); i++) {
		struct sample s = { .t0_ns = sights[i].seen_ns, .event = EVENT_connect };
		const struct flow_entry *e;

		s.flow.cookie = i + 1;
		s.flow.netns = 1001;
		s.flow.local.port = 40001;
		s.flow.remote.port = 5201;
		e = flows__of(flows, WITNESS_PROBE, &s);
		assert_non_null(e);
		assert_int_equal(e->report_stream, sights[i].stream);
	}
	flows__free(flows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_no_report_is_wanted),
		cmocka_unit_test(test_a_tuple_that_is_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
