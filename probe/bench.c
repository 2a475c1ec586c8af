// SPDX-License-Identifier: BSD-2-Clause
/*
 * What one RTT sample costs, against a callback whose program does nothing. Both programs are
 * attached to the same cgroup and so run for the same callbacks, under the same load; the kernel's
 * run-time statistics give each one's mean. ci/bench.sh makes the traffic.
 *
 *	bench CGROUP SECONDS
 *
 * prints one JSON object.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "probe/bench.skel.h"
#include "timeline/cli.h"

struct cost {
	uint64_t ns, runs;
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

static int measure(struct watch *w, struct bench_bpf *empty, const struct options *options)
{
	struct timeline_header header = { .witness = "bench", .base_ns = monotonic_ns() };
	struct timeline_trailer trailer = { 0 };
	struct cost e0, e1, s0, s1;
	struct timeline_writer *writer;
	uint64_t late = 0, lost = 0;
	double empty_ns, sample_ns;
	int err;

	err = timeline_writer__open(&writer, "/dev/null", &header);
	if (err)
		return err;
	err = read_cost(watch__sock_ops_fd(w), &s0);
	if (!err)
		err = read_cost(bpf_program__fd(empty->progs.on_nothing), &e0);
	if (!err)
		err = capture__run(w, writer, options, monotonic_ns(), &late);
	if (!err)
		err = read_cost(watch__sock_ops_fd(w), &s1);
	if (!err)
		err = read_cost(bpf_program__fd(empty->progs.on_nothing), &e1);
	watch__losses(w, &trailer);
	for (unsigned int i = 0; i < trailer.losses; i++)
		lost += trailer.lost[i].count;
	timeline_writer__close(writer, &trailer);
	if (err)
		return err;
	if (e1.runs == e0.runs)
		return -ENODATA;
	empty_ns = mean(&e0, &e1);
	sample_ns = mean(&s0, &s1);
	printf("{\"bench\":\"probe_sample\",\"empty_ns\":%.1f,\"sample_ns\":%.1f,\"ratio\":%.2f,"
	       "\"callbacks\":%llu,\"lost\":%llu}\n",
	       empty_ns, sample_ns, sample_ns / empty_ns, (unsigned long long)(s1.runs - s0.runs),
	       (unsigned long long)lost);
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = { .watch = { .modes = MODE_RTT, .ring_bytes = 32 << 20 } };
	struct bpf_link *link = NULL;
	struct bench_bpf *empty = NULL;
	struct cgroup_dir cgroup;
	struct features features;
	struct watch *w = NULL;
	int err, stats = -1;
	char why[256] = "";
	uint64_t seconds;

	if (argc != 3 || number__parse(argv[2], 1, 600, &seconds)) {
		fprintf(stderr, "usage: %s CGROUP SECONDS\n", argv[0]);
		return EXIT_USAGE;
	}
	options.duration_ns = seconds * 1000000000;
	stop_on_signals();
	err = cgroup__open(&cgroup, argv[1]);
	if (err)
		goto out;
	options.watch.cgroup = &cgroup;
	err = features__ask(&features);
	if (err)
		goto out;
	stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	empty = bench_bpf__open_and_load();
	if (!empty || stats < 0) {
		err = -errno;
		goto out;
	}
	link = bpf_program__attach_cgroup(empty->progs.on_nothing, cgroup.fd);
	err = link ? watch__open(&w, &options.watch, &features, why, sizeof(why)) : -errno;
	if (!err)
		err = measure(w, empty, &options);
out:
	if (err)
		fprintf(stderr, "bench: %s %s\n", strerror(-err), why);
	watch__close(w);
	bpf_link__destroy(link);
	bench_bpf__destroy(empty);
	if (stats >= 0)
		close(stats);
	cgroup__close(&cgroup);
	return err ? EXIT_ERROR : EXIT_PASS;
}
