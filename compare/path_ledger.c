// SPDX-License-Identifier: BSD-2-Clause
/*
 * The relay's account, replayed. Lines come in the order in which packets were read; what is
 * written to the other end waits in a heap for its instant. Memory: the packets on their way, the
 * bytes in flight (path_board.c) and a few hundred bytes a flow.
 */
#include "path_ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "path_event.h"

void path_end__free(struct path_end *e)
{
	path_board__free(&e->board);
	path_causes__free(&e->causes);
	free(e->pace);
}

/* An array with room for one more, or NULL. */
static void *room_for(struct path_ledger *l, void *array, unsigned int count, unsigned int *room,
		      size_t size)
{
	void *bigger;

	if (count < *room)
		return array;
	bigger = realloc(array, (*room ? 2 * *room : 64) * size);
	if (!bigger) {
		l->out_of_memory = true;
		return NULL;
	}
	*room = *room ? 2 * *room : 64;
	return bigger;
}

static void heap__push(struct path_ledger *l, const struct path_packet *p)
{
	struct path_packet *heap;
	unsigned int i, parent;

	heap = room_for(l, l->heap, l->heap_count, &l->heap_room, sizeof(*heap));
	if (!heap)
		return;
	l->heap = heap;
	i = l->heap_count++;
	while (i && p->out_ns < heap[parent = (i - 1) / 2].out_ns) {
		heap[i] = heap[parent];
		i = parent;
	}
	heap[i] = *p;
}

static struct path_packet heap__pop(struct path_ledger *l)
{
	struct path_packet *heap = l->heap, first = heap[0], last = heap[--l->heap_count];
	unsigned int i = 0, child;

