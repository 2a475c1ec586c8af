// SPDX-License-Identifier: BSD-2-Clause
/*
 * Foreign witnesses on the stand: the recorded run's own netlink timeline, handed in as someone
 * else's, passes in every dress that is true, and fails in every one that is not.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "synthetic.h"

#define SECOND	    1000000000ULL
#define SAMPLES_MAX 4096

static const char *fixtures(void)
{
	return getenv("TCPW_FIXTURES") ?: "compare/tests/fixtures";
}

/* The recorded netlink timeline, kept for all tests. */
static struct timeline_header header;
static struct sample *samples;
static unsigned int samples_count;

static int read_recording(void **state)
{
	char path[RUN_PATH_MAX];
	struct timeline_reader *r;

	run__path(fixtures(), "segment/netlink.jsonl", path);
	samples = calloc(SAMPLES_MAX, sizeof(*samples));
	assert_non_null(samples);
	assert_int_equal(timeline_reader__open(&r, path), 0);
	header = *timeline_reader__header(r);
	while (samples_count < SAMPLES_MAX &&
	       timeline_reader__next(r, &samples[samples_count]) == 1)
		samples_count++;
	timeline_reader__close(r);
	assert_true(samples_count > 50 && samples_count < SAMPLES_MAX);
	return 0;
}

static int forget_recording(void **state)
{
	free(samples);
	return 0;
}

/* Changes sample n; false: leave it out. */
typedef bool (*dress_fn)(unsigned int n, struct sample *s);

struct dress {
	dress_fn sample;
	void (*header)(struct timeline_header *h);
	void (*write)(FILE *f);	   /* instead of a timeline */
	const char *format, *text; /* text: instead of all that */
	const char *run;	   /* the recording, NULL: segment */
};

static void write_dressed(const char *path, const struct dress *d)
{
	struct timeline_trailer trailer = { 0 };
	struct timeline_header h = header;
	struct timeline_writer *w;
	struct sample s;
	FILE *f;

	if (d->write || d->text) {
		f = fopen(path, "w");
		assert_non_null(f);
		if (d->text)
			fputs(d->text, f);
		else
			d->write(f);
		assert_int_equal(fclose(f), 0);
		return;
	}
	strcpy(h.witness, "mytool");
	strcpy(h.tool, "mytool 2.3");
	if (d->header)
		d->header(&h);
	assert_int_equal(timeline_writer__open(&w, path, &h), 0);
	for (unsigned int i = 0; i < samples_count; i++) {
		s = samples[i];
		if (!d->sample || d->sample(i, &s))
			assert_int_equal(timeline_writer__sample(w, &s), 0);
	}
	assert_int_equal(timeline_writer__close(w, &trailer), 0);
}

static struct judgement *judge(const struct dress *d)
{
	char dir[RUN_PATH_MAX], out[] = "/tmp/tcpw-foreign-XXXXXX", path[64], spec[80];
	struct judgement *j = malloc(sizeof(*j));
	struct foreign f;

	assert_non_null(j);
	assert_non_null(mkdtemp(out));
	snprintf(path, sizeof(path), "%s/foreign", out);
	snprintf(spec, sizeof(spec), "%s%s", d->format ? d->format : "", path);
	write_dressed(path, d);
	run__path(fixtures(), d->run ? d->run : "segment", dir);
	assert_int_equal(foreign__parse(&f, spec), 0);
	assert_int_equal(judge__run_with(j, dir, out, NULL, &f, 1), 0);
	synthetic__remove(out);
	return j;
}

static void release(struct judgement *j)
{
	judge__free(j);
	free(j);
}

static uint64_t compared(const struct judgement *j)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < j->verdict.results_count; i++)
		if (!strcmp(j->verdict.results[i].check, "foreign"))
			n += j->verdict.results[i].compared;
	return n;
}

/* ---- true dresses ---- */

static bool only_three_fields(unsigned int n, struct sample *s)
{
	struct field_set keep = { 0 };

	field_set__add(&keep, FIELD_rtt);
	field_set__add(&keep, FIELD_snd_cwnd);
	field_set__add(&keep, FIELD_bytes_acked);
	for (size_t i = 0; i < FIELD_SET_WORDS; i++)
		s->present.word[i] &= keep.word[i];
	return true;
}

