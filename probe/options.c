// SPDX-License-Identifier: BSD-2-Clause
/* The command line of tcpw-probe. */
#include "options.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/cli.h"

const char *argp_program_version = "tcpw-probe " TCPW_VERSION;

enum { OPT_FLOW = 256, OPT_NO_MARKS, OPT_MARKS, OPT_RING, OPT_PROGRAMS, OPT_DOCTOR };

static const struct argp_option table[] = {
	{ "mode", 'm', "MODE[,MODE]", 0,
	  "What to capture: rtt (every RTT callback, at most one a round trip), poll (every socket at "
	  "--interval, also receivers, idle flows and flows older than the probe), state (only changes "
	  "of state), segment (every received segment). Default: rtt" },
	{ "interval", 'i', "TIME", 0, "Of poll: 1ms to 1h, with its unit. Default: 100ms" },
	{ "cgroup", 'c', "DIR", 0,
	  "Watch the sockets created in this cgroup v2 and below. Default: the root, all sockets" },
	{ "netns", 'n', "NAME", 0,
	  "Poll the sockets of this network namespace (of /run/netns, or a path); may be repeated. "
	  "Default: the own one. The other modes see every namespace" },
	{ "flow", OPT_FLOW, "LOCAL,REMOTE", 0,
	  "Watch only flows that match; each side is ADDRESS[/PREFIX][:PORT], with * for any, IPv6 in "
	  "brackets: '*,10.0.0.2:5201'. IPv4 also matches mapped addresses. May be repeated" },
	{ "marks", OPT_MARKS, NULL, 0, "Fail where getsockopt(TCP_INFO) cannot be caught" },
	{ "no-marks", OPT_NO_MARKS, NULL, 0, "Do not catch the applications' getsockopt(TCP_INFO)" },
	{ "output", 'o', "FILE", 0, "Where the timeline goes, - for stdout. Default: -" },
	{ "duration", 'd', "TIME", 0, "End after this time, 1ms to 100 days. Default: on SIGINT or SIGTERM" },
	{ "ring-size", OPT_RING, "BYTES", 0,
	  "Room for records between kernel and probe, all CPUs together: a power of two, 65536 to "
	  "1073741824. Default: 33554432" },
	{ "programs", OPT_PROGRAMS, "KERNEL", 0,
	  "Load the eBPF programs made for kernels from 6.9, 5.12 or 5.10 on. Default: the newest that "
	  "this kernel takes; older ones see the same at a higher cost" },
	{ "doctor", OPT_DOCTOR, NULL, 0,
	  "Tell what this kernel and these privileges allow, and what to do about the rest" },
	{ "verbose", 'v', NULL, 0, "Show what libbpf and the kernel's verifier say" },
	{ 0 },
};

static void parse_modes(const char *arg, struct options *o, struct argp_state *state)
{
	char *copy = strdup(arg), *save = NULL;

	if (!copy)
		argp_failure(state, EXIT_ERROR, 0, "out of memory");
	o->watch.modes = 0;
	for (char *m = strtok_r(copy, ",", &save); m; m = strtok_r(NULL, ",", &save)) {
		unsigned int mode = watch_mode__parse(m);

		if (!mode)
			argp_error(state, "unknown mode '%s': rtt, poll, state and segment are known",
				   m);
		o->watch.modes |= mode;
	}
	if (!o->watch.modes)
		argp_error(state, "--mode names no mode");
	free(copy);
}

static void parse_time(const char *arg, const char *option, uint64_t hours, uint64_t *ns,
		       struct argp_state *state)
{
	if (duration__parse(arg, 1000000, hours * 3600 * 1000000000, ns))
		argp_error(state, "%s '%s' is not a time from 1ms to %lluh, such as 100ms or 1.5s",
			   option, arg, (unsigned long long)hours);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	const char *why;
	uint64_t v;

	switch (key) {
	case 'm':
		parse_modes(arg, o, state);
		break;
	case 'i':
		parse_time(arg, "--interval", 1, &o->watch.interval_ns, state);
		break;
	case 'c':
		o->cgroup = arg;
		break;
	case 'n':
		if (o->netns_count == TIMELINE_NETNS_MAX)
			argp_error(state, "more than %d --netns", TIMELINE_NETNS_MAX);
		o->netns[o->netns_count++] = arg;
		break;
	case OPT_FLOW:
		if (flow_filter__add(&o->watch.filter, arg, &why))
			argp_error(state, "--flow '%s': %s", arg, why);
		break;
	case OPT_MARKS:
		o->watch.marks = o->watch.marks_required = true;
		break;
	case OPT_NO_MARKS:
		o->watch.marks = o->watch.marks_required = false;
		break;
	case 'o':
		o->output = arg;
		break;
	case 'd':
		parse_time(arg, "--duration", 2400, &o->duration_ns, state);
		break;
	case OPT_RING:
		if (number__parse(arg, 65536, 1 << 30, &v) || v & (v - 1))
			argp_error(state, "--ring-size '%s' is not a power of two from 65536 to "
				   "1073741824", arg);
		o->watch.ring_bytes = v;
		break;
	case OPT_PROGRAMS:
		o->watch.generation = generation__parse(arg);
		if (o->watch.generation == GENERATION_ANY)
			argp_error(state, "--programs '%s': 6.9, 5.12 and 5.10 are known", arg);
		break;
	case OPT_DOCTOR:
		o->doctor = true;
		break;
	case 'v':
		o->verbose = true;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not an option", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

void options__parse(struct options *o, int argc, char **argv)
{
	static const struct argp argp = {
		.options = table,
		.parser = parse,
		.doc = "Watch TCP sockets by eBPF and write a timeline (JSON Lines, docs/timeline.md)."
		       "\vFields are those of struct tcp_info in its units, as computed from tcp_sock "
		       "at the instant \"t\" (ns of CLOCK_MONOTONIC from the header's base_ns); "
		       "docs/fields.md lists them. The header is written when everything is attached. "
		       "SIGINT or SIGTERM end the capture and write the trailer, which counts lost "
		       "samples by cause. Exit: 0 done, 2 usage, 3 error, 4 this kernel or these "
		       "privileges cannot.",
	};

	*o = (struct options){
		.output = "-",
		.watch = { .modes = MODE_RTT, .marks = true, .interval_ns = 100000000,
			   .ring_bytes = 32 << 20, .generation = GENERATION_ANY },
	};
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, o);
}
