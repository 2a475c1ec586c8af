// SPDX-License-Identifier: BSD-2-Clause
/* What other tools print comes out as samples: values, units, rounding, windows; and bad files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "compare/foreign.h"
#include "timeline/temporary.h"

#define MS 1000000ULL

/* The run's clocks: CLOCK_REALTIME began 1795380000 s before CLOCK_MONOTONIC. */
static const struct clock_anchor anchor = { true, 1795380000000 * MS, MS };
static const struct clock_anchor nowhere;

static const char *folder(void)
{
	return getenv("TCPW_FOREIGN") ?: "compare/tests/foreign";
}

static struct foreign_reader *open_named(const char *format, const char *name)
{
	static char text[512];
	struct foreign_reader *r;
	struct foreign f;

	snprintf(text, sizeof(text), "%s%s/%s", format, folder(), name);
	assert_int_equal(foreign__parse(&f, text), 0);
	assert_int_equal(foreign_reader__open(&r, &f, &anchor), 0);
	return r;
}

static void assert_field(const struct foreign_reader *r, const struct sample *s, enum field f,
			 uint64_t value, uint64_t slack)
{
	uint64_t below, above;

	if (!sample__has(s, f) || s->value[f] != value)
		print_error("%s: %llu, expected %llu\n", catalogue[f].name,
			    (unsigned long long)s->value[f], (unsigned long long)value);
	assert_true(sample__has(s, f));
	assert_int_equal(s->value[f], value);
	foreign_reader__rounding(r, f, &below, &above);
	assert_true(above >= slack && above <= slack + 1);
}

static void assert_flow(const struct sample *s, const char *local, const char *remote)
{
	char text[ENDPOINT_TEXT_MAX];

	endpoint__format(&s->flow.local, s->flow.family, text);
	assert_string_equal(text, local);
	endpoint__format(&s->flow.remote, s->flow.family, text);
	assert_string_equal(text, remote);
}

static void ss_with_exact_rates_is_read_field_by_field(void **state)
{
	struct foreign_reader *r = open_named("ss:", "ss.txt");
	struct sample s;

	assert_int_equal(foreign_reader__next(r, &s), 1);
	assert_flow(&s, "127.0.0.1:55460", "127.0.0.1:5201");
	assert_int_equal(s.flow.cookie, 0x1a7);
	assert_int_equal(s.event, EVENT_sample);
	assert_string_equal(s.cong, "bbr");
	/* from the stamp above, cut by what the anchor may be off, to the stamp below */
	assert_int_equal(s.t0_ns, 3472211837871 - MS);
	assert_int_equal(s.t1_ns, 3472219361551 + MS);
	assert_field(r, &s, FIELD_state, 1, 0);
	assert_field(r, &s, FIELD_wqueue, 2850869, 0);
	assert_field(r, &s, FIELD_inode, 270137, 0);
	assert_field(r, &s, FIELD_snd_wscale, 10, 0);
	assert_field(r, &s, FIELD_rcv_wscale, 7, 0);
	assert_field(r, &s, FIELD_rto, 204000, 0);
	assert_field(r, &s, FIELD_rtt, 33, 0);
	assert_field(r, &s, FIELD_rttvar, 11, 0);
	assert_field(r, &s, FIELD_ato, 40000, 0);
	assert_field(r, &s, FIELD_snd_mss, 65483, 0);
	assert_field(r, &s, FIELD_rcv_mss, 536, 0);
	assert_field(r, &s, FIELD_snd_cwnd, 16, 0);
	assert_field(r, &s, FIELD_bytes_acked, 2736783398, 0);
	assert_field(r, &s, FIELD_last_data_sent, 4, 0);
	assert_field(r, &s, FIELD_pacing_rate, 47435239736 / 8, 0);
	assert_field(r, &s, FIELD_max_pacing_rate, 50000000000, 0);
	assert_field(r, &s, FIELD_delivery_rate, 49112250000 / 8, 0);
	assert_field(r, &s, FIELD_delivery_rate_app_limited, 1, 0);
	/* cut to whole milliseconds */
	assert_field(r, &s, FIELD_busy_time, 996000, 999);
	assert_field(r, &s, FIELD_rwnd_limited, 8000, 999);
	assert_field(r, &s, FIELD_retrans, 3, 0);
	assert_field(r, &s, FIELD_total_retrans, 21, 0);
	assert_field(r, &s, FIELD_notsent_bytes, 65589, 0);
	assert_field(r, &s, FIELD_min_rtt, 1, 0);
	assert_field(r, &s, FIELD_snd_wnd, 2694144, 0);
	/* what ss leaves out where it is 0 is not told, and not 0 */
	assert_false(sample__has(&s, FIELD_lost));
	assert_false(sample__has(&s, FIELD_sndbuf_limited));
	foreign_reader__close(r);
}

