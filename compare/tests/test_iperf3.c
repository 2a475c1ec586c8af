// SPDX-License-Identifier: BSD-2-Clause
/* iperf3's reports of every version and of every accident are read right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/iperf3.h"

#define TCP_INFO_3_1  (FIGURE_RTT | FIGURE_CWND | FIGURE_RETRANS)
#define TCP_INFO_3_7  (TCP_INFO_3_1 | FIGURE_RTTVAR | FIGURE_PMTU)
#define TCP_INFO_3_10 (TCP_INFO_3_7 | FIGURE_SND_WND)

static const struct shape {
	const char *what, *file;
	bool server_output;
	const char *version, *error, *note; /* "": none */
	bool sender;
	unsigned int intervals;
	uint8_t figures;	 /* of the intervals */
	uint64_t bytes, retrans; /* of the first */
	uint64_t start_step_ms;
} shapes[] = {
	{ "3.1 prints neither sender nor rttvar, pmtu, snd_wnd", "3.1.json", false, "iperf 3.1.7",
	  "", "", true, 2, TCP_INFO_3_1, 117964800, 3, 1000 },
	{ "3.7 prints no snd_wnd", "3.7.json", false, "iperf 3.7", "", "", true, 2, TCP_INFO_3_7,
	  100000, 2, 1000 },
	{ "3.9 neither", "3.9.json", false, "iperf 3.9", "", "", true, 2, TCP_INFO_3_7, 100000, 2,
	  1000 },
	{ "3.12 does", "3.12.json", false, "iperf 3.12", "", "", true, 2, TCP_INFO_3_10, 100000, 2,
	  1000 },
	{ "3.12 refused, which exits with 0", "3.12-refused.json", false, "iperf 3.12",
	  "unable to connect", "", false, 0, 0, 0, 0, 1000 },
	{ "3.12 that an error ended, with the last interval twice", "3.12-error.json", false,
	  "iperf 3.12", "control socket has closed", "last interval is told twice", true, 2,
	  TCP_INFO_3_10, 100000, 2, 1000 },
	{ "3.14 that died half-way", "3.14-error.json", false, "iperf 3.14",
	  "control socket has closed", "", true, 2, TCP_INFO_3_10, 100000, 2, 1000 },
	{ "3.17 as a stream of events", "3.17-stream.json", false, "iperf 3.17", "", "", true, 2,
	  TCP_INFO_3_10, 100000, 2, 1000 },
	{ "3.17 as a stream with an error", "3.17-stream-error.json", false, "iperf 3.17",
	  "the server has terminated", "", true, 1, TCP_INFO_3_10, 100000, 2, 1000 },
	{ "3.18 as a stream with the report behind it", "3.18-stream-full.json", false,
	  "iperf 3.18", "", "documents", true, 2, TCP_INFO_3_10, 100000, 2, 1000 },
	{ "3.20 stamps milliseconds", "3.20.json", false, "iperf 3.20", "", "", true, 2,
	  TCP_INFO_3_10, 100000, 2, 1 },
	{ "a key twice", "duplicate-keys.json", false, "iperf 3.12", "",
	  "repeats the key \"retransmits\"", true, 2, TCP_INFO_3_10, 100000, 2, 1000 },
	{ "two documents", "two-documents.json", false, "iperf 3.12", "", "2 documents", true, 2,
	  TCP_INFO_3_10, 100000, 2, 1000 },
	{ "-R: the client has no sender's figures", "reverse.json", false, "iperf 3.12", "", "",
	  false, 2, 0, 100000, 0, 1000 },
	{ "-R --get-server-output, the client's part", "reverse-server-output.json", false,
	  "iperf 3.12", "", "", false, 2, 0, 100000, 0, 1000 },
	{ "-R --get-server-output, the server's", "reverse-server-output.json", true, "iperf 3.12",
	  "", "--get-server-output", true, 2, TCP_INFO_3_10, 100000, 2, 1000 },
};

