// SPDX-License-Identifier: BSD-2-Clause
/* One capture: ticks on absolute deadlines, draining in between. */
#include "capture.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <time.h>

#include "timeline/cli.h"

/* How long a sample may wait in the ring buffer for the reader to come by. */
#define DRAIN_INTERVAL_NS 50000000ULL

uint64_t capture__next_tick(uint64_t next_ns, uint64_t interval_ns, uint64_t now_ns,
			    uint64_t *late_ticks)
{
	uint64_t missed;

	next_ns += interval_ns;
	if (next_ns > now_ns)
		return next_ns;
	missed = (now_ns - next_ns) / interval_ns + 1;
	*late_ticks += missed;
	return next_ns + missed * interval_ns;
}

/* Until the instant, much data, or a signal, whichever is first. */
static int wait_until(int fd, uint64_t until_ns)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	uint64_t now = monotonic_ns(), left = until_ns > now ? until_ns - now : 0;
	struct timespec ts = { .tv_sec = left / 1000000000, .tv_nsec = left % 1000000000 };

	if (ppoll(&pfd, 1, &ts, NULL) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

int capture__run(struct watch *w, struct timeline_writer *writer, const struct options *options,
		 uint64_t base_ns, uint64_t *late_ticks)
{
	const uint64_t interval = options->watch.interval_ns;
	uint64_t now = monotonic_ns(), drain = now, tick = UINT64_MAX, until, before = 0;
	const uint64_t end = options->duration_ns ? now + options->duration_ns : UINT64_MAX;
	int more = 0;

	if (options->watch.modes & MODE_POLL)
		tick = capture__next_tick(base_ns, interval, now, &before);
	while (!stop_requested && now < end) {
		if (now >= tick) {
			int err = watch__poll(w);

			if (err)
				return err;
			now = monotonic_ns();
			tick = capture__next_tick(tick, interval, now, late_ticks);
		}
		more = watch__drain(w, writer);
		if (more < 0)
			return more;
		if (!more) {
			int err = timeline_writer__flush(writer);

			if (err)
				return err;
			drain = monotonic_ns() + DRAIN_INTERVAL_NS;
			until = tick < drain ? tick : drain;
			err = wait_until(watch__fd(w), until < end ? until : end);
			if (err)
				return err;
		}
		now = monotonic_ns();
	}
	return 0;
}
