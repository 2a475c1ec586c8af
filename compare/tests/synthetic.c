// SPDX-License-Identifier: BSD-2-Clause
/* Run directories made up for tests. */
#include "synthetic.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MS 1000000ULL
#define RTT_EVERY (10 * MS)
#define POLL_EVERY SYNTHETIC_POLL_NS
#define WINDOW_NS 40000
#define MSS 1448
#define LATE_QUICKER_NS 5000 /* from reading to call, where one follows another at once */
#define LATE_SLOWER_NS 40000 /* the call that late_again is about */
#define LIFE_NS (SYNTHETIC_SECONDS * 1000 * MS + 20 * MS)
#define SAMPLES_MAX 2000

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

static void set_endpoint(struct endpoint *e, const char *text)
{
	uint16_t family;

	must(!endpoint__parse(text, strlen(text), e, &family), text);
}

static void set_flow(struct flow *f, bool client, bool control)
{
	const char *near = control ? "10.0.0.1:40000" : "10.0.0.1:40001";

	f->family = AF_INET;
	f->cookie = (client ? SYNTHETIC_CLIENT_COOKIE : SYNTHETIC_SERVER_COOKIE) + control;
	f->netns = client ? 1001 : 1002;
	set_endpoint(client ? &f->local : &f->remote, near);
	set_endpoint(client ? &f->remote : &f->local, "10.0.0.2:5201");
}

/* Bytes that the stream has carried t ns behind its ESTABLISHED. */
static uint64_t bytes_at(uint64_t t)
{
	return t < SYNTHETIC_EPOCH_NS ? 37 * t / SYNTHETIC_EPOCH_NS
				      : 37 + (t - SYNTHETIC_EPOCH_NS) / 8;
}

/* The state of a socket t ns behind ESTABLISHED: counters grow with time, gauges in steps. */
static void set_state(struct sample *s, uint64_t t, bool client, bool control)
{
	uint64_t bytes = control ? t / MS : bytes_at(t), step = t / RTT_EVERY;

	set_flow(&s->flow, client, control);
	sample__set(s, FIELD_state, 1);
	sample__set(s, FIELD_snd_mss, MSS);
	sample__set(s, FIELD_pmtu, 1500);
	sample__set(s, FIELD_rtt, 1000 + step % 13 * 10);
	sample__set(s, FIELD_rttvar, 100 + step % 7);
	sample__set(s, FIELD_snd_ssthresh, 0x7fffffff);
	sample__set(s, FIELD_snd_cwnd, 10 + step % 11);
	sample__set(s, FIELD_total_retrans, t / (500 * MS));
	sample__set(s, FIELD_bytes_acked, client ? bytes + 1 : 1);
	sample__set(s, FIELD_bytes_received, client ? 1 : bytes);
	/* passes 2^32 on the way */
	sample__set(s, FIELD_segs_out, (uint32_t)(0xffffff00u + bytes / MSS));
	sample__set(s, FIELD_segs_in, bytes / 2 / MSS);
	sample__set(s, FIELD_data_segs_out, (uint32_t)(0xfffffef0u + (client ? bytes / MSS : 0)));
	sample__set(s, FIELD_delivered, 1 + bytes / MSS);
	sample__set(s, FIELD_bytes_sent, client ? bytes : 4);
	sample__set(s, FIELD_snd_wnd, 65536);
}

struct story {
	struct sample *samples;
	unsigned int count;
	uint64_t seq[512];
};

static void tell(struct story *st, enum sample_event event, uint64_t t0, uint64_t t1, bool client,
		 bool control, bool numbered)
{
	struct sample *s = &st->samples[st->count++];

	must(st->count < SAMPLES_MAX, "too many samples");
	memset(s, 0, sizeof(*s));
	s->event = event;
	s->t0_ns = SYNTHETIC_START_NS + t0;
	s->t1_ns = SYNTHETIC_START_NS + t1;
	set_state(s, t0 + (t1 - t0) / 2, client, control);
	if (numbered)
		s->seq = ++st->seq[s->flow.cookie];
}

/* iperf3's k-th printed end, and when the call behind it is seen. */
static uint64_t interval_end_ns(unsigned int k)
{
	return (k + 1) * 500 * MS + k * 70000;
}

/* Was iperf3 late before the k-th interval? */
static bool is_late(const struct recipe *r, unsigned int k)
{
	return r->late && (k == r->late || (r->late_again && k == r->late + 1));
}

