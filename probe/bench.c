// SPDX-License-Identifier: BSD-2-Clause
/*
 * What one RTT sample costs, against a callback whose program does nothing. Both programs are
 * attached to the same cgroup and so run for the same callbacks, under the same load; the kernel's
 * run-time statistics give each one's mean over a round. Workloads take turns; medians over rounds
 * are printed, one JSON object a workload. The probe is the real one, with its reader at work.
 *
 * The work is done in a child process, so that the cgroup is removed whatever happens to it; if
 * the parent dies first, the child removes it.
 */
#include <argp.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe/bench.skel.h"
#include "timeline/cli.h"
#include "traffic.h"
#include "watch.h"

#define ROUND_NS 300000000ULL
#define WARM_UP_NS 100000000ULL
#define DRAIN_INTERVAL_MS 50
#define ROUNDS_MAX 1000

struct bench {
	enum generation generation;
	unsigned int rounds;
	const char *cgroup;
	struct features features;
	struct watch *watch;
	struct bench_bpf *empty;
	pid_t traffic[WORKLOAD_COUNT];
};

struct cost {
	uint64_t ns, runs;
};

struct results {
	double empty_ns[ROUNDS_MAX], sample_ns[ROUNDS_MAX], ratio[ROUNDS_MAX];
	unsigned int rounds;
	uint64_t callbacks, lost;
};

static int read_cost(int prog_fd, struct cost *cost)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(prog_fd, &info, &len))
		return -errno;
	*cost = (struct cost){ .ns = info.run_time_ns, .runs = info.run_cnt };
	return 0;
}

static double mean(const struct cost *from, const struct cost *to)
{
	return to->runs > from->runs ? (double)(to->ns - from->ns) / (to->runs - from->runs) : 0;
}

static uint64_t count_losses(const struct watch *w)
{
	struct timeline_trailer trailer = { 0 };
	uint64_t lost = 0;

	watch__losses(w, &trailer);
	for (unsigned int i = 0; i < trailer.losses; i++)
		lost += trailer.lost[i].count;
	return lost;
}

/* Read all records, like the probe, but do not write them: that would compete for the processors. */
static int capture(struct bench *b, uint64_t duration_ns)
{
	struct pollfd much = { .fd = watch__fd(b->watch), .events = POLLIN };
	uint64_t end = monotonic_ns() + duration_ns;
	int more = 0;

	while (more >= 0 && monotonic_ns() < end && !stop_requested) {
		poll(&much, 1, DRAIN_INTERVAL_MS);
		do
			more = watch__drain(b->watch, NULL);
		while (more > 0);
	}
	return more;
}