static void ss_with_rounded_figures_leaves_room_for_what_was_cut(void **state)
{
	struct foreign_reader *r = open_named("ss:", "ss.txt");
	struct sample s;

	assert_int_equal(foreign_reader__next(r, &s), 1);
	assert_int_equal(foreign_reader__next(r, &s), 1);
	assert_flow(&s, "[::ffff:127.0.0.1]:5201", "[::ffff:127.0.0.1]:55460");
	/* a stamp of whole seconds ends a second later */
	assert_int_equal(s.t1_ns, 3474000000000 - 1 + MS);
	/* six significant digits */
	assert_field(r, &s, FIELD_rtt, 1234570, 5);
	assert_field(r, &s, FIELD_rttvar, 617284, 0);
	assert_field(r, &s, FIELD_rto, 1204000, 5);
	/* three */
	assert_field(r, &s, FIELD_pacing_rate, 33100000000 / 8, 50000000 / 8);
	assert_field(r, &s, FIELD_delivery_rate, 783000000 / 8, 500000 / 8);
	assert_int_equal(foreign_reader__next(r, &s), 1);
	assert_flow(&s, "[fe80::1]:5201", "[fe80::2]:40000");
	assert_field(r, &s, FIELD_state, 8, 0);
	assert_field(r, &s, FIELD_pacing_rate, 12300000 / 8, 50000 / 8);
	/* one decimal, as before iproute2 5.7 */
	assert_field(r, &s, FIELD_delivery_rate, 55001300000 / 8, 50000 / 8);
	assert_int_equal(foreign_reader__next(r, &s), 0);
	assert_non_null(strstr(foreign_reader__note(r), "1 records left out (no stamp follows"));
	assert_non_null(strstr(foreign_reader__note(r), "shiny_new"));
	assert_null(strstr(foreign_reader__note(r), "users"));
	foreign_reader__close(r);
}

static void fireflies_are_read_in_every_shape(void **state)
{
	struct foreign_reader *r = open_named("firefly:", "firefly.jsonl");
	struct sample s;

	/* the first tells nothing of the kernel's */
	assert_int_equal(foreign_reader__next(r, &s), 1);
	assert_flow(&s, "10.0.0.1:40001", "10.0.0.2:5201");
	assert_int_equal(s.event, EVENT_sample);
	/* 21:37:53 is 1795383473: whole seconds stand for the whole second */
	assert_int_equal(s.t0_ns, 3473000 * MS - MS);
	assert_int_equal(s.t1_ns, 3474000 * MS - 1 + MS);
	assert_field(r, &s, FIELD_ca_state, 3, 0);
	assert_field(r, &s, FIELD_snd_mss, 1448, 0);
	assert_field(r, &s, FIELD_pmtu, 1500, 0);
	assert_field(r, &s, FIELD_rttvar, 56, 0);
	assert_field(r, &s, FIELD_snd_ssthresh, 40, 0);
	assert_field(r, &s, FIELD_min_rtt, UINT32_MAX, 0); /* nothing measured */
	assert_field(r, &s, FIELD_bytes_received, 5, 0);
	assert_field(r, &s, FIELD_unacked, 3, 0);
	assert_field(r, &s, FIELD_dsack_dups, 2, 0);
	assert_field(r, &s, FIELD_rcv_ooopack, 4, 0);
	assert_field(r, &s, FIELD_sndbuf_limited, 1000, 0);
	assert_field(r, &s, FIELD_rcv_wscale, 7, 0);
	assert_field(r, &s, FIELD_max_pacing_rate, UINT64_MAX, 0);
	assert_int_equal(foreign_reader__next(r, &s), 1);
	assert_flow(&s, "[2001:db8::1]:40001", "[2001:db8::2]:5201");
	assert_int_equal(s.t0_ns, 3473500 * MS - MS);
	assert_int_equal(s.t1_ns, 3473600 * MS - 1 + MS);
	assert_field(r, &s, FIELD_rtt, 99, 0);
	assert_field(r, &s, FIELD_bytes_received, 77, 0);
	assert_int_equal(foreign_reader__next(r, &s), 1); /* the same line's skOps */
	assert_int_equal(s.event, EVENT_rtt);
	assert_field(r, &s, FIELD_snd_cwnd, 21, 0);
	assert_false(sample__has(&s, FIELD_bytes_received));
	assert_int_equal(foreign_reader__next(r, &s), 1);
	assert_field(r, &s, FIELD_bytes_acked, 5, 0);
	assert_field(r, &s, FIELD_delivery_rate_app_limited, 1, 0);
	assert_int_equal(foreign_reader__next(r, &s), 0);
	assert_non_null(strstr(foreign_reader__note(r), "1 records left out (not of TCP)"));
	assert_non_null(strstr(foreign_reader__note(r), "quantumFlux"));
	assert_null(strstr(foreign_reader__note(r), "srcPort"));
	foreign_reader__close(r);
}

