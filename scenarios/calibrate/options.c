// SPDX-License-Identifier: BSD-2-Clause
/* The command line of tcpw-calibrate, as argp tables. Part of the program: it speaks and exits. */
#include "options.h"

#include <argp.h>

#include "scenarios/arguments.h"
#include "timeline/cli.h"

#define TIME_MAX_NS 60000000000ull

const char *argp_program_version = "tcpw-calibrate " TCPW_VERSION;

static const char doc[] =
	"Measure the path between two network namespaces by UDP through both kernels, hold it against "
	"what was configured, and print what was found as a JSON object.\v"
	"Percentages are decimal fractions; times carry their unit: 500us, 10ms, 1.5s. Exit status: 0 the "
	"path is as configured, 2 wrong command line, 3 it is not, or cannot be measured, 4 these "
	"privileges do not suffice.";

enum {
	OPT_CLIENT_NETNS = 256,
	OPT_SERVER_NETNS,
	OPT_CLIENT,
	OPT_SERVER,
	OPT_RTT,
	OPT_JITTER,
	OPT_LATE,
	OPT_PATIENCE,
	OPT_RATE,
	OPT_QUEUE,
	OPT_BURST,
	OPT_LIMITED,
	OPT_LOSS,
	OPT_LOSS_BURST,
	OPT_IMPAIRED,
	OPT_REORDER,
	OPT_REORDER_BY,
	OPT_DUPLICATE,
	OPT_MARK,
	OPT_MARK_QUEUE,
	OPT_MTU,
};

static const struct argp_option table[] = {
	{ "client-netns", OPT_CLIENT_NETNS, "NAME", 0, "Namespace of the client, by name or path" },
	{ "server-netns", OPT_SERVER_NETNS, "NAME", 0, "Namespace of the server" },
	{ "client", OPT_CLIENT, "ADDRESS", 0, "The client's own address" },
	{ "server", OPT_SERVER, "ADDRESS", 0, "The server's own address, of the same family" },
	{ "rtt", OPT_RTT, "TIME", 0, "Round trip of the empty path (default 0us)" },
	{ "jitter", OPT_JITTER, "TIME", 0, "Up to that much more each way (default 0us)" },
	{ "late", OPT_LATE, "TIME", 0,
	  "How much the machine may add to the shortest round trip (default 5ms)" },
	{ "patience", OPT_PATIENCE, "TIME", 0,
	  "How long the path may take to show what it can (default 2500ms)" },
	{ "rate", OPT_RATE, "BITS", 0, "Bottleneck of each direction in bit/s (default 0: none)" },
	{ "queue", OPT_QUEUE, "BYTES", 0, "What its queue holds (default 1000000)" },
	{ "burst", OPT_BURST, "BYTES", 0, "What it lets pass at once (default 0)" },
	{ "limited", OPT_LIMITED, "DIR", 0,
	  "Where the bottleneck is: c2s, s2c or both (default both)" },
	{ "loss", OPT_LOSS, "PCT", 0, "Packets lost (default 0)" },
	{ "loss-burst", OPT_LOSS_BURST, "N", 0, "Mean length of a run of them (default 1)" },
	{ "impaired", OPT_IMPAIRED, "DIR", 0,
	  "Where packets are lost, held, doubled and marked: c2s, s2c or both (default c2s)" },
	{ "reorder", OPT_REORDER, "PCT", 0, "Packets held back (default 0)" },
	{ "reorder-by", OPT_REORDER_BY, "TIME", 0, "How long (default 0us)" },
	{ "duplicate", OPT_DUPLICATE, "PCT", 0, "Packets that arrive twice (default 0)" },
	{ "mark", OPT_MARK, "PCT", 0, "ECT packets marked CE (default 0)" },
	{ "mark-queue", OPT_MARK_QUEUE, "BYTES", 0,
	  "Of a longer queue they are marked too (default 0: never)" },
	{ "mtu", OPT_MTU, "BYTES", 0, "MTU of the path, at most the devices' 1500 (default 1500)" },
	{ 0 },
};

