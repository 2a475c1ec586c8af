// SPDX-License-Identifier: BSD-2-Clause
/*
 * Foreign timelines, value by value, against what the probe saw before, in and behind each sample.
 * foreign_claim.h tells what is compared and why that is exact; here each sample waits at its flow
 * for the probe's first sample behind its window.
 */
#include "check_foreign.h"

#include <stdlib.h>
#include <string.h>

#include "foreign_claim.h"
#include "merge.h"

struct foreign_check {
	struct check check;
	bool segments, poll_is_locked;
	bool ready;
	uint64_t first_ns, last_ns, tick_ns;
	unsigned int waiting_count;
	struct waiting *unjoined;
	struct foreign_tally *tally[FOREIGN_MAX];
};

struct foreign_flow {
	struct watch *watch;
};

/* Once the headers are read. */
static void get_ready(struct foreign_check *c)
{
	const struct timeline_header *h = &c->check.run->timeline[WITNESS_PROBE].header;

	if (c->ready)
		return;
	c->ready = true;
	for (unsigned int i = 0; i < h->modes; i++)
		c->segments |= !strcmp(h->mode[i], "segment");
	c->poll_is_locked = merge__poll_is_locked(h);
	c->tick_ns = 1000000000 / (h->hz ? h->hz : 100);
}

static void close_waiting(struct foreign_check *fc, struct watch *watch, struct waiting *w,
			  unsigned int flow)
{
	struct claim_context context = {
		.flow = flow,
		.scale.mss = field_set__has(&watch->have, FIELD_snd_mss)
				     ? watch->value[FIELD_snd_mss]
				     : 0,
		.scale.hz = fc->check.run->timeline[WITNESS_PROBE].header.hz,
	};

	for (unsigned int i = 0; i < w->count; i++)
		claim__close(&w->claim[i], w, &fc->tally[w->which]->field[w->claim[i].field],
			     &context);
	fc->waiting_count--;
	free(w);
}

/* The probe tells s of a flow. */
static void tell(struct foreign_check *fc, struct watch *watch, const struct sample *s,
		 unsigned int flow)
{
	bool settled = s->event != EVENT_rtt || !fc->segments;
	unsigned int flags = settled && watch->settled ? watch__weigh_step(watch, s) : 0;
	struct waiting **at = &watch->waiting, *w;

	while ((w = *at)) {
		bool over = s->t0_ns >= w->t1_ns;

		w->flags |= flags | (over ? 0 : SEGMENT_INSIDE);
		w->segments += s->event == EVENT_segment;
		for (unsigned int i = 0; i < w->count; i++)
			claim__show(&w->claim[i], s, settled, s->t0_ns >= w->t1_ns);
		if (!over || !settled) {
			at = &w->next;
			continue;
		}
		if ((uint32_t)(s->value[FIELD_segs_in] - w->segs_in) != w->segments)
			w->flags |= PROOF_BROKEN;
		*at = w->next;
		close_waiting(fc, watch, w, flow);
	}
	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (sample__may_speak(s, f) && (settled || catalogue[f].kind == KIND_COUNTER ||
						catalogue[f].kind == KIND_DURATION)) {
			watch->value[f] = s->value[f];
			field_set__add(&watch->have, f);
		}
	if (sample__may_speak(s, FIELD_total_rto_time))
		watch->recoveries = s->value[FIELD_total_rto_recoveries];
	if (!settled)
		return;
	watch->settled = true;
	watch->event = s->event;
	watch->at_ns = s->t0_ns;
}

/* Counters that run backwards in the foreign timeline itself, in the order that its stamps claim.
 */