static bool without_cookie(unsigned int n, struct sample *s)
{
	s->flow.cookie = 0;
	s->flow.netns = 0;
	return true;
}

static bool every_seventh(unsigned int n, struct sample *s)
{
	return n % 7 == 0;
}

static void whole_seconds_header(struct timeline_header *h)
{
	h->base_ns = 0;
	h->resolution_ns = SECOND;
}

static bool whole_seconds(unsigned int n, struct sample *s)
{
	if (s->t1_ns / SECOND != s->t0_ns / SECOND)
		return false; /* a tool with one stamp has one second for it */
	s->t0_ns = s->t1_ns = s->t0_ns / SECOND * SECOND;
	return true;
}

static void realtime_header(struct timeline_header *h)
{
	h->realtime = true;
	h->base_ns = header.base_realtime_ns;
	h->base_realtime_ns = 0;
}

static bool realtime(unsigned int n, struct sample *s)
{
	s->t0_ns += header.base_realtime_ns - header.base_ns;
	s->t1_ns += header.base_realtime_ns - header.base_ns;
	return true;
}

static void print_ms(FILE *f, const char *key, const struct sample *s, enum field field)
{
	if (sample__has(s, field) && s->value[field] && s->value[field] != field_all_ones(field))
		fprintf(f, " %s:%g", key, s->value[field] / 1000.0);
}

static void print_count(FILE *f, const char *key, const struct sample *s, enum field field)
{
	if (sample__has(s, field) && s->value[field])
		fprintf(f, " %s:%llu", key, (unsigned long long)s->value[field]);
}

static void print_rate(FILE *f, const char *key, double bits)
{
	if (bits >= 1e9)
		fprintf(f, " %s %.3gGbps", key, bits / 1e9);
	else if (bits >= 1e6)
		fprintf(f, " %s %.3gMbps", key, bits / 1e6);
	else
		fprintf(f, " %s %.3gkbps", key, bits / 1e3);
}

/* As ss does it: misc/ss.c of iproute2. */
static void write_ss(FILE *f)
{
	char local[ENDPOINT_TEXT_MAX], remote[ENDPOINT_TEXT_MAX];
	uint64_t last = 0;

	for (unsigned int i = 0; i < samples_count; i++) {
		const struct sample *s = &samples[i];

		if (s->event != EVENT_sample || !sample__has(s, FIELD_rtt) ||
		    !s->value[FIELD_rtt] || !s->flow.remote.port || s->t0_ns < last)
			continue;
		last = s->t1_ns;
		endpoint__format(&s->flow.local, s->flow.family, local);
		endpoint__format(&s->flow.remote, s->flow.family, remote);
		fprintf(f, "# monotonic %llu.%09llu\nESTAB 0 0 %s %s sk:%llx cubic",
			(unsigned long long)(s->t0_ns / SECOND),
			(unsigned long long)(s->t0_ns % SECOND), local, remote,
			(unsigned long long)s->flow.cookie);
		print_ms(f, "rto", s, FIELD_rto);
		fprintf(f, " rtt:%g/%g", s->value[FIELD_rtt] / 1000.0,
			s->value[FIELD_rttvar] / 1000.0);
		print_count(f, "mss", s, FIELD_snd_mss);
		print_count(f, "cwnd", s, FIELD_snd_cwnd);
		print_count(f, "bytes_acked", s, FIELD_bytes_acked);
		print_count(f, "bytes_received", s, FIELD_bytes_received);
		print_count(f, "segs_out", s, FIELD_segs_out);
		print_count(f, "segs_in", s, FIELD_segs_in);
		print_count(f, "lastack", s, FIELD_last_ack_recv);
		print_rate(f, "pacing_rate", s->value[FIELD_pacing_rate] * 8);
		if (s->value[FIELD_delivery_rate])
			fprintf(f, " delivery_rate %llubps",
				(unsigned long long)s->value[FIELD_delivery_rate] * 8);
		if (s->value[FIELD_busy_time])
			fprintf(f, " busy:%llums",
				(unsigned long long)s->value[FIELD_busy_time] / 1000);
		print_ms(f, "minrtt", s, FIELD_min_rtt);
		fprintf(f, "\n# monotonic %llu.%09llu\n", (unsigned long long)(s->t1_ns / SECOND),
			(unsigned long long)(s->t1_ns % SECOND));
	}
}