/* One call by each end for its stream. */
static void tell_call(struct story *st, uint64_t t)
{
	tell(st, EVENT_mark, t, t, true, false, true);
	tell(st, EVENT_mark, t + 200, t + 200, false, false, true);
	tell(st, EVENT_tcp_info, t, t, true, false, false);
	st->samples[st->count - 1].seq = st->seq[SYNTHETIC_CLIENT_COOKIE];
}

static void tell_probe(struct story *st, const struct recipe *r)
{
	for (unsigned int i = 0; i < 2; i++) {
		tell(st, EVENT_connect, 0, 0, true, i, true);
		st->samples[st->count - 1].value[FIELD_state] = 2;
		tell(st, EVENT_state, 0, 0, true, i, true);
		st->samples[st->count - 1].value[FIELD_state] = 2;
		sample__set(&st->samples[st->count - 1], FIELD_old_state, 2);
		sample__set(&st->samples[st->count - 1], FIELD_new_state, 1);
		tell(st, EVENT_established, 1, 1, true, i, true);
		tell(st, EVENT_established, 2, 2, false, i, true);
	}
	for (uint64_t t = MS; t < LIFE_NS; t += RTT_EVERY) {
		tell(st, EVENT_rtt, t, t, true, false, true);
		tell(st, EVENT_segment, t + 1, t + 1, false, false, true);
	}
	for (unsigned int k = 0; !r->no_marks && k < SYNTHETIC_INTERVALS; k++) {
		uint64_t t = SYNTHETIC_EPOCH_NS + interval_end_ns(k) + 1000 * (k % 3);
		unsigned int more = is_late(r, k + 1) ? r->late_calls : 0;

		t += more && r->late_again && r->late == k + 1 ? LATE_SLOWER_NS : 0;

		for (unsigned int i = 0; i <= more; i++) {
			tell_call(st, t);
			t += more ? r->late_gap_ns / more : 0;
			t -= i + 1 == more ? LATE_QUICKER_NS : 0;
		}
	}
	for (unsigned int i = 0; i < 4; i++) {
		tell(st, EVENT_close, LIFE_NS, LIFE_NS, i & 1, i & 2, true);
		st->samples[st->count - 1].value[FIELD_state] = 1;
	}
}

static void tell_netlink(struct story *st)
{
	for (uint64_t t = 3 * MS; t < LIFE_NS - MS; t += POLL_EVERY)
		for (unsigned int i = 0; i < 4; i++)
			tell(st, EVENT_sample, t + i * 50000, t + i * 50000 + WINDOW_NS, i & 1,
			     i & 2, false);
	for (unsigned int i = 0; i < 4; i++)
		tell(st, EVENT_destroy, LIFE_NS + 5000, LIFE_NS + 9000, i & 1, i & 2, false);
	for (unsigned int i = st->count - 4; i < st->count; i++) {
		struct sample last = st->samples[i];

		set_state(&st->samples[i], LIFE_NS, i & 1, last.flow.cookie & 1);
		st->samples[i].flow = last.flow;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	if (x->t0_ns != y->t0_ns)
		return x->t0_ns < y->t0_ns ? -1 : 1;
	return (x > y) - (x < y);
}

static void set_header(struct timeline_header *h, enum witness w, const struct recipe *r)
{
	static const struct sample none;
	struct sample all = none;

	memset(h, 0, sizeof(*h));
	set_state(&all, 0, true, false);
	strcpy(h->witness, witness__name(w));
	snprintf(h->tool, sizeof(h->tool), "tcpw-%s 0.0.0", witness__name(w));
	strcpy(h->kernel, "6.12.0");
	strcpy(h->mode[0], w == WITNESS_PROBE ? "rtt" : "exact");
	if (w == WITNESS_PROBE)
		strcpy(h->mode[1], "segment");
	h->modes = w == WITNESS_PROBE ? 2 : 1;
	h->hz = 250;
	h->interval_ns = w == WITNESS_PROBE ? 0 : POLL_EVERY;
	h->base_ns = SYNTHETIC_START_NS - 1000;
	h->base_realtime_ns = 1700000000ULL * 1000 * MS;
	h->marks = w == WITNESS_PROBE && !r->no_marks;
	h->fields = all.present;
}

/* Take the last line away. */
static void cut(const char *path)
{
	FILE *f = fopen(path, "r+");
	long at;

	must(f && !fseek(f, -2, SEEK_END), path);
	for (at = ftell(f); at > 0 && fgetc(f) != '\n'; at--)
		must(!fseek(f, at - 1, SEEK_SET), path);
	must(!ftruncate(fileno(f), at + 1), path);
	fclose(f);
}

static void write_timeline(const char *dir, enum witness w, const struct recipe *r)
{
	struct story st = { .samples = calloc(SAMPLES_MAX, sizeof(struct sample)) };
	struct timeline_trailer trailer = { 0 };
	struct timeline_header header;
	struct timeline_writer *out;
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, run__timeline_name(w));
	if (w == WITNESS_PROBE)
		tell_probe(&st, r);
	else
		tell_netlink(&st);
	qsort(st.samples, st.count, sizeof(*st.samples), by_time);
	set_header(&header, w, r);
	if (r->header)
		r->header(w, &header);
	must(!timeline_writer__open(&out, path, &header), path);
	for (unsigned int i = 0; i < st.count; i++)
		if (!r->tamper || r->tamper(w, i, &st.samples[i]))
			must(!timeline_writer__sample(out, &st.samples[i]), "sample");
	timeline_trailer__lost(&trailer, "ring_full", 0);
	timeline_trailer__note(&trailer, "late_ticks", 0);
	if (r->trailer)
		r->trailer(w, &trailer);
	must(!timeline_writer__close(out, &trailer), path);
	free(st.samples);
	if (w == WITNESS_PROBE ? r->cut_probe : r->cut_netlink)
		cut(path);
}

