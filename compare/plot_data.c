// SPDX-License-Identifier: BSD-2-Clause
/*
 * What plots/ draws: for each quantity and witness a table of time and value, a block per sending
 * data flow; and distributions. Thinned while the timelines stream, so that a run of any length
 * makes small files in constant memory.
 */
#include "plot_data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hold.h"
#include "output.h"
#include "series.h"

/* Slices per line: enough for a wide picture; shared out when there are many flows. */
#define SLICES	      2000
#define SLICES_IN_ALL (160 * 2000)
#define SLICES_LEAST  100

enum quantity { RTT, RTTVAR, CWND, PMTU, BYTES, QUANTITIES };

static const struct {
	const char *name, *unit;
	enum reading_figure figure;
	double scale;
} quantities[QUANTITIES] = {
	[RTT] = { "rtt", "rtt_ms", READ_RTT, 1e-3 },
	[RTTVAR] = { "rttvar", "rttvar_ms", READ_RTTVAR, 1e-3 },
	[CWND] = { "cwnd", "cwnd_kib", READ_CWND, 1.0 / 1024 },
	[PMTU] = { "pmtu", "pmtu_bytes", READ_PMTU, 1 },
	[BYTES] = { "bytes", "bytes_mb", READ_BYTES_ACKED, 1e-6 },
};

/* One sending flow's lines. */
struct lines {
	unsigned int stream;
	struct series series[WITNESSES][QUANTITIES];
};

struct plot_flow {
	struct lines *lines;
	struct reading last; /* the probe's */
	uint64_t last_ns;
	uint32_t due; /* figures that the probe's next sample tells, from last_ns on */
};

struct plot_data {
	struct check check;
	unsigned int count, slices;
	struct lines **lines;
	bool out_of_memory;
};

static struct lines *lines__new(struct plot_data *p, const struct flow_entry *f)
{
	struct lines **bigger = realloc(p->lines, (p->count + 1) * sizeof(*bigger)), *l;

	if (!bigger)
		return NULL;
	p->lines = bigger;
	l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	p->lines[p->count++] = l;
	l->stream = f->stream;
	for (enum witness w = 0; w < WITNESSES; w++)
		for (enum quantity q = 0; q < QUANTITIES; q++)
			l->series[w][q].slices = p->slices;
	return l;
}

static void add(struct plot_data *p, struct lines *l, enum witness w, enum quantity q,
		uint64_t t_ns, const struct reading *r)
{
	if (r->have >> quantities[q].figure & 1 &&
	    series__add(&l->series[w][q], t_ns, r->value[quantities[q].figure]))
		p->out_of_memory = true;
}

/* From when on the socket had what the sample shows: hold.c. A line of steps needs nothing else. */
static void add_probe(struct plot_data *p, struct plot_flow *f, const struct sample *s,
		      const struct reading *r)
{
	uint32_t due;
	uint64_t sent_ns = hold__sent_ns(p->check.run, s);
	uint32_t sent = reading__sent(s);

	if (!hold__tells(p->check.run, s))
		return;
	due = reading__due(s);
	for (enum quantity q = 0; q < QUANTITIES; q++) {
		uint32_t figure = 1U << quantities[q].figure;

		if (f->due & figure && sent & figure && f->last_ns < sent_ns) {
			add(p, f->lines, WITNESS_PROBE, q, f->last_ns, &f->last);
			add(p, f->lines, WITNESS_PROBE, q, sent_ns, r);
		} else if (f->due & figure) {
			add(p, f->lines, WITNESS_PROBE, q, f->last_ns, r);
		}
		if (!(due & figure))
			add(p, f->lines, WITNESS_PROBE, q, s->t0_ns, r);
	}
	f->due = due;
	f->last = *r;
	f->last_ns = s->t0_ns;
}

