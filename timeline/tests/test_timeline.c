// SPDX-License-Identifier: BSD-2-Clause
/* What is written is read back exactly, and what is broken is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "timeline/reader.h"
#include "timeline/temporary.h"
#include "timeline/writer.h"

#define BASE 10000000000000000ULL /* 115 days of uptime: beyond 2^53 */

static char path[TEMPORARY_PATH_MAX];

static int make_file(void **state)
{
	return temporary__file(path);
}

static int remove_file(void **state)
{
	return unlink(path);
}

static struct timeline_header header(void)
{
	struct timeline_header h = { .witness = "probe", .tool = "test", .kernel = "6.18",
				     .mode = { "rtt", "segment" }, .modes = 2, .hz = 250,
				     .base_ns = BASE, .base_realtime_ns = 1790000000000000000ULL,
				     .netns = { 4026531840U }, .netns_count = 1, .marks = true, .armed = true,
				     .marks_by = "getsockopt", .programs = "5.12" };

	field_set__add(&h.fields, FIELD_rtt);
	field_set__add(&h.fields, FIELD_mark);
	return h;
}

static struct sample sample(uint64_t t)
{
	struct sample s = { .t0_ns = BASE + t, .t1_ns = BASE + t, .event = EVENT_rtt, .seq = 7,
			    .flow = { .cookie = UINT64_MAX - 1, .netns = 4026531840U,
				      .family = AF_INET6 } };

	endpoint__parse("[2001:db8::1]:5", 15, &s.flow.local, &s.flow.family);
	endpoint__parse("[2001:db8::2]:6", 15, &s.flow.remote, &s.flow.family);
	return s;
}