/* Milliseconds where the flowd of old writes them. */
static uint64_t firefly_unit = 1;

static void write_firefly(FILE *f)
{
	for (unsigned int i = 0; i < samples_count; i++) {
		const struct sample *s = &samples[i];
		uint64_t at = s->t0_ns - header.base_ns + header.base_realtime_ns;
		time_t second = at / SECOND;
		char stamp[32], local[ENDPOINT_TEXT_MAX], remote[ENDPOINT_TEXT_MAX];

		/* whole milliseconds: its window has to lie in one */
		if (s->event != EVENT_sample || !sample__has(s, FIELD_rtt) ||
		    !s->flow.remote.port || (s->t1_ns - s->t0_ns) > 500000)
			continue;
		strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", gmtime(&second));
		endpoint__format(&s->flow.local, AF_INET6, local);
		endpoint__format(&s->flow.remote, AF_INET6, remote);
		*strrchr(local, ']') = *strrchr(remote, ']') = '\0';
		fprintf(f,
			"{\"version\":1,\"flow-lifecycle\":{\"state\":\"ongoing\","
			"\"current-time\":\"%s.%03uZ\"},\"flow-id\":{\"afi\":\"ipv6\","
			"\"src-ip\":\"%s\",\"dst-ip\":\"%s\",\"protocol\":\"tcp\",\"src-port\":%u,"
			"\"dst-port\":%u},\"context\":{\"experiment-id\":1,\"activity-id\":1},"
			"\"netlink\":{\"rtt\":%llu,\"rttVar\":%llu,\"sndCwnd\":%llu,"
			"\"bytesSent\":%llu,\"segsIn\":%llu,\"pMtu\":%llu}}\n",
			stamp, (unsigned int)(at % SECOND / 1000000), local + 1, remote + 1,
			s->flow.local.port, s->flow.remote.port,
			(unsigned long long)(s->value[FIELD_rtt] / firefly_unit),
			(unsigned long long)(s->value[FIELD_rttvar] / firefly_unit),
			(unsigned long long)s->value[FIELD_snd_cwnd],
			(unsigned long long)s->value[FIELD_bytes_sent],
			(unsigned long long)s->value[FIELD_segs_in],
			(unsigned long long)s->value[FIELD_pmtu]);
	}
}

static void a_true_timeline_passes_in_every_dress(void **state)
{
	static const struct {
		const char *what;
		struct dress dress;
		uint64_t compared_min;
		const char *note; /* in what is said of the witness */
	} cases[] = {
		{ "as it is", { NULL }, 2000, "samples of this run's flows" },
		{ "three fields", { only_three_fields }, 200, NULL },
		{ "without cookies", { without_cookie }, 2000, NULL },
		{ "a coarser sampling", { every_seventh }, 300, NULL },
		{ "whole seconds", { whole_seconds, whole_seconds_header }, 1000, NULL },
		{ "CLOCK_REALTIME",
		  { realtime, realtime_header },
		  2000,
		  "placed to within 1.000 ms" },
		{ "ss", { .write = write_ss, .format = "ss:" }, 500, NULL },
		{ "firefly", { .write = write_firefly, .format = "firefly:" }, 100, NULL },
	};

	firefly_unit = 1;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct judgement *j;
		const struct result *r;

		j = judge(&cases[i].dress);
		r = find_result(&j->verdict, "witness", j->run.foreign[0].name);
		if (j->verdict.status != STATUS_PASS || compared(j) < cases[i].compared_min)
			print_error("%s: %s (%llu compared)\n", cases[i].what, j->verdict.reason,
				    (unsigned long long)compared(j));
		assert_int_equal(j->verdict.status, STATUS_PASS);
		assert_true(compared(j) >= cases[i].compared_min);
		assert_non_null(r);
		assert_int_equal(r->status, STATUS_PASS);
		if (cases[i].note)
			assert_non_null(strstr(r->reason, cases[i].note));
		release(j);
	}
}

