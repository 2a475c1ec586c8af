// SPDX-License-Identifier: BSD-2-Clause
/* Shows samples to one check, without files. */
#include "feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OPEN_MAX 16

struct court {
	struct run run;
	struct check *check;
	struct flow_entry *flow;
	struct sample last[WITNESSES];
	struct window open[OPEN_MAX];
	unsigned int count;
};

static uint64_t read_time(char *text, char **end)
{
	uint64_t t = strtoull(text, end, 10);

	if (!strncmp(*end, "us", 2))
		t *= 1000;
	else if (!strncmp(*end, "ms", 2))
		t *= 1000000;
	else
		return t;
	*end += 2;
	return t;
}

static void read_field(struct sample *s, char *word)
{
	char *value = strchr(word, '=');
	enum field f;

	if (!value)
		fail_msg("no value: %s", word);
	if (!strncmp(word, "cong=", 5)) {
		snprintf(s->cong, sizeof(s->cong), "%s", value + 1);
		return;
	}
	f = field__find(word, value - word, 0);
	if (f == FIELD_COUNT)
		fail_msg("no such field: %s", word);
	if (value[1] == '-')
		field_set__remove(&s->present, f);
	else
		sample__set(s, f, strtoull(value + 1, NULL, 0));
}

static enum sample_event read_event(const char *name)
{
	for (enum sample_event e = 0; e < EVENT_COUNT; e++)
		if (!strcmp(sample_event__name(e), name))
			return e;
	fail_msg("no such event: %s", name);
	return EVENT_COUNT;
}

static void forget_arguments(struct sample *s)
{
	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (catalogue[f].group == GROUP_CALL)
			field_set__remove(&s->present, f);
}

static enum witness read_line(struct court *c, const char *line, struct sample *s)
{
	char text[1024], *word, *rest;
	enum witness w;

	snprintf(text, sizeof(text), "%s", line);
	word = strtok_r(text, " ", &rest);
	w = strcmp(word, "netlink") ? WITNESS_PROBE : WITNESS_NETLINK;
	*s = c->last[w];
	forget_arguments(s);
	s->cong[0] = '\0';
	word = strtok_r(NULL, " ", &rest);
	s->t0_ns = s->t1_ns = read_time(word, &word);
	if (*word == '-')
		s->t1_ns = read_time(word + 1, &word);
	s->event = read_event(strtok_r(NULL, " ", &rest));
	while ((word = strtok_r(NULL, " ", &rest)))
		read_field(s, word);
	s->seq++;
	c->last[w] = *s;
	return w;
}

static void end_until(struct court *c, uint64_t now_ns)
{
	for (;;) {
		struct window *first = NULL;

		for (unsigned int i = 0; i < c->count; i++)
			if (c->open[i].copy && c->open[i].end_ns <= now_ns &&
			    (!first || c->open[i].end_ns < first->end_ns))
				first = &c->open[i];
		if (!first)
			return;
		if (c->check->ops->end && c->check->ops->events >> first->sample->event & 1)
			c->check->ops->end(c->check, first);
		free(first->copy);
		free(first->state);
		first->copy = NULL;
	}
}

static struct window *slot(struct court *c)
{
	for (unsigned int i = 0; i < c->count; i++)
		if (!c->open[i].copy)
			return &c->open[i];
	assert_true(c->count < OPEN_MAX);
	return &c->open[c->count++];
}

static void show(struct court *c, const char *line)
{
	struct sample *copy = malloc(sizeof(*copy));
	enum witness w = read_line(c, line, copy);
	bool instant = copy->t0_ns == copy->t1_ns;
	struct window window = { .sample = copy, .flow = c->flow, .witness = w, .copy = copy };
	struct window *open;

	end_until(c, copy->t0_ns);
	if (copy->event == EVENT_established && !c->flow->established_ns)
		c->flow->established_ns = copy->t0_ns;
	if (copy->event == EVENT_close)
		c->flow->closed_ns = copy->t0_ns;
	open = slot(c);
	*open = window;
	open->end_ns = copy->t1_ns;
	open->state = calloc(1, c->check->ops->window_size + 8);
	if (instant)
		open->copy = NULL; /* as merge.c does it */
	if (c->check->ops->events >> copy->event & 1) {
		c->check->ops->begin(c->check, open);
		if (instant && c->check->ops->end)
			c->check->ops->end(c->check, open);
	}
	if (!instant)
		return;
	free(open->state);
	free(copy);
}

void feed__judge(const struct feed *feed, struct verdict *v)
{
	struct court *c = calloc(1, sizeof(*c));

	memset(v, 0, sizeof(*v));
	c->run.manifest.probe.expected = c->run.manifest.netlink.expected = true;
	for (enum witness w = 0; w < WITNESSES; w++) {
		struct run_timeline *t = &c->run.timeline[w];

		t->opened = t->whole = true;
		t->header.hz = feed->no_hz ? 0 : feed->hz ? feed->hz : 250;
		if (w == WITNESS_NETLINK && feed->netlink_hz)
			t->header.hz = feed->netlink_hz;
		snprintf(t->header.kernel, sizeof(t->header.kernel), "%s",
			 feed->kernel ? feed->kernel : "6.18");
		memset(&t->header.fields, 0xff, sizeof(t->header.fields));
	}
	for (int i = 0; i < 2; i++) {
		const char *mode = feed->modes[0] ? feed->modes[i] : i ? "segment" : "rtt";

		if (mode)
			strcpy(c->run.timeline[WITNESS_PROBE].header.mode[i], mode);
		c->run.timeline[WITNESS_PROBE].header.modes += !!mode;
	}
	c->check = feed->make(&c->run);
	c->flow = calloc(1, sizeof(*c->flow) + c->check->ops->flow_size + 8);
	c->flow->id = 1;
	c->flow->role = ROLE_SENDER;
	c->flow->stream = 1;
	for (const char *const *line = feed->lines; *line; line++)
		show(c, *line);
	end_until(c, UINT64_MAX);
	assert_int_equal(c->check->ops->finish(c->check, v), 0);
	if (c->check->ops->free)
		c->check->ops->free(c->check);
	free(c->flow);
	free(c);
}

void feed__expect(const struct verdict *v, const struct result *r, const struct feed_outcome *o)
{
	assert_non_null(r);
	if (r->compared != o->compared || r->moved != o->moved || r->unproven != o->unproven)
		fail_msg("%s: %llu compared, %llu moved, %llu unproven; %s", o->description,
			 (unsigned long long)r->compared, (unsigned long long)r->moved,
			 (unsigned long long)r->unproven, r->reason);
	if (o->says ? r->status != STATUS_FAIL || !strstr(r->reason, o->says)
		    : r->status == STATUS_FAIL)
		fail_msg("%s: %s, %s", o->description, status__name(r->status), r->reason);
	for (unsigned int i = 0; i < v->results_count; i++)
		if (&v->results[i] != r && v->results[i].status == STATUS_FAIL)
			fail_msg("%s: also %s: %s", o->description, v->results[i].subject,
				 v->results[i].reason);
}
