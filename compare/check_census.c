// SPDX-License-Identifier: BSD-2-Clause
/*
 * Census: tcpw-generator's accounts tell of every flow there was, at both ends. The probe's callbacks
 * miss none, however short: one that it does not know fails, unless samples were lost and counted, or
 * it only polls. netlink's polls miss what lives between two of them: how many is told, not judged,
 * and of how many it had the last words, which the kernel sends by itself. (It may drop those where
 * memory is short, sock_diag_broadcast_destroy(), and says nothing.)
 *
 * Of iperf3's few streams, join and coverage judge the same.
 */
#include "check_census.h"

#include <inttypes.h>
#include <stdlib.h>

struct census {
	struct check check;
};

struct census_flow {
	bool polled, last_words; /* by netlink */
};

/* What the pass found of all sockets in the accounts. */
struct tally {
	uint64_t sockets, probed, polled, last_words;
	const struct stream *missed; /* by the probe, the first */
	enum end missed_end;
};

static void begin(struct check *check, const struct window *w)
{
	struct census_flow *f = check__flow_state(check, w->flow);

	if (w->witness == WITNESS_NETLINK && w->sample->event == EVENT_sample)
		f->polled = true;
	else if (w->witness == WITNESS_NETLINK && w->sample->event == EVENT_destroy)
		f->last_words = true;
}

/* seen: for each stream of that end, its flow or NULL; zeroed before. */
static void find_flows(const struct run *run, enum end end, const struct flow_entry **seen)
{
	for (unsigned int i = 0; i < flows__count(run->flows); i++) {
		const struct flow_entry *f = flows__at(run->flows, i);

		if (flow_entry__is_data(f) && f->end == end && f->report_stream >= 0)
			seen[f->report_stream] = f;
	}
}

static int count(const struct check *check, enum end end, struct tally *t)
{
	const struct report *r = &check->run->report[end];
	const struct flow_entry **seen = calloc(r->count + 1, sizeof(*seen));

	if (!seen)
		return -1;
	find_flows(check->run, end, seen);
	for (unsigned int i = 0; i < r->count; i++) {
		const struct census_flow *f = seen[i] ? check__flow_state(check, seen[i]) : NULL;

		t->sockets++;
		t->polled += f && f->polled;
		t->last_words += f && f->last_words;
		if (f && seen[i]->samples[WITNESS_PROBE]) {
			t->probed++;
		} else if (!t->missed) {
			t->missed = &r->streams[i];
			t->missed_end = end;
		}
	}
	free(seen);
	return 0;
}

static bool only_polls(const struct run *run)
{
	return !run__has_mode(run, WITNESS_PROBE, "rtt") &&
	       !run__has_mode(run, WITNESS_PROBE, "state") &&
	       !run__has_mode(run, WITNESS_PROBE, "segment");
}

static int judge_probe(const struct run *run, const struct tally *t, struct verdict *v)
{
	struct result *r = verdict__result(v, "census", witness__name(WITNESS_PROBE));
	char local[ENDPOINT_TEXT_MAX], remote[ENDPOINT_TEXT_MAX];
	uint64_t missed = t->sockets - t->probed;

	if (!r)
		return -1;
	r->witness[0] = witness__name(WITNESS_PROBE);
	r->compared = t->sockets;
	snprintf(r->reason, sizeof(r->reason), "saw %" PRIu64 " of %" PRIu64 " sockets", t->probed,
		 t->sockets);
	if (!missed)
		return 0;
	r->compared = t->probed;
	if (only_polls(run) || run__lost_samples(run, WITNESS_PROBE)) {
		r->unproven = missed;
		return 0;
	}
	endpoint__format(&t->missed->local, 0, local);
	endpoint__format(&t->missed->remote, 0, remote);
	r->compared = t->sockets;
	r->violations = missed;
	r->status = STATUS_FAIL;
	snprintf(r->reason, sizeof(r->reason),
		 "never saw %" PRIu64 " of %" PRIu64 " sockets; first: the %s's %s %s", missed,
		 t->sockets, t->missed_end == END_CLIENT ? "client" : "server", local, remote);
	return 0;
}

static int tell_netlink(const struct run *run, const struct tally *t, struct verdict *v)
{
	struct result *r = verdict__result(v, "census", witness__name(WITNESS_NETLINK));
	uint64_t missed = t->sockets - t->polled;

	if (!r)
		return -1;
	r->witness[0] = witness__name(WITNESS_NETLINK);
	r->tolerance = "";
	r->status = STATUS_INFO;
	snprintf(r->reason, sizeof(r->reason),
		 "polls at %g ms missed %" PRIu64 " of %" PRIu64 " sockets, %.1f%%; last words of "
		 "%" PRIu64,
		 run->timeline[WITNESS_NETLINK].header.interval_ns / 1e6, missed, t->sockets,
		 100.0 * missed / t->sockets, t->last_words);
	return 0;
}

static int finish(struct check *check, struct verdict *v)
{
	const struct run *run = check->run;
	struct tally t = { 0 };

	if (!run__has_accounts(run))
		return 0;
	for (enum end end = 0; end < ENDS; end++)
		if (count(check, end, &t))
			return -1;
	if (!t.sockets)
		return 0;
	if (run->timeline[WITNESS_PROBE].opened && judge_probe(run, &t, v))
		return -1;
	if (run->timeline[WITNESS_NETLINK].opened && tell_netlink(run, &t, v))
		return -1;
	return 0;
}

static void destroy(struct check *check)
{
	free(check);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct census_flow),
	.events = EVENT_BIT(sample) | EVENT_BIT(destroy),
	.begin = begin,
	.finish = finish,
	.free = destroy,
};

struct check *check_census__new(struct run *run)
{
	struct census *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->check.ops = &ops;
	c->check.run = run;
	return &c->check;
}
