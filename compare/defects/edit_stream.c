// SPDX-License-Identifier: BSD-2-Clause
/* Transformations of a timeline as a stream of samples: times, losses, identities. */
#include "edit_stream.h"

#include <errno.h>
#include <string.h>

#include "tape.h"

int edit_shift(struct tape *t, const struct defect *d, struct change *c)
{
	for (unsigned int i = 0; i < t->count; i++) {
		t->samples[i].t0_ns += d->k;
		t->samples[i].t1_ns += d->k;
	}
	c->changed = t->count;
	c->size = d->k;
	return 0;
}

static uint64_t tick_of(const struct tape *t, const struct sample *s)
{
	return (s->t0_ns - t->header.base_ns) / t->header.interval_ns;
}

int edit_one_stamp(struct tape *t, const struct defect *d, struct change *c)
{
	uint64_t tick = 0, stamp = 0;

	for (unsigned int i = 0; i < t->count; i++) {
		struct sample *s = &t->samples[i];

		if (s->event != EVENT_sample)
			continue;
		if (!stamp || tick_of(t, s) != tick) {
			tick = tick_of(t, s);
			stamp = s->t0_ns;
		}
		if (s->t1_ns - stamp > c->size)
			c->size = s->t1_ns - stamp;
		s->t0_ns = s->t1_ns = stamp;
		c->changed++;
	}
	return 0;
}

int edit_stamp_after(struct tape *t, const struct defect *d, struct change *c)
{
	for (unsigned int i = 0; i < t->count; i++) {
		struct sample *s = &t->samples[i];

		if (s->event != EVENT_sample)
			continue;
		if (s->t1_ns - s->t0_ns > c->size)
			c->size = s->t1_ns - s->t0_ns;
		s->t0_ns = s->t1_ns;
		c->changed++;
	}
	return 0;
}

int edit_slow_grid(struct tape *t, const struct defect *d, struct change *c)
{
	c->size = t->header.interval_ns / 1000 * d->k;
	t->header.interval_ns -= c->size;
	c->changed = 1;
	return 0;
}

int edit_no_interval(struct tape *t, const struct defect *d, struct change *c)
{
	t->header.interval_ns = 0;
	c->changed = 1;
	return 0;
}

static bool is_kth(const struct tape *t, const struct defect *d, unsigned int i, unsigned int *n)
{
	uint32_t events = d->events ? d->events : ~0U;

	return events >> t->samples[i].event & 1 && ++*n % d->k == 0;
}

int edit_drop(struct tape *t, const struct defect *d, struct change *c)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < t->count; i++)
		if (is_kth(t, d, i, &n)) {
			tape__remove(t, i--);
			c->changed++;
		}
	c->size = c->changed;
	return 0;
}

int edit_drop_last(struct tape *t, const struct defect *d, struct change *c)
{
	for (unsigned int i = 0; i < t->count; i++) {
		const struct flow *f = &t->samples[i].flow;
		unsigned int later = 0;

		for (unsigned int k = i + 1; k < t->count; k++)
			later += t->samples[k].event == EVENT_sample &&
				 t->samples[k].flow.cookie == f->cookie &&
				 t->samples[k].flow.netns == f->netns;
		if (t->samples[i].event != EVENT_sample || later >= d->k)
			continue;
		tape__remove(t, i--);
		c->changed++;
	}
	c->size = c->changed;
	return 0;
}

int edit_drop_honest(struct tape *t, const struct defect *d, struct change *c)
{
	int err = edit_drop(t, d, c);

	if (!t->trailer.losses)
		return -EINVAL;
	t->trailer.lost[0].count += c->changed;
	return err;
}

int edit_duplicate(struct tape *t, const struct defect *d, struct change *c)
{
	unsigned int n = 0;
	int err = 0;

	for (unsigned int i = 0; i < t->count && !err; i++)
		if (is_kth(t, d, i, &n)) {
			err = tape__insert(t, i + 1, &t->samples[i]);
			i++;
			c->changed++;
		}
	c->size = c->changed;
	return err;
}

static const struct flow *other_flow(const struct tape *t, const struct flow *f)
{
	for (unsigned int i = 0; i < t->count; i++)
		if (t->samples[i].flow.netns == f->netns && t->samples[i].flow.cookie != f->cookie)
			return &t->samples[i].flow;
	return NULL;
}

int edit_wrong_flow(struct tape *t, const struct defect *d, struct change *c)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < t->count; i++) {
		const struct flow *f = other_flow(t, &t->samples[i].flow);

		if (!is_kth(t, d, i, &n) || !f)
			continue;
		t->samples[i].flow = *f;
		c->changed++;
	}
	c->size = c->changed;
	return 0;
}

/*
 * The exact lookup of a flow that is gone falls back to its listener: state LISTEN, nothing but
 * zeroes, at the two ticks behind the end.
 */
int edit_listener(struct tape *t, const struct defect *d, struct change *c)
{
	uint64_t gap = t->header.interval_ns ? t->header.interval_ns : 50000000;
	unsigned int last = t->count;
	struct sample s;
	int err = 0;

	while (last-- > 0)
		if (t->samples[last].flow.local.port < t->samples[last].flow.remote.port &&
		    t->samples[last].event != EVENT_tcp_info)
			break; /* a server's */
	if (last >= t->count)
		return -EINVAL;
	s = t->samples[last];
	s.event = s.t0_ns == s.t1_ns ? EVENT_poll : EVENT_sample;
	for (enum field f = 0; f < FIELD_COUNT; f++)
		s.value[f] = 0;
	s.value[FIELD_state] = 10;
	for (int i = 0; i < 2 && !err; i++) {
		s.t0_ns = t->samples[t->count - 1].t0_ns + gap;
		s.t1_ns = s.t0_ns + (s.event == EVENT_poll ? 0 : 20000);
		s.seq += !!s.seq;
		err = tape__insert(t, t->count, &s);
		c->changed++;
	}
	return err;
}

int edit_drop_family(struct tape *t, const struct defect *d, struct change *c)
{
	for (unsigned int i = 0; i < t->count; i++)
		if (t->samples[i].flow.family == d->k) {
			tape__remove(t, i--);
			c->changed++;
		}
	c->size = c->changed;
	return 0;
}

int edit_swap_ports(struct tape *t, const struct defect *d, struct change *c)
{
	for (unsigned int i = 0; i < t->count; i++) {
		struct endpoint *e = &t->samples[i].flow.local;

		e->port = (uint16_t)(e->port << 8 | e->port >> 8);
		c->changed++;
	}
	c->size = c->changed;
	return 0;
}