static void parse_directions(struct argp_state *state, const char *name, const char *arg,
			     bool which[DIRECTIONS])
{
	unsigned int directions = argument__directions(state, name, arg);

	which[C2S] = directions & DIRECTION_C2S;
	which[S2C] = directions & DIRECTION_S2C;
}

static void check_complete(struct argp_state *state, const struct plan *p)
{
	for (int i = 0; i < ENDS; i++)
		if (!p->netns[i] || !p->address[i])
			argp_error(state,
				   "--client-netns, --server-netns, --client and --server are needed");
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct plan *p = state->input;

	switch (key) {
	case OPT_CLIENT_NETNS:
	case OPT_SERVER_NETNS:
		p->netns[key == OPT_CLIENT_NETNS ? CLIENT : SERVER] = arg;
		break;
	case OPT_CLIENT:
	case OPT_SERVER:
		p->address[key == OPT_CLIENT ? CLIENT : SERVER] = arg;
		break;
	case OPT_RTT:
		argument__time(state, "rtt", arg, TIME_MAX_NS, &p->rtt_ns);
		break;
	case OPT_JITTER:
		argument__time(state, "jitter", arg, TIME_MAX_NS, &p->jitter_ns);
		break;
	case OPT_LATE:
		argument__time(state, "late", arg, TIME_MAX_NS, &p->late_ns);
		break;
	case OPT_PATIENCE:
		argument__time(state, "patience", arg, TIME_MAX_NS, &p->patience_ns);
		break;
	case OPT_RATE:
		p->rate_bit = argument__number(state, "rate", arg, 0, 1000000000000ull);
		if (p->rate_bit && p->rate_bit < 100000)
			argp_error(state, "--rate %s: a bottleneck has at least 100000 bit/s", arg);
		break;
	case OPT_QUEUE:
		p->queue_bytes = argument__number(state, "queue", arg, 3000, 1000000000);
		break;
	case OPT_BURST:
		p->burst_bytes = argument__number(state, "burst", arg, 0, 1000000000);
		break;
	case OPT_LOSS:
		p->loss = argument__fraction(state, "loss", arg, 0, 50) / 100;
		break;
	case OPT_LOSS_BURST:
		p->loss_burst = argument__fraction(state, "loss-burst", arg, 1, 1000);
		break;
	case OPT_IMPAIRED:
		parse_directions(state, "impaired", arg, p->impaired);
		break;
	case OPT_LIMITED:
		parse_directions(state, "limited", arg, p->limited);
		break;
	case OPT_REORDER:
		p->reorder = argument__fraction(state, "reorder", arg, 0, 50) / 100;
		break;
	case OPT_REORDER_BY:
		argument__time(state, "reorder-by", arg, TIME_MAX_NS, &p->reorder_ns);
		break;
	case OPT_DUPLICATE:
		p->duplicate = argument__fraction(state, "duplicate", arg, 0, 50) / 100;
		break;
	case OPT_MARK:
		p->mark = argument__fraction(state, "mark", arg, 0, 100) / 100;
		break;
	case OPT_MARK_QUEUE:
		p->mark_queue_bytes = argument__number(state, "mark-queue", arg, 0, 100000000);
		break;
	case OPT_MTU:
		p->mtu = argument__number(state, "mtu", arg, 576, 1500);
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "%s: what is this? Everything is given by options", arg);
		break;
	case ARGP_KEY_END:
		check_complete(state, p);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

void options__parse(int argc, char **argv, struct plan *p)
{
	static const struct argp argp = { table, parse_option, NULL, doc };

	*p = (struct plan){
		.late_ns = 5000000, .patience_ns = 2500000000, .queue_bytes = 1000000, .loss_burst = 1, .mtu = 1500,
		.limited = { true, true }, .impaired = { true, false },
	};
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, p);
}