static void check_own(struct foreign_check *fc, struct watch *watch, unsigned int which,
		      const struct sample *s)
{
	uint64_t set = counters__of(s), below;

	if (!watch->own[which])
		watch->own[which] = calloc(1, sizeof(*watch->own[which]));
	if (!watch->own[which])
		return;
	if (s->t0_ns > watch->own[which]->t0_ns) {
		frontier__compare(&watch->own[which]->last, s, set, &below);
		for (; below; below &= below - 1)
			fc->tally[which]->field[counters[__builtin_ctzll(below)]].backwards++;
	}
	watch->own[which]->t0_ns = s->t0_ns;
	watch->own[which]->last.have = 0; /* the last, not the highest */
	frontier__raise(&watch->own[which]->last, s, set);
}

static struct waiting *waiting__new(struct foreign_check *fc, unsigned int which,
				    const struct sample *s)
{
	const struct run *run = fc->check.run;
	struct waiting *w = calloc(1, sizeof(*w) + FIELD_COUNT * sizeof(w->claim[0])), *fitted;

	if (!w)
		return NULL;
	w->which = which;
	w->t0_ns = s->t0_ns;
	w->t1_ns = s->t1_ns;
	w->ident = s->flow;
	w->strict = s->event == EVENT_sample || s->event == EVENT_destroy;
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		struct claim *c = &w->claim[w->count];
		uint64_t below, above;

		if (!sample__has(s, f))
			continue;
		foreign_reader__rounding(run->foreign[which].reader, f, &below, &above);
		c->field = f;
		c->manner = manner__of(f, &run->timeline[WITNESS_PROBE].header);
		c->value = s->value[f];
		c->low = c->value > below ? c->value - below : 0;
		c->high = c->value + above < c->value ? UINT64_MAX : c->value + above;
		c->min = UINT64_MAX;
		w->count++;
	}
	fitted = realloc(w, sizeof(*w) + w->count * sizeof(w->claim[0]));
	return fitted ? fitted : w;
}

static void join(struct foreign_check *fc, struct watch *watch, struct waiting *w)
{
	struct foreign_tally *t = fc->tally[w->which];

	t->joined++;
	for (unsigned int i = 0; i < w->count; i++) {
		field_set__add(&t->told, w->claim[i].field);
		t->field[w->claim[i].field].told++;
	}
	if (watch->settled) {
		for (unsigned int i = 0; i < w->count; i++)
			claim__set_floor(&w->claim[i], watch, w->strict);
		w->segs_in = watch->value[FIELD_segs_in];
		w->at_work = watch->event == EVENT_segment && w->t0_ns - watch->at_ns < fc->tick_ns;
	} else {
		w->flags |= PROOF_BROKEN;
	}
	w->next = watch->waiting;
	watch->waiting = w;
}

static struct watch *watch__of(const struct foreign_check *fc, const struct flow_entry *f)
{
	return ((struct foreign_flow *)check__flow_state(&fc->check, f))->watch;
}

/* A flow's first sample by the probe: who of those that came before it spoke of it? */
static void join_early(struct foreign_check *fc, struct watch *watch, const struct flow_entry *f)
{
	struct waiting **at = &fc->unjoined, *w;
	bool mixed;

	while ((w = *at)) {
		if (flows__find(fc->check.run->flows, &w->ident, &mixed) != f) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		fc->tally[w->which]->mixed += mixed;
		join(fc, watch, w);
	}
}

static void begin(struct check *c, const struct window *window)
{
	struct foreign_check *fc = (struct foreign_check *)c;
	const struct sample *s = window->sample;
	struct foreign_flow *ff = check__flow_state(c, window->flow);
	struct watch *watch = ff->watch;

	if (window->witness != WITNESS_PROBE)
		return;
	get_ready(fc);
	if (!fc->first_ns)
		fc->first_ns = s->t0_ns;
	fc->last_ns = s->t0_ns;
	if (s->event == EVENT_poll && !fc->poll_is_locked)
		return; /* its values may be younger than its stamp: merge.c */
	if (!watch) {
		watch = ff->watch = calloc(1, sizeof(*watch));
		if (!watch)
			return;
		join_early(fc, watch, window->flow);
	}
	tell(fc, watch, s, window->flow->id);
}

