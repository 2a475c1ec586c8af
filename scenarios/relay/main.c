// SPDX-License-Identifier: BSD-2-Clause
/* tcpw-relay: the path as a witness. Set-up in order, a sentence per failure. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carried.h"
#include "drops.h"
#include "ledger.h"
#include "options.h"
#include "realtime.h"
#include "relay.h"
#include "timeline/cli.h"
#include "timeline/temporary.h"

#define say(...) (fprintf(stderr, "tcpw-relay: " __VA_ARGS__), fputc('\n', stderr))

struct program {
	struct options options;
	struct netns netns[DIRS];
	struct tun tun[DIRS];
	struct spool *spool;
	struct relay *relay;
	struct ledger *ledger;
	struct ledger_header header;
	struct tun_counters counters[DIRS];
};

static const char *const netns_options[DIRS] = { "--client-netns", "--server-netns" };

static int cannot_enter(const char *option, const char *name, int err)
{
	if (err == -ENOENT)
		say("%s %s: no such network namespace; `ip netns list` shows those there are",
		    option, name);
	else if (err == -EPERM || err == -EACCES)
		say("%s %s: entering a network namespace needs CAP_SYS_ADMIN; run as root", option,
		    name);
	else if (err == -EINVAL || err == -ENOTTY)
		say("%s %s: not a network namespace", option, name);
	else
		say("%s %s: %s", option, name, strerror(-err));
	return err == -EPERM || err == -EACCES ? EXIT_SKIP : EXIT_ERROR;
}

static int cannot_make(const char *device, const char *netns, int err)
{
	switch (err) {
	case -EEXIST:
		say("%s: there is a device of this name in %s already: remove it, or choose "
		    "another "
		    "by --device",
		    device, netns);
		return EXIT_ERROR;
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		say("this kernel has no TUN devices here (/dev/net/tun): load the driver (modprobe "
		    "tun)");
		return EXIT_SKIP;
	case -EPERM:
	case -EACCES:
		say("making the TUN device %s in %s is not allowed here: run as root "
		    "(CAP_SYS_ADMIN and "
		    "CAP_NET_ADMIN), with access to /dev/net/tun",
		    device, netns);
		return EXIT_SKIP;
	default:
		say("cannot make the TUN device %s in %s: %s", device, netns, strerror(-err));
		return EXIT_ERROR;
	}
}

static int open_ends(struct program *p)
{
	for (enum direction dir = 0; dir < DIRS; dir++) {
		const char *name = p->options.netns[dir];
		int err = netns__open(&p->netns[dir], name);

		if (err)
			return cannot_enter(netns_options[dir], name, err);
		p->header.netns[dir] = p->netns[dir].inode;
	}
	if (p->netns[DIR_C2S].inode == p->netns[DIR_S2C].inode) {
		say("--client-netns and --server-netns are the same network namespace: a path "
		    "needs "
		    "two");
		return EXIT_USAGE;
	}
	for (enum direction dir = 0; dir < DIRS; dir++) {
		int err = tun__open(&p->tun[dir], &p->netns[dir], p->options.device);

		if (err)
			return cannot_make(p->options.device, p->options.netns[dir], err);
	}
	return EXIT_PASS;
}

/* The ledger is spooled beside where it will be: there should be room for it there. */
static int open_spool(struct program *p)
{
	const char *output = p->options.output, *slash = strrchr(output, '/');
	char directory[PATH_MAX] = ".";
	int err;

	if (!strcmp(output, "-"))
		snprintf(directory, sizeof(directory), "%s", temporary__folder());
	else if (slash)
		snprintf(directory, sizeof(directory), "%.*s", (int)(slash - output) + 1, output);
	err = spool__open(&p->spool, directory);
	if (!err)
		return EXIT_PASS;
	say("cannot keep the ledger in %s: %s", directory, strerror(-err));
	return EXIT_ERROR;
}

static int open_relay(struct program *p)
{
	int err = relay__new(&p->relay, &p->options.path, p->tun, p->spool);

	if (!err)
		return EXIT_PASS;
	say("cannot set up the relay: %s", strerror(-err));
	return EXIT_ERROR;
}

static int open_ledger(struct program *p)
{
	int err;

	p->header.device = p->options.device;
	p->header.config = &p->options.path;
	p->header.locked = memory__lock();
	p->header.fifo = realtime__begin();
	p->header.base_ns = monotonic_ns();
	p->header.base_realtime_ns = realtime_ns() - (monotonic_ns() - p->header.base_ns);
	if (p->options.verbose)
		say("scheduling %s, memory %s", p->header.fifo ? "SCHED_FIFO" : "as any other",
		    p->header.locked ? "locked" : "not locked");
	err = ledger__open(&p->ledger, p->options.output, &p->header);
	if (!err)
		return EXIT_PASS;
	say("cannot write %s: %s", p->options.output, strerror(-err));
	return EXIT_ERROR;
}