static void path_of(const char *name, char path[512])
{
	snprintf(path, 512, "%s/iperf3/%s", getenv("TCPW_FOREIGN") ?: "compare/tests/foreign",
		 name);
}

static void check_interval(const struct shape *shape, const struct interval *iv)
{
	assert_int_equal(iv->figures, shape->figures);
	assert_int_equal(iv->bytes, shape->bytes);
	assert_int_equal(iv->retrans, shape->retrans);
	assert_int_equal(iv->start_ns, 0);
	assert_true(iv->end_ns > 1000000000 && iv->end_ns < 1000100000);
	if (iv->figures & FIGURE_RTTVAR) {
		assert_int_equal(iv->rtt, 1001);
		assert_int_equal(iv->rttvar, 51);
		assert_int_equal(iv->pmtu, 1500);
		assert_int_equal(iv->cwnd, 14480);
	}
	if (iv->figures & FIGURE_SND_WND)
		assert_int_equal(iv->snd_wnd, 65536);
}

static void every_version_is_read_right(void **state)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const struct shape *s = &shapes[i];
		char path[512], why[DOCUMENT_WHY_MAX] = "";
		struct report r;
		int err;

		path_of(s->file, path);
		err = report__read(&r, path, s->server_output, why);
		if (err)
			print_error("%s: %s\n", s->what, why);
		assert_int_equal(err, 0);
		assert_string_equal(r.version, s->version);
		if (!!r.error[0] != !!s->error[0] || !strstr(r.error, s->error) ||
		    !!r.note[0] != !!s->note[0] || !strstr(r.note, s->note))
			print_error("%s: error \"%s\", note \"%s\"\n", s->what, r.error, r.note);
		assert_int_equal(!!r.error[0], !!s->error[0]);
		assert_non_null(strstr(r.error, s->error));
		assert_int_equal(!!r.note[0], !!s->note[0]);
		assert_non_null(strstr(r.note, s->note));
		assert_int_equal(r.start_step_ns, s->start_step_ms * 1000000);
		assert_int_equal(r.count, s->intervals ? 1 : 0);
		if (s->intervals) {
			assert_int_equal(r.start_ns, s->start_step_ms == 1 ? 1700000000123000000
									   : 1700000000000000000);
			assert_int_equal(r.streams[0].sender, s->sender);
			assert_int_equal(r.streams[0].count, s->intervals);
			assert_int_equal(r.streams[0].local.port, s->server_output ? 5201 : 40001);
			check_interval(s, &r.streams[0].intervals[0]);
		}
		report__free(&r);
	}
}

static void the_ends_figures_are_those_of_the_reports_side(void **state)
{
	char path[512], why[DOCUMENT_WHY_MAX];
	struct report r;

	path_of("3.17-stream.json", path);
	assert_int_equal(report__read(&r, path, false, why), 0);
	assert_true(r.streams[0].end.have & 1 << END_BYTES);
	assert_int_equal(r.streams[0].end.value[END_BYTES], 300000);
	assert_int_equal(r.streams[0].end.value[END_MAX_RTT], 1002);
	report__free(&r);
	path_of("reverse.json", path);
	assert_int_equal(report__read(&r, path, false, why), 0);
	assert_int_equal(r.streams[0].end.value[END_BYTES], 299000);
	report__free(&r);
}

static void a_cut_report_and_one_without_the_servers_say_so(void **state)
{
	char path[512], why[DOCUMENT_WHY_MAX] = "";
	struct report r;

	path_of("truncated.json", path);
	assert_true(report__read(&r, path, false, why) < 0);
	assert_non_null(strstr(why, "cut"));
	assert_false(r.present);
	report__free(&r);
	path_of("reverse.json", path);
	assert_true(report__read(&r, path, true, why) < 0);
	assert_string_equal(why, "missing");
	report__free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_version_is_read_right),
		cmocka_unit_test(the_ends_figures_are_those_of_the_reports_side),
		cmocka_unit_test(a_cut_report_and_one_without_the_servers_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