/* The probe's own timeline lies between its own samples, instant by instant. */
static void the_probes_own_timeline_passes_as_a_foreign_one(void **state)
{
	static const char *const runs[] = { "segment", "rtt", "poll", "state" };

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		struct judgement *j = malloc(sizeof(*j));
		char dir[RUN_PATH_MAX], path[RUN_PATH_MAX], out[] = "/tmp/tcpw-foreign-XXXXXX";
		struct foreign f;

		assert_non_null(j);
		assert_non_null(mkdtemp(out));
		run__path(fixtures(), runs[i], dir);
		run__path(dir, "probe.jsonl", path);
		assert_int_equal(foreign__parse(&f, path), 0);
		assert_int_equal(judge__run_with(j, dir, out, NULL, &f, 1), 0);
		synthetic__remove(out);
		if (j->verdict.status != STATUS_PASS)
			print_error("%s: %s\n", runs[i], j->verdict.reason);
		assert_int_equal(j->verdict.status, STATUS_PASS);
		assert_string_equal(j->run.foreign[0].name, "probe-2");
		assert_true(compared(j) > 100);
		release(j);
	}
}

/* ---- false ones ---- */

static bool rtt_in_ms(unsigned int n, struct sample *s)
{
	s->value[FIELD_rtt] /= 1000;
	return true;
}

static bool rtt_in_ns(unsigned int n, struct sample *s)
{
	s->value[FIELD_rtt] *= 1000;
	return s->value[FIELD_rtt] < UINT32_MAX;
}

static bool rtt_times_eight(unsigned int n, struct sample *s)
{
	s->value[FIELD_rtt] *= 8;
	return true;
}

static bool rto_in_jiffies(unsigned int n, struct sample *s)
{
	s->value[FIELD_rto] =
		s->value[FIELD_rto] * 250 / 1000000; /* the probe's header has the HZ */
	return true;
}

static bool cwnd_in_bytes(unsigned int n, struct sample *s)
{
	s->value[FIELD_snd_cwnd] *= s->value[FIELD_snd_mss];
	return true;
}

static bool bytes_in_bits(unsigned int n, struct sample *s)
{
	s->value[FIELD_bytes_acked] *= 8;
	return true;
}

static bool rate_in_bits(unsigned int n, struct sample *s)
{
	s->value[FIELD_delivery_rate] *= 8;
	return true;
}

static bool pmtu_in_bits(unsigned int n, struct sample *s)
{
	s->value[FIELD_pmtu] *= 8;
	return true;
}

static bool age_in_us(unsigned int n, struct sample *s)
{
	s->value[FIELD_last_ack_recv] *= 1000;
	return true;
}

static bool zero_for_absent(unsigned int n, struct sample *s)
{
	s->value[FIELD_rtt] = 0;
	return true;
}

/* Every value is the one that its flow had a sample ago. */
static bool stale_by_one(unsigned int n, struct sample *s)
{
	for (unsigned int i = n; i-- > 0;)
		if (samples[i].flow.cookie == s->flow.cookie &&
		    sample__has(&samples[i], FIELD_rtt)) {
			s->value[FIELD_rtt] = samples[i].value[FIELD_rtt];
			return true;
		}
	return true;
}

static bool ten_megabytes_more(unsigned int n, struct sample *s)
{
	if (s->value[FIELD_bytes_acked] > 1000)
		s->value[FIELD_bytes_acked] += 10000000;
	return true;
}

static bool wrong_constant(unsigned int n, struct sample *s)
{
	s->value[FIELD_snd_wscale] ^= 1;
	return true;
}

static bool ages_of_another_event(unsigned int n, struct sample *s)
{
	s->value[FIELD_last_data_recv] += 100;
	return true;
}

static bool too_early(unsigned int n, struct sample *s)
{
	s->t0_ns -= 100000000;
	s->t1_ns -= 100000000;
	return true;
}

static bool too_late(unsigned int n, struct sample *s)
{
	s->t0_ns += 100000000;
	s->t1_ns += 100000000;
	return true;
}

/* Everything is told of the flow that was seen last with data. */
static bool two_flows_mixed(unsigned int n, struct sample *s)
{
	const struct sample *last = NULL;

	for (unsigned int i = 0; i < samples_count; i++)
		if (samples[i].event == EVENT_sample && samples[i].flow.remote.port)
			last = &samples[i];
	s->flow = last->flow;
	return true;
}

static bool another_flows_cookie(unsigned int n, struct sample *s)
{
	for (unsigned int i = 0; i < samples_count; i++)
		if (samples[i].flow.cookie && samples[i].flow.cookie != s->flow.cookie) {
			s->flow.cookie = samples[i].flow.cookie;
			return s->event == EVENT_sample;
		}
	return true;
}