static void write_raw(const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* A header, then the given lines, then a trailer that counts them (unless samples < 0). */
static void write_lines(const char *lines, int samples)
{
	char text[8192];
	int n = snprintf(text, sizeof(text),
			 "{\"timeline\":1,\"witness\":\"x\",\"base_ns\":0}\n%s", lines);

	if (samples >= 0)
		snprintf(text + n, sizeof(text) - n,
			 "{\"trailer\":true,\"samples\":%d,\"lost\":{},\"notes\":{}}\n", samples);
	write_raw(text);
}

#define FLOW "\"event\":\"rtt\",\"cookie\":1,\"local\":\"10.0.0.1:1\",\"remote\":\"10.0.0.2:2\""

static void every_field_and_the_extremes_survive(void **state)
{
	struct timeline_header h = header();
	struct timeline_trailer trailer = { 0 };
	struct timeline_writer *w;
	struct timeline_reader *r;
	struct sample s = sample(5), got;

	strcpy(s.cong, "cubic");
	strcpy(s.ulp, "tls");
	s.t1_ns += 9;
	for (enum field f = 0; f < FIELD_COUNT; f++)
		sample__set(&s, f, field_all_ones(f) - (catalogue[f].all_ones == ALL_ONES_VALUE));
	assert_int_equal(timeline_writer__open(&w, path, &h), 0);
	assert_int_equal(timeline_writer__sample(w, &s), 0);
	timeline_trailer__lost(&trailer, "ring_full", 3);
	timeline_trailer__note(&trailer, "late_ticks", UINT64_MAX);
	assert_int_equal(timeline_writer__close(w, &trailer), 0);

	assert_int_equal(timeline_reader__open(&r, path), 0);
	assert_string_equal(timeline_reader__header(r)->witness, "probe");
	assert_string_equal(timeline_reader__header(r)->mode[1], "segment");
	assert_int_equal(timeline_reader__header(r)->base_ns, BASE);
	assert_int_equal(timeline_reader__header(r)->base_realtime_ns, 1790000000000000000ULL);
	assert_int_equal(timeline_reader__header(r)->netns[0], 4026531840U);
	assert_true(timeline_reader__header(r)->marks);
	assert_true(timeline_reader__header(r)->armed);
	assert_string_equal(timeline_reader__header(r)->marks_by, "getsockopt");
	assert_string_equal(timeline_reader__header(r)->programs, "5.12");
	assert_memory_equal(&timeline_reader__header(r)->fields, &h.fields, sizeof(h.fields));
	assert_int_equal(timeline_reader__next(r, &got), 1);
	assert_true(got.t0_ns == s.t0_ns && got.t1_ns == s.t1_ns && got.seq == 7);
	assert_true(got.flow.cookie == UINT64_MAX - 1);
	assert_memory_equal(&got.flow.local, &s.flow.local, sizeof(s.flow.local));
	assert_memory_equal(&got.flow.remote, &s.flow.remote, sizeof(s.flow.remote));
	assert_string_equal(got.cong, "cubic");
	assert_string_equal(got.ulp, "tls");
	assert_memory_equal(&got.present, &s.present, sizeof(s.present));
	assert_memory_equal(got.value, s.value, sizeof(s.value));
	assert_null(timeline_reader__trailer(r));
	assert_int_equal(timeline_reader__next(r, &got), 0);
	assert_int_equal(timeline_reader__trailer(r)->samples, 1);
	assert_int_equal(timeline_reader__trailer(r)->lost[0].count, 3);
	assert_true(timeline_reader__trailer(r)->note[0].count == UINT64_MAX);
	timeline_reader__close(r);
}

static void an_absent_field_stays_absent_and_is_not_zero(void **state)
{
	struct timeline_header h = header();
	struct timeline_trailer trailer = { 0 };
	struct timeline_writer *w;
	struct timeline_reader *r;
	struct sample s = sample(1), got;

	sample__set(&s, FIELD_lost, 0);
	assert_int_equal(timeline_writer__open(&w, path, &h), 0);
	assert_int_equal(timeline_writer__sample(w, &s), 0);
	assert_int_equal(timeline_writer__close(w, &trailer), 0);
	assert_int_equal(timeline_reader__open(&r, path), 0);
	assert_int_equal(timeline_reader__next(r, &got), 1);
	assert_true(sample__has(&got, FIELD_lost));
	assert_int_equal(got.value[FIELD_lost], 0);
	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (f != FIELD_lost)
			assert_false(sample__has(&got, f));
	timeline_reader__close(r);
}

static void samples_settle_sorted_and_late_ones_are_counted(void **state)
{
	static const uint64_t times[] = { 30, 10, 20, 50, 40 };
	struct timeline_header h = header();
	struct timeline_trailer trailer = { 0 };
	struct timeline_writer *w;
	struct timeline_reader *r;
	struct sample s, got;

	assert_int_equal(timeline_writer__open(&w, path, &h), 0);
	for (size_t i = 0; i < 5; i++) {
		s = sample(times[i]);
		assert_int_equal(timeline_writer__sample(w, &s), 0);
	}
	assert_int_equal(timeline_writer__settle(w, BASE + 40), 0);
	s = sample(39);
	assert_int_equal(timeline_writer__sample(w, &s), -EINVAL);
	s = sample(45);
	assert_int_equal(timeline_writer__sample(w, &s), 0);
	assert_int_equal(timeline_writer__close(w, &trailer), 0);
	assert_int_equal(trailer.samples, 6);
	assert_string_equal(trailer.lost[0].cause, "out_of_order");
	assert_int_equal(trailer.lost[0].count, 1);

	assert_int_equal(timeline_reader__open(&r, path), 0);
	for (uint64_t t = 10; t <= 50; t += t == 40 || t == 45 ? 5 : 10) {
		assert_int_equal(timeline_reader__next(r, &got), 1);
		assert_int_equal(got.t0_ns - BASE, t);
	}
	assert_int_equal(timeline_reader__next(r, &got), 0);
	timeline_reader__close(r);
}

static void many_samples_pass_through_a_moving_watermark(void **state)
{
	struct timeline_header h = header();
	struct timeline_trailer trailer = { 0 };
	struct timeline_writer *w;
	struct timeline_reader *r;
	struct sample s = sample(0), got;
	uint64_t last = 0;
	int n = 0;

	for (enum field f = 0; f < FIELD_COUNT; f++)
		sample__set(&s, f, 1);
	assert_int_equal(timeline_writer__open(&w, path, &h), 0);
	for (uint64_t i = 0; i < 5000; i++) {
		s.t0_ns = s.t1_ns = BASE + 1000 + i * 10 - (i % 7) * 25; /* out of order by up to 150 */
		assert_int_equal(timeline_writer__sample(w, &s), 0);
		assert_int_equal(timeline_writer__settle(w, BASE + 1000 + i * 10 - 200), 0);
	}
	assert_int_equal(timeline_writer__close(w, &trailer), 0);
	assert_int_equal(timeline_reader__open(&r, path), 0);
	while (timeline_reader__next(r, &got) == 1) {
		assert_true(got.t0_ns >= last);
		last = got.t0_ns;
		n++;
	}
	assert_int_equal(n, 5000);
	assert_non_null(timeline_reader__trailer(r));
	timeline_reader__close(r);
}

static void broken_files_are_named(void **state)
{
	static const struct {
		const char *what, *lines;
		int samples, err;
		const char *word; /* in the sentence */
	} cases[] = {
		{ "no trailer", "{\"t\":1," FLOW "}\n", -1, -ENODATA, "trailer" },
		{ "cut inside a line", "{\"t\":1," FLOW ",\"rtt\":1", -1, -ENODATA, "line 2" },
		{ "not JSON", "{\"t\":1," FLOW ",}\n", 1, -EBADMSG, "line 2" },
		{ "two objects in a line", "{\"t\":1," FLOW "} {\"t\":1," FLOW "}\n", 1, -EBADMSG,
		  "JSON" },
		{ "an array", "[1]\n", 1, -EBADMSG, "JSON" },
		{ "an empty line", "\n", 1, -EBADMSG, "JSON" },
		{ "an unknown field", "{\"t\":1," FLOW ",\"rtt\":1,\"rtx\":2}\n", 1, -EBADMSG,
		  "\"rtx\"" },
		{ "an unknown event",
		  "{\"t\":1,\"event\":\"x\",\"local\":\"1.1.1.1:1\",\"remote\":\"1.1.1.1:2\"}\n", 1,
		  -EBADMSG, "\"event\"" },
		{ "time running backwards", "{\"t\":5," FLOW "}\n{\"t\":4," FLOW "}\n", 2, -EBADMSG,
		  "backwards" },
		{ "a window that ends before it begins", "{\"t0\":5,\"t1\":4," FLOW "}\n", 1,
		  -EBADMSG, "time" },
		{ "no time", "{" FLOW "}\n", 1, -EBADMSG, "time" },
		{ "half a window", "{\"t0\":5," FLOW "}\n", 1, -EBADMSG, "time" },
		{ "a negative value", "{\"t\":1," FLOW ",\"rtt\":-1}\n", 1, -EBADMSG, "\"rtt\"" },
		{ "a fraction", "{\"t\":1," FLOW ",\"rtt\":1.5}\n", 1, -EBADMSG, "\"rtt\"" },
		{ "a value too large for the field", "{\"t\":1," FLOW ",\"total_rto\":65536}\n", 1,
		  -EBADMSG, "\"total_rto\"" },
		{ "a number beyond 2^53 that was not quoted",
		  "{\"t\":1," FLOW ",\"bytes_acked\":9007199254740994}\n", 1, -EBADMSG,
		  "\"bytes_acked\"" },
		{ "null where a value cannot be unset", "{\"t\":1," FLOW ",\"rtt\":null}\n", 1,
		  -EBADMSG, "\"rtt\"" },
		{ "no endpoints", "{\"t\":1,\"event\":\"rtt\",\"rtt\":1}\n", 1, -EBADMSG, "local" },
		{ "endpoints of two families",
		  "{\"t\":1,\"event\":\"rtt\",\"local\":\"1.1.1.1:1\",\"remote\":\"[::1]:2\"}\n", 1,
		  -EBADMSG, "family" },
		{ "fewer lines than the trailer counts", "{\"t\":1," FLOW "}\n", 2, -EBADMSG,
		  "counts 2" },
		{ "more lines than the trailer counts", "{\"t\":1," FLOW "}\n{\"t\":1," FLOW "}\n", 1,
		  -EBADMSG, "counts 1" },
		{ "a trailer that denies itself", "{\"trailer\":false,\"samples\":0}\n", -1, -EBADMSG,
		  "\"trailer\"" },
		{ "lines behind the trailer",
		  "{\"trailer\":true,\"samples\":0}\n{\"t\":1," FLOW "}\n", -1, -EBADMSG, "follows" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct timeline_reader *r;
		struct sample s;
		int err;

		write_lines(cases[i].lines, cases[i].samples);
		err = timeline_reader__open(&r, path);
		while (!err || err == 1) {
			err = timeline_reader__next(r, &s);
			if (!err)
				fail_msg("%s: not noticed", cases[i].what);
		}
		if (err != cases[i].err || !strstr(timeline_reader__error(r), cases[i].word))
			fail_msg("%s: %d, \"%s\"", cases[i].what, err, timeline_reader__error(r));
		assert_null(timeline_reader__trailer(r));
		timeline_reader__close(r);
	}
}

static void broken_headers_are_named(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *word;
	} cases[] = {
		{ "", -ENODATA, "empty" },
		{ "\n", -EBADMSG, "JSON" },
		{ "{}\n", -EBADMSG, "header" },
		{ "{\"timeline\":1", -ENODATA, "cut" },
		{ "{\"timeline\":2,\"witness\":\"x\"}\n", -EBADMSG, "version 2" },
		{ "{\"timeline\":1}\n", -EBADMSG, "witness" },
		{ "{\"timeline\":1,\"witness\":\"x\",\"fields\":[\"rtx\"]}\n", -EBADMSG, "\"rtx\"" },
		{ "{\"timeline\":1,\"witness\":\"x\",\"clock\":\"CLOCK_BOOTTIME\"}\n", -EBADMSG,
		  "\"clock\"" },
		{ "{\"timeline\":1,\"witness\":\"x\",\"base_ns\":-1}\n", -EBADMSG, "\"base_ns\"" },
		{ "{\"timeline\":1,\"witness\":\"x\",\"marks_by\":true}\n", -EBADMSG, "\"marks_by\"" },
		{ "{\"timeline\":1,\"witness\":\"x\",\"programs\":6}\n", -EBADMSG, "\"programs\"" },
	};
	struct timeline_reader *r;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int err;

		write_raw(cases[i].text);
		err = timeline_reader__open(&r, path);
		if (err != cases[i].err || !strstr(timeline_reader__error(r), cases[i].word))
			fail_msg("%s: %d, \"%s\"", cases[i].text, err, timeline_reader__error(r));
		timeline_reader__close(r);
	}
	assert_int_equal(timeline_reader__open(&r, temporary__folder()), -EINVAL);
	timeline_reader__close(r);
	assert_int_equal(timeline_reader__open(&r, "/nonexistent/x"), -ENOENT);
	assert_non_null(strstr(timeline_reader__error(r), "/nonexistent/x"));
	timeline_reader__close(r);
}

