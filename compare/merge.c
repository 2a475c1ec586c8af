// SPDX-License-Identifier: BSD-2-Clause
/*
 * The one pass: all timelines of a run merged by time and shown to a list of checks.
 *
 * Every timeline is sorted by the beginning of its windows (the reader refuses it otherwise), so
 * the next window to begin is the smallest of the readers' next samples. Windows that are open wait
 * in a heap for their end. At one instant: windows end, then instants are shown, then windows
 * begin.
 *
 * A probe's sample is an instant where the program ran under the socket lock: then nothing else
 * that reads under the lock can fall between its clock and its loads. That is so for sock_ops
 * callbacks, for trace_tcp_probe() in tcp_rcv_established(), for cgroup/getsockopt
 * (__cgroup_bpf_run_filter_getsockopt() takes lock_sock()), and for iter/tcp from kernel 5.15
 * (bpf_iter_tcp_seq_show()). Before 5.15 iter/tcp reads without the lock and may be interrupted
 * behind its clock: such a sample holds from its time on, but it is known to be over only when the
 * same iterator comes by again. Its window ends there ("deferred").
 */
#include "merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The run's own timelines, and behind them the foreign ones. */
#define SOURCES (WITNESSES + FOREIGN_MAX)

struct source {
	struct timeline_reader *reader;
	struct sample sample;
	bool have;
};

struct merge {
	struct run *run;
	struct check **checks;
	unsigned int checks_count;
	struct flows *flows;
	size_t window_words;
	struct source *source[SOURCES]; /* NULL: not there */
	bool poll_is_locked;
	struct window *heap[WINDOWS_MAX];
	unsigned int open;
	struct window *unused; /* free list */
	uint64_t serial;
	uint64_t instant_state[]; /* the window state of instants */
};

static void show_begin(struct merge *m, struct window *w)
{
	memset(w->state, 0, m->window_words * sizeof(*w->state));
	for (unsigned int i = 0; i < m->checks_count; i++)
		if (m->checks[i]->ops->events >> w->sample->event & 1)
			m->checks[i]->ops->begin(m->checks[i], w);
}

static void show_end(struct merge *m, struct window *w)
{
	for (unsigned int i = 0; i < m->checks_count; i++)
		if (m->checks[i]->ops->end && m->checks[i]->ops->events >> w->sample->event & 1)
			m->checks[i]->ops->end(m->checks[i], w);
}

/* A window that outlives its reader's sample: with a copy of it. */
static struct window *window__new(struct merge *m, const struct window *like)
{
	struct window *w = m->unused;
	struct sample *copy;
	uint64_t *state;

	if (w) {
		m->unused = w->next;
	} else {
		w = malloc(sizeof(*w) + m->window_words * sizeof(*w->state) + sizeof(*w->copy));
		if (!w)
			return NULL;
		w->state = (uint64_t *)(w + 1);
		w->copy = (struct sample *)(w->state + m->window_words);
	}
	state = w->state;
	copy = w->copy;
	*w = *like;
	w->state = state;
	w->copy = copy;
	*copy = *like->sample;
	w->sample = copy;
	w->serial = ++m->serial;
	return w;
}

static void window__release(struct merge *m, struct window *w)
{
	w->next = m->unused;
	m->unused = w;
}

static bool ends_before(const struct window *a, const struct window *b)
{
	return a->end_ns != b->end_ns ? a->end_ns < b->end_ns : a->serial < b->serial;
}

static void heap__push(struct merge *m, struct window *w)
{
	unsigned int i = m->open++, parent;

	while (i && ends_before(w, m->heap[parent = (i - 1) / 2])) {
		m->heap[i] = m->heap[parent];
		i = parent;
	}
	m->heap[i] = w;
}

static struct window *heap__pop(struct merge *m)
{
	struct window *first = m->heap[0], *last = m->heap[--m->open];
	unsigned int i = 0, child;

	while ((child = 2 * i + 1) < m->open) {
		if (child + 1 < m->open && ends_before(m->heap[child + 1], m->heap[child]))
			child++;
		if (!ends_before(m->heap[child], last))
			break;
		m->heap[i] = m->heap[child];
		i = child;
	}
	m->heap[i] = last;
	return first;
}

static void end_windows(struct merge *m, uint64_t until_ns)
{
	while (m->open && m->heap[0]->end_ns <= until_ns) {
		struct window *w = heap__pop(m);

		show_end(m, w);
		window__release(m, w);
	}
}