static FILE *create(const char *dir, const char *name)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	must(f, path);
	return f;
}

static void write_text(const char *dir, const char *name, const char *text)
{
	FILE *f;

	if (!strcmp(text, "-"))
		return;
	f = create(dir, name);
	fputs(text, f);
	must(!fclose(f), name);
}

static void write_interval(FILE *f, unsigned int k, bool client, const struct recipe *r)
{
	uint64_t end = interval_end_ns(k) + (client ? 0 : 200);
	uint64_t at = SYNTHETIC_EPOCH_NS + end + 1000 * (k % 3), step = at / RTT_EVERY;
	uint64_t begin = !k ? SYNTHETIC_EPOCH_NS
			    : SYNTHETIC_EPOCH_NS + interval_end_ns(k - 1) + (client ? 0 : 200) +
					 1000 * ((k - 1) % 3);
	uint64_t printed = end, start = k ? interval_end_ns(k - 1) + (client ? 0 : 200) : 0;

	if (is_late(r, k))
		start += r->late_gap_ns;
	if (r->omit && k >= r->omit)
		printed -= interval_end_ns(r->omit - 1);
	if (r->omit && k == r->omit)
		start = 0;
	else if (r->omit && k > r->omit)
		start -= interval_end_ns(r->omit - 1);
	fprintf(f, "%s{\"streams\":[{\"socket\":5,\"start\":%.9f,\"end\":%.9f,\"bytes\":%llu,",
		k ? "," : "", start / 1e9, printed / 1e9, (unsigned long long)(bytes_at(at) - bytes_at(begin)));
	if (client)
		fprintf(f,
			"\"retransmits\":%llu,\"snd_cwnd\":%llu,\"rtt\":%llu,\"rttvar\":%llu,"
			"\"pmtu\":1500,",
			(unsigned long long)(at / (500 * MS) - begin / (500 * MS)),
			(unsigned long long)((10 + step % 11) * MSS),
			(unsigned long long)(1000 + step % 13 * 10),
			(unsigned long long)(100 + step % 7));
	fprintf(f, "\"omitted\":%s,\"sender\":%s}]}", k < r->omit ? "true" : "false",
		client ? "true" : "false");
}

/* What iperf3 sums up of its intervals. */
static void write_end(FILE *f, bool client)
{
	uint64_t max = 0, min = UINT64_MAX, sum = 0, cwnd = 0, at = 0;

	for (unsigned int k = 0; k < SYNTHETIC_INTERVALS; k++) {
		uint64_t step, rtt;

		at = SYNTHETIC_EPOCH_NS + interval_end_ns(k) + 1000 * (k % 3);
		step = at / RTT_EVERY;
		rtt = 1000 + step % 13 * 10;
		sum += rtt;
		max = rtt > max ? rtt : max;
		min = rtt < min ? rtt : min;
		cwnd = (10 + step % 11) * MSS > cwnd ? (10 + step % 11) * MSS : cwnd;
	}
	fprintf(f, "],\"end\":{\"streams\":[{\"sender\":{\"socket\":5,\"bytes\":1");
	if (client)
		fprintf(f,
			",\"retransmits\":%llu,\"max_snd_cwnd\":%llu,\"max_snd_wnd\":65536,"
			"\"max_rtt\":%llu,\"min_rtt\":%llu,\"mean_rtt\":%llu",
			(unsigned long long)(at / (500 * MS)), (unsigned long long)cwnd,
			(unsigned long long)max, (unsigned long long)min,
			(unsigned long long)(sum / SYNTHETIC_INTERVALS));
	fprintf(f, "},\"receiver\":{\"socket\":5,\"bytes\":1}}]}}\n");
}