static void a_line_without_end_takes_bounded_memory(void **state)
{
	struct timeline_reader *r;
	FILE *f = fopen(path, "we");

	for (int i = 0; i < 3000000; i++)
		fputc('[', f);
	fclose(f);
	assert_int_equal(timeline_reader__open(&r, path), -EBADMSG);
	timeline_reader__close(r);
}

static void a_full_disk_is_reported_by_every_later_call(void **state)
{
	struct timeline_header h = header();
	struct timeline_trailer trailer = { 0 };
	struct timeline_writer *w;
	struct sample s = sample(1);

	if (access("/dev/full", W_OK))
		skip();
	assert_int_equal(timeline_writer__open(&w, "/dev/full", &h), -ENOSPC);
	/* Full later: a file size limit does it (EFBIG). */
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(timeline_writer__open(&w, path, &h), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 4096, RLIM_INFINITY }), 0);
	for (int i = 0; i < 100; i++) {
		timeline_writer__sample(w, &s);
		timeline_writer__settle(w, s.t0_ns);
		s.t0_ns = ++s.t1_ns;
	}
	assert_int_equal(timeline_writer__flush(w), -EFBIG);
	assert_int_equal(timeline_writer__sample(w, &s), -EFBIG);
	assert_int_equal(timeline_writer__close(w, &trailer), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_and_the_extremes_survive),
		cmocka_unit_test(an_absent_field_stays_absent_and_is_not_zero),
		cmocka_unit_test(samples_settle_sorted_and_late_ones_are_counted),
		cmocka_unit_test(many_samples_pass_through_a_moving_watermark),
		cmocka_unit_test(broken_files_are_named),
		cmocka_unit_test(broken_headers_are_named),
		cmocka_unit_test(a_line_without_end_takes_bounded_memory),
		cmocka_unit_test(a_full_disk_is_reported_by_every_later_call),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