	while ((child = 2 * i + 1) < l->heap_count) {
		if (child + 1 < l->heap_count && heap[child + 1].out_ns < heap[child].out_ns)
			child++;
		if (last.out_ns <= heap[child].out_ns)
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = last;
	return first;
}

/* The next line, or why there is none. */
static void fetch(struct path_ledger *l)
{
	int kind = path_reader__next(l->reader, &l->next);

	l->kind = kind < 0 ? PATH_END : kind;
	if (kind < 0) {
		const char *error = path_reader__error(l->reader);
		const char *name = strstr(error, "path.jsonl");

		snprintf(l->why, sizeof(l->why), "%s", name ? name : error);
	} else if (kind == PATH_END) {
		l->whole = true;
		l->trailer = *path_reader__trailer(l->reader);
	}
}

int path_ledger__open(struct path_ledger *l, const struct run *run)
{
	char path[RUN_PATH_MAX];
	int err;

	memset(l, 0, sizeof(*l));
	run__path(run->dir, "path.jsonl", path);
	err = path_reader__open(&l->reader, path);
	if (err == -ENOMEM)
		return err;
	if (err == -ENOENT)
		snprintf(l->why, sizeof(l->why), "path.jsonl: missing");
	else if (err)
		run__why(run, path_reader__error(l->reader), l->why);
	if (err)
		return 0;
	l->opened = true;
	l->config = *path_reader__config(l->reader);
	fetch(l);
	return 0;
}

static void add_flow(struct path_ledger *l, const struct path_flow_line *line)
{
	struct path_flow **flows, *f;

	flows = room_for(l, l->flows, l->flows_count, &l->flows_room, sizeof(*flows));
	f = flows ? calloc(1, sizeof(*f)) : NULL;
	if (!f) {
		l->out_of_memory = true;
		return;
	}
	l->flows = flows;
	f->number = line->flow;
	memcpy(f->end_point, line->end, sizeof(f->end_point));
	for (unsigned int i = 0; i < 2; i++) {
		f->end[i].flow = f;
		f->end[i].causes.plot = &l->plot;
		f->end[i].floor_us = f->end[i].round_us = UINT64_MAX;
	}
	flows[l->flows_count++] = f;
}

static bool is_same(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(a->addr, b->addr, sizeof(a->addr));
}

struct path_end *path_ledger__find(const struct path_ledger *l, const struct flow *socket)
{
	for (unsigned int i = l->flows_count; i--;) {
		struct path_flow *f = l->flows[i];

		for (unsigned int e = 0; e < 2; e++)
			if (is_same(&f->end_point[e], &socket->local) &&
			    is_same(&f->end_point[!e], &socket->remote))
				return f->end[e].owner ? NULL : &f->end[e];
	}
	return NULL;
}

/* Something happened at now_ns: what was written before is done. The relay has one thread. */
static void pass(struct path_ledger *l, uint64_t now_ns)
{
	if (l->writing && now_ns > l->written_ns)
		l->writing = NULL;
}

static void judge_rate(struct path_ledger *l, const struct path_packet *p)
{
	uint64_t earliest = path_rate__earliest(&l->rate[p->dir], &l->config, p);

	if (earliest)
		finding__compare(&l->finding[LEDGER_RATE], p->out_ns >= earliest,
				 "a packet was delivered faster than the bottleneck serves",
				 l->flows[p->flow]->end[!p->dir].owner, p->t_ns,
				 earliest - p->t_ns, p->out_ns - p->t_ns, earliest - p->out_ns);
}

void path_ledger__advance(struct path_ledger *l, uint64_t until_ns)
{
	for (;;) {
		uint64_t line_ns = UINT64_MAX, out_ns = UINT64_MAX;

		if (l->kind == PATH_PACKET)
			line_ns = l->next.packet.t_ns;
		else if (l->kind == PATH_FLOW)
			line_ns = l->next.flow.t_ns;
		else if (l->kind != PATH_END)
			line_ns = 0;
		if (l->heap_count)
			out_ns = l->heap[0].out_ns;
		if (out_ns <= line_ns && l->heap_count) {
			struct path_packet p;

			if (out_ns > until_ns)
				return;
			pass(l, out_ns);
			p = heap__pop(l);
			path_event__write(l, &p);
			continue;
		}
		if (l->kind == PATH_END || line_ns > until_ns || l->out_of_memory)
			return;
		pass(l, line_ns);
		if (l->kind == PATH_PACKET)
			judge_rate(l, &l->next.packet);
		if (l->kind == PATH_PACKET)
			path_plot__packet(&l->plot, &l->next.packet);
		if (l->kind == PATH_FLOW)
			add_flow(l, &l->next.flow);
		else if (l->kind == PATH_PACKET && l->next.packet.copy)
			l->copied++;
		else if (l->kind == PATH_PACKET)
			path_event__read(l, &l->next.packet);
		else if (l->kind == PATH_DEVICE)
			path_devices__add(&l->devices, &l->next.device);
		if (l->kind == PATH_PACKET && l->next.packet.out_ns)
			heap__push(l, &l->next.packet);
		fetch(l);
	}
}

const struct path_got *path_ledger__got_surely(const struct path_ledger *l,
					       const struct path_end *e)
{
	return l->writing == e ? &e->got_before : &e->got;
}

void path_ledger__finish(struct path_ledger *l)
{
	for (unsigned int i = 0; i < l->flows_count * 2; i++) {
		struct path_end *e = &l->flows[i / 2]->end[i & 1];
		struct finding *f = &l->finding[LEDGER_DROPS];
		int64_t missing = path_board__missing(&e->board);

		path_causes__finish(&e->causes);
		l->out_of_memory |= e->board.out_of_memory || e->causes.out_of_memory;
		f->compared += e->drops;
		if (!missing)
			continue;
		if (e->reset || path_end__peer(e)->reset || !e->fin || !e->flow->whole) {
			f->unproven++;
			continue;
		}
		f->violations++;
		f->what = "bytes were never delivered, though the flow ended in order";
		worst__update(&f->worst, e->owner, 0, 0, missing, missing);
	}
	l->out_of_memory |= l->plot.out_of_memory;
}

void path_ledger__close(struct path_ledger *l)
{
	for (unsigned int i = 0; i < l->flows_count; i++) {
		path_end__free(&l->flows[i]->end[0]);
		path_end__free(&l->flows[i]->end[1]);
		free(l->flows[i]);
	}
	free(l->flows);
	free(l->heap);
	path_reader__close(l->reader);
	path_plot__free(&l->plot);
	memset(l, 0, sizeof(*l));
}
