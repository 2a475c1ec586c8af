// SPDX-License-Identifier: BSD-2-Clause
/* The join of witnesses and streams by namespace, cookie and 4-tuple. */
#include "flows.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 8192 /* power of two */

struct flows {
	size_t state_size;
	const struct manifest *manifest;
	const struct report *reports;
	unsigned int count;
	uint64_t refused, mismatches;
	struct flow_mismatch mismatch;
	struct flow_entry *by_cookie[BUCKETS], *by_tuple[BUCKETS];
	struct flow_entry *entry[FLOWS_MAX];
};

const char *witness__name(enum witness w)
{
	return w == WITNESS_PROBE ? "probe" : "netlink";
}

const char *flow_role__name(enum flow_role role)
{
	static const char *const names[] = {
		[ROLE_OTHER] = "other",	  [ROLE_LISTENER] = "listener", [ROLE_CONTROL] = "control",
		[ROLE_SENDER] = "sender", [ROLE_RECEIVER] = "receiver",
	};

	return names[role];
}

static bool same_endpoint(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(a->addr, b->addr, sizeof(a->addr));
}

static bool same_tuple(const struct flow *a, const struct flow *b)
{
	return same_endpoint(&a->local, &b->local) && same_endpoint(&a->remote, &b->remote);
}

static bool same_netns(uint32_t a, uint32_t b)
{
	return a == b || !a || !b;
}

static unsigned int hash_cookie(uint64_t cookie)
{
	return cookie * 0x9e3779b97f4a7c15ULL >> 32 & (BUCKETS - 1);
}

static unsigned int hash_tuple(const struct flow *f)
{
	uint64_t word[4], h = (uint64_t)f->local.port << 16 | f->remote.port;

	memcpy(word, f->local.addr, 16);
	memcpy(word + 2, f->remote.addr, 16);
	for (int i = 0; i < 4; i++)
		h = (h ^ word[i]) * 0x9e3779b97f4a7c15ULL;
	return h >> 32 & (BUCKETS - 1);
}

struct flows *flows__new(size_t state_size, const struct manifest *m, const struct report *reports)
{
	struct flows *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->state_size = state_size;
	f->manifest = m;
	f->reports = reports;
	return f;
}

void flows__free(struct flows *f)
{
	if (!f)
		return;
	for (unsigned int i = 0; i < f->count; i++)
		free(f->entry[i]);
	free(f);
}

/*
 * The stream of r whose local end is a and remote end b, or -1; t_ns: when its socket was first
 * seen. Of hundreds of short flows some use a 4-tuple again, once both ends have closed it: then it
 * is the one that was closed next. (Of sockets that only their last words show, the last.)
 */
static int find_stream(const struct report *r, const struct endpoint *a, const struct endpoint *b,
		       uint64_t t_ns)
{
	int found = -1;

	for (unsigned int i = 0; i < r->count; i++) {
		const struct stream *s = &r->streams[i],
				    *best = found < 0 ? NULL : &r->streams[found];

		if (!same_endpoint(&s->local, a) || !same_endpoint(&s->remote, b))
			continue;
		if (!r->account)
			return (int)i;
		if (!best || (best->closed_ns < t_ns
				      ? s->closed_ns > best->closed_ns
				      : s->closed_ns >= t_ns && s->closed_ns < best->closed_ns))
			found = (int)i;
	}
	return found;
}

/*
 * A socket is an end of stream i if its 4-tuple is what that end's report lists, or the mirror
 * image of what the other end's report lists. Both ends may live in one namespace: the ports tell
 * them apart.
 */
static void assign_role(const struct flows *f, struct flow_entry *e, uint64_t t_ns)
{
	const struct flow *id = &e->ident;

	e->report_stream = -1;
	e->role = id->remote.port ? ROLE_OTHER : ROLE_LISTENER;
	for (enum end end = 0; end < ENDS; end++) {
		const struct report *own = &f->reports[end], *peer = &f->reports[!end];
		int mine, mirrored, client;

		if (!same_netns(id->netns, f->manifest->netns[end].inode))
			continue;
		mine = find_stream(own, &id->local, &id->remote, t_ns);
		mirrored = find_stream(peer, &id->remote, &id->local, t_ns);
		if (mine < 0 && mirrored < 0)
			continue;
		client = end == END_CLIENT ? mine : mirrored;
		e->end = end;
		e->report_stream = mine;
		e->stream = (client >= 0 ? client : end == END_CLIENT ? mirrored : mine) + 1;
		if (mine >= 0 && (own->account || own->streams[mine].count))
			e->role = own->streams[mine].sender ? ROLE_SENDER : ROLE_RECEIVER;
		else if (mirrored >= 0 && (peer->account || peer->streams[mirrored].count))
			e->role = peer->streams[mirrored].sender ? ROLE_RECEIVER : ROLE_SENDER;
		else
			e->role = (end == END_CLIENT) != f->manifest->receive ? ROLE_SENDER
									      : ROLE_RECEIVER;
		return;
	}
	if (e->role == ROLE_OTHER && f->manifest->port && !f->reports[END_CLIENT].account &&
	    (id->local.port == f->manifest->port || id->remote.port == f->manifest->port)) {
		e->role = ROLE_CONTROL;
		e->end = id->remote.port == f->manifest->port ? END_CLIENT : END_SERVER;
	}
}

