// SPDX-License-Identifier: BSD-2-Clause
/*
 * Did the collectors run as the manifest says they were started? Zero tolerance.
 *
 * Several checks take the capture modes, the interval of polling and HZ from a timeline's header: a
 * header that says less than was asked for would be judged by less. So what the header claims is
 * held against what scenarios/run wrote down independently: the modes as a set, the interval (of
 * the probe only where it polls), and HZ, which scenarios/run reads from the kernel's configuration
 * (0 in the header or null in the manifest: unknown, not compared). And no timeline has an event of
 * a mode that its header does not name: segment, rtt and poll are only attached in their mode, all
 * others always (attach() in probe/watch.c). Of our own collectors only; what the manifest does not tell is
 * not judged. A difference is an error: the run is not the one that was asked for.
 */
#include "check_claims.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	enum sample_event event;
	const char *mode;
} captured[] = {
	{ EVENT_rtt, "rtt" },
	{ EVENT_segment, "segment" },
	{ EVENT_poll, "poll" },
};
#define CAPTURED (sizeof(captured) / sizeof(captured[0]))

struct claims {
	struct check check;
	uint64_t events[WITNESSES][CAPTURED];
};

static void begin(struct check *c, const struct window *w)
{
	struct claims *a = (struct claims *)c;

	for (size_t i = 0; i < CAPTURED; i++)
		a->events[w->witness][i] += w->sample->event == captured[i].event;
}

static bool is_told(const struct manifest_witness *m, const char *mode)
{
	for (unsigned int i = 0; i < m->modes; i++)
		if (!strcmp(m->mode[i], mode))
			return true;
	return false;
}

static void differ(struct result *r, const char *what, uint64_t header, uint64_t manifest)
{
	if (!r->violations++)
		snprintf(r->reason, sizeof(r->reason),
			 "the header says %s %" PRIu64 ", the manifest %" PRIu64, what, header,
			 manifest);
}

static void judge_modes(const struct run *run, enum witness w, const struct manifest_witness *m,
			struct result *r)
{
	const struct timeline_header *h = &run->timeline[w].header;

	if (!m->modes)
		return;
	r->compared++;
	for (unsigned int i = 0; i < m->modes; i++)
		if (!run__has_mode(run, w, m->mode[i]) && !r->violations++)
			snprintf(r->reason, sizeof(r->reason),
				 "the manifest says mode %s, the header does not", m->mode[i]);
	for (unsigned int i = 0; i < h->modes; i++)
		if (!is_told(m, h->mode[i]) && !r->violations++)
			snprintf(r->reason, sizeof(r->reason),
				 "the header says mode %s, the manifest does not", h->mode[i]);
}

static void judge_events(const struct claims *a, enum witness w, struct result *r)
{
	for (size_t i = 0; i < CAPTURED; i++) {
		if (!a->events[w][i])
			continue;
		r->compared++;
		if (!run__has_mode(a->check.run, w, captured[i].mode) && !r->violations++)
			snprintf(r->reason, sizeof(r->reason),
				 "%" PRIu64 " events %s, but the header names no mode %s",
				 a->events[w][i], sample_event__name(captured[i].event),
				 captured[i].mode);
	}
}

static int finish(struct check *c, struct verdict *v)
{
	const struct manifest *manifest = &c->run->manifest;
	const struct manifest_witness *told[WITNESSES] = { &manifest->probe, &manifest->netlink };

	for (enum witness w = 0; w < WITNESSES; w++) {
		const struct run_timeline *t = &c->run->timeline[w];
		bool polls = w == WITNESS_NETLINK || is_told(told[w], "poll");
		struct result *r;

		if (!t->opened || strncmp(t->header.tool, "tcpw-", 5))
			continue;
		r = verdict__result(v, "claims", witness__name(w));
		if (!r)
			return -1;
		r->witness[0] = witness__name(w);
		judge_modes(c->run, w, told[w], r);
		judge_events((struct claims *)c, w, r);
		r->compared += polls && told[w]->interval_ns;
		if (polls && told[w]->interval_ns && t->header.interval_ns != told[w]->interval_ns)
			differ(r, "interval_ns", t->header.interval_ns, told[w]->interval_ns);
		r->compared += t->header.hz && manifest->hz;
		if (t->header.hz && manifest->hz && t->header.hz != manifest->hz)
			differ(r, "hz", t->header.hz, manifest->hz);
		if (r->violations)
			r->status = STATUS_ERROR;
		else if (!r->compared)
			snprintf(r->reason, sizeof(r->reason), "the manifest tells nothing of it");
		if (!r->compared)
			r->status = STATUS_SKIP;
	}
	return 0;
}

static void destroy(struct check *c)
{
	free(c);
}

static const struct check_ops ops = {
	.events = EVENT_BIT(rtt) | EVENT_BIT(segment) | EVENT_BIT(poll),
	.begin = begin,
	.finish = finish,
	.free = destroy,
};

struct check *check_claims__new(struct run *run)
{
	struct claims *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->check.ops = &ops;
	a->check.run = run;
	return &a->check;
}
