// SPDX-License-Identifier: BSD-2-Clause
/*
 * The loaded and attached eBPF programs.
 *
 * Draining settles the timeline by an exact watermark: the programs read the clock after they
 * reserve a record, so when everything reserved before the instant T has been consumed (the
 * producers' positions read at T are reached), no later record can carry a time before T.
 */
#include "watch.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "convert.h"
#include "programs.h"
#include "queue.h"
#include "timeline/cli.h"
#include "walk.h"

/* How long the end may take for records that were being written. */
#define FINISH_NS 2000000000ULL
#define DRAIN_RECORDS 4096

struct watch {
	struct probe_bpf *skel;
	enum generation generation;
	struct queue *queue;
	uint64_t awaited_ns; /* everything before it is consumed once the queue has reached its mark */
	const struct features *features;
	struct bpf_link *links[4]; /* sock_ops, marks, segment, poll */
	unsigned int link_count;
	int poll_link_fd;
	struct netns home;
	const struct netns *netns;
	unsigned int netns_count;
	enum marks { MARKS_NONE, MARKS_HOOK, MARKS_FEXIT } marks;
	bool arms; /* sockets that were there before were given callbacks */
	/* of the drain under way */
	struct timeline_writer *writer;
	unsigned int budget;
	int err;
	uint64_t malformed, undelivered, ring_bytes;
	struct sample sample;
};

static const struct {
	const char *name;
	unsigned int mode;
} mode_names[] = {
	{ "rtt", MODE_RTT },
	{ "poll", MODE_POLL },
	{ "state", MODE_STATE },
	{ "segment", MODE_SEGMENT },
};

unsigned int watch_mode__parse(const char *name)
{
	for (size_t i = 0; i < sizeof(mode_names) / sizeof(mode_names[0]); i++)
		if (!strcmp(name, mode_names[i].name))
			return mode_names[i].mode;
	return 0;
}

const char *watch_mode__name(unsigned int mode)
{
	for (size_t i = 0; i < sizeof(mode_names) / sizeof(mode_names[0]); i++)
		if (mode == mode_names[i].mode)
			return mode_names[i].name;
	return "?";
}

static void configure(struct probe_bpf *skel, const struct watch_options *options,
		      const struct features *features, enum marks marks)
{
	struct record_settings *settings = &skel->rodata->settings;

	bpf_program__set_autoload(skel->progs.on_segment, options->modes & MODE_SEGMENT);
	bpf_program__set_autoload(skel->progs.on_poll, options->modes & MODE_POLL);
	bpf_program__set_autoload(skel->progs.on_arm, features->arms);
	bpf_program__set_autoload(skel->progs.on_getsockopt, marks == MARKS_HOOK);
	bpf_program__set_autoload(skel->progs.on_get_info, marks == MARKS_FEXIT);
	settings->filter = options->filter;
	settings->want_rtt = options->modes & MODE_RTT;
	settings->cgroup_id = options->cgroup->root ? 0 : options->cgroup->id;
	settings->kernel_version = features->kernel_version;
	settings->hz = features->hz;
	settings->usecs_per_jiffy = 1000000 / features->hz;
	settings->msecs_per_jiffy = 1000 % features->hz ? 0 : 1000 / features->hz;
}

static int load_generation(struct watch *w, enum generation generation,
			   const struct watch_options *options)
{
	int err;

	w->skel = programs__open(generation);
	if (!w->skel)
		return -errno;
	configure(w->skel, options, w->features, w->marks);
	w->ring_bytes = options->ring_bytes;
	err = queue__prepare(w->skel, generation, options->ring_bytes);
	if (!err)
		err = probe_bpf__load(w->skel);
	if (err) {
		probe_bpf__destroy(w->skel);
		w->skel = NULL;
	}
	return err;
}

/*
 * The newest generation that the kernel takes, or the one asked for; marks by the way that it allows,
 * or without if need be.
 */
