// SPDX-License-Identifier: BSD-2-Clause
/* tcpw-netlink: the witness that asks through netlink. Set-up in order, a sentence per failure. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include <bpf/libbpf.h>

#include "options.h"
#include "timeline/cgroup.h"
#include "timeline/cli.h"

#define say(...) (fprintf(stderr, "tcpw-netlink: " __VA_ARGS__), fputc('\n', stderr))

static int cannot_open_sockets(int err)
{
	switch (err) {
	case -EPROTONOSUPPORT:
	case -ENOENT:
	case -EINVAL:
		say("this kernel has no tcp_diag: load it (modprobe tcp_diag), or use a kernel "
		    "built with CONFIG_INET_TCP_DIAG");
		return EXIT_SKIP;
	case -ETIMEDOUT:
		say("this kernel does not answer requests to inet_diag: load tcp_diag "
		    "(modprobe tcp_diag)");
		return EXIT_SKIP;
	case -EPERM:
	case -EACCES:
		say("netlink sockets of inet_diag are not allowed here: %s; run as root",
		    strerror(-err));
		return EXIT_SKIP;
	default:
		say("cannot ask inet_diag: %s", strerror(-err));
		return EXIT_ERROR;
	}
}

/* Ask this kernel what it can tell, in the own namespace. 0 or an exit code. */
static int probe_kernel(struct kernel_layout *layout, const struct options *o)
{
	struct diag *d;
	int err = diag__open(&d, false);

	if (err)
		return cannot_open_sockets(err);
	err = layout__probe(layout, d);
	diag__close(d);
	if (err)
		return cannot_open_sockets(err);
	if (layout->ambiguous)
		say("no BTF (CONFIG_DEBUG_INFO_BTF): the last four bytes of struct tcp_info are "
		    "left out, since two kernels use them differently");
	if (o->verbose)
		say("struct tcp_info has %u bytes here, layout of %s", layout->tcp_info_len,
		    layout->decode.tcp_info == TCP_INFO_LAYOUT_7_0 ? "7.0" : "6.18 and before");
	if (o->cgroup && !field_set__has(&layout->fields, FIELD_cgroup_id)) {
		say("this kernel does not tell a socket's cgroup (5.8 and later do): leave out "
		    "--cgroup");
		return EXIT_SKIP;
	}
	return EXIT_PASS;
}

static int find_cgroup(struct options *o)
{
	struct cgroup_dir dir;
	int err = o->cgroup ? cgroup__open(&dir, o->cgroup) : 0;

	if (!err && o->cgroup) {
		o->sampler.cgroup_id = dir.id;
		cgroup__close(&dir);
	}
	if (!err)
		return EXIT_PASS;
	if (err == -EMEDIUMTYPE) {
		say("--cgroup %s: not a cgroup v2 directory; see where cgroup2 is mounted in "
		    "/proc/self/mountinfo",
		    o->cgroup);
		return EXIT_USAGE;
	}
	say("--cgroup %s: %s", o->cgroup, strerror(-err));
	return EXIT_ERROR;
}

static int cannot_enter(const char *name, int err)
{
	if (err == -ENOENT)
		say("--netns %s: no such network namespace; `ip netns list` shows those there are",
		    name);
	else if (err == -EPERM || err == -EACCES)
		say("--netns %s: entering a network namespace needs CAP_SYS_ADMIN; run as root",
		    name);
	else if (err == -EINVAL || err == -ENOTTY)
		say("--netns %s: not a network namespace", name);
	else
		say("--netns %s: %s", name, strerror(-err));
	return err == -EPERM || err == -EACCES ? EXIT_SKIP : EXIT_ERROR;
}

/* Open sockets inside the namespace called name (NULL: the own) and come back. */
static int watch(struct sampler *s, const char *name, struct timeline_header *h)
{
	struct netns own, ns;
	int err = netns__open(&own, NULL), back;

	if (err) {
		say("cannot find the own network namespace: %s", strerror(-err));
		return EXIT_ERROR;
	}
	err = netns__open(&ns, name);
	if (!err && name) {
		err = netns__enter(&ns);
		if (err)
			netns__close(&ns);
	}
	if (err) {
		netns__close(&own);
		return cannot_enter(name ?: "(own)", err);
	}
	err = sampler__watch(s, ns.inode);
	back = name ? netns__enter(&own) : 0;
	h->netns[h->netns_count++] = ns.inode;
	netns__close(&ns);
	netns__close(&own);
	if (err)
		return cannot_open_sockets(err);
	return back ? cannot_enter("(own)", back) : EXIT_PASS;
}

static int watch_all(struct sampler *s, const struct options *o, struct timeline_header *h)
{
	int status = o->netns_count ? EXIT_PASS : watch(s, NULL, h);

	for (unsigned int i = 0; i < o->netns_count && !status; i++)
		status = watch(s, o->netns[i], h);
	return status;
}

static int write_timeline(struct sampler *s, const struct options *o, struct timeline_header *h)
{
	struct timeline_trailer trailer = {0};
	struct timeline_writer *w;
	int err, written;

	err = sampler__begin(s, &h->base_ns);
	h->base_realtime_ns = realtime_ns() - (monotonic_ns() - h->base_ns);
	if (!err)
		err = timeline_writer__open(&w, o->output, h);
	if (err) {
		say("cannot write %s: %s", o->output, strerror(-err));
		return EXIT_ERROR;
	}
	err = sampler__run(s, w);
	sampler__report(s, &trailer);
	written = timeline_writer__close(w, &trailer);
	if (written)
		say("cannot write %s: %s; the timeline is cut", o->output, strerror(-written));
	else if (err)
		say("sampling ended early: %s", strerror(-err));
	for (unsigned int i = 0; i < trailer.losses; i++)
		if (trailer.lost[i].count)
			say("lost, %s: %llu", trailer.lost[i].cause,
			    (unsigned long long)trailer.lost[i].count);
	if (o->verbose)
		say("%llu samples", (unsigned long long)trailer.samples);
	return err || written ? EXIT_ERROR : EXIT_PASS;
}

static void describe(struct timeline_header *h, const struct options *o,
		     const struct kernel_layout *layout)
{
	struct utsname uts = {0};

	uname(&uts);
	*h = (struct timeline_header){
		.witness = "netlink",
		.tool = "tcpw-netlink " TCPW_VERSION,
		.modes = 1,
		.interval_ns = o->sampler.interval_ns,
		.fields = layout->fields,
	};
	snprintf(h->kernel, sizeof(h->kernel), "%s", uts.release);
	snprintf(h->mode[0], sizeof(h->mode[0]), "%s", sampler_mode__name(o->sampler.mode));
}

/* libbpf is only asked for type information; whether it found any shows in the answer. */
static int no_print(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

int main(int argc, char **argv)
{
	struct kernel_layout layout = {0};
	struct sampler *s = NULL;
	struct timeline_header h;
	struct options o;
	int err, status;

	options__parse(&o, argc, argv);
	stop_on_signals();
	libbpf_set_print(no_print);

	status = find_cgroup(&o);
	if (!status)
		status = probe_kernel(&layout, &o);
	if (status)
		return status;
	err = sampler__new(&s, &o.sampler, &layout);
	if (err) {
		say("cannot set up sampling: %s", strerror(-err));
		return EXIT_ERROR;
	}
	describe(&h, &o, &layout);
	status = watch_all(s, &o, &h);
	if (!status)
		status = write_timeline(s, &o, &h);
	sampler__free(s);
	return status;
}
