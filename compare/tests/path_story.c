// SPDX-License-Identifier: BSD-2-Clause
/* A flow over a relay, made up for tests. */
#include "path_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "compare/check_path.h"
#include "synthetic.h"

#define BASE_NS	   5000000000ULL
#define CLIENT_ISN 4294967000u /* wraps on the way */
#define SERVER_ISN 77u

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "path_story: cannot understand \"%s\"\n", what);
	abort();
}

static uint32_t isn_of(bool client)
{
	return client ? CLIENT_ISN : SERVER_ISN;
}

struct packet_text {
	bool client, copy, ce;
	unsigned long t, out;
	uint32_t seq, len, ack, ecn, tsval, tsecr;
	const char *flags, *fate, *sack;
	bool has_ack, has_out;
};

static void put_sack(FILE *f, const char *text, uint32_t isn)
{
	unsigned int l, r;
	int used;
	char mark = '[';

	fprintf(f, ",\"sack\":");
	while (*text && sscanf(text, "%u-%u%n", &l, &r, &used) == 2) {
		fprintf(f, "%c[%u,%u]", mark, isn + l, isn + r);
		text += used;
		text += *text == ',';
		mark = ',';
	}
	fputc(']', f);
}

static void put_packet(FILE *f, const struct packet_text *p)
{
	fprintf(f, "{\"event\":\"packet\",\"t\":%lu000,\"flow\":0,\"dir\":\"%s\",\"seq\":%u", p->t,
		p->client ? "c2s" : "s2c", isn_of(p->client) + p->seq);
	if (p->has_ack)
		fprintf(f, ",\"ack\":%u", isn_of(!p->client) + p->ack);
	fprintf(f, ",\"len\":%u,\"flags\":\"%s%s\",\"ip_len\":%u,\"fate\":\"%s\"", p->len, p->flags,
		p->has_ack ? "A" : "", 40 + p->len, p->fate);
	if (!strcmp(p->fate, "delivered"))
		fprintf(f, ",\"out\":%lu000", p->has_out ? p->out : p->t + 10);
	if (p->ecn)
		fprintf(f, ",\"ecn\":%u", p->ecn);
	fprintf(f, "%s%s", p->ce ? ",\"ce\":1" : "", p->copy ? ",\"copy\":1" : "");
	if (p->tsval)
		fprintf(f, ",\"tsval\":%u,\"tsecr\":%u", p->tsval, p->tsecr);
	if (p->sack)
		put_sack(f, p->sack, isn_of(!p->client));
	fprintf(f, "}\n");
}

static void tell_packet(FILE *f, const char *line)
{
	static const char *const fates[] = { "loss", "queue", "blackout", "too-big", "overrun" };
	struct packet_text p = {
		.client = *line == 'c', .flags = "", .fate = "delivered", .tsecr = 1
	};
	char text[256], *word, *save = NULL;

	snprintf(text, sizeof(text), "%s", line + 1);
	word = strtok_r(text, " ", &save);
	must(word && sscanf(word, "%lu", &p.t) == 1, line);
	word = strtok_r(NULL, " ", &save);
	must(word && sscanf(word, "%u+%u", &p.seq, &p.len) == 2, line);
	while ((word = strtok_r(NULL, " ", &save))) {
		bool known = false;

		for (unsigned int i = 0; i < sizeof(fates) / sizeof(fates[0]); i++)
			if (!strcmp(word, fates[i])) {
				p.fate = fates[i];
				known = true;
			}
		if (known)
			continue;
		if (sscanf(word, "out=%lu", &p.out) == 1)
			p.has_out = true;
		else if (!strncmp(word, "f=", 2))
			p.flags = word + 2;
		else if (!strncmp(word, "k=", 2))
			p.sack = word + 2;
		else if (!strcmp(word, "copy"))
			p.copy = true;
		else if (!strcmp(word, "ce"))
			p.ce = true;
		else if (sscanf(word, "a%u", &p.ack) == 1)
			p.has_ack = true;
		else
			must(sscanf(word, "ecn=%u", &p.ecn) == 1 ||
				     sscanf(word, "ts=%u", &p.tsval) == 1 ||
				     sscanf(word, "e=%u", &p.tsecr) == 1,
			     line);
	}
	put_packet(f, &p);
}

static void write_account(const char *dir, const char *const lines[],
			  const struct story_options *options)
{
	unsigned int count = 1;
	char path[TEMPORARY_PATH_MAX + 16];
	FILE *f;

	if (options->path && !strcmp(options->path, "-"))
		return;
	snprintf(path, sizeof(path), "%s/path.jsonl", dir);
	f = fopen(path, "w");
	must(f, path);
	if (options->path) {
		fputs(options->path, f);
		must(!fclose(f), path);
		return;
	}
	fprintf(f,
		"{\"timeline\":1,\"witness\":\"path\",\"clock\":\"CLOCK_MONOTONIC\",\"base_ns\":%"
		"llu,"
		"\"backend\":\"relay\",\"path\":{\"rtt_us\":20,\"rate_bit\":%u}}\n",
		BASE_NS, options->rate_bit);
	fprintf(f, "{\"event\":\"flow\",\"t\":0,\"flow\":0,\"family\":\"inet\",\"client\":\"10.0.0."
		   "1\","
		   "\"client_port\":40001,\"server\":\"10.0.0.2\",\"server_port\":5201}\n");
	for (; *lines; lines++)
		if (**lines == 'c' || **lines == 's') {
			tell_packet(f, *lines);
			count++;
		}
	if (!options->no_trailer)
		fprintf(f, "{\"trailer\":true,\"samples\":%u,\"lost\":{},\"notes\":{}}\n", count);
	must(!fclose(f), path);
}

