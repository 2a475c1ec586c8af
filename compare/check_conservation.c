// SPDX-License-Identifier: BSD-2-Clause
/*
 * Conservation: what one sample says must add up, whatever its witness. Zero tolerance. What must
 * add up, and the kernel's lines that make it so, stand in relations.c.
 */
#include "check_conservation.h"

#include <stdlib.h>

#include "relations.h"

struct conservation {
	struct check check;
	struct tally {
		uint64_t compared, violations, refused, unproven;
		struct worst worst;
		const char *witness;
	} tally[RELATIONS];
};

/* iter/tcp before kernel 5.15 reads without the lock: such a sample may be torn (merge.c). */
static bool is_torn(const struct window *w)
{
	return w->sample->event == EVENT_poll && w->copy;
}

static void judge(struct conservation *c, const struct window *w, unsigned int i)
{
	const struct relation *r = &relations[i];
	struct tally *tally = &c->tally[i];
	struct terms t;

	switch (relation__judge(r, check__flow_state(&c->check, w->flow), w->sample, &t)) {
	case ABSENT:
		return;
	case REFUSED:
		tally->refused++;
		return;
	case UNPROVEN:
		tally->unproven++;
		return;
	case BROKEN:
		tally->violations++;
		if (!tally->worst.set || t.size > tally->worst.size)
			tally->witness = w->sample->event == EVENT_tcp_info
						 ? "the kernel's tcp_info"
						 : witness__name(w->witness);
		worst__update(&tally->worst, w->flow->id, w->sample->t0_ns, t.expected, t.got,
			      t.size);
		/* fall through */
	case HOLDS:
		tally->compared++;
	}
}

static void begin(struct check *check, const struct window *w)
{
	if (!is_torn(w) && w->sample->event != EVENT_tcp_info)
		judge((struct conservation *)check, w, RELATION_LATER);
}

static void end(struct check *check, const struct window *w)
{
	struct conservation *c = (struct conservation *)check;
	struct relation_flow *f = check__flow_state(check, w->flow);
	const struct sample *s = w->sample;

	if (is_torn(w))
		return;
	relation_flow__prepare(f, s);
	for (unsigned int i = 0; i < RELATION_LATER; i++)
		judge(c, w, i);
	relation_flow__remember(f, s);
}

static void conclude(const struct tally *t, const struct relation *r, struct result *res)
{
	char apart[128] = "";

	res->compared = t->compared;
	res->violations = t->violations;
	res->moved = t->refused;
	res->unproven = t->unproven;
	res->worst = t->worst;
	if (t->refused || t->unproven)
		snprintf(apart, sizeof(apart),
			 "; apart: %llu times the device refused a segment, %llu times perhaps",
			 (unsigned long long)t->refused, (unsigned long long)t->unproven);
	if (t->violations) {
		res->status = STATUS_FAIL;
		snprintf(
			res->reason, sizeof(res->reason),
			"%s: broken %llu of %llu times; worst on flow %u: %s says %llu, the others "
			"of its fields make it %llu%s",
			r->text, (unsigned long long)t->violations, (unsigned long long)t->compared,
			t->worst.flow, t->witness, (unsigned long long)t->worst.got,
			(unsigned long long)t->worst.expected, apart);
		return;
	}
	if (!t->compared)
		res->status = STATUS_SKIP;
	snprintf(res->reason, sizeof(res->reason), "%s%s%s", r->text,
		 t->compared ? "" : ": no sample has all of these, or is in a state to judge",
		 apart);
}

static int finish(struct check *check, struct verdict *v)
{
	const struct conservation *c = (const struct conservation *)check;

	for (unsigned int i = 0; i < RELATIONS; i++) {
		struct result *r = verdict__result(v, "conservation", relations[i].field);

		if (!r)
			return -1;
		for (enum witness w = 0, n = 0; w < WITNESSES; w++)
			if (check->run->timeline[w].opened && n < 2)
				r->witness[n++] = witness__name(w);
		conclude(&c->tally[i], &relations[i], r);
	}
	return 0;
}

static void destroy(struct check *check)
{
	free(check);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct relation_flow),
	.events = ~0U,
	.begin = begin,
	.end = end,
	.finish = finish,
	.free = destroy,
};

struct check *check_conservation__new(struct run *run)
{
	struct conservation *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->check.ops = &ops;
	c->check.run = run;
	return &c->check;
}
