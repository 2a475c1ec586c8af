// SPDX-License-Identifier: BSD-2-Clause
/*
 * The path at work, in one thread. What arrival.c lets pass waits for its time in one of its
 * direction's two queues: packets held back for reordering have their own, and are overtaken.
 */
#include "relay_state.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "timeline/cli.h"

#define READ_BATCH	   32
#define TRANSMISSION_SLOTS 65536
#define REST_NS		   100000000ull
#define DRAIN_NS	   2000000000ull

int relay__new(struct relay **pr, const struct path_config *config, struct tun tun[DIRS],
	       struct spool *spool)
{
	struct relay *r = calloc(1, sizeof(*r));
	int err = -ENOMEM;

	*pr = NULL;
	if (!r)
		return -ENOMEM;
	r->config = config;
	r->tun = tun;
	r->spool = spool;
	r->chooser.dirs = config->chance_dirs;
	r->clockwork.timer = -1;
	for (enum direction dir = 0; dir < DIRS; dir++) {
		r->line[dir] = (struct line){
			.rate_bit = config->rate_bit,
			.queue_bytes = config->queue_bytes,
			.delay_ns = dir == DIR_C2S ? config->rtt_ns - config->rtt_ns / 2
						   : config->rtt_ns / 2,
		};
		parcel_queue__init(&r->queue[dir][ORDERED]);
		parcel_queue__init(&r->queue[dir][HELD]);
	}
	err = plan__init(&r->chooser.plan, config);
	if (!err)
		err = transmissions__new(&r->chooser.again, TRANSMISSION_SLOTS);
	if (!err)
		err = flow_table__new(&r->flows);
	if (!err)
		err = parcel_pool__new(&r->pool);
	if (!err)
		err = clockwork__open(&r->clockwork, tun[DIR_C2S].fd, tun[DIR_S2C].fd);
	if (err) {
		relay__free(r);
		return err;
	}
	*pr = r;
	return 0;
}

static uint64_t next_deadline(const struct relay *r)
{
	uint64_t deadline = NO_DEADLINE;

	for (enum direction dir = 0; dir < DIRS; dir++)
		for (unsigned int i = 0; i < QUEUES; i++) {
			const struct parcel *p = r->queue[dir][i].head;

			if (p && p->release_ns < deadline)
				deadline = p->release_ns;
		}
	return deadline;
}

static int work(struct relay *r, bool *more)
{
	for (enum direction dir = 0; dir < DIRS; dir++) {
		unsigned int n = 0;

		for (; n < READ_BATCH; n++) {
			int got = relay__take(r, dir);

			if (got < 0)
				return got;
			if (!got)
				break;
		}
		*more |= n == READ_BATCH;
		*more |= relay__deliver_due(r, dir);
	}
	return 0;
}

/*
 * Once the end was asked for: until nothing is on its way, and no answer to it either, or for a
 * round trip. A path at rest ends at once, and nothing that was ever sent is missing in the ledger.
 */
static int come_to_rest(struct relay *r)
{
	uint64_t end = monotonic_ns() + REST_NS + r->config->rtt_ns + 2 * r->config->jitter_ns;
	uint64_t handled, deadline;
	bool more;
	int err = 0;

	while (!err && monotonic_ns() < end) {
		handled = r->clockwork.handled;
		more = false;
		err = work(r, &more);
		if (err)
			break;
		deadline = next_deadline(r);
		if (deadline == NO_DEADLINE && r->clockwork.handled == handled)
			break;
		/* After the last packet, look for an answer at once. */
		if (deadline == NO_DEADLINE)
			deadline = 0;
		err = clockwork__rest(&r->clockwork, more, true, deadline);
	}
	return err;
}

/* What is on its way then still arrives; a path that is longer than DRAIN_NS loses the rest. */
static int drain(struct relay *r)
{
	uint64_t end = monotonic_ns() + DRAIN_NS;
	uint64_t deadline;
	int err = 0;

	while (!err) {
		bool more = false;

		for (enum direction dir = 0; dir < DIRS; dir++)
			more |= relay__deliver_due(r, dir);
		deadline = next_deadline(r);
		if (deadline == NO_DEADLINE || monotonic_ns() >= end)
			break;
		err = clockwork__rest(&r->clockwork, more, false, deadline);
	}
	for (enum direction dir = 0; dir < DIRS; dir++)
		for (unsigned int i = 0; i < QUEUES; i++)
			while (r->queue[dir][i].head) {
				struct parcel *p = parcel_queue__pop(&r->queue[dir][i]);

				relay__settle(r, p->record, FATE_OVERRUN, 0);
				if (p->twice)
					relay__settle(r, p->copy, FATE_OVERRUN, 0);
			}
	return err;
}

int relay__run(struct relay *r)
{
	int err = 0, drained;

	while (!err && !stop_requested) {
		bool more = false;

		err = work(r, &more);
		if (!err)
			err = clockwork__rest(&r->clockwork, more, true, next_deadline(r));
	}
	if (!err)
		err = come_to_rest(r);
	drained = drain(r);
	r->counts.wakeups = r->clockwork.wakeups;
	return err ? err : drained;
}

const struct relay_counts *relay__counts(const struct relay *r)
{
	return &r->counts;
}

const struct lateness *relay__lateness(const struct relay *r)
{
	return &r->lateness;
}

struct flow_table *relay__flows(struct relay *r)
{
	return r->flows;
}

uint64_t relay__forgotten(const struct relay *r)
{
	return transmissions__forgotten(r->chooser.again);
}

void relay__free(struct relay *r)
{
	if (!r)
		return;
	clockwork__close(&r->clockwork);
	parcel_pool__free(r->pool);
	flow_table__free(r->flows);
	transmissions__free(r->chooser.again);
	free(r);
}
