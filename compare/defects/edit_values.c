// SPDX-License-Identifier: BSD-2-Clause
/* Transformations of one field in every sample of a timeline. */
#include "edit_values.h"

#include "tape.h"

/* A probe's tcp_info is the kernel's own: no extraction of ours can spoil it. */
#define EVENTS_OWN (~(1U << EVENT_tcp_info))

static uint32_t events_of(const struct defect *d)
{
	return d->events ? d->events : EVENTS_OWN;
}

static bool concerned(const struct defect *d, const struct sample *s)
{
	if (!(events_of(d) >> s->event & 1) || !sample__has(s, d->field))
		return false;
	return catalogue[d->field].all_ones == ALL_ONES_VALUE ||
	       s->value[d->field] != field_all_ones(d->field);
}

static void put(const struct defect *d, struct sample *s, enum field f, uint64_t v,
		struct change *c)
{
	uint64_t old = s->value[f], size;

	v &= field_all_ones(f);
	if (v == old)
		return;
	s->value[f] = v;
	size = catalogue[f].kind == KIND_COUNTER || catalogue[f].kind == KIND_SEQUENCE
		       ? (uint64_t)field__difference(f, v, old)
		       : v - old;
	if ((int64_t)size < 0)
		size = -size;
	c->changed++;
	if (size > c->size)
		c->size = size;
}

/* Edits that look at one sample alone. */
#define EACH(name, expression)                                                          \
	int name(struct tape *t, const struct defect *d, struct change *c)              \
	{                                                                               \
		for (unsigned int i = 0; i < t->count; i++) {                           \
			struct sample *s = &t->samples[i];                              \
                                                                                        \
			if (concerned(d, s))                                            \
				put(d, s, d->field, (expression), c);                   \
		}                                                                       \
		return 0;                                                               \
	}

EACH(edit_add, s->value[d->field] + d->k)
EACH(edit_multiply, s->value[d->field] * d->k)
EACH(edit_divide, s->value[d->field] / d->k)
EACH(edit_keep_bits, s->value[d->field] & d->k)
EACH(edit_scale_3_4, s->value[d->field] / 4 * 3)
EACH(edit_times_other, s->value[d->field] * s->value[d->other])
EACH(edit_from_other, s->value[d->other])
EACH(edit_set, d->k)

int edit_swap(struct tape *t, const struct defect *d, struct change *c)
{
	for (unsigned int i = 0; i < t->count; i++) {
		struct sample *s = &t->samples[i];
		uint64_t a = s->value[d->field];

		if (!concerned(d, s) || !sample__has(s, d->other))
			continue;
		put(d, s, d->field, s->value[d->other], c);
		put(d, s, d->other, a, c);
	}
	return 0;
}

/* From the end, so that the sample before still has its own value. */
int edit_stale(struct tape *t, const struct defect *d, struct change *c)
{
	for (unsigned int i = t->count; i-- > 0;) {
		int before = tape__previous(t, i, events_of(d));

		if (before >= 0 && concerned(d, &t->samples[i]) &&
		    sample__has(&t->samples[before], d->field))
			put(d, &t->samples[i], d->field, t->samples[before].value[d->field], c);
	}
	return 0;
}

int edit_constant(struct tape *t, const struct defect *d, struct change *c)
{
	for (unsigned int i = 0; i < t->count; i++) {
		int before = tape__previous(t, i, events_of(d));

		if (before >= 0 && concerned(d, &t->samples[i]) &&
		    sample__has(&t->samples[before], d->field))
			put(d, &t->samples[i], d->field, t->samples[before].value[d->field], c);
	}
	return 0;
}

int edit_slow_peak(struct tape *t, const struct defect *d, struct change *c)
{
	for (unsigned int i = 0; i < t->count; i++) {
		int before = tape__previous(t, i, events_of(d));
		uint64_t peak;

		if (before < 0 || !concerned(d, &t->samples[i]) ||
		    !sample__has(&t->samples[before], d->field))
			continue;
		peak = t->samples[before].value[d->field];
		peak -= peak / 32;
		if (peak > t->samples[i].value[d->field])
			put(d, &t->samples[i], d->field, peak, c);
	}
	return 0;
}

int edit_smuggle(struct tape *t, const struct defect *d, struct change *c)
{
	for (unsigned int i = 0; i < t->count; i++) {
		if (!(events_of(d) >> t->samples[i].event & 1))
			continue;
		sample__set(&t->samples[i], d->field, d->k);
		c->changed++;
	}
	return 0;
}

int edit_announce(struct tape *t, const struct defect *d, struct change *c)
{
	field_set__add(&t->header.fields, d->field);
	return edit_smuggle(t, d, c);
}