static void begin(struct check *c, const struct window *w)
{
	struct plot_data *p = (struct plot_data *)c;
	struct plot_flow *f = check__flow_state(c, w->flow);
	uint64_t t = w->sample->t0_ns + (w->sample->t1_ns - w->sample->t0_ns) / 2;
	struct reading r;

	if (w->flow->role != ROLE_SENDER)
		return;
	if (!f->lines)
		f->lines = lines__new(p, w->flow);
	if (!f->lines) {
		p->out_of_memory = true;
		return;
	}
	reading__of(w->sample, &r);
	if (r.have >> READ_RTT & 1 &&
	    !r.value[READ_RTT]) /* nothing measured yet: nothing to draw */
		r.have &= ~(1U << READ_RTT | 1U << READ_RTTVAR);
	if (w->witness == WITNESS_PROBE) {
		add_probe(p, f, w->sample, &r);
		return;
	}
	for (enum quantity q = 0; q < QUANTITIES; q++)
		add(p, f->lines, w->witness, q, t, &r);
}

/* A last sample that no other follows: what it shows was there until then. */
static int finish(struct check *c, struct verdict *v)
{
	struct plot_data *p = (struct plot_data *)c;

	for (unsigned int i = 0; c->run->flows && i < flows__count(c->run->flows); i++) {
		struct plot_flow *f = check__flow_state(c, flows__at(c->run->flows, i));

		for (enum quantity q = 0; f->lines && q < QUANTITIES; q++)
			if (f->due >> quantities[q].figure & 1)
				add(p, f->lines, WITNESS_PROBE, q, f->last_ns, &f->last);
	}
	return p->out_of_memory ? -1 : 0;
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct plot_flow),
	.events = EVENTS_STATE & ~EVENT_BIT(destroy),
	.begin = begin,
	.finish = finish,
};

struct plot_data *plot_data__new(struct run *run)
{
	struct plot_data *p = calloc(1, sizeof(*p));
	unsigned int lines = run->report[END_CLIENT].count + run->report[END_SERVER].count;

	if (!p)
		return NULL;
	p->check.ops = &ops;
	p->check.run = run;
	p->slices = SLICES_IN_ALL / (WITNESSES * QUANTITIES) / (lines ? lines : 1) & ~1U;
	if (p->slices > SLICES)
		p->slices = SLICES;
	if (p->slices < SLICES_LEAST)
		p->slices = SLICES_LEAST;
	return p;
}

struct check *plot_data__check(struct plot_data *p)
{
	return &p->check;
}

void plot_data__free(struct plot_data *p)
{
	if (!p)
		return;
	for (unsigned int i = 0; i < p->count; i++) {
		for (enum witness w = 0; w < WITNESSES; w++)
			for (enum quantity q = 0; q < QUANTITIES; q++)
				series__free(&p->lines[i]->series[w][q]);
		free(p->lines[i]);
	}
	free(p->lines);
	free(p);
}

struct row_writer {
	FILE *file;
	uint64_t origin_ns;
	double scale;
};

static void write_row(FILE *f, int64_t t_ns, double value)
{
	fprintf(f, "%.6f\t%.9g\n", t_ns / 1e9, value);
}

static void write_point(const struct series_point *p, void *arg)
{
	struct row_writer *w = arg;

	write_row(w->file, (int64_t)(p->t_ns - w->origin_ns), p->value * w->scale);
}

/* The first line of a block: blocks are parted by two empty lines, as gnuplot's index wants. */
static void begin_block(FILE *f, const char *word, unsigned int n, bool *first)
{
	fprintf(f, "%s\"%s %u\"\n", *first ? "" : "\n\n", word, n);
	*first = false;
}

static void write_collector(const struct plot_data *p, FILE *f, enum witness w, enum quantity q,
			    bool *first)
{
	struct row_writer writer = { f, flows__origin_ns(p->check.run->flows),
				     quantities[q].scale };

	for (unsigned int i = 0; i < p->count; i++) {
		const struct series *s = &p->lines[i]->series[w][q];

		if (!s->count)
			continue;
		begin_block(f, "flow", p->lines[i]->stream, first);
		series__each(s, write_point, &writer);
	}
}