static int carry(struct program *p)
{
	int err = relay__run(p->relay);

	realtime__end();
	memory__unlock();
	for (enum direction dir = 0; dir < DIRS && !err; dir++)
		err = tun__counters(&p->tun[dir], &p->counters[dir]);
	/* Also what ends early is told: the ledger is whole up to there, but has no trailer. */
	if (!err)
		return EXIT_PASS;
	if (err == -EBADFD || err == -ENODEV || err == -EIO)
		say("a device of the path is gone: somebody removed %s", p->options.device);
	else
		say("carrying packets ended early: %s", strerror(-err));
	return EXIT_ERROR;
}

static int copy_records(struct program *p)
{
	uint64_t delay_ns = p->options.path.rtt_ns / 2;
	struct record r;
	int got, err = 0;

	while (!err && (got = spool__next(p->spool, &r)) > 0) {
		const struct flow_entry *flow = NULL;

		if (!miscount__apply(&p->options.miscount, &r, delay_ns))
			continue;
		if (r.kind == RECORD_FLOW)
			flow = flow_table__at(relay__flows(p->relay), r.flow);
		err = ledger__record(p->ledger, &r, flow);
	}
	return err ? err : got;
}

static int close_ledger(struct program *p, bool whole)
{
	const struct relay_counts *c = relay__counts(p->relay);
	const struct lateness *late = relay__lateness(p->relay);
	const struct ledger_count lost[] = {
		{ "ledger", spool__lost(p->spool) + c->unnumbered },
		{ "client_device", p->counters[DIR_C2S].dropped },
		{ "server_device", p->counters[DIR_S2C].dropped },
		{ "overrun", c->overrun },
		{ 0 },
	};
	const struct ledger_count notes[] = {
		{ "late_p50_us", lateness__quantile_ns(late, 0.5) / 1000 },
		{ "late_p99_us", lateness__quantile_ns(late, 0.99) / 1000 },
		{ "late_max_us", late->max_ns / 1000 },
		{ "flows", flow_table__count(relay__flows(p->relay)) },
		{ "udp", c->udp[FATE_DELIVERED] },
		{ "udp_loss", c->udp[FATE_LOSS] },
		{ "udp_queue", c->udp[FATE_QUEUE] },
		{ "udp_blackout", c->udp[FATE_BLACKOUT] },
		{ "udp_too_big", c->udp[FATE_TOO_BIG] },
		{ "other", c->other },
		{ "answers", c->answers },
		{ "local", c->local },
		{ "malformed", c->malformed },
		{ "forgotten", relay__forgotten(p->relay) },
		{ "wakeups", c->wakeups },
		{ 0 },
	};
	int err = ledger__close(p->ledger, whole ? lost : NULL, notes);
	int status = EXIT_PASS;

	p->ledger = NULL;
	if (err) {
		say("cannot write %s: %s; the ledger is cut", p->options.output, strerror(-err));
		return EXIT_ERROR;
	}
	for (const struct ledger_count *l = lost; l->name; l++)
		if (l->count) {
			say("lost, %s: %llu", l->name, (unsigned long long)l->count);
			status = EXIT_ERROR;
		}
	return status;
}

static int write_ledger(struct program *p, bool whole)
{
	int err = spool__finish(p->spool);

	if (!err)
		err = copy_records(p);
	if (!err)
		return close_ledger(p, whole);
	say("cannot write the ledger to %s: %s; it is cut", p->options.output, strerror(-err));
	ledger__close(p->ledger, NULL, NULL);
	p->ledger = NULL;
	return EXIT_ERROR;
}

static int print_of_ledger(const struct options *o)
{
	char why[1024];

	if (!(o->drops ? drops__print(o->drops, stdout, why, sizeof(why))
		       : carried__print(o->carried, stdout, why, sizeof(why))))
		return EXIT_PASS;
	say("%s", why);
	return EXIT_ERROR;
}

static void close_all(struct program *p)
{
	if (p->ledger)
		ledger__close(p->ledger, NULL, NULL);
	relay__free(p->relay);
	spool__close(p->spool);
	for (enum direction dir = 0; dir < DIRS; dir++) {
		tun__close(&p->tun[dir]);
		netns__close(&p->netns[dir]);
	}
}

int main(int argc, char **argv)
{
	struct program p = { .tun = { { .fd = -1 }, { .fd = -1 } },
			     .netns = { { .fd = -1 }, { .fd = -1 } } };
	sigset_t signals;
	int status;

	options__parse(&p.options, argc, argv);
	if (p.options.drops || p.options.carried)
		return print_of_ledger(&p.options);
	/* Delivered only while the relay sleeps; never to the spool's thread. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	stop_on_signals();

	status = open_spool(&p);
	if (!status)
		status = open_ends(&p);
	if (!status)
		status = open_relay(&p);
	if (!status)
		status = open_ledger(&p);
	if (!status) {
		status = carry(&p);
		status = write_ledger(&p, !status) ?: status;
	}
	close_all(&p);
	return status;
}
