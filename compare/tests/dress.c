// SPDX-License-Identifier: BSD-2-Clause
/* A recorded netlink timeline in somebody else's dress. */
#include "dress.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "synthetic.h"

#define SAMPLES_MAX 4096

struct recording recording;
uint64_t dress__firefly_unit = 1;

const char *dress__fixtures(void)
{
	return getenv("TCPW_FIXTURES") ?: "compare/tests/fixtures";
}

int dress__read(void **state)
{
	char path[RUN_PATH_MAX];
	struct timeline_reader *r;

	run__path(dress__fixtures(), "segment/netlink.jsonl", path);
	recording.samples = calloc(SAMPLES_MAX, sizeof(*recording.samples));
	assert_non_null(recording.samples);
	assert_int_equal(timeline_reader__open(&r, path), 0);
	recording.header = *timeline_reader__header(r);
	while (recording.count < SAMPLES_MAX &&
	       timeline_reader__next(r, &recording.samples[recording.count]) == 1)
		recording.count++;
	timeline_reader__close(r);
	assert_true(recording.count > 50 && recording.count < SAMPLES_MAX);
	return 0;
}

int dress__forget(void **state)
{
	free(recording.samples);
	return 0;
}

static void write_dressed(const char *path, const struct dress *d)
{
	struct timeline_trailer trailer = { 0 };
	struct timeline_header h = recording.header;
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
	for (unsigned int i = 0; i < recording.count; i++) {
		s = recording.samples[i];
		if (!d->sample || d->sample(i, &s))
			assert_int_equal(timeline_writer__sample(w, &s), 0);
	}
	assert_int_equal(timeline_writer__close(w, &trailer), 0);
}

struct judgement *dress__judge_file(const char *run, const char *spec)
{
	char dir[RUN_PATH_MAX], out[TEMPORARY_PATH_MAX];
	struct judgement *j = malloc(sizeof(*j));
	struct foreign f;

	assert_non_null(j);
	run__path(dress__fixtures(), run, dir);
	assert_int_equal(temporary__directory(out), 0);
	assert_int_equal(foreign__parse(&f, spec), 0);
	assert_int_equal(judge__run_with(j, dir, out, NULL, &f, 1), 0);
	synthetic__remove(out);
	return j;
}

struct judgement *dress__judge(const struct dress *d)
{
	char path[TEMPORARY_PATH_MAX], spec[TEMPORARY_PATH_MAX + 16];
	struct judgement *j;

	assert_int_equal(temporary__file(path), 0);
	write_dressed(path, d);
	snprintf(spec, sizeof(spec), "%s%s", d->format ? d->format : "", path);
	j = dress__judge_file(d->run ? d->run : "segment", spec);
	assert_int_equal(unlink(path), 0);
	return j;
}

void dress__release(struct judgement *j)
{
	judge__free(j);
	free(j);
}

uint64_t dress__compared(const struct judgement *j)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < j->verdict.results_count; i++)
		if (!strcmp(j->verdict.results[i].check, "foreign"))
			n += j->verdict.results[i].compared;
	return n;
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
void dress__ss(FILE *f)
{
	char local[ENDPOINT_TEXT_MAX], remote[ENDPOINT_TEXT_MAX];
	uint64_t last = 0;

	for (unsigned int i = 0; i < recording.count; i++) {
		const struct sample *s = &recording.samples[i];

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
void dress__firefly(FILE *f)
{
	for (unsigned int i = 0; i < recording.count; i++) {
		const struct sample *s = &recording.samples[i];
		uint64_t at = s->t0_ns - recording.header.base_ns + recording.header.base_realtime_ns;
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
			(unsigned long long)(s->value[FIELD_rtt] / dress__firefly_unit),
			(unsigned long long)(s->value[FIELD_rttvar] / dress__firefly_unit),
			(unsigned long long)s->value[FIELD_snd_cwnd],
			(unsigned long long)s->value[FIELD_bytes_sent],
			(unsigned long long)s->value[FIELD_segs_in],
			(unsigned long long)s->value[FIELD_pmtu]);
	}
}