static bool iperf3_value(const struct interval *iv, enum quantity q, uint64_t bytes, double *v)
{
	static const uint8_t figure[QUANTITIES] = { FIGURE_RTT, FIGURE_RTTVAR, FIGURE_CWND,
						    FIGURE_PMTU, 0 };
	const uint64_t value[QUANTITIES] = { iv->rtt, iv->rttvar, iv->cwnd, iv->pmtu, bytes };

	*v = value[q] * quantities[q].scale;
	return q == BYTES || iv->figures & figure[q];
}

/* The number that flows of the timelines have: the client's. */
static unsigned int stream_number(const struct run *run, enum end end, unsigned int i)
{
	for (unsigned int n = 0; n < flows__count(run->flows); n++) {
		const struct flow_entry *f = flows__at(run->flows, n);

		if (flow_entry__is_data(f) && f->end == end && f->report_stream == (int)i)
			return f->stream;
	}
	return i + 1;
}

static void write_iperf3(const struct plot_data *p, FILE *f, enum quantity q, bool *first)
{
	const struct run *run = p->check.run;
	int64_t origin = flows__origin_ns(run->flows);

	for (enum end end = 0; end < ENDS; end++)
		for (unsigned int i = 0; i < run->report[end].count; i++) {
			const struct stream *s = &run->report[end].streams[i];
			uint64_t bytes = 0;
			bool begun = false;

			for (unsigned int k = 0; s->sender && k < s->count; k++) {
				const struct interval *iv = &s->intervals[k];
				const struct placement *at = &run->placement[end][iv->epoch];
				double v;

				bytes += iv->bytes;
				if (at->method == PLACEMENT_NONE || !iperf3_value(iv, q, bytes, &v))
					continue;
				if (!begun)
					begin_block(f, "flow", stream_number(run, end, i), first);
				begun = true;
				write_row(f, at->offset_ns + iv->end_ns - origin, v);
			}
		}
}

/* Close o, or throw it away if nothing was written, along with what an earlier judgement left. */
static int close_or_remove(struct output *o, bool empty)
{
	int err = output__close(o);

	if (!err && empty)
		unlink(o->path);
	return err;
}

int plot_data__write(const struct plot_data *p, const char *dir, char path[RUN_PATH_MAX])
{
	static const char *const source[] = { "probe", "netlink", "iperf3" };

	for (enum quantity q = 0; q < QUANTITIES; q++)
		for (unsigned int w = 0; w <= WITNESSES; w++) {
			struct output o;
			bool first = true;
			char name[64];
			int err;

			snprintf(name, sizeof(name), "plots/data/%s.%s.tsv", quantities[q].name,
				 source[w]);
			err = output__open(&o, dir, name);
			if (!err) {
				fprintf(o.file, "# t_s\t%s\n", quantities[q].unit);
				if (w < WITNESSES)
					write_collector(p, o.file, w, q, &first);
				else
					write_iperf3(p, o.file, q, &first);
				err = close_or_remove(&o, first);
			}
			if (err) {
				memcpy(path, o.path, RUN_PATH_MAX);
				return err;
			}
		}
	return 0;
}

int plot_curves__write(const char *dir, const char *name, const char *header,
		       const struct plot_curve *curves, unsigned int count, char path[RUN_PATH_MAX])
{
	struct output o;
	bool first = true;
	int err = output__open(&o, dir, name);

	if (err)
		goto out;
	fprintf(o.file, "# %s\tfraction\n", header);
	for (unsigned int i = 0; i < count; i++) {
		const struct agreement *a = curves[i].values;
		unsigned int cursor = 0;
		uint64_t cumulated;
		double v;

		if (!a || !a->n)
			continue;
		fprintf(o.file, "%s\"%s\"\n", first ? "" : "\n\n", curves[i].label);
		first = false;
		while (histogram__next(a->histogram, &cursor, &v, &cumulated))
			fprintf(o.file, "%.9g\t%.9g\n", v * curves[i].scale,
				(double)cumulated / a->n);
	}
	err = close_or_remove(&o, first);
out:
	if (err)
		memcpy(path, o.path, RUN_PATH_MAX);
	return err;
}