static void write_report(const char *dir, bool client, const struct recipe *r)
{
	const char *text = client ? r->client : r->server;
	const char *name = client ? "iperf3.json" : "iperf3-server.json";
	FILE *f;

	if (text) {
		write_text(dir, name, text);
		return;
	}
	f = create(dir, name);
	fprintf(f,
		"{\"start\":{\"connected\":[{\"socket\":5,\"local_host\":\"%s\",\"local_port\":%d,"
		"\"remote_host\":\"%s\",\"remote_port\":%d}],\"version\":\"iperf 3.12\","
		"\"timestamp\":{\"timesecs\":1700000000},%s\"test_start\":{\"reverse\":0}},"
		"\"intervals\":[",
		client ? "10.0.0.1" : "::ffff:10.0.0.2", client ? 40001 : 5201,
		client ? "10.0.0.2" : "::ffff:10.0.0.1", client ? 5201 : 40001,
		client ? "\"connecting_to\":{\"host\":\"10.0.0.2\",\"port\":5201}," : "");
	for (unsigned int k = 0; k < SYNTHETIC_INTERVALS; k++)
		write_interval(f, k, client, r);
	write_end(f, client);
	must(!fclose(f), name);
}

static void write_manifest(const char *dir, const struct recipe *r)
{
	FILE *f;

	if (r->manifest) {
		write_text(dir, "manifest.json", r->manifest);
		return;
	}
	f = create(dir, "manifest.json");
	fprintf(f,
		"{\"schema\":1,\"scenario\":\"synthetic\",\"hypothesis\":\"All agree.\","
		"\"flows\":{\"port\":5201,\"direction\":\"send\","
		"\"client_netns\":{\"name\":\"c\",\"inode\":1001},"
		"\"server_netns\":{\"name\":\"s\",\"inode\":1002}},"
		"\"witnesses\":%s,\"bounds\":%s}\n",
		r->witnesses ? r->witnesses
			     : "{\"probe\":{\"expected\":true,\"exit\":0},"
			       "\"netlink\":{\"expected\":true,\"exit\":0},"
			       "\"iperf3\":{\"expected\":true,\"exit\":0,\"server_exit\":0}}",
		r->bounds ? r->bounds
			  : "{\"coverage\":{\"netlink_share_min\":0.9,\"gap_p99_ms_max\":100},"
			    "\"statistics\":{\"rtt\":{\"mae_max\":50,\"p99_max\":130}}}");
	must(!fclose(f), "manifest.json");
}

void synthetic__make(char dir[TEMPORARY_PATH_MAX], const struct recipe *r)
{
	must(!temporary__directory(dir), "TMPDIR");
	if (r->probe)
		write_text(dir, "probe.jsonl", r->probe);
	else
		write_timeline(dir, WITNESS_PROBE, r);
	if (r->netlink)
		write_text(dir, "netlink.jsonl", r->netlink);
	else
		write_timeline(dir, WITNESS_NETLINK, r);
	write_text(dir, "generator-client.jsonl", r->client_account ? r->client_account : "-");
	write_text(dir, "generator-server.jsonl", r->server_account ? r->server_account : "-");
	write_report(dir, true, r);
	write_report(dir, false, r);
	write_manifest(dir, r);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

void synthetic__remove(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void synthetic__judge(struct judgement *j, const struct recipe *r)
{
	char dir[TEMPORARY_PATH_MAX];
	int err;

	synthetic__make(dir, r);
	err = judge__run(j, dir, dir, NULL);
	must(!err, j->path);
	synthetic__remove(dir);
}

const struct result *find_result(const struct verdict *v, const char *check, const char *subject)
{
	for (unsigned int i = 0; i < v->results_count; i++)
		if (!strcmp(v->results[i].check, check) && !strcmp(v->results[i].subject, subject))
			return &v->results[i];
	return NULL;
}

const struct statistic *find_statistic(const struct verdict *v, const char *pair, const char *field)
{
	for (unsigned int i = 0; i < v->statistics_count; i++)
		if (!strcmp(v->statistics[i].pair, pair) && !strcmp(v->statistics[i].field, field))
			return &v->statistics[i];
	return NULL;
}

char *slurp(const char *dir, const char *name)
{
	char path[256], *text = calloc(1, 1 << 20);
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (f && text) {
		must(fread(text, 1, (1 << 20) - 1, f) > 0 || !ferror(f), path);
		fclose(f);
		return text;
	}
	free(text);
	return NULL;
}