static void the_manuals_example_is_a_timeline(void **state)
{
	struct foreign_reader *r = open_named("", "example.jsonl");
	struct sample s;
	unsigned int n = 0;

	while (foreign_reader__next(r, &s) == 1) {
		if (!n++) {
			assert_int_equal(s.t0_ns, 2554000 * MS - MS);
			assert_int_equal(s.t1_ns, 2555000 * MS + MS);
		}
	}
	assert_int_equal(n, 8);
	assert_non_null(foreign_reader__trailer(r));
	assert_int_equal(foreign_reader__placed_error_ns(r), MS);
	foreign_reader__close(r);
}

/* Where two collectors' headers disagree, the larger doubt is granted. */
static void the_clocks_anchor_knows_its_error(void **state)
{
	struct timeline_header probe = { .base_ns = 100, .base_realtime_ns = 5000000000 };
	struct timeline_header netlink = { .base_ns = 100, .base_realtime_ns = 5007000000 };
	struct timeline_header none = { 0 };

	assert_false(clock_anchor__of(&none, &none).known);
	assert_int_equal(clock_anchor__of(&probe, &none).offset_ns, 4999999900);
	assert_int_equal(clock_anchor__of(&probe, &none).error_ns, MS);
	assert_int_equal(clock_anchor__of(&none, &netlink).offset_ns, 5006999900);
	assert_int_equal(clock_anchor__of(&probe, &netlink).error_ns, 7 * MS);
	assert_int_equal(clock_anchor__of(&netlink, &probe).error_ns, 7 * MS);
}

#define RECORD "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 "
#define FIREFLY(time, end)                                                                \
	"{\"version\":1,\"flow-lifecycle\":{\"current-time\":\"" time "\"},\"flow-id\":{" \
	"\"src-ip\":\"10.0.0.1\",\"src-port\":1,\"dst-ip\":\"10.0.0.2\",\"dst-port\":2}" end "}\n"
#define HEADER "{\"timeline\":1,\"witness\":\"x\",\"clock\":\"CLOCK_REALTIME\"}\n"

