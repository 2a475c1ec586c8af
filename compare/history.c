// SPDX-License-Identifier: BSD-2-Clause
/* The last samples of one flow by the probe. */
#include "history.h"

void history__add(struct history *h, const struct sample *s)
{
	h->ring[h->count++ % HISTORY_DEPTH] = *s;
}

const struct sample *history__at(const struct history *h, unsigned int back)
{
	if (back >= h->count || back >= HISTORY_DEPTH)
		return NULL;
	return &h->ring[(h->count - 1 - back) % HISTORY_DEPTH];
}

static bool shows(const struct sample *e, const struct sample *s, const struct field_set *set)
{
	for (unsigned int i = 0; i < FIELD_SET_WORDS; i++)
		for (uint64_t todo = set->word[i]; todo; todo &= todo - 1) {
			enum field f = 64 * i + __builtin_ctzll(todo);

			if (!sample__has(e, f) || e->value[f] != s->value[f])
				return false;
		}
	return true;
}

/* tcp_segs_in() counts these two before it is looked whether the socket is locked. */
static bool is_counted_unlocked(enum field f)
{
	return f == FIELD_segs_in || f == FIELD_data_segs_in;
}

static bool is_before(const struct sample *e, const struct sample *s)
{
	for (uint64_t todo = counters__of(e) & counters__of(s); todo; todo &= todo - 1) {
		enum field f = counters[__builtin_ctzll(todo)];

		if (!is_counted_unlocked(f) && field__difference(f, e->value[f], s->value[f]) < 0)
			return true;
	}
	return false;
}

const struct sample *history__before(const struct history *h, const struct sample *s)
{
	const struct sample *e;

	for (unsigned int back = 0; (e = history__at(h, back)); back++)
		if (is_before(e, s))
			return e;
	return NULL;
}

const struct sample *history__showing(const struct history *h, const struct sample *s,
				      const struct field_set *set, bool early)
{
	const struct sample *e;

	for (unsigned int back = 0; (e = history__at(h, back)); back++) {
		bool before = is_before(e, s);

		if (!sample__is_settled(e))
			continue;
		if ((!before || early) && shows(e, s, set))
			return e;
		if (early ? e->event == EVENT_mark : before)
			return NULL;
	}
	return NULL;
}

const struct sample *history__next_segment(const struct history *h, const struct sample *s)
{
	const struct sample *e;

	if (!sample__has(s, FIELD_segs_in))
		return NULL;
	for (unsigned int back = 0; (e = history__at(h, back)); back++) {
		bool same = true;

		if (e->event != EVENT_segment || !sample__has(e, FIELD_segs_in) ||
		    field__difference(FIELD_segs_in, e->value[FIELD_segs_in],
				      s->value[FIELD_segs_in]) != 1)
			continue;
		for (uint64_t todo = counters__of(e) & counters__of(s); todo; todo &= todo - 1) {
			enum field f = counters[__builtin_ctzll(todo)];

			same &= is_counted_unlocked(f) || e->value[f] == s->value[f];
		}
		return same ? e : NULL;
	}
	return NULL;
}

bool history__is_complete(const struct history *h, const struct sample *s)
{
	const struct sample *e;

	for (unsigned int back = 0; (e = history__at(h, back)); back++)
		if (e->event == EVENT_segment)
			return sample__has(e, FIELD_segs_in) && sample__has(s, FIELD_segs_in) &&
			       e->value[FIELD_segs_in] == s->value[FIELD_segs_in];
	return false;
}
