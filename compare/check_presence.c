// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fields that are not there: nobody reports what this kernel does not have. Zero tolerance.
 *
 * - A sample has no field that its timeline's header does not announce. (Arguments of callbacks,
 *   GROUP_CALL, belong to their event and are left out.)
 * - The fields of struct tcp_info that the probe announces (by the members that the kernel's BTF
 *   has) and those that netlink announces (by the length of the kernel's answer, and by BTF where
 *   length cannot tell) are the same: it is one kernel and one structure. A field that only one of
 *   them has is one that the other fails to see, or one that is filled in with 0 where there is
 *   nothing. Judged of our own collectors: others may report what they like.
 */
#include "check_presence.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct presence {
	struct check check;
	uint64_t samples[WITNESSES];
	struct field_set denied[WITNESSES]; /* reported, but not announced */
	uint64_t violations[WITNESSES];
	struct field_set judged;
};

static void begin(struct check *c, const struct window *w)
{
	struct presence *p = (struct presence *)c;
	const struct field_set *announced = &c->run->timeline[w->witness].header.fields;

	p->samples[w->witness]++;
	for (unsigned int i = 0; i < FIELD_SET_WORDS; i++) {
		uint64_t denied = w->sample->present.word[i] & p->judged.word[i] &
				  ~announced->word[i];

		if (!denied)
			continue;
		p->denied[w->witness].word[i] |= denied;
		p->violations[w->witness]++;
	}
}

static bool is_own(const struct run_timeline *t)
{
	return t->opened && !strncmp(t->header.tool, "tcpw-", 5);
}

static bool is_ambiguous(const struct run_timeline *t)
{
	for (unsigned int i = 0; t->whole && i < t->trailer.notes; i++)
		if (!strcmp(t->trailer.note[i].cause, "tcp_info_layout_unknown"))
			return true;
	return false;
}

static int fail(struct verdict *v, enum field f, enum witness w, uint64_t violations, bool denied)
{
	struct result *r = verdict__result(v, "presence", catalogue[f].name);

	if (!r)
		return -1;
	r->witness[0] = witness__name(w);
	r->status = STATUS_FAIL;
	r->violations = violations;
	if (denied)
		snprintf(r->reason, sizeof(r->reason),
			 "%s reports it, but its header does not announce it", witness__name(w));
	else
		snprintf(r->reason, sizeof(r->reason),
			 "%s announces it, %s does not: this kernel has it or has it not",
			 witness__name(w), witness__name(!w));
	return 0;
}

static int finish(struct check *c, struct verdict *v)
{
	const struct presence *p = (struct presence *)c;
	const struct run_timeline *t = c->run->timeline;
	unsigned int before = v->results_count;
	bool both = is_own(&t[WITNESS_PROBE]) && is_own(&t[WITNESS_NETLINK]) &&
		    !is_ambiguous(&t[WITNESS_NETLINK]);
	uint64_t samples = 0;
	struct result *r;
	int err = 0;

	for (enum witness w = 0; w < WITNESSES; w++) {
		samples += p->samples[w];
		for (enum field f = 0; f < FIELD_COUNT && !err; f++) {
			bool only = catalogue[f].group == GROUP_TCP_INFO &&
				    field_set__has(&t[w].header.fields, f) &&
				    !field_set__has(&t[!w].header.fields, f);

			if (field_set__has(&p->denied[w], f))
				err = fail(v, f, w, p->violations[w], true);
			else if (both && only)
				err = fail(v, f, w, 1, false);
		}
	}
	if (err || v->results_count > before || !samples)
		return err;
	r = verdict__result(v, "presence", "");
	if (!r)
		return -1;
	r->compared = samples;
	return 0;
}

static void destroy(struct check *c)
{
	free(c);
}

static const struct check_ops ops = {
	.events = ~0U,
	.begin = begin,
	.finish = finish,
	.free = destroy,
};

struct check *check_presence__new(struct run *run)
{
	struct presence *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (catalogue[f].group != GROUP_CALL)
			field_set__add(&p->judged, f);
	p->check.ops = &ops;
	p->check.run = run;
	return &p->check;
}
