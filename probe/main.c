// SPDX-License-Identifier: BSD-2-Clause
/* tcpw-probe: the eBPF witness. Options, privileges, one capture, a trailer. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include "capture.h"
#include "doctor.h"
#include "timeline/cli.h"

static bool verbose;

static int print_libbpf(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return verbose && level != LIBBPF_DEBUG ? vfprintf(stderr, fmt, args) : 0;
}

__attribute__((format(printf, 2, 3))) static int complain(int code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("tcpw-probe: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	return code;
}

static int open_cgroup(const struct options *o, struct cgroup_dir *dir)
{
	char root[4096];
	int err = o->cgroup ? 0 : cgroup__mount_point("/proc/self/mountinfo", root, sizeof(root));

	if (err)
		return complain(EXIT_SKIP, "cgroup v2 is not mounted: mount -t cgroup2 none DIR");
	err = cgroup__open(dir, o->cgroup ? o->cgroup : root);
	if (err == -EMEDIUMTYPE)
		return complain(EXIT_USAGE, "%s is not a cgroup v2 directory: take one below the "
				"cgroup2 mount that /proc/self/mountinfo tells", o->cgroup);
	if (err)
		return complain(EXIT_ERROR, "cannot open the cgroup %s: %s",
				o->cgroup ? o->cgroup : root, strerror(-err));
	return 0;
}

static int ask_features(struct features *features)
{
	int err = features__ask(features);

	if (err == -EPERM || err == -EACCES)
		return complain(EXIT_SKIP, "no permission to use eBPF: run as root, or with CAP_BPF, "
				"CAP_PERFMON and CAP_NET_ADMIN");
	if (err == -ENOENT)
		return complain(EXIT_SKIP, "this kernel has no BTF (/sys/kernel/btf/vmlinux): it needs "
				"CONFIG_DEBUG_INFO_BTF=y");
	if (err == -ERANGE)
		return complain(EXIT_ERROR, "cannot tell the kernel's HZ, neither from its "
				"configuration nor by counting ticks: is the machine overloaded?");
	if (err)
		return complain(EXIT_SKIP, "the kernel refuses the simplest eBPF program: %s "
				"(--doctor tells more)", strerror(-err));
	return 0;
}

static int open_namespaces(const struct options *o, struct netns *ns)
{
	for (unsigned int i = 0; i < o->netns_count; i++) {
		int err = netns__open(&ns[i], o->netns[i]);

		if (err)
			return complain(EXIT_ERROR, "cannot open the network namespace '%s': %s (ip "
					"netns list shows the known ones)", o->netns[i],
					err == -ENOTTY ? "it is none" : strerror(-err));
	}
	return 0;
}

static void describe(struct timeline_header *h, const struct options *o,
		     const struct features *features, const struct netns *ns, const struct watch *w)
{
	struct utsname u;

	uname(&u);
	*h = (struct timeline_header){ .hz = features->hz, .marks = *watch__marks_by(w),
				       .armed = watch__arms(w), .fields = features->fields,
				       .netns_count = o->netns_count };
	strcpy(h->witness, "probe");
	snprintf(h->tool, sizeof(h->tool), "tcpw-probe %s", TCPW_VERSION);
	snprintf(h->kernel, sizeof(h->kernel), "%s", u.release);
	snprintf(h->programs, sizeof(h->programs), "%s", generation__name(watch__generation(w)));
	snprintf(h->marks_by, sizeof(h->marks_by), "%s", watch__marks_by(w));
	for (unsigned int mode = 1; mode <= MODE_SEGMENT; mode <<= 1)
		if (o->watch.modes & mode)
			strcpy(h->mode[h->modes++], watch_mode__name(mode));
	if (o->watch.modes & MODE_POLL)
		h->interval_ns = o->watch.interval_ns;
	for (unsigned int i = 0; i < o->netns_count; i++)
		h->netns[i] = ns[i].inode;
	if (o->watch.modes & MODE_RTT && features->rtt_arguments) {
		field_set__add(&h->fields, FIELD_cb_mrtt);
		field_set__add(&h->fields, FIELD_cb_srtt);
	}
}

static uint64_t note_of(const struct timeline_trailer *t, const char *cause)
{
	for (unsigned int i = 0; i < t->notes; i++)
		if (!strcmp(t->note[i].cause, cause))
			return t->note[i].count;
	return 0;
}

/* What was lost, and what would have helped. */
static void tell_losses(const struct timeline_trailer *t)
{
	unsigned long long now = note_of(t, "ring_bytes"), enough = note_of(t, "ring_enough");
	char remedy[128] = "";

	if (now && enough)
		snprintf(remedy, sizeof(remedy), "; --ring-size=%llu would have held them (it was %llu)",
			 enough, now);
	else if (now)
		snprintf(remedy, sizeof(remedy), "; no --ring-size would have held them: ask for fewer "
			 "modes or flows");
	for (unsigned int i = 0; i < t->losses; i++)
		if (t->lost[i].count)
			complain(0, "lost %llu samples: %s%s", (unsigned long long)t->lost[i].count,
				 t->lost[i].cause, strcmp(t->lost[i].cause, "ring_full") ? "" : remedy);
}