static void end_deferred(struct merge *m, struct flow_entry *f, uint64_t now_ns)
{
	if (!f->deferred)
		return;
	f->deferred->end_ns = now_ns;
	show_end(m, f->deferred);
	window__release(m, f->deferred);
	f->deferred = NULL;
}

static void show_foreign(struct merge *m, unsigned int which, const struct sample *s)
{
	end_windows(m, s->t0_ns);
	for (unsigned int i = 0; i < m->checks_count; i++)
		if (m->checks[i]->ops->foreign)
			m->checks[i]->ops->foreign(m->checks[i], which, s);
}

static int show(struct merge *m, enum witness witness, const struct sample *s)
{
	struct window instant = {
		.sample = s, .witness = witness, .end_ns = s->t1_ns, .state = m->instant_state
	};
	bool deferred = s->event == EVENT_poll && s->t0_ns == s->t1_ns && !m->poll_is_locked;
	struct window *w;

	end_windows(m, s->t0_ns);
	instant.flow = flows__of(m->flows, witness, s);
	if (!instant.flow)
		return 0; /* counted there */
	if (s->t0_ns == s->t1_ns && !deferred) {
		show_begin(m, &instant);
		show_end(m, &instant);
		return 0;
	}
	if (m->open == WINDOWS_MAX)
		return -EOVERFLOW;
	if (deferred)
		end_deferred(m, instant.flow, s->t0_ns);
	w = window__new(m, &instant);
	if (!w)
		return -ENOMEM;
	show_begin(m, w);
	if (deferred)
		instant.flow->deferred = w;
	else
		heap__push(m, w);
	return 0;
}

/* Read the next sample of a source, or note why there is none. */
static void advance(struct merge *m, enum witness w)
{
	struct source *s = m->source[w];
	struct run_timeline *t = &m->run->timeline[w];
	int err = timeline_reader__next(s->reader, &s->sample);

	s->have = err > 0;
	if (s->have) {
		t->samples++;
	} else if (!err) {
		t->whole = true;
		t->trailer = *timeline_reader__trailer(s->reader);
	} else {
		run__why(m->run, timeline_reader__error(s->reader), t->why);
	}
}

static void advance_foreign(struct merge *m, unsigned int which)
{
	struct run_foreign *f = &m->run->foreign[which];
	struct source *s = m->source[WITNESSES + which];
	int err = foreign_reader__next(f->reader, &s->sample);

	s->have = err > 0;
	if (s->have) {
		f->timeline.samples++;
		return;
	}
	f->placed_error_ns = foreign_reader__placed_error_ns(f->reader);
	snprintf(f->note, sizeof(f->note), "%s", foreign_reader__note(f->reader));
	if (!err) {
		const struct timeline_trailer *t = foreign_reader__trailer(f->reader);

		f->timeline.whole = true;
		if (t)
			f->timeline.trailer = *t;
	} else {
		run__why_foreign(f, foreign_reader__error(f->reader));
	}
}

/* Only where a check wants it. The collectors are open by now: their headers place the clocks. */
static int open_foreign(struct merge *m, unsigned int which)
{
	const struct run_timeline *own = m->run->timeline;
	struct run_foreign *f = &m->run->foreign[which];
	struct clock_anchor anchor =
		clock_anchor__of(&own[WITNESS_PROBE].header, &own[WITNESS_NETLINK].header);
	bool wanted = false;
	int err;

	for (unsigned int i = 0; i < m->checks_count; i++)
		wanted |= m->checks[i]->ops->foreign != NULL;
	if (!wanted)
		return 0;
	memset(&f->timeline, 0, sizeof(f->timeline));
	m->source[WITNESSES + which] = calloc(1, sizeof(struct source));
	if (!m->source[WITNESSES + which])
		return -ENOMEM;
	err = foreign_reader__open(&f->reader, &f->spec, &anchor);
	if (err == -ENOMEM)
		return err;
	if (err) {
		run__why_foreign(f, foreign_reader__error(f->reader));
		return 0;
	}
	f->timeline.header = *foreign_reader__header(f->reader);
	f->timeline.opened = true;
	run__name_foreign(m->run, which);
	advance_foreign(m, which);
	return 0;
}

