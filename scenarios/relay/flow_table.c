// SPDX-License-Identifier: BSD-2-Clause
/* The TCP flows of the path. Nothing is allocated after the start: pages come as they are used. */
#include "flow_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define INDEX_SLOTS (FLOWS_MAX * 2)

struct flow_table {
	uint32_t count;
	struct flow_entry *flows;
	uint32_t *index; /* number + 1 of the latest flow of a 4-tuple; 0: empty */
};

int flow_table__new(struct flow_table **pt)
{
	struct flow_table *t = calloc(1, sizeof(*t));

	*pt = NULL;
	if (!t)
		return -ENOMEM;
	t->flows = calloc(FLOWS_MAX, sizeof(*t->flows));
	t->index = calloc(INDEX_SLOTS, sizeof(*t->index));
	if (!t->flows || !t->index) {
		flow_table__free(t);
		return -ENOMEM;
	}
	*pt = t;
	return 0;
}

static void identify(struct flow_entry *f, const struct packet *p, enum direction dir)
{
	memset(f, 0, sizeof(*f));
	f->family = p->family;
	f->port[dir] = p->source_port;
	f->port[!dir] = p->destination_port;
	memcpy(f->address[dir], p->source, sizeof(p->source));
	memcpy(f->address[!dir], p->destination, sizeof(p->destination));
}

static uint32_t hash(const struct flow_entry *f)
{
	uint64_t h = (uint64_t)f->family << 32 | (uint32_t)f->port[0] << 16 | f->port[1], words[4];

	memcpy(words, f->address, sizeof(words));
	for (unsigned int i = 0; i < 4; i++)
		h = (h ^ words[i]) * 0x9e3779b97f4a7c15, h ^= h >> 29;
	return (uint32_t)(h >> 20);
}

static bool same_ends(const struct flow_entry *a, const struct flow_entry *b)
{
	return a->family == b->family && !memcmp(a->port, b->port, sizeof(a->port)) &&
	       !memcmp(a->address, b->address, sizeof(a->address));
}

/* A SYN that is no answer and not the one that began the flow */
static bool begins_anew(const struct flow_entry *f, const struct packet *p, enum direction dir)
{
	return (p->flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN &&
	       (!f->half[dir].known || f->half[dir].isn != p->seq);
}

uint32_t flow_table__find(struct flow_table *t, const struct packet *p, enum direction dir,
			  bool *is_new)
{
	struct flow_entry key;
	uint32_t i;

	*is_new = false;
	identify(&key, p, dir);
	for (i = hash(&key) & (INDEX_SLOTS - 1); t->index[i]; i = (i + 1) & (INDEX_SLOTS - 1)) {
		uint32_t flow = t->index[i] - 1;

		if (!same_ends(&t->flows[flow], &key))
			continue;
		if (!begins_anew(&t->flows[flow], p, dir))
			return flow;
		break;
	}
	if (t->count == FLOWS_MAX)
		return NO_FLOW;
	t->flows[t->count] = key;
	t->index[i] = t->count + 1;
	*is_new = true;
	return t->count++;
}

struct flow_entry *flow_table__at(struct flow_table *t, uint32_t flow)
{
	return &t->flows[flow];
}

uint32_t flow_table__count(const struct flow_table *t)
{
	return t->count;
}

void flow_table__free(struct flow_table *t)
{
	if (!t)
		return;
	free(t->flows);
	free(t->index);
	free(t);
}

int64_t half__offset(struct half *h, const struct packet *p)
{
	if (!h->known) {
		h->known = true;
		/* A flow whose beginning was not seen counts from its first segment. */
		h->isn = p->flags & FLAG_SYN ? p->seq : p->seq - 1;
	}
	if (p->flags & FLAG_SYN)
		return 0;
	/* Within 2^31 of what was carried last: the window is smaller (RFC 7323, 2.3). */
	return (int64_t)h->high + (int32_t)(p->seq - (h->isn + 1 + (uint32_t)h->high));
}