static void set_end(struct endpoint *e, const char *text)
{
	uint16_t family;

	must(!endpoint__parse(text, strlen(text), e, &family), text);
}

static void set_socket(struct flow *f, bool client)
{
	f->family = AF_INET;
	f->cookie = client ? 1 : 2;
	f->netns = client ? 1001 : 1002;
	set_end(client ? &f->local : &f->remote, "10.0.0.1:40001");
	set_end(client ? &f->remote : &f->local, "10.0.0.2:5201");
}

static enum sample_event event_of(const char *name, const char *line)
{
	for (enum sample_event e = 0; e < EVENT_COUNT; e++)
		if (!strcmp(sample_event__name(e), name))
			return e;
	must(false, line);
	return EVENT_COUNT;
}

static void read_sample(const char *line, enum witness *w, struct sample *s)
{
	char text[512], *word, *save = NULL;
	unsigned long t0, t1;

	memset(s, 0, sizeof(*s));
	*w = *line == 'N' ? WITNESS_NETLINK : WITNESS_PROBE;
	line += *line == 'N';
	set_socket(&s->flow, *line == 'C');
	snprintf(text, sizeof(text), "%s", line + 1);
	word = strtok_r(text, " ", &save);
	must(word && sscanf(word, "%lu", &t0) == 1, line);
	if (sscanf(word, "%lu-%lu", &t0, &t1) < 2)
		t1 = t0;
	s->t0_ns = BASE_NS + t0 * 1000;
	s->t1_ns = BASE_NS + t1 * 1000;
	s->event = event_of(strtok_r(NULL, " ", &save), line);
	while ((word = strtok_r(NULL, " ", &save))) {
		char *value = strchr(word, '=');
		enum field f = value ? field__find(word, value - word, FIELD_COUNT) : FIELD_COUNT;

		must(f != FIELD_COUNT, line);
		sample__set(s, f, strtoull(value + 1, NULL, 0));
	}
}

static void show(struct check *check, struct flows *flows, enum witness witness,
		 const struct sample *s)
{
	uint64_t none[1] = { 0 };
	struct window w = {
		.sample = s,
		.witness = witness,
		.end_ns = s->t1_ns,
		.state = none,
		.flow = flows__of(flows, witness, s),
	};

	must(w.flow, "a sample");
	check->ops->begin(check, &w);
	check->ops->end(check, &w);
}

void path_story__judge(const char *const lines[], const struct story_options *options,
		       struct verdict *v)
{
	static const struct story_options plain;
	struct run *run = calloc(1, sizeof(*run));
	struct check *check;
	char dir[TEMPORARY_PATH_MAX];

	must(run && !temporary__directory(dir), "TMPDIR");
	options = options ?: &plain;
	memset(v, 0, sizeof(*v));
	write_account(dir, lines, options);
	strcpy(run->dir, dir);
	snprintf(run->manifest.path.backend, sizeof(run->manifest.path.backend), "%s",
		 options->backend ?: "relay");
	run->manifest.netns[END_CLIENT].inode = 1001;
	run->manifest.netns[END_SERVER].inode = 1002;
	run->manifest.path.rtt_us = 20;
	run->manifest.path.rtt_p50_us = options->p50_us;
	run->timeline[WITNESS_PROBE].header.modes = 1;
	strcpy(run->timeline[WITNESS_PROBE].header.mode[0], options->mode ?: "segment");
	check = check_path__new(run);
	must(check, "new");
	run->flows = flows__new((check->ops->flow_size + 7) / 8 * 8, &run->manifest, run->report);
	must(run->flows, "flows");
	for (; *lines; lines++)
		if (**lines != 'c' && **lines != 's') {
			struct sample s;
			enum witness w;

			read_sample(*lines, &w, &s);
			show(check, run->flows, w, &s);
		}
	must(!check->ops->finish(check, v), "finish");
	verdict__conclude(v, NULL);
	check->ops->free(check);
	run__close(run);
	free(run);
	synthetic__remove(dir);
}

static void judge_case(const struct path_case *c)
{
	const struct result *r;
	struct verdict v;

	path_story__judge(c->lines, &c->options, &v);
	r = !strcmp(c->subject, "witness") ? find_result(&v, "witness", "path")
					   : find_result(&v, "path", c->subject);
	if (!r)
		fail_msg("%s: no result for %s", c->must, c->subject);
	if (r->status != c->status || (c->reason && !strstr(r->reason, c->reason)))
		fail_msg("%s: %s is %s: %s", c->must, c->subject, status__name(r->status),
			 r->reason);
	verdict__free(&v);
}

void path_story__judge_all(const struct path_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		judge_case(&cases[i]);
}