/* Make room: those whose time is over and whose flow the probe did not know. */
static void forget_strangers(struct foreign_check *fc, uint64_t now_ns)
{
	struct waiting **at = &fc->unjoined, *w;

	while ((w = *at)) {
		if (w->t1_ns >= now_ns && now_ns != UINT64_MAX) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		fc->tally[w->which]->stranger++;
		fc->waiting_count--;
		free(w);
	}
}

static void foreign(struct check *c, unsigned int which, const struct sample *s)
{
	struct foreign_check *fc = (struct foreign_check *)c;
	struct foreign_tally *t = fc->tally[which];
	struct flow_entry *f;
	struct watch *watch;
	struct waiting *w;
	bool mixed;

	get_ready(fc);
	if (s->event == EVENT_tcp_info)
		return; /* it is older than its stamp: the mark's */
	if (!t->samples++)
		t->first_ns = s->t0_ns;
	if (s->t1_ns > t->last_ns)
		t->last_ns = s->t1_ns;
	if (fc->waiting_count == FOREIGN_WAITING_MAX)
		forget_strangers(fc, s->t0_ns);
	f = flows__find(c->run->flows, &s->flow, &mixed);
	w = fc->waiting_count < FOREIGN_WAITING_MAX ? waiting__new(fc, which, s) : NULL;
	if (!w) {
		t->dropped++;
		return;
	}
	fc->waiting_count++;
	watch = f ? watch__of(fc, f) : NULL;
	if (!watch) {
		w->next = fc->unjoined;
		fc->unjoined = w;
		return;
	}
	t->mixed += mixed;
	check_own(fc, watch, which, s);
	join(fc, watch, w);
}

/* Nothing more comes. */
static void close_all(struct foreign_check *fc)
{
	struct flows *flows = fc->check.run->flows;

	forget_strangers(fc, UINT64_MAX);
	for (unsigned int i = 0; flows && i < flows__count(flows); i++) {
		struct flow_entry *f = flows__at(flows, i);
		struct watch *watch = watch__of(fc, f);
		struct waiting *w;

		while (watch && (w = watch->waiting)) {
			watch->waiting = w->next;
			close_waiting(fc, watch, w, f->id);
		}
		for (unsigned int k = 0; watch && k < FOREIGN_MAX; k++)
			free(watch->own[k]);
		free(watch);
		((struct foreign_flow *)check__flow_state(&fc->check, f))->watch = NULL;
	}
}

static int finish(struct check *c, struct verdict *v)
{
	struct foreign_check *fc = (struct foreign_check *)c;

	if (!c->run->foreign_count)
		return 0;
	close_all(fc);
	for (unsigned int i = 0; i < c->run->foreign_count; i++)
		if (foreign_tally__judge(fc->tally[i], c->run, i, fc->first_ns, fc->last_ns, v))
			return -1;
	return 0;
}

static void destroy(struct check *c)
{
	struct foreign_check *fc = (struct foreign_check *)c;

	if (c->run->foreign_count)
		close_all(fc);
	for (unsigned int i = 0; i < FOREIGN_MAX; i++)
		foreign_tally__free(fc->tally[i]);
	free(fc);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct foreign_flow),
	.events = EVENTS_STATE,
	.begin = begin,
	.foreign = foreign,
	.finish = finish,
	.free = destroy,
};

/* Without foreign witnesses nothing is watched and nothing is said. */
static const struct check_ops idle_ops = { .finish = finish, .free = destroy };

struct check *check_foreign__new(struct run *run)
{
	struct foreign_check *fc = calloc(1, sizeof(*fc));

	if (!fc)
		return NULL;
	counters__init();
	fc->check.ops = run->foreign_count ? &ops : &idle_ops;
	fc->check.run = run;
	for (unsigned int i = 0; i < run->foreign_count; i++) {
		fc->tally[i] = foreign_tally__new();
		if (!fc->tally[i]) {
			destroy(&fc->check);
			return NULL;
		}
	}
	return &fc->check;
}