/* A round in which nothing was lost: a sample that finds no room costs less than one that does. */
static int run_round(struct bench *b, enum workload workload, struct results *r)
{
	int empty = bpf_program__fd(b->empty->progs.on_nothing);
	int sample = watch__sock_ops_fd(b->watch), err;
	struct cost e0, e1, s0, s1;
	uint64_t lost = count_losses(b->watch);

	traffic__go(b->traffic[workload]);
	err = capture(b, WARM_UP_NS);
	if (!err)
		err = read_cost(sample, &s0);
	if (!err)
		err = read_cost(empty, &e0);
	if (!err)
		err = capture(b, ROUND_NS);
	if (!err)
		err = read_cost(sample, &s1);
	if (!err)
		err = read_cost(empty, &e1);
	traffic__stop(b->traffic[workload]);
	if (!err && !stop_requested && (e1.runs == e0.runs || s1.runs == s0.runs))
		err = -ENODATA;
	if (err || stop_requested)
		return err;
	lost = count_losses(b->watch) - lost;
	r->lost += lost;
	r->callbacks += s1.runs - s0.runs;
	if (!lost) {
		r->empty_ns[r->rounds] = mean(&e0, &e1);
		r->sample_ns[r->rounds] = mean(&s0, &s1);
		r->ratio[r->rounds] = r->sample_ns[r->rounds] / r->empty_ns[r->rounds];
		r->rounds++;
	}
	return 0;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v, unsigned int n)
{
	qsort(v, n, sizeof(*v), by_value);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static int print_results(enum workload workload, struct results *r)
{
	if (!r->rounds)
		return -ENOBUFS;
	printf("{\"bench\":\"probe_sample\",\"workload\":\"%s\",\"empty_ns\":%.1f,"
	       "\"sample_ns\":%.1f,\"ratio\":%.2f,\"callbacks\":%llu,\"lost\":%llu,"
	       "\"rounds\":%u}\n", workload__name(workload), median(r->empty_ns, r->rounds),
	       median(r->sample_ns, r->rounds), median(r->ratio, r->rounds),
	       (unsigned long long)r->callbacks, (unsigned long long)r->lost, r->rounds);
	return 0;
}

static int measure(struct bench *b)
{
	struct results *results = calloc(WORKLOAD_COUNT, sizeof(*results));
	int err = results ? 0 : -ENOMEM;

	/* Sockets are armed as they connect: the programs were there first. */
	for (enum workload w = 0; w < WORKLOAD_COUNT && !err; w++)
		err = traffic__start(&b->traffic[w], w, b->cgroup);
	for (unsigned int i = 0; i < b->rounds && !err && !stop_requested; i++)
		for (enum workload w = 0; w < WORKLOAD_COUNT && !err && !stop_requested; w++)
			err = run_round(b, w, &results[w]);
	for (enum workload w = 0; w < WORKLOAD_COUNT; w++)
		traffic__end(b->traffic[w]);
	for (enum workload w = 0; w < WORKLOAD_COUNT && !err && !stop_requested; w++)
		err = print_results(w, &results[w]);
	free(results);
	return err;
}

/* Attach both programs to the cgroup, the empty one first, and measure. */
static int bench_in(struct bench *b, const struct cgroup_dir *cgroup, char *why, size_t why_size)
{
	struct watch_options options = { .modes = MODE_RTT, .ring_bytes = 32 << 20,
					 .generation = b->generation, .cgroup = cgroup };
	struct bpf_link *link = NULL;
	int err;

	b->empty = bench_bpf__open_and_load();
	if (!b->empty)
		return -errno;
	link = bpf_program__attach_cgroup(b->empty->progs.on_nothing, cgroup->fd);
	err = link ? watch__open(&b->watch, &options, &b->features, why, why_size) : -errno;
	if (!err)
		err = measure(b);
	watch__close(b->watch);
	bpf_link__destroy(link);
	bench_bpf__destroy(b->empty);
	return err;
}

static int work(struct bench *b)
{
	struct cgroup_dir cgroup = { .fd = -1 };
	int stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	int err = stats < 0 ? -errno : features__ask(&b->features);
	char why[256] = "";

	if (!err)
		err = cgroup__open(&cgroup, b->cgroup);
	if (!err)
		err = bench_in(b, &cgroup, why, sizeof(why));
	if (err)
		fprintf(stderr, "bench: %s %s\n", strerror(-err), why);
	cgroup__close(&cgroup);
	if (stats >= 0)
		close(stats);
	if (err == -EPERM || err == -EACCES)
		return EXIT_SKIP;
	return err || stop_requested ? EXIT_ERROR : EXIT_PASS;
}

/* Processes that were killed leave a cgroup a moment later. */
static void remove_cgroup(const char *path)
{
	const struct timespec moment = { .tv_nsec = 10000000 };

	for (int i = 0; i < 200 && rmdir(path) && errno == EBUSY; i++)
		nanosleep(&moment, NULL);
}

/* One that a killed benchmark of the same pid left is empty, and in the way. */
static int make_cgroup(const char *path)
{
	if (mkdir(path, 0755) && (errno != EEXIST || rmdir(path) || mkdir(path, 0755)))
		return -errno;
	return 0;
}

static int run_guarded(struct bench *b)
{
	pid_t parent = getpid(), child = fork();
	int status = 0;

	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		status = getppid() == parent ? work(b) : EXIT_ERROR;
		if (getppid() != parent)
			remove_cgroup(b->cgroup);
		fflush(stdout);
		_exit(status);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		if (stop_requested)
			kill(child, SIGTERM);
	remove_cgroup(b->cgroup);
	return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_ERROR;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct bench *b = state->input;
	uint64_t seconds;

	switch (key) {
	case 's':
		if (number__parse(arg, 1, 600, &seconds))
			argp_error(state, "--seconds '%s' is not a number from 1 to 600", arg);
		b->rounds = seconds * 1000000000 / ((ROUND_NS + WARM_UP_NS) * WORKLOAD_COUNT);
		b->rounds += !b->rounds;
		break;
	case 'p':
		b->generation = generation__parse(arg);
		if (b->generation == GENERATION_ANY)
			argp_error(state, "--programs '%s': 6.9, 5.12 and 5.10 are known", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct argp_option table[] = {
		{ "seconds", 's', "S", 0, "Measure for this long, about. Default: 8" },
		{ "programs", 'p', "KERNEL", 0, "The programs made for this kernel: 6.9, 5.12, 5.10" },
		{ 0 },
	};
	static const struct argp argp = { .options = table, .parser = parse,
					  .doc = "What one RTT sample costs, against an empty callback." };
	struct bench b = { .generation = GENERATION_ANY, .rounds = 10 };
	char mount[3840], cgroup[4096];
	int err;

	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &b);
	err = cgroup__mount_point("/proc/self/mountinfo", mount, sizeof(mount));
	snprintf(cgroup, sizeof(cgroup), "%s/tcpw-bench-%d", err ? "" : mount, getpid());
	if (!err)
		err = make_cgroup(cgroup);
	if (err) {
		fprintf(stderr, "bench: cannot make a cgroup v2: %s (run as root)\n", strerror(-err));
		return EXIT_SKIP;
	}
	stop_on_signals();
	b.cgroup = cgroup;
	return run_guarded(&b);
}