static int open_source(struct merge *m, enum witness w)
{
	struct run_timeline *t = &m->run->timeline[w];
	const struct timeline_header *header;
	char path[RUN_PATH_MAX];
	struct source *s;
	int err;

	t->opened = t->whole = false;
	t->samples = 0;
	t->why[0] = '\0';
	s = m->source[w] = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	run__path(m->run->dir, run__timeline_name(w), path);
	err = timeline_reader__open(&s->reader, path);
	if (err == -ENOMEM)
		return err;
	if (err == -ENOENT) {
		snprintf(t->why, sizeof(t->why), "%s: missing", run__timeline_name(w));
		return 0;
	}
	if (err) {
		run__why(m->run, timeline_reader__error(s->reader), t->why);
		return 0;
	}
	header = timeline_reader__header(s->reader);
	if (strcmp(header->witness, witness__name(w))) {
		snprintf(t->why, sizeof(t->why), "%s: written by the witness \"%s\", not by %s",
			 run__timeline_name(w), header->witness, witness__name(w));
		return 0;
	}
	if (header->realtime) {
		snprintf(
			t->why, sizeof(t->why),
			"%s: on CLOCK_REALTIME: a collector of this project writes CLOCK_MONOTONIC",
			run__timeline_name(w));
		return 0;
	}
	t->header = *header;
	t->opened = true;
	advance(m, w);
	return 0;
}

bool merge__poll_is_locked(const struct timeline_header *h)
{
	unsigned int major, minor;

	return sscanf(h->kernel, "%u.%u", &major, &minor) == 2 &&
	       (major > 5 || (major == 5 && minor >= 15));
}

/* The source whose next sample is to be shown: the earliest, an instant before a window. */
static int pick(const struct merge *m)
{
	int best = -1;

	for (int w = 0; w < SOURCES; w++) {
		const struct sample *a, *b;

		if (!m->source[w] || !m->source[w]->have)
			continue;
		a = &m->source[w]->sample;
		b = best < 0 ? NULL : &m->source[best]->sample;
		if (!b || a->t0_ns < b->t0_ns ||
		    (a->t0_ns == b->t0_ns && w < WITNESSES && a->t0_ns == a->t1_ns &&
		     b->t0_ns != b->t1_ns))
			best = w;
	}
	return best;
}

static void close_all(struct merge *m)
{
	struct window *w;

	for (unsigned int i = 0; i < m->run->foreign_count; i++) {
		foreign_reader__close(m->run->foreign[i].reader);
		m->run->foreign[i].reader = NULL;
	}
	for (int i = 0; i < SOURCES; i++)
		if (m->source[i]) {
			timeline_reader__close(m->source[i]->reader);
			free(m->source[i]);
		}
	while (m->open)
		free(m->heap[--m->open]);
	while ((w = m->unused)) {
		m->unused = w->next;
		free(w);
	}
	free(m);
}

int merge__run(struct run *run, struct check **checks, unsigned int count, struct flows **flows)
{
	size_t flow_words = 0, window_words = 0;
	struct merge *m;
	int w, err = 0;

	*flows = NULL;
	for (unsigned int i = 0; i < count; i++) {
		checks[i]->flow_offset = flow_words;
		checks[i]->window_offset = window_words;
		flow_words += (checks[i]->ops->flow_size + 7) / 8;
		window_words += (checks[i]->ops->window_size + 7) / 8;
	}
	m = calloc(1, sizeof(*m) + window_words * sizeof(uint64_t));
	if (!m)
		return -ENOMEM;
	m->run = run;
	m->checks = checks;
	m->checks_count = count;
	m->window_words = window_words;
	m->flows = *flows = flows__new(8 * flow_words, &run->manifest, run->report);
	if (!m->flows)
		err = -ENOMEM;
	for (w = 0; w < WITNESSES && !err; w++)
		err = open_source(m, w);
	for (unsigned int i = 0; i < run->foreign_count && !err; i++)
		err = open_foreign(m, i);
	m->poll_is_locked = merge__poll_is_locked(&run->timeline[WITNESS_PROBE].header);
	while (!err && (w = pick(m)) >= 0) {
		if (w >= WITNESSES) {
			show_foreign(m, w - WITNESSES, &m->source[w]->sample);
			advance_foreign(m, w - WITNESSES);
			continue;
		}
		err = show(m, w, &m->source[w]->sample);
		if (!err)
			advance(m, w);
	}
	if (!err) {
		end_windows(m, UINT64_MAX);
		for (unsigned int i = 0; i < flows__count(m->flows); i++)
			end_deferred(m, flows__at(m->flows, i), UINT64_MAX);
	}
	if (err && *flows) /* deferred windows belong to the pool */
		for (unsigned int i = 0; i < flows__count(m->flows); i++) {
			free(flows__at(m->flows, i)->deferred);
			flows__at(m->flows, i)->deferred = NULL;
		}
	close_all(m);
	return err;
}