static void a_false_timeline_fails_and_names_the_field(void **state)
{
	static const struct {
		const char *what, *subject, *why;
		struct dress dress;
	} cases[] = {
		{ "ms", "rtt", "rtt looks like ms where us is due", { rtt_in_ms } },
		{ "ns", "rtt", "rtt looks like ns where us is due", { rtt_in_ns } },
		{ "srtt_us as it is kept", "rtt", "eighths of us", { rtt_times_eight } },
		{ "jiffies", "rto", "looks like jiffies where us is due", { rto_in_jiffies } },
		{ "cwnd in bytes", "snd_cwnd", "bytes where segments is due", { cwnd_in_bytes } },
		{ "bits", "bytes_acked", "bits where bytes is due", { bytes_in_bits } },
		{ "bits/s", "delivery_rate", "bits/s where bytes/s is due", { rate_in_bits } },
		{ "a gauge that is only described, in bits",
		  "pmtu",
		  "bits where bytes is due",
		  { pmtu_in_bits } },
		{ "an age in us", "last_ack_recv", "values violated", { age_in_us } },
		{ "0 for absent", "rtt", "values violated", { zero_for_absent } },
		{ "stale by one", "rtt", "values violated", { stale_by_one } },
		{ "a counter that is off", "bytes_acked", "always ahead", { ten_megabytes_more } },
		{ "a wrong constant", "snd_wscale", "values violated", { wrong_constant } },
		{ "an age of another event",
		  "last_data_recv",
		  "values violated",
		  { ages_of_another_event } },
		{ "stamps 100 ms too early", "segs_in", "stamps may be too early", { too_early } },
		{ "stamps 100 ms too late", "segs_in", "stamps may be too late", { too_late } },
		{ "two flows mixed", "bytes_received", "two flows mixed", { two_flows_mixed } },
		{ "one flow's cookie, another's ports",
		  "flows",
		  "another's addresses",
		  { another_flows_cookie } },
		{ "fireflies of the old flowd",
		  "rtt",
		  "ms where us is due",
		  { .write = write_firefly, .format = "firefly:" } },
	};

	firefly_unit = 1000;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct judgement *j = judge(&cases[i].dress);
		const struct result *r = find_result(&j->verdict, "foreign", cases[i].subject);

		if (!r || r->status != STATUS_FAIL || !strstr(r->reason, cases[i].why) ||
		    j->verdict.status != STATUS_FAIL)
			print_error("%s: %s (%s: %s)\n", cases[i].what, j->verdict.reason,
				    cases[i].subject, r ? r->reason : "no such result");
		assert_int_equal(j->verdict.status, STATUS_FAIL);
		assert_non_null(r);
		assert_int_equal(r->status, STATUS_FAIL);
		assert_true(r->violations > 0);
		assert_non_null(strstr(r->reason, cases[i].why));
		release(j);
	}
}

/* ---- what cannot be judged ---- */

static bool an_hour_later(unsigned int n, struct sample *s)
{
	s->t0_ns += 3600 * SECOND;
	s->t1_ns += 3600 * SECOND;
	return true;
}

static void base_zero(struct timeline_header *h)
{
	h->base_ns = 0;
}

static bool an_hour_earlier(unsigned int n, struct sample *s)
{
	s->t0_ns -= 3600 * SECOND;
	s->t1_ns -= 3600 * SECOND;
	return true;
}

static bool only_one(unsigned int n, struct sample *s)
{
	return n == samples_count / 2;
}

static bool none(unsigned int n, struct sample *s)
{
	return false;
}

static bool other_ports(unsigned int n, struct sample *s)
{
	s->flow.cookie = 0;
	s->flow.local.port ^= 0x4000;
	return true;
}

static bool nothing_of_tcp_info(unsigned int n, struct sample *s)
{
	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (catalogue[f].group == GROUP_TCP_INFO)
			field_set__remove(&s->present, f);
	return true;
}

static bool only_mtu(unsigned int n, struct sample *s)
{
	uint64_t pmtu = s->value[FIELD_pmtu];
	bool has = sample__has(s, FIELD_pmtu);

	memset(&s->present, 0, sizeof(s->present));
	if (has)
		sample__set(s, FIELD_pmtu, pmtu);
	return true;
}

