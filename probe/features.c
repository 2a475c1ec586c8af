// SPDX-License-Identifier: BSD-2-Clause
/* What the running kernel has. */
#include "features.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <unistd.h>

#include <linux/version.h>

#include "arming.h"
#include "probe/features.skel.h"
#include "timeline/cli.h"

#define HZ_MEASURE_NS 200000000ULL
#define HZ_MEASURE_MAX_NS 5000000000ULL

uint32_t features__hz_from(uint64_t jiffies, uint64_t interval_ns)
{
	static const uint32_t known[] = { 100, 250, 300, 1000 };
	uint64_t measured = interval_ns ? jiffies * 1000000000 / interval_ns : 0;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (measured > known[i] * 93 / 100 && measured < known[i] * 107 / 100)
			return known[i];
	return 0;
}

static int run(struct features_bpf *skel)
{
	char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet));

	return bpf_prog_test_run_opts(bpf_program__fd(skel->progs.ask), &opts);
}

/* Run until the tick moves: the instant of an edge. */
static int wait_for_edge(struct features_bpf *skel, uint64_t *jiffies, uint64_t *time_ns)
{
	uint64_t first, deadline = monotonic_ns() + HZ_MEASURE_MAX_NS;
	int err = run(skel);

	first = skel->bss->jiffies64;
	while (!err && skel->bss->jiffies64 == first && monotonic_ns() < deadline)
		err = run(skel);
	*jiffies = skel->bss->jiffies64;
	*time_ns = skel->bss->time_ns;
	return err;
}

/* Between two edges some 200 ms apart; widened until the result is one that kernels have. */
static int measure_hz(struct features_bpf *skel, uint32_t *hz)
{
	uint64_t j0, j1, t0, t1;
	int err = wait_for_edge(skel, &j0, &t0);

	for (uint64_t span = HZ_MEASURE_NS; !err && span < HZ_MEASURE_MAX_NS; span *= 2) {
		do {
			usleep(1000);
			err = wait_for_edge(skel, &j1, &t1);
		} while (!err && t1 - t0 < span);
		*hz = err ? 0 : features__hz_from(j1 - j0, t1 - t0);
		if (*hz)
			break;
	}
	return err ? err : *hz ? 0 : -ERANGE;
}

/* Is there a kernel function of that name for BPF programs? */
static bool has_kfunc(const char *name)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool has = btf && btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;

	btf__free(btf);
	return has;
}

int features__ask(struct features *features)
{
	struct features_bpf *skel;
	int err;

	*features = (struct features){ 0 };
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return -ENOENT;
	skel = features_bpf__open_and_load();
	if (!skel)
		return -errno;
	err = run(skel);
	if (err)
		goto out;
	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (skel->bss->have_field[f])
			field_set__add(&features->fields, f);
	features->layout = skel->bss->have_layout_7_0 ? TCP_INFO_LAYOUT_7_0 : TCP_INFO_LAYOUT_6_18;
	features->kernel_version = skel->bss->kernel_version;
	features->casts = has_kfunc("bpf_rdonly_cast");
	features->arms = arming__possible();
	/*
	 * Known by version only: tcp_bpf_rtt(), which passes them, is inline and so not in the kernel's BTF,
	 * and no callback can be had without a flow.
	 */
	features->rtt_arguments = features->kernel_version >= KERNEL_VERSION(6, 10, 0);
	features->hz = skel->bss->hz;
	if (!features->hz) {
		features->hz_measured = true;
		err = measure_hz(skel, &features->hz);
	}
out:
	features_bpf__destroy(skel);
	return err;
}