/* Drain what is left, write the trailer, tell of losses. */
static int finish(struct watch *w, struct timeline_writer *writer, uint64_t late_ticks, int err)
{
	struct timeline_trailer trailer = { 0 };
	int closed;

	if (!err)
		err = watch__finish(w, writer);
	watch__losses(w, &trailer);
	timeline_trailer__note(&trailer, "late_ticks", late_ticks);
	closed = timeline_writer__close(writer, err ? NULL : &trailer);
	if (err || closed)
		return complain(EXIT_ERROR, "the capture ended early: %s; the timeline is cut",
				strerror(-(err ? err : closed)));
	tell_losses(&trailer);
	return 0;
}

/* Of something that another time may have: not a limit of this kernel. */
static bool is_shortage(int err)
{
	return err == -ENOMEM || err == -EMFILE || err == -ENFILE || err == -EBUSY || err == -EAGAIN;
}

static int capture(struct options *o, const struct features *features)
{
	struct cgroup_dir cgroup = { .fd = -1 };
	struct netns ns[TIMELINE_NETNS_MAX];
	struct timeline_writer *writer;
	struct timeline_header header;
	struct watch *w = NULL;
	uint64_t late_ticks = 0, base_ns, base_realtime_ns;
	char why[256];
	int err, code;

	for (unsigned int i = 0; i < TIMELINE_NETNS_MAX; i++)
		ns[i].fd = -1;
	code = open_cgroup(o, &cgroup);
	if (!code)
		code = open_namespaces(o, ns);
	if (code)
		goto out;
	o->watch.cgroup = &cgroup;
	o->watch.netns = ns;
	o->watch.netns_count = o->netns_count;
	/* Before anything is attached: no sample is older than the file's beginning. */
	base_ns = monotonic_ns();
	base_realtime_ns = realtime_ns();
	err = watch__open(&w, &o->watch, features, why, sizeof(why));
	if (err) {
		code = complain(is_shortage(err) ? EXIT_ERROR : EXIT_SKIP, "%s", why);
		goto out;
	}
	if (o->watch.marks && !*watch__marks_by(w))
		complain(0, "this kernel cannot catch getsockopt(TCP_INFO): no marks (--doctor tells "
			 "why, --no-marks silences this)");
	describe(&header, o, features, ns, w);
	header.base_ns = base_ns;
	header.base_realtime_ns = base_realtime_ns;
	err = timeline_writer__open(&writer, o->output, &header);
	if (err) {
		code = complain(EXIT_ERROR, "cannot write %s: %s", o->output, strerror(-err));
		goto out;
	}
	err = capture__run(w, writer, o, header.base_ns, &late_ticks);
	code = finish(w, writer, late_ticks, err);
out:
	watch__close(w);
	for (unsigned int i = 0; i < TIMELINE_NETNS_MAX; i++)
		netns__close(&ns[i]);
	cgroup__close(&cgroup);
	return code;
}

int main(int argc, char **argv)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct features features;
	struct options options;
	int code;

	options__parse(&options, argc, argv);
	verbose = options.verbose;
	libbpf_set_print(print_libbpf);
	/* Before 5.11 maps count against RLIMIT_MEMLOCK; a refusal shows at loading. */
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	if (options.doctor)
		return doctor__examine(stdout);
	stop_on_signals();
	code = ask_features(&features);
	return code ? code : capture(&options, &features);
}