#define HEADER "{\"timeline\":1,\"witness\":\"mytool\"}\n"
#define SAMPLE(t)                                                                               \
	"{\"t\":" t ",\"event\":\"sample\",\"local\":\"10.0.0.1:1\",\"remote\":\"10.0.0.2:2\"," \
	"\"rtt\":1}\n"

static void what_cannot_be_judged_is_an_error_and_says_why(void **state)
{
	static const struct {
		const char *what, *why;
		struct dress dress;
	} cases[] = {
		{ "no overlap in time", "no overlap in time", { an_hour_later } },
		{ "no overlap before", "before the probe's", { an_hour_earlier, base_zero } },
		{ "CLOCK_REALTIME that calls itself monotonic",
		  "no overlap in time",
		  { realtime } },
		{ "one sample", "one sample only", { only_one } },
		{ "no sample", "not a single sample", { none } },
		{ "no common flow", "no common flow", { other_ports } },
		{ "no common field", "nothing could be compared exactly", { nothing_of_tcp_info } },
		{ "only what is described", "nothing could be compared exactly", { only_mtu } },
		{ "an empty file", "empty", { .text = "" } },
		{ "no JSON", "not JSON", { .text = "hello\n" } },
		{ "no header", "not the header", { .text = "{\"t\":1}\n" } },
		{ "a cut file", "without a trailer", { .text = HEADER SAMPLE("1") } },
		{ "an unknown field",
		  "unknown field \"rrt\"",
		  { .text = HEADER "{\"t\":1,\"event\":\"sample\",\"rrt\":5}\n" } },
		{ "time that runs backwards",
		  "line 3: time runs backwards",
		  { .text = HEADER SAMPLE("2") SAMPLE("1") } },
		{ "a trailer that counts otherwise",
		  "counts 2 samples",
		  { .text = HEADER SAMPLE("1") "{\"trailer\":true,\"samples\":2}\n" } },
		{ "an unknown clock",
		  "\"clock\"",
		  { .text = "{\"timeline\":1,\"witness\":\"x\",\"clock\":\"TAI\"}\n" } },
		{ "ss that is not ss",
		  "cannot be understood",
		  { .text = "# 1\nfoo\n", .format = "ss:" } },
		{ "a firefly that is not one",
		  "not a firefly",
		  { .text = "{}\n", .format = "firefly:" } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct judgement *j = judge(&cases[i].dress);
		const struct result *r =
			find_result(&j->verdict, "witness", j->run.foreign[0].name);

		if (!r || r->status != STATUS_ERROR || !strstr(r->reason, cases[i].why) ||
		    j->verdict.status != STATUS_ERROR)
			print_error("%s: %s (%s)\n", cases[i].what, j->verdict.reason,
				    r ? r->reason : "no such result");
		assert_int_equal(j->verdict.status, STATUS_ERROR);
		assert_non_null(r);
		assert_int_equal(r->status, STATUS_ERROR);
		assert_non_null(strstr(r->reason, cases[i].why));
		/* verdicts hold no paths */
		assert_null(strstr(r->reason, "/tmp"));
		release(j);
	}
}

static void fields_that_are_missing_are_listed(void **state)
{
	struct dress d = { only_three_fields };
	struct judgement *j = judge(&d);
	const struct result *r = find_result(&j->verdict, "foreign", "fields missing");

	assert_non_null(r);
	assert_int_equal(r->status, STATUS_SKIP);
	assert_non_null(strstr(r->reason, "ca_state"));
	assert_non_null(strstr(r->reason, "bytes_received"));
	assert_null(find_result(&j->verdict, "foreign", "ca_state"));
	assert_non_null(find_result(&j->verdict, "foreign", "rtt"));
	release(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_true_timeline_passes_in_every_dress),
		cmocka_unit_test(the_probes_own_timeline_passes_as_a_foreign_one),
		cmocka_unit_test(a_false_timeline_fails_and_names_the_field),
		cmocka_unit_test(what_cannot_be_judged_is_an_error_and_says_why),
		cmocka_unit_test(fields_that_are_missing_are_listed),
	};

	return cmocka_run_group_tests(tests, read_recording, forget_recording);
}
