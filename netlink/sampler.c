// SPDX-License-Identifier: BSD-2-Clause
/*
 * The sampler. One thread waits for the next deadline or for destroy messages, whichever comes
 * first. Whenever it wakes it first empties the destroy sockets: that keeps the windows of last
 * words short, and it moves the watermark up to which the timeline is final.
 */
#include "sampler.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "intake.h"
#include "ticker.h"
#include "timeline/cli.h"

/* A signal between the look at stop_requested and the wait is noticed this late at worst. */
#define WAIT_MAX_NS	 500000000ull
/* Whoever reads along sees samples at least this often. */
#define FLUSH_NS	 100000000ull
/* Under --cgroup a flow that is gone is remembered this long for its destroy message. */
#define REMEMBER_GONE_NS 600000000000ull

struct sampler {
	struct intake intake;
	struct bytecode bytecode;
	bool ambiguous_layout;
	struct watch watch[TIMELINE_NETNS_MAX];
	unsigned int watches;
	int epoll_fd, timer_fd;
	struct ticker tick, discovery;
	uint64_t flushed_ns;
};

int sampler__new(struct sampler **out, const struct sampler_options *options,
		 const struct kernel_layout *layout)
{
	struct sampler *s = calloc(1, sizeof(*s));
	struct epoll_event event = {.events = EPOLLIN};
	int err;

	if (!s)
		return -ENOMEM;
	s->intake.options = *options;
	s->intake.layout = layout->decode;
	s->ambiguous_layout = layout->ambiguous;
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	s->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	err = s->epoll_fd < 0 || s->timer_fd < 0 ||
			      epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, s->timer_fd, &event)
		      ? -errno
		      : 0;
	if (!err)
		err = bytecode__assemble(&s->bytecode, &options->filter, options->cgroup_id);
	if (err) {
		sampler__free(s);
		return err;
	}
	*out = s;
	return 0;
}

void sampler__free(struct sampler *s)
{
	if (!s)
		return;
	for (unsigned int i = 0; i < s->watches; i++) {
		diag__close(s->watch[i].diag);
		flows__free(&s->watch[i].flows);
	}
	if (s->timer_fd >= 0)
		close(s->timer_fd);
	if (s->epoll_fd >= 0)
		close(s->epoll_fd);
	free(s);
}

int sampler__watch(struct sampler *s, uint32_t netns_inode)
{
	struct epoll_event event = {.events = EPOLLIN};
	struct watch *w = &s->watch[s->watches];
	int err;

	if (s->watches == TIMELINE_NETNS_MAX)
		return -E2BIG;
	err = diag__open(&w->diag, s->intake.options.destroy);
	if (err)
		return err;
	w->netns = netns_inode;
	s->watches++;
	if (s->intake.options.destroy &&
	    epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, diag__destroy_fd(w->diag), &event))
		return -errno;
	return 0;
}

static int forget(const struct nlmsghdr *nlh, uint64_t t0, uint64_t t1, void *arg)
{
	return 0;
}

/* ---- what is asked ---- */

/* Failed requests are counted by the socket layer; only what ends the run is returned. */
static int sample_exactly(struct sampler *s)
{
	struct flows *flows = &s->intake.watch->flows;
	uint64_t now = monotonic_ns();
	size_t i = 0;
	int err;

	while (i < flows->count && !stop_requested) {
		struct known_flow *f = &flows->flow[i];

		if (f->gone_ns) {
			if (now - f->gone_ns > REMEMBER_GONE_NS)
				flows__remove(flows, f);
			else
				i++;
			continue;
		}
		s->intake.answered = false;
		s->intake.asked_cookie = f->cookie;
		err = diag__exact(s->intake.watch->diag, &f->request, intake__exact, &s->intake);
		if (s->intake.fatal)
			return s->intake.fatal;
		if (err != -ENOENT && (err || s->intake.answered)) {
			i++;
			continue;
		}
		if (s->intake.options.cgroup_id && s->intake.options.destroy) {
			f->gone_ns = now;
			i++;
		} else {
			flows__remove(flows, f);
		}
	}
	return 0;
}

static int dump(struct sampler *s, const struct bytecode *b, bool full, diag_message_fn *fn)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	struct dump_request r;

	for (size_t i = 0; i < sizeof(families) && !stop_requested; i++) {
		request__dump(&r, families[i], b, full);
		diag__dump(s->intake.watch->diag, &r, fn, &s->intake);
		if (s->intake.fatal)
			return s->intake.fatal;
	}
	return 0;
}

static int each_watch(struct sampler *s, int (*act)(struct sampler *s))
{
	int err = 0;

	for (unsigned int i = 0; i < s->watches && !err && !stop_requested; i++) {
		s->intake.watch = &s->watch[i];
		err = act(s);
	}
	return err;
}

static int sample_once(struct sampler *s)
{
	switch (s->intake.options.mode) {
	case MODE_EXACT:
		return sample_exactly(s);
	case MODE_FILTER:
		return dump(s, &s->bytecode, true, intake__dump);
	case MODE_FULL:
		return dump(s, NULL, true, intake__dump);
	}
	return -EINVAL;
}

static int discover(struct sampler *s)
{
	return dump(s, &s->bytecode, false, intake__discovery);
}