static int load(struct watch *w, const struct watch_options *options)
{
	enum generation g = options->generation, last = options->generation;
	int err;

	if (g == GENERATION_ANY) {
		g = 0;
		last = GENERATION_ANY - 1;
	}
	do {
		w->generation = g;
		w->marks = !options->marks ? MARKS_NONE : w->features->casts ? MARKS_HOOK : MARKS_FEXIT;
		err = load_generation(w, g, options);
		/* Given up only for want of the kfunc: another refusal is a defect of ours. */
		if (err && w->marks == MARKS_FEXIT && !options->marks_required) {
			w->marks = MARKS_NONE;
			err = load_generation(w, g, options);
		}
	} while (err && g++ != last);
	return err;
}

static int keep_link(struct watch *w, struct bpf_link *link)
{
	if (!link)
		return -errno;
	w->links[w->link_count++] = link;
	return 0;
}

/* In every watched namespace, or in the own one. An iterator walks that in which it is created. */
static int walk(struct watch *w, int link_fd)
{
	int err = 0, back;

	for (unsigned int i = 0; i < w->netns_count && !err; i++) {
		err = netns__enter(&w->netns[i]);
		if (!err)
			err = walk__sockets(link_fd);
	}
	if (!w->netns_count)
		return walk__sockets(link_fd);
	back = netns__enter(&w->home);
	return err ? err : back;
}

/* Give callbacks to the sockets that are already there; new ones have them by then. */
static int arm_older(struct watch *w)
{
	struct bpf_link *link = bpf_program__attach_iter(w->skel->progs.on_arm, NULL);
	int err;

	if (!link)
		return -errno;
	err = walk(w, bpf_link__fd(link));
	bpf_link__destroy(link);
	w->arms = !err;
	return err;
}

static int attach(struct watch *w, const struct watch_options *options, char *why, size_t size)
{
	int err;

	err = keep_link(w, bpf_program__attach_cgroup(w->skel->progs.on_sock_ops,
						      options->cgroup->fd));
	if (err) {
		snprintf(why, size, "cannot attach to the cgroup: %s (a cgroup v2 link needs "
			 "kernel 5.7 and CAP_NET_ADMIN)", strerror(-err));
		return err;
	}
	err = w->features->arms ? arm_older(w) : 0;
	if (err) {
		snprintf(why, size, "cannot give callbacks to the TCP sockets that are already there: "
			 "%s (--netns needs CAP_SYS_ADMIN)", strerror(-err));
		return err;
	}
	if (w->marks) {
		err = keep_link(w, w->marks == MARKS_FEXIT
			? programs__attach_get_info(w->skel)
			: bpf_program__attach_cgroup(w->skel->progs.on_getsockopt, options->cgroup->fd));
		if (err && (options->marks_required || w->marks == MARKS_HOOK)) {
			snprintf(why, size, "cannot attach to getsockopt(TCP_INFO): %s (--no-marks does "
				 "without)", strerror(-err));
			return err;
		}
		if (err)
			w->marks = MARKS_NONE;
	}
	if (options->modes & MODE_SEGMENT) {
		err = keep_link(w, bpf_program__attach(w->skel->progs.on_segment));
		if (err) {
			snprintf(why, size, "cannot attach to the tracepoint tcp_probe: %s "
				 "(--doctor tells what this kernel allows)", strerror(-err));
			return err;
		}
	}
	if (options->modes & MODE_POLL) {
		err = keep_link(w, bpf_program__attach_iter(w->skel->progs.on_poll, NULL));
		if (err) {
			snprintf(why, size, "cannot make an iterator over TCP sockets: %s "
				 "(iter/tcp needs kernel 5.9)", strerror(-err));
			return err;
		}
		w->poll_link_fd = bpf_link__fd(w->links[w->link_count - 1]);
	}
	return 0;
}

static int on_record(void *ctx, const void *data, size_t size)
{
	struct watch *w = ctx;

	if (record__to_sample(data, size, w->features, &w->sample)) {
		w->malformed++;
	} else if (w->writer) {
		w->err = timeline_writer__sample(w->writer, &w->sample);
		if (w->err == -EINVAL) /* counted by the writer as out of order */
			w->err = 0;
	}
	return w->err || !--w->budget ? -ECANCELED : 0;
}

