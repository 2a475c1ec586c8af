// SPDX-License-Identifier: BSD-2-Clause
/*
 * What this kernel and these privileges allow, found by trying: each program of the probe is
 * loaded alone. What is merely known by version is told as such.
 */
#include "doctor.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "features.h"
#include "programs.h"
#include "timeline/cgroup.h"
#include "timeline/cli.h"

struct item {
	const char *program; /* of probe.bpf.c */
	const char *what;
	const char *remedy;
	bool instead; /* only asked for where the one before is refused */
};

static const struct item items[] = {
	{ "on_sock_ops", "sock_ops with socket storage (modes rtt, state)",
	  "kernel 5.10 or later with CONFIG_CGROUP_BPF; CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN" },
	{ "on_segment", "tracepoint tcp_probe (mode segment)",
	  "kernel 5.10 or later with CONFIG_BPF_EVENTS; CAP_PERFMON" },
	{ "on_poll", "iterator over TCP sockets (mode poll)", "kernel 5.10 or later" },
	{ "on_arm", "callbacks of flows older than the probe",
	  "kernel 6.12 or later (TCP_BPF_SOCK_OPS_CB_FLAGS for BPF programs)" },
	{ "on_getsockopt", "getsockopt(TCP_INFO) caught with the socket (marks)",
	  "kernel 6.2 or later (bpf_rdonly_cast), or the following" },
	{ "on_get_info", "tcp_get_info() caught as it returns (marks)",
	  "a kernel that has the function in one piece, with CONFIG_FUNCTION_TRACER", true },
};

static void report(FILE *out, bool good, const char *what, const char *detail)
{
	fprintf(out, "%-4s %-58s %s\n", good ? "yes" : "NO", what, detail ? detail : "");
}

static int try_program(const char *name, enum generation generation)
{
	struct probe_bpf *skel = programs__open(generation);
	struct bpf_program *p;
	int err;

	if (!skel)
		return -errno;
	bpf_object__for_each_program(p, skel->obj)
		bpf_program__set_autoload(p, !strcmp(bpf_program__name(p), name));
	err = probe_bpf__load(skel);
	if (!err && bpf_program__autoload(skel->progs.on_get_info)) {
		struct bpf_link *link = programs__attach_get_info(skel);

		err = link ? 0 : -errno;
		bpf_link__destroy(link);
	}
	probe_bpf__destroy(skel);
	return err;
}

/* The newest generation whose main program loads; GENERATION_ANY if none does. */
static enum generation newest_generation(void)
{
	enum generation g = 0;

	while (g < GENERATION_ANY && try_program(items[0].program, g))
		g++;
	return g;
}

/* Names of the tcp_info fields of the catalogue that this kernel lacks. */
static void list_absent(FILE *out, const struct features *features)
{
	unsigned int have = 0, all = 0;

	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (catalogue[f].group != GROUP_TCP_INFO)
			continue;
		all++;
		have += field_set__has(&features->fields, f);
	}
	fprintf(out, "     %u of %u fields of struct tcp_info", have, all);
	for (enum field f = 0, n = 0; f < FIELD_COUNT; f++)
		if (catalogue[f].group == GROUP_TCP_INFO && !field_set__has(&features->fields, f))
			fprintf(out, "%s%s (%s)", n++ ? ", " : "; absent: ", catalogue[f].name,
				catalogue[f].since);
	fputc('\n', out);
}

static void tell_rtt_arguments(FILE *out, const struct features *features)
{
	fprintf(out, "     the RTT callback's own round-trip times (cb_mrtt, cb_srtt): %s, by version (6.10)\n",
		features->rtt_arguments ? "yes" : "no");
}

/* The congestion controls whose state can be read; of modules, those that are loaded. */
static void list_congestion(FILE *out, const struct features *features)
{
	static const struct {
		const char *name;
		enum field field;
	} known[] = { { "bbr", FIELD_bbr_bw }, { "dctcp", FIELD_dctcp_alpha }, { "vegas", FIELD_vegas_rtt } };
	unsigned int n = 0;

	fputs("     congestion controls whose state is read: ", out);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (field_set__has(&features->fields, known[i].field))
			fprintf(out, "%s%s", n++ ? ", " : "", known[i].name);
	fputs(n ? "\n" : "none (of modules, those that are loaded)\n", out);
}

int doctor__examine(FILE *out)
{
	struct features features;
	char path[4096], detail[256];
	enum generation generation = GENERATION_ANY;
	bool all = true, good, refused_before = false;
	struct utsname u;
	int err;

	uname(&u);
	fprintf(out, "tcpw-probe %s on kernel %s, %s\n", TCPW_VERSION, u.release, u.machine);
	good = !access("/sys/kernel/btf/vmlinux", R_OK);
	all &= good;
	report(out, good, "kernel type information (BTF)",
	       good ? NULL : "needs a kernel with CONFIG_DEBUG_INFO_BTF=y");
	good = !cgroup__mount_point("/proc/self/mountinfo", path, sizeof(path));
	all &= good;
	report(out, good, "cgroup v2", good ? path : "mount -t cgroup2 none DIR");
	err = features__ask(&features);
	all &= !err;
	if (err)
		snprintf(detail, sizeof(detail), "%s: %s", strerror(-err),
			 geteuid() ? "run as root" : "the kernel or its lockdown refuses eBPF");
	report(out, !err, "eBPF programs may be loaded", err ? detail : NULL);
	if (!err) {
		snprintf(detail, sizeof(detail), "%u%s", features.hz,
			 features.hz_measured ? ", measured: the configuration is not readable" : "");
		report(out, true, "HZ known", detail);
		generation = newest_generation();
	}
	if (generation != GENERATION_ANY)
		report(out, true, "programs made for kernels", generation__describe(generation));
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		int refused;

		if (items[i].instead && !refused_before)
			continue;
		refused = err ? err : try_program(items[i].program, generation == GENERATION_ANY
							     ? GENERATION_5_10 : generation);
		/* Its program loads since 5.16. */
		if (!refused && !features.arms && !strcmp(items[i].program, "on_arm"))
			refused = -EOPNOTSUPP;

		all &= !refused;
		refused_before = refused;
		snprintf(detail, sizeof(detail), "%s; needs %s", strerror(-refused),
			 items[i].remedy);
		report(out, !refused, items[i].what, refused ? detail : NULL);
	}
	if (!err) {
		list_absent(out, &features);
		tell_rtt_arguments(out, &features);
		list_congestion(out, &features);
	}
	fputs(all ? "Everything that tcpw-probe can use is there.\n"
		  : "What is marked NO is left out or refused when asked for; the rest works.\n",
	      out);
	return all ? EXIT_PASS : EXIT_SKIP;
}