static void bad_files_are_named_with_line_and_cause(void **state)
{
	static const struct {
		const char *what, *format, *text, *why;
		bool placed;
	} cases[] = {
		{ "an empty ss file", "ss:", "", "empty", true },
		{ "a record before any stamp", "ss:", RECORD "rtt:1/1\n",
		  "line 1: a record before the first stamp", true },
		{ "ss without -O", "ss:", "# 1\n" RECORD "\n\t cubic rtt:1/1\n# 2\n",
		  "line 3: begins with a blank", true },
		{ "a value that is no number", "ss:", "# 1\n" RECORD "cwnd:ten\n# 2\n",
		  "line 2: \"cwnd:ten\" cannot be understood", true },
		{ "a value beyond its field", "ss:", "# 1\n" RECORD "cwnd:99999999999\n# 2\n",
		  "line 2: \"cwnd:99999999999\"", true },
		{ "a rate without unit", "ss:", "# 1\n" RECORD "pacing_rate 12\n# 2\n",
		  "line 2: \"12\"", true },
		{ "a rate that ends the line", "ss:", "# 1\n" RECORD "pacing_rate\n# 2\n",
		  "line 2: \"pacing_rate\"", true },
		{ "an address that is none", "ss:", "# 1\nESTAB 0 0 nonsense 10.0.0.2:2\n# 2\n",
		  "line 2: \"nonsense\"", true },
		{ "an address that is missing", "ss:", "# 1\nESTAB 0 0\n# 2\n", "line 2:", true },
		{ "something else's text", "ss:", "# 1\nhello world\n# 2\n",
		  "line 2: \"hello\" cannot be understood", true },
		{ "stamps that run backwards",
		  "ss:", "# 1795380002\n" RECORD "\n# 1795380001\n" RECORD "\n# 3\n",
		  "line 3: time runs backwards", true },
		{ "stamps of two clocks", "ss:", "# 1\n" RECORD "\n# monotonic 2\n" RECORD "\n",
		  "line 3: a stamp of another clock", true },
		{ "CLOCK_REALTIME that nothing places", "ss:", "# 1\n" RECORD "rtt:1/1\n# 2\n",
		  "base_realtime_ns", false },
		{ "an empty firefly file", "firefly:", "", "empty", true },
		{ "a firefly that is not JSON", "firefly:",
		  FIREFLY("2026-01-01T00:00:00Z", "") "{{\n", "line 2: not JSON", true },
		{ "a line without any JSON", "firefly:", "hello\n", "line 1: not JSON", true },
		{ "a firefly of another version", "firefly:", "{\"version\":2}\n", "version 2",
		  true },
		{ "JSON that is no firefly", "firefly:", "{}\n", "line 1: not a firefly", true },
		{ "a firefly without time", "firefly:", "{\"version\":1}\n", "no flow-lifecycle",
		  true },
		{ "a firefly without zone", "firefly:", FIREFLY("2026-01-01T00:00:00", ""),
		  "ISO 8601", true },
		{ "a firefly with an impossible time",
		  "firefly:", FIREFLY("2026-13-01T00:00:00Z", ""), "ISO 8601", true },
		{ "a firefly with half a time", "firefly:", FIREFLY("2026", ""), "ISO 8601", true },
		{ "a firefly without a flow", "firefly:",
		  "{\"version\":1,\"flow-lifecycle\":{\"current-time\":\"2026-01-01T00:00:00Z\"}}"
		  "\n",
		  "flow-id has no", true },
		{ "a field that is no number",
		  "firefly:", FIREFLY("2026-01-01T00:00:00Z", ",\"netlink\":{\"rtt\":\"fast\"}"),
		  "the value of \"rtt\"", true },
		{ "a field that is negative",
		  "firefly:", FIREFLY("2026-01-01T00:00:00Z", ",\"netlink\":{\"rtt\":-1}"),
		  "the value of \"rtt\"", true },
		{ "a field beyond its width",
		  "firefly:", FIREFLY("2026-01-01T00:00:00Z", ",\"netlink\":{\"rtt\":5000000000}"),
		  "does not fit the field rtt", true },
		{ "fireflies out of order", "firefly:",
		  FIREFLY("2026-12-02T00:00:00Z", ",\"netlink\":{\"rtt\":1}")
			  FIREFLY("2026-12-01T00:00:00Z", ",\"netlink\":{\"rtt\":1}"),
		  "line 2: time runs backwards", true },
		{ "a NUL byte", "firefly:", "\x01{\n", "line 1: not JSON", true },
		{ "an empty timeline", "", "", "empty", true },
		{ "a timeline without header", "", "{}\n", "not the header", true },
		{ "a timeline on CLOCK_REALTIME that nothing places", "", HEADER,
		  "base_realtime_ns", false },
		{ "a timeline that is cut", "timeline:", HEADER, "without a trailer", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char path[TEMPORARY_PATH_MAX], spec[TEMPORARY_PATH_MAX + 16];
		struct foreign_reader *r;
		struct foreign f;
		struct sample s;
		FILE *file;
		int err;

		assert_int_equal(temporary__file(path), 0);
		file = fopen(path, "w");
		assert_non_null(file);
		fputs(cases[i].text, file);
		assert_int_equal(fclose(file), 0);
		snprintf(spec, sizeof(spec), "%s%s", cases[i].format, path);
		assert_int_equal(foreign__parse(&f, spec), 0);
		err = foreign_reader__open(&r, &f, cases[i].placed ? &anchor : &nowhere);
		while (!err && (err = foreign_reader__next(r, &s)) == 1)
			err = 0;
		if (err >= 0 || !strstr(foreign_reader__error(r), cases[i].why) ||
		    !strstr(foreign_reader__error(r), path))
			print_error("%s: %d, \"%s\"\n", cases[i].what, err,
				    foreign_reader__error(r));
		assert_true(err < 0);
		assert_non_null(strstr(foreign_reader__error(r), cases[i].why));
		assert_non_null(strstr(foreign_reader__error(r), path));
		/* and it stays failed */
		assert_true(r && foreign_reader__error(r)[0]);
		foreign_reader__close(r);
		unlink(path);
	}
}

static void a_file_that_is_not_there_is_named(void **state)
{
	static const char *const specs[] = { "/nonexistent/x", "ss:/nonexistent/x",
					     "firefly:/nonexistent/x", "ss:/dev/null" };
	struct foreign_reader *r;
	struct foreign f;

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		assert_int_equal(foreign__parse(&f, specs[i]), 0);
		assert_true(foreign_reader__open(&r, &f, &anchor) < 0);
		assert_non_null(strstr(foreign_reader__error(r), f.path));
		foreign_reader__close(r);
	}
	assert_true(foreign__parse(&f, "ss:") < 0);
	assert_true(foreign__parse(&f, "") < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ss_with_exact_rates_is_read_field_by_field),
		cmocka_unit_test(ss_with_rounded_figures_leaves_room_for_what_was_cut),
		cmocka_unit_test(fireflies_are_read_in_every_shape),
		cmocka_unit_test(the_manuals_example_is_a_timeline),
		cmocka_unit_test(the_clocks_anchor_knows_its_error),
		cmocka_unit_test(bad_files_are_named_with_line_and_cause),
		cmocka_unit_test(a_file_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