/* Read last words (also when stopping), and settle what nothing can precede any more. */
static int drain_and_settle(struct sampler *s)
{
	uint64_t now = monotonic_ns(), before = now;
	int err;

	for (unsigned int i = 0; i < s->watches; i++) {
		s->intake.watch = &s->watch[i];
		err = diag__drain(s->intake.watch->diag, intake__destroy, &s->intake);
		if (s->intake.fatal || err)
			return s->intake.fatal ?: err;
		if (diag__watermark_ns(s->intake.watch->diag) < before)
			before = diag__watermark_ns(s->intake.watch->diag);
	}
	err = timeline_writer__settle(s->intake.writer, before);
	if (!err && now - s->flushed_ns >= FLUSH_NS) {
		s->flushed_ns = now;
		err = timeline_writer__flush(s->intake.writer);
	}
	return err;
}

/* ---- when ---- */

/* Until the given instant, a destroy message or a signal. */
static int wait_until(struct sampler *s, uint64_t when_ns)
{
	struct itimerspec at = {
		.it_value = {.tv_sec = when_ns / 1000000000, .tv_nsec = when_ns % 1000000000}};
	struct epoll_event event;

	if (timerfd_settime(s->timer_fd, TFD_TIMER_ABSTIME, &at, NULL))
		return -errno;
	if (epoll_wait(s->epoll_fd, &event, 1, -1) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

int sampler__begin(struct sampler *s, uint64_t *base_ns)
{
	uint64_t now = monotonic_ns();
	int err = 0;

	for (unsigned int i = 0; i < s->watches && !err; i++)
		err = diag__drain(s->watch[i].diag, forget, NULL);
	ticker__start(&s->tick, now, s->intake.options.interval_ns);
	ticker__start(&s->discovery, now, s->intake.options.discover_ns);
	*base_ns = now;
	return err;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

int sampler__run(struct sampler *s, struct timeline_writer *w)
{
	const struct sampler_options *o = &s->intake.options;
	uint64_t end = o->duration_ns ? s->tick.base_ns + o->duration_ns : UINT64_MAX, now, next;
	bool exact = o->mode == MODE_EXACT;
	int err = 0;

	s->intake.writer = w;
	if (exact)
		err = each_watch(s, discover);
	while (!err && !stop_requested) {
		err = drain_and_settle(s);
		now = min_u64(monotonic_ns(), end);
		if (err)
			break;
		if (ticker__serve(&s->tick, now)) {
			err = each_watch(s, sample_once);
			continue;
		}
		if (now == end)
			break;
		/* Behind the samples, so that it does not delay them. */
		if (exact && ticker__serve(&s->discovery, now)) {
			err = each_watch(s, discover);
			continue;
		}
		next = min_u64(min_u64(ticker__deadline_ns(&s->tick), end), now + WAIT_MAX_NS);
		if (exact)
			next = min_u64(next, ticker__deadline_ns(&s->discovery));
		err = wait_until(s, next);
	}
	ticker__finish(&s->tick, min_u64(monotonic_ns(), end));
	return err ?: drain_and_settle(s);
}

void sampler__report(const struct sampler *s, struct timeline_trailer *t)
{
	struct diag_counts sum = {0};
	char cause[32];

	for (unsigned int i = 0; i < s->watches; i++) {
		const struct diag_counts *c = diag__counts(s->watch[i].diag);

		sum.request_failed += c->request_failed;
		sum.truncated_reply += c->truncated_reply + c->destroy_truncated;
		sum.destroy_overrun += c->destroy_overrun;
		sum.interrupted_dumps += c->interrupted_dumps;
		for (int k = 0; k < DIAG_ERRNOS; k++)
			for (int j = 0; j < DIAG_ERRNOS && c->failed_by[k].err; j++) {
				if (sum.failed_by[j].err &&
				    sum.failed_by[j].err != c->failed_by[k].err)
					continue;
				sum.failed_by[j].err = c->failed_by[k].err;
				sum.failed_by[j].count += c->failed_by[k].count;
				break;
			}
	}
	timeline_trailer__lost(t, "request_failed", sum.request_failed);
	timeline_trailer__lost(t, "truncated_reply", sum.truncated_reply);
	timeline_trailer__lost(t, "malformed_reply", s->intake.malformed);
	timeline_trailer__lost(t, "destroy_overrun", sum.destroy_overrun);
	timeline_trailer__note(t, "ticks", s->tick.served);
	timeline_trailer__note(t, "late_ticks", s->tick.late);
	timeline_trailer__note(t, "interrupted_dumps", sum.interrupted_dumps);
	timeline_trailer__note(t, "destroy_unattributed", s->intake.unattributed);
	if (s->intake.options.mode == MODE_EXACT)
		timeline_trailer__note(t, "flows", s->intake.flows_seen);
	if (s->ambiguous_layout)
		timeline_trailer__note(t, "tcp_info_layout_unknown", 1);
	for (int k = 0; k < DIAG_ERRNOS && sum.failed_by[k].err; k++) {
		snprintf(cause, sizeof(cause), "request_failed_%s",
			 strerrorname_np(sum.failed_by[k].err) ?: "UNKNOWN");
		timeline_trailer__note(t, cause, sum.failed_by[k].count);
	}
}
