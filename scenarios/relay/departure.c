// SPDX-License-Identifier: BSD-2-Clause
/* A packet leaves: at its time it is written to the other device, and its fate is settled. */
#include <errno.h>
#include <unistd.h>

#include "relay_state.h"
#include "timeline/cli.h"

#define WRITE_BATCH 64

ssize_t relay__write(const struct tun *t, const uint8_t *data, size_t size)
{
	ssize_t n;

	do
		n = write(t->fd, data, size);
	while (n < 0 && errno == EINTR);
	return n;
}

void relay__settle(struct relay *r, struct record *record, enum fate fate, uint64_t out)
{
	r->counts.overrun += fate == FATE_OVERRUN;
	if (!record) {
		r->counts.udp[fate]++;
		return;
	}
	record->fate = fate;
	record->out = fate == FATE_DELIVERED ? out : 0;
	spool__done(record);
}

static void send_on(struct relay *r, enum direction dir, const struct parcel *p,
		    struct record *record)
{
	uint64_t out = monotonic_ns();

	lateness__add(&r->lateness, out - p->release_ns);
	if (relay__write(&r->tun[!dir], p->data, p->size) == p->size)
		relay__settle(r, record, FATE_DELIVERED, out);
	else
		relay__settle(r, record, FATE_OVERRUN, 0);
}

bool relay__deliver_due(struct relay *r, enum direction dir)
{
	struct parcel_queue *q;
	struct parcel *p, *held;

	for (unsigned int n = 0; n < WRITE_BATCH; n++) {
		q = &r->queue[dir][ORDERED];
		p = q->head;
		held = r->queue[dir][HELD].head;
		if (held && (!p || held->release_ns < p->release_ns)) {
			q = &r->queue[dir][HELD];
			p = held;
		}
		if (!p || p->release_ns > monotonic_ns())
			return false;
		parcel_queue__pop(q);
		send_on(r, dir, p, p->record);
		if (p->twice)
			send_on(r, dir, p, p->copy);
		parcel_pool__give(r->pool, p);
		r->clockwork.handled++;
	}
	return true;
}
