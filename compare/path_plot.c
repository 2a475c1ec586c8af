// SPDX-License-Identifier: BSD-2-Clause
/*
 * One-way times are thinned to the extremes of each slice of time; what was dropped, marked, held,
 * copied or sent again is counted by slices, so that the counts of a file add up to all there were.
 */
#include "path_plot.h"

#include <string.h>
#include <unistd.h>

#include "output.h"

#define SLICES 2000

static void note(struct path_plot *p, struct occurrences *o, uint64_t t_ns)
{
	if (occurrences__add(o, p->start_ns, t_ns))
		p->out_of_memory = true;
}

static enum path_way way_of(const struct path_packet *k)
{
	if (k->copy)
		return WAY_COPY;
	if (k->held)
		return WAY_HELD;
	if (k->ce)
		return WAY_CE;
	return k->dir == DIR_C2S ? WAY_C2S : WAY_S2C;
}

void path_plot__packet(struct path_plot *p, const struct path_packet *k)
{
	bool pure = !k->len && !(k->flags & (PATH_SYN | PATH_FIN));
	struct series *way = &p->way[way_of(k)];

	if (!p->started)
		p->start_ns = k->t_ns;
	p->started = true;
	p->end_ns = k->t_ns;
	if (k->fate != FATE_DELIVERED) {
		note(p, &p->act[(pure ? ACT_DROPPED_ACK : ACT_DROPPED) + k->fate], k->t_ns);
		return;
	}
	if (k->ce)
		note(p, &p->act[ACT_CE], k->t_ns);
	if (k->held)
		note(p, &p->act[ACT_HELD], k->t_ns);
	if (k->copy)
		note(p, &p->act[ACT_COPY], k->t_ns);
	if (!k->len)
		return;
	way->slices = SLICES;
	if (series__add(way, k->t_ns, k->out_ns - k->t_ns))
		p->out_of_memory = true;
}

void path_plot__resent(struct path_plot *p, unsigned int cause, uint64_t t_ns)
{
	note(p, &p->resent[cause], t_ns);
}

struct row_writer {
	FILE *file;
	uint64_t origin_ns, cumulated;
};

static double seconds(const struct row_writer *w, uint64_t t_ns)
{
	return (int64_t)(t_ns - w->origin_ns) / 1e9;
}

static void write_way(const struct series_point *point, void *arg)
{
	const struct row_writer *w = arg;

	fprintf(w->file, "%.6f\t%.9g\n", seconds(w, point->t_ns), point->value * 1e-6);
}

static void write_count(const struct occurrences_slice *s, void *arg)
{
	const struct row_writer *w = arg;

	fprintf(w->file, "%.6f\t%llu\n", seconds(w, s->first_ns), (unsigned long long)s->count);
}

static void write_step(const struct occurrences_slice *s, void *arg)
{
	struct row_writer *w = arg;

	if (!w->cumulated)
		fprintf(w->file, "%.6f\t0\n", seconds(w, s->first_ns));
	w->cumulated += s->count;
	fprintf(w->file, "%.6f\t%llu\n", seconds(w, s->first_ns), (unsigned long long)w->cumulated);
}

/* Blocks are parted by two empty lines, as gnuplot's index wants. */
static void write_ways(const struct path_plot *p, struct row_writer *w)
{
	static const char *const names[WAYS] = { "c2s", "s2c", "held", "copy", "CE" };
	const char *gap = "";

	fputs("# t_s\tway_ms\n", w->file);
	for (unsigned int i = 0; i < WAYS; i++) {
		if (!p->way[i].count)
			continue;
		fprintf(w->file, "%s\"%s\"\n", gap, names[i]);
		series__each(&p->way[i], write_way, w);
		gap = "\n\n";
	}
}

static void write_acts(const struct path_plot *p, struct row_writer *w)
{
	static const char *const others[] = { "CE", "held", "copy" };
	const char *gap = "";

	fputs("# t_s\tpackets\n", w->file);
	for (unsigned int i = 0; i < ACTS; i++) {
		if (!p->act[i].total)
			continue;
		fprintf(w->file, "%s\"%s%s %llu\"\n", gap,
			i < ACT_CE ? path_fate__name(i % FATES) : others[i - ACT_CE],
			i >= ACT_DROPPED_ACK && i < ACT_CE ? "/ACK" : "",
			(unsigned long long)p->act[i].total);
		occurrences__each(&p->act[i], write_count, w);
		gap = "\n\n";
	}
}

static void write_resent(const struct path_plot *p, struct row_writer *w)
{
	const char *gap = "";

	fputs("# t_s\tretransmissions\n", w->file);
	for (unsigned int i = 0; i <= CAUSES; i++) {
		if (!p->resent[i].total)
			continue;
		fprintf(w->file, "%s\"%s %llu\"\n", gap,
			i < CAUSES ? path_cause__name(i) : "unproven",
			(unsigned long long)p->resent[i].total);
		w->cumulated = 0;
		occurrences__each(&p->resent[i], write_step, w);
		fprintf(w->file, "%.6f\t%llu\n", seconds(w, p->end_ns),
			(unsigned long long)w->cumulated);
		gap = "\n\n";
	}
}

static bool any_total(const struct occurrences *o, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (o[i].total)
			return true;
	return false;
}

int path_plot__write(const struct path_plot *p, uint64_t origin_ns, const char *dir, char path[])
{
	const struct {
		const char *name;
		void (*write)(const struct path_plot *p, struct row_writer *w);
		bool filled;
	} files[] = {
		{ "plots/data/path-way.tsv", write_ways, p->started },
		{ "plots/data/path-acts.tsv", write_acts, any_total(p->act, ACTS) },
		{ "plots/data/path-resent.tsv", write_resent, any_total(p->resent, CAUSES + 1) },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct output o;
		int err = output__open(&o, dir, files[i].name);

		if (!err) {
			struct row_writer w = { .file = o.file, .origin_ns = origin_ns };

			if (files[i].filled)
				files[i].write(p, &w);
			err = output__close(&o);
			/* also what an earlier judgement left */
			if (!err && !files[i].filled)
				unlink(o.path);
		}
		if (err) {
			memcpy(path, o.path, RUN_PATH_MAX);
			return err;
		}
	}
	return 0;
}

void path_plot__free(struct path_plot *p)
{
	for (unsigned int i = 0; i < WAYS; i++)
		series__free(&p->way[i]);
	for (unsigned int i = 0; i < ACTS; i++)
		occurrences__free(&p->act[i]);
	for (unsigned int i = 0; i <= CAUSES; i++)
		occurrences__free(&p->resent[i]);
}
