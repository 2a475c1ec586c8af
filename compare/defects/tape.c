// SPDX-License-Identifier: BSD-2-Clause
/* A whole timeline in memory, to be changed and written again. */
#include "tape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/reader.h"
#include "timeline/writer.h"

int tape__insert(struct tape *t, unsigned int at, const struct sample *s)
{
	struct sample copy = *s; /* it may lie in the array itself */
	struct sample *p;

	if (t->count == t->room) {
		p = realloc(t->samples, (t->room ? 2 * t->room : 256) * sizeof(*p));
		if (!p)
			return -ENOMEM;
		t->samples = p;
		t->room = t->room ? 2 * t->room : 256;
	}
	memmove(t->samples + at + 1, t->samples + at, (t->count - at) * sizeof(*t->samples));
	t->samples[at] = copy;
	t->count++;
	return 0;
}

void tape__remove(struct tape *t, unsigned int at)
{
	t->count--;
	memmove(t->samples + at, t->samples + at + 1, (t->count - at) * sizeof(*t->samples));
}

int tape__previous(const struct tape *t, unsigned int at, uint32_t events)
{
	const struct flow *flow = &t->samples[at].flow;

	while (at--)
		if (t->samples[at].flow.cookie == flow->cookie &&
		    t->samples[at].flow.netns == flow->netns &&
		    events >> t->samples[at].event & 1)
			return (int)at;
	return -1;
}

int tape__load(struct tape *t, const char *path)
{
	struct timeline_reader *r = NULL;
	struct sample s;
	int err;

	memset(t, 0, sizeof(*t));
	err = timeline_reader__open(&r, path);
	if (err)
		goto out;
	t->header = *timeline_reader__header(r);
	while ((err = timeline_reader__next(r, &s)) > 0) {
		err = tape__insert(t, t->count, &s);
		if (err)
			break;
	}
	if (!err)
		t->trailer = *timeline_reader__trailer(r);
out:
	timeline_reader__close(r);
	return err;
}

/* The writer counts "out_of_order" itself. */
static void forget_out_of_order(struct timeline_trailer *t)
{
	for (unsigned int i = 0; i < t->losses; i++)
		if (!strcmp(t->lost[i].cause, "out_of_order"))
			t->lost[i] = t->lost[--t->losses];
}

int tape__save(struct tape *t, const char *path)
{
	struct timeline_writer *w;
	int err = timeline_writer__open(&w, path, &t->header), closed;

	if (err)
		return err;
	for (unsigned int i = 0; i < t->count && !err; i++)
		err = timeline_writer__sample(w, &t->samples[i]);
	forget_out_of_order(&t->trailer);
	closed = timeline_writer__close(w, &t->trailer);
	return err ?: closed;
}

void tape__free(struct tape *t)
{
	free(t->samples);
	memset(t, 0, sizeof(*t));
}
