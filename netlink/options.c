// SPDX-License-Identifier: BSD-2-Clause
/* The command line of tcpw-netlink, as argp tables. Part of the program: it speaks and exits. */
#include "options.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/cli.h"

#define INTERVAL_MIN_NS 10000ull	    /* 10 us */
#define INTERVAL_MAX_NS 3600000000000ull    /* an hour */
#define DURATION_MAX_NS 8640000000000000ull /* 100 days */

const char *argp_program_version = "tcpw-netlink " TCPW_VERSION;

static const char doc[] =
	"Sample TCP sockets through netlink's inet_diag and write a timeline (JSON Lines).\v"
	"LOCAL and REMOTE are ADDRESS[/PREFIX][:PORT] or *[:PORT]; IPv6 in brackets before a port. "
	"Durations carry their unit: 500us, 10ms, 1.5s. Exit status: 0 done, 2 wrong command line, "
	"3 error, 4 this kernel or these privileges cannot.";

enum {
	OPT_MODE = 'm',
	OPT_INTERVAL = 'i',
	OPT_NETNS = 'n',
	OPT_FLOW = 'f',
	OPT_OUTPUT = 'o',
	OPT_CGROUP = 'c',
	OPT_DURATION = 'd',
	OPT_VERBOSE = 'v',
	OPT_NO_DESTROY = 256,
	OPT_DISCOVER,
};

static const struct argp_option table[] = {
	{"mode", OPT_MODE, "MODE", 0,
	 "exact: one lookup per flow and tick (default); filter: a dump per tick, filtered in the "
	 "kernel; full: a dump of every socket per tick"},
	{"interval", OPT_INTERVAL, "TIME", 0, "Between ticks (default 10ms)"},
	{"netns", OPT_NETNS, "NAME", 0,
	 "Network namespace to watch, by name or path; may be given 8 times (default: the own)"},
	{"flow", OPT_FLOW, "LOCAL,REMOTE", 0,
	 "Only flows with these ends; may be given 8 times (default: all)"},
	{"cgroup", OPT_CGROUP, "PATH", 0, "Only sockets created in this cgroup v2"},
	{"no-destroy", OPT_NO_DESTROY, NULL, 0, "Do not listen for the last words of sockets"},
	{"discover", OPT_DISCOVER, "TIME", 0,
	 "How often mode exact looks for new flows (default 100ms)"},
	{"output", OPT_OUTPUT, "FILE", 0, "Timeline to write (default -: standard output)"},
	{"duration", OPT_DURATION, "TIME", 0, "Stop after this time (default: on SIGINT)"},
	{"verbose", OPT_VERBOSE, NULL, 0, "Say on standard error what is being done"},
	{0},
};

static const char *const mode_names[] = {
	[MODE_EXACT] = "exact",
	[MODE_FILTER] = "filter",
	[MODE_FULL] = "full",
};

const char *sampler_mode__name(enum sampler_mode mode)
{
	return mode_names[mode];
}

static void parse_mode(struct argp_state *state, const char *arg, enum sampler_mode *mode)
{
	for (size_t i = 0; i < sizeof(mode_names) / sizeof(mode_names[0]); i++)
		if (!strcmp(arg, mode_names[i])) {
			*mode = i;
			return;
		}
	argp_error(state, "--mode %s: choose exact, filter or full", arg);
}

static void parse_time(struct argp_state *state, const char *option, const char *arg, uint64_t max,
		       uint64_t *ns)
{
	int err = duration__parse(arg, INTERVAL_MIN_NS, max, ns);

	if (err == -ERANGE)
		argp_error(state, "--%s %s: must lie between 10us and %llus", option, arg,
			   (unsigned long long)max / 1000000000);
	else if (err)
		argp_error(state, "--%s %s: write a number and its unit, as in 10ms", option, arg);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	const char *why = "not understood";
	int err;

	switch (key) {
	case OPT_MODE:
		parse_mode(state, arg, &o->sampler.mode);
		break;
	case OPT_INTERVAL:
		parse_time(state, "interval", arg, INTERVAL_MAX_NS, &o->sampler.interval_ns);
		break;
	case OPT_DISCOVER:
		parse_time(state, "discover", arg, INTERVAL_MAX_NS, &o->sampler.discover_ns);
		break;
	case OPT_DURATION:
		parse_time(state, "duration", arg, DURATION_MAX_NS, &o->sampler.duration_ns);
		break;
	case OPT_NETNS:
		if (o->netns_count == TIMELINE_NETNS_MAX)
			argp_error(state, "--netns %s: at most %d namespaces", arg,
				   TIMELINE_NETNS_MAX);
		o->netns[o->netns_count++] = arg;
		break;
	case OPT_FLOW:
		err = flow_filter__add(&o->sampler.filter, arg, &why);
		if (err == -ENOSPC)
			argp_error(state, "--flow %s: at most %d patterns", arg, FLOW_PATTERNS_MAX);
		else if (err)
			argp_error(state, "--flow %s: %s", arg, why);
		break;
	case OPT_CGROUP:
		o->cgroup = arg;
		break;
	case OPT_NO_DESTROY:
		o->sampler.destroy = false;
		break;
	case OPT_OUTPUT:
		o->output = arg;
		break;
	case OPT_VERBOSE:
		o->verbose = true;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument: %s", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

void options__parse(struct options *o, int argc, char **argv)
{
	static const struct argp argp = {.options = table, .parser = parse_option, .doc = doc};

	*o = (struct options){
		.output = "-",
		.sampler = {.mode = MODE_EXACT,
			    .interval_ns = 10000000,
			    .discover_ns = 100000000,
			    .destroy = true},
	};
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, o);
}