static void link_cookie(struct flows *f, struct flow_entry *e)
{
	unsigned int h = hash_cookie(e->ident.cookie);

	e->next_cookie = f->by_cookie[h];
	f->by_cookie[h] = e;
}

static struct flow_entry *add(struct flows *f, const struct flow *ident, uint64_t t_ns)
{
	struct flow_entry *e;
	unsigned int h;

	if (f->count == FLOWS_MAX)
		return NULL;
	e = calloc(1, sizeof(*e) + f->state_size);
	if (!e)
		return NULL;
	e->ident = *ident;
	f->entry[f->count++] = e;
	e->id = f->count;
	if (ident->cookie)
		link_cookie(f, e);
	h = hash_tuple(ident);
	e->next_tuple = f->by_tuple[h];
	f->by_tuple[h] = e;
	assign_role(f, e, t_ns);
	return e;
}

/* The newest flow of that 4-tuple whose cookie does not contradict. */
static struct flow_entry *find_tuple(struct flows *f, const struct flow *id)
{
	struct flow_entry *e;

	for (e = f->by_tuple[hash_tuple(id)]; e; e = e->next_tuple)
		if (same_tuple(&e->ident, id) && same_netns(e->ident.netns, id->netns) &&
		    (!id->cookie || !e->ident.cookie))
			return e;
	return NULL;
}

static struct flow_entry *find_cookie(struct flows *f, const struct flow *id)
{
	struct flow_entry *e;

	for (e = f->by_cookie[hash_cookie(id->cookie)]; e; e = e->next_cookie)
		if (e->ident.cookie == id->cookie && same_netns(e->ident.netns, id->netns))
			return e;
	return NULL;
}

/*
 * One cookie, two 4-tuples. A socket may connect again after a failed attempt, and its counters
 * then start anew (tcp_disconnect()): another flow. A closed socket has given its port back
 * (inet_put_port()). Everything else is a witness that mixes flows up.
 */
static struct flow_entry *resolve_mismatch(struct flows *f, struct flow_entry *e, enum witness w,
					   const struct sample *s)
{
	if (s->event == EVENT_connect)
		return add(f, &s->flow, s->t0_ns);
	if (!s->flow.local.port || !s->flow.remote.port)
		return e;
	if (!f->mismatches++) {
		f->mismatch.flow = e->id;
		f->mismatch.t_ns = s->t0_ns;
		f->mismatch.witness = w;
		f->mismatch.local = s->flow.local;
		f->mismatch.remote = s->flow.remote;
		f->mismatch.family = s->flow.family;
	}
	return e;
}

struct flow_entry *flows__of(struct flows *f, enum witness w, const struct sample *s)
{
	struct flow_entry *e = NULL;

	if (s->flow.cookie)
		e = find_cookie(f, &s->flow);
	if (e) {
		if (!same_tuple(&e->ident, &s->flow))
			e = resolve_mismatch(f, e, w, s);
	} else {
		e = find_tuple(f, &s->flow);
		if (e && s->flow.cookie) {
			e->ident.cookie = s->flow.cookie;
			link_cookie(f, e);
		}
		if (!e)
			e = add(f, &s->flow, s->t0_ns);
	}
	if (!e) {
		f->refused++;
		return NULL;
	}
	if (!e->samples[w]++)
		e->first_ns[w] = s->t0_ns;
	e->last_ns[w] = s->t1_ns;
	if (s->event == EVENT_established && !e->established_ns)
		e->established_ns = s->t0_ns;
	if (s->event == EVENT_close)
		e->closed_ns = s->t0_ns;
	return e;
}

struct flow_entry *flows__find(struct flows *f, const struct flow *ident, bool *mixed)
{
	struct flow_entry *e = ident->cookie ? find_cookie(f, ident) : NULL;

	*mixed = e && !same_tuple(&e->ident, ident);
	return e ? e : find_tuple(f, ident);
}

uint64_t flows__refused(const struct flows *f)
{
	return f->refused;
}

uint64_t flows__mismatches(const struct flows *f, struct flow_mismatch *first)
{
	*first = f->mismatch;
	return f->mismatches;
}

unsigned int flows__count(const struct flows *f)
{
	return f->count;
}

struct flow_entry *flows__at(const struct flows *f, unsigned int i)
{
	return f->entry[i];
}

static uint64_t earliest(uint64_t a, uint64_t b)
{
	return !a || (b && b < a) ? b : a;
}

uint64_t flows__origin_ns(const struct flows *f)
{
	uint64_t established = 0, data = 0, any = 0;

	for (unsigned int i = 0; i < f->count; i++) {
		const struct flow_entry *e = f->entry[i];
		uint64_t first = earliest(e->first_ns[WITNESS_PROBE], e->first_ns[WITNESS_NETLINK]);

		any = earliest(any, first);
		if (!flow_entry__is_data(e))
			continue;
		data = earliest(data, first);
		established = earliest(established, e->established_ns);
	}
	return established ? established : data ? data : any;
}