int watch__open(struct watch **pw, const struct watch_options *options,
		const struct features *features, char *why, size_t why_size)
{
	struct watch *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->features = features;
	w->netns = options->netns;
	w->netns_count = options->netns_count;
	w->home.fd = -1;
	err = load(w, options);
	if (err) {
		snprintf(why, why_size, "the kernel refuses the eBPF programs: %s (--doctor tells "
			 "what it allows, --verbose shows its verifier's words)", strerror(-err));
		goto out;
	}
	err = queue__open(&w->queue, w->skel, w->generation, on_record, w);
	if (err) {
		snprintf(why, why_size, "cannot map the ring of records: %s", strerror(-err));
		goto out;
	}
	err = netns__open(&w->home, NULL);
	if (err) {
		snprintf(why, why_size, "cannot open the own network namespace: %s", strerror(-err));
		goto out;
	}
	err = attach(w, options, why, why_size);
	if (err)
		goto out;
	*pw = w;
	return 0;
out:
	watch__close(w);
	return err;
}

const char *watch__marks_by(const struct watch *w)
{
	static const char *const names[] = {
		[MARKS_NONE] = "", [MARKS_HOOK] = "getsockopt", [MARKS_FEXIT] = "tcp_get_info",
	};

	return names[w->marks];
}

int watch__fd(const struct watch *w)
{
	return queue__fd(w->queue);
}

bool watch__arms(const struct watch *w)
{
	return w->arms;
}

enum generation watch__generation(const struct watch *w)
{
	return w->generation;
}

int watch__sock_ops_fd(const struct watch *w)
{
	return bpf_program__fd(w->skel->progs.on_sock_ops);
}

int watch__poll(struct watch *w)
{
	return walk(w, w->poll_link_fd);
}

int watch__drain(struct watch *w, struct timeline_writer *writer)
{
	int err;

	if (!w->awaited_ns) {
		w->awaited_ns = monotonic_ns();
		queue__await(w->queue);
	}
	w->writer = writer;
	w->budget = DRAIN_RECORDS;
	w->err = 0;
	err = queue__consume(w->queue);
	if (err < 0 && err != -ECANCELED)
		return err;
	if (w->err)
		return w->err;
	if (queue__reached(w->queue)) {
		err = writer ? timeline_writer__settle(writer, w->awaited_ns) : 0;
		w->awaited_ns = 0;
		if (err)
			return err;
	}
	return !w->budget;
}

static void detach(struct watch *w)
{
	while (w->link_count)
		bpf_link__destroy(w->links[--w->link_count]);
}

int watch__finish(struct watch *w, struct timeline_writer *writer)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	const uint64_t deadline = monotonic_ns() + FINISH_NS;
	int err;

	detach(w);
	/* A program that had begun before may still be running. */
	nanosleep(&pause, NULL);
	w->awaited_ns = 0; /* wait for what is reserved now, not for what was before */
	do {
		err = watch__drain(w, writer);
		if (!err && w->awaited_ns)
			nanosleep(&pause, NULL);
	} while (err > 0 || (!err && w->awaited_ns && monotonic_ns() < deadline));
	w->undelivered = queue__left(w->queue);
	return err;
}

void watch__losses(const struct watch *w, struct timeline_trailer *trailer)
{
	uint64_t full = w->skel->bss->losses[LOSS_RING_FULL];

	timeline_trailer__lost(trailer, "ring_full", full);
	timeline_trailer__lost(trailer, "no_state", w->skel->bss->losses[LOSS_NO_STATE]);
	timeline_trailer__lost(trailer, "undelivered", w->undelivered);
	timeline_trailer__lost(trailer, "malformed", w->malformed);
	if (full) {
		timeline_trailer__note(trailer, "ring_bytes", w->ring_bytes);
		timeline_trailer__note(trailer, "ring_enough", queue__enough(w->queue, full));
	}
	if (w->arms) {
		timeline_trailer__note(trailer, "armed", w->skel->bss->armed);
		timeline_trailer__note(trailer, "not_armed", w->skel->bss->not_armed);
	}
	if (w->marks == MARKS_FEXIT)
		timeline_trailer__note(trailer, "bare_marks", w->skel->bss->unsettled);
}

void watch__close(struct watch *w)
{
	if (!w)
		return;
	detach(w);
	queue__close(w->queue);
	netns__close(&w->home);
	probe_bpf__destroy(w->skel);
	free(w);
}
