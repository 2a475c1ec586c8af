// SPDX-License-Identifier: BSD-2-Clause
/* The command line of tcpw-relay, as argp tables. Part of the program: it speaks and exits. */
#include "options.h"

#include <argp.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "scenarios/arguments.h"
#include "scenarios/quantity.h"
#include "timeline/cli.h"

#define NS_PER_S	  1000000000ull
#define TIME_MAX_NS	  (10 * NS_PER_S)
#define RATE_MIN	  1000ull
#define RATE_MAX	  100000000000ull
#define QUEUE_MIN	  1500ull
#define QUEUE_MAX	  1000000000ull
#define BURST_MAX	  1000
#define MTU_MIN		  552 /* net.ipv4.route.min_pmtu: a smaller one is not believed */
#define BLACKOUT_MAX_NS	  (3600 * NS_PER_S)
#define QUEUE_DEFAULT_NS  (NS_PER_S / 10)
#define QUEUE_DEFAULT_MIN 30000

_Static_assert(DIRECTION_C2S == 1u << DIR_C2S && DIRECTION_S2C == 1u << DIR_S2C, "chance_dirs");

const char *argp_program_version = "tcpw-relay " TCPW_VERSION;

static const char doc[] =
	"Be the path between two network namespaces: a TUN device in each, and between them "
	"delay, a bottleneck and chance as asked for, until SIGTERM or SIGINT. Write what happened "
	"to every packet.\v"
	"TIME carries its unit: 500us, 10ms, 1.5s. RATE is in bit/s: 500K, 200M, 1G. PCT is a "
	"number from 0 to 100. The ledger's first line is written when the devices are up. Exit "
	"status: 0 done, 2 wrong command line, 3 error, 4 this kernel or these privileges cannot.";

enum {
	OPT_OUTPUT = 'o',
	OPT_VERBOSE = 'v',
	OPT_CLIENT_NETNS = 256,
	OPT_SERVER_NETNS,
	OPT_DEVICE,
	OPT_RTT,
	OPT_JITTER,
	OPT_RATE,
	OPT_QUEUE,
	OPT_LOSS,
	OPT_LOSS_BURST,
	OPT_LOSS_DIR,
	OPT_REORDER,
	OPT_REORDER_BY,
	OPT_DUPLICATE,
	OPT_MARK,
	OPT_MARK_QUEUE,
	OPT_MTU,
	OPT_BLACKOUT,
	OPT_SEED,
	OPT_DROPS,
	OPT_CARRIED,
	OPT_MISCOUNT,
	OPT_MISCOUNT_KIND,
};

static const struct argp_option table[] = {
	{ "client-netns", OPT_CLIENT_NETNS, "NAME", 0, "Network namespace, by name or path" },
	{ "server-netns", OPT_SERVER_NETNS, "NAME", 0, "The other one" },
	{ "device", OPT_DEVICE, "NAME", 0, "Device to make in each (default eth0)" },
	{ "output", OPT_OUTPUT, "FILE", 0, "Ledger to write (default -: standard output)" },
	{ "rtt", OPT_RTT, "TIME", 0, "Delay, half of it each way (default 0ms)" },
	{ "jitter", OPT_JITTER, "TIME", 0,
	  "Up to that much more each way, in order (default 0ms)" },
	{ "rate", OPT_RATE, "RATE", 0, "Bottleneck of each direction; 0 (default): none" },
	{ "queue", OPT_QUEUE, "BYTES", 0,
	  "Its queue; what does not fit is dropped (default: 100 ms at the rate)" },
	{ "loss", OPT_LOSS, "PCT", 0, "Share of data that is lost" },
	{ "loss-burst", OPT_LOSS_BURST, "N", 0,
	  "Lose in bursts of N packets in the mean (default: independently)" },
	{ "loss-dir", OPT_LOSS_DIR, "DIR", 0,
	  "c2s (default), s2c or both: where loss, reorder, duplicate and mark act" },
	{ "reorder", OPT_REORDER, "PCT", 0, "Share that is held back, so that others overtake" },
	{ "reorder-by", OPT_REORDER_BY, "TIME", 0, "For so long" },
	{ "duplicate", OPT_DUPLICATE, "PCT", 0, "Share that arrives twice" },
	{ "mark", OPT_MARK, "PCT", 0, "Share of ECN-capable packets that is marked CE" },
	{ "mark-queue", OPT_MARK_QUEUE, "BYTES", 0, "Mark all that find a longer queue than this" },
	{ "mtu", OPT_MTU, "BYTES", 0,
	  "Largest packet that passes, 552 to 1500 (default 1500); larger ones are answered by "
	  "ICMP" },
	{ "blackout", OPT_BLACKOUT, "AT:LEN", 0,
	  "Drop everything for LEN, from AT after the first data on" },
	{ "seed", OPT_SEED, "N", 0, "Of every random choice (default 1)" },
	{ "drops", OPT_DROPS, "FILE", 0,
	  "Print the random drops of a ledger, in a form to compare" },
	{ "carried", OPT_CARRIED, "FILE", 0,
	  "Print how far a ledger's flows were carried: up to there its drops can be compared" },
	{ "verbose", OPT_VERBOSE, NULL, 0, "Say on standard error what is being done" },
	/* For tests: miscount.h */
	{ "miscount", OPT_MISCOUNT, "N", OPTION_HIDDEN, NULL },
	{ "miscount-kind", OPT_MISCOUNT_KIND, "KIND", OPTION_HIDDEN, NULL },
	{ 0 },
};

/* The name of an option as the user gave it */
static const char *name_of(int key)
{
	const struct argp_option *o = table;

	while (o->key != key)
		o++;
	return o->name;
}

static void parse_rate(struct argp_state *state, const char *arg, uint64_t *bits)
{
	*bits = 0;
	if (strcmp(arg, "0") && rate__parse(arg, RATE_MIN, RATE_MAX, bits))
		argp_error(state,
			   "--rate %s: must be a rate in bit/s from 1K to 100G, as in 200M, "
			   "or 0 for none",
			   arg);
}

static void parse_blackout(struct argp_state *state, const char *arg, struct path_config *c)
{
	char at[32];
	const char *colon = strchr(arg, ':');

	if (!colon || (size_t)(colon - arg) >= sizeof(at))
		argp_error(state, "--blackout %s: write two times, as in 2s:500ms", arg);
	memcpy(at, arg, (size_t)(colon - arg));
	at[colon - arg] = '\0';
	argument__time(state, name_of(OPT_BLACKOUT), at, BLACKOUT_MAX_NS, &c->blackout_at_ns);
	argument__time(state, name_of(OPT_BLACKOUT), colon + 1, BLACKOUT_MAX_NS, &c->blackout_ns);
}

static void parse_miscount_kind(struct argp_state *state, const char *arg, struct miscount *m)
{
	for (enum miscount_kind kind = 0; kind < MISCOUNTS; kind++)
		if (!strcmp(arg, miscount_kind__name(kind))) {
			m->kind = kind;
			return;
		}
	argp_error(state, "--miscount-kind %s: see miscount.h", arg);
}

static void parse_device(struct argp_state *state, const char *arg, const char **device)
{
	if (!*arg || strlen(arg) >= IFNAMSIZ || strpbrk(arg, "/ %:"))
		argp_error(state, "--device %s: must be a name of at most %d characters", arg,
			   IFNAMSIZ - 1);
	*device = arg;
}

/* What does not depend on one option alone */
static void check(struct argp_state *state, struct options *o)
{
	struct path_config *c = &o->path;
	struct plan plan;

	if (o->drops && o->carried)
		argp_error(state, "--drops and --carried are two questions: ask one at a time");
	if (o->drops || o->carried)
		return;
	if (!o->netns[DIR_C2S] || !o->netns[DIR_S2C])
		argp_error(state, "--client-netns and --server-netns must be given: the two ends");
	if (c->queue_bytes && !o->rate_given)
		argp_error(state, "--queue needs --rate: without a bottleneck there is no queue");
	if (c->mark_queue_bytes && !c->rate_bit)
		argp_error(state,
			   "--mark-queue needs --rate: without a bottleneck there is no queue");
	if (c->reorder_percent > 0 && !c->reorder_ns)
		argp_error(state, "--reorder needs --reorder-by: for how long they are held back");
	if (plan__init(&plan, c))
		argp_error(state, "--loss-burst %g: independent losses of %g%% have longer ones",
			   c->loss_burst, c->loss_percent);
	if (!c->rate_bit)
		c->queue_bytes = 0;
	if (c->rate_bit && !c->queue_bytes) {
		c->queue_bytes = c->rate_bit / 8 * QUEUE_DEFAULT_NS / NS_PER_S;
		if (c->queue_bytes < QUEUE_DEFAULT_MIN)
			c->queue_bytes = QUEUE_DEFAULT_MIN;
	}
}

static error_t parse_path(int key, char *arg, struct argp_state *state, struct path_config *c)
{
	switch (key) {
	case OPT_RTT:
		argument__time(state, name_of(key), arg, TIME_MAX_NS, &c->rtt_ns);
		break;
	case OPT_JITTER:
		argument__time(state, name_of(key), arg, TIME_MAX_NS, &c->jitter_ns);
		break;
	case OPT_QUEUE:
		c->queue_bytes = argument__number(state, name_of(key), arg, QUEUE_MIN, QUEUE_MAX);
		break;
	case OPT_LOSS:
		c->loss_percent = argument__fraction(state, name_of(key), arg, 0, 100);
		break;
	case OPT_LOSS_BURST:
		c->loss_burst = argument__fraction(state, name_of(key), arg, 1, BURST_MAX);
		break;
	case OPT_LOSS_DIR:
		c->chance_dirs = argument__directions(state, name_of(key), arg);
		break;
	case OPT_REORDER:
		c->reorder_percent = argument__fraction(state, name_of(key), arg, 0, 100);
		break;
	case OPT_REORDER_BY:
		argument__time(state, name_of(key), arg, TIME_MAX_NS, &c->reorder_ns);
		break;
	case OPT_DUPLICATE:
		c->duplicate_percent = argument__fraction(state, name_of(key), arg, 0, 100);
		break;
	case OPT_MARK:
		c->mark_percent = argument__fraction(state, name_of(key), arg, 0, 100);
		break;
	case OPT_MARK_QUEUE:
		c->mark_queue_bytes = argument__number(state, name_of(key), arg, 1, QUEUE_MAX);
		break;
	case OPT_MTU:
		c->mtu = argument__number(state, name_of(key), arg, MTU_MIN, PATH_MTU);
		break;
	case OPT_BLACKOUT:
		parse_blackout(state, arg, c);
		break;
	case OPT_SEED:
		c->seed = argument__number(state, name_of(key), arg, 0, UINT64_MAX);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case OPT_CLIENT_NETNS:
		o->netns[DIR_C2S] = arg;
		break;
	case OPT_SERVER_NETNS:
		o->netns[DIR_S2C] = arg;
		break;
	case OPT_DEVICE:
		parse_device(state, arg, &o->device);
		break;
	case OPT_OUTPUT:
		o->output = arg;
		break;
	case OPT_RATE:
		parse_rate(state, arg, &o->path.rate_bit);
		o->rate_given = true;
		break;
	case OPT_DROPS:
		o->drops = arg;
		break;
	case OPT_CARRIED:
		o->carried = arg;
		break;
	case OPT_MISCOUNT:
		o->miscount.every = argument__number(state, name_of(key), arg, 1, UINT32_MAX);
		break;
	case OPT_MISCOUNT_KIND:
		parse_miscount_kind(state, arg, &o->miscount);
		break;
	case OPT_VERBOSE:
		o->verbose = true;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument: %s", arg);
		break;
	case ARGP_KEY_END:
		check(state, o);
		break;
	default:
		return parse_path(key, arg, state, &o->path);
	}
	return 0;
}

void options__parse(struct options *o, int argc, char **argv)
{
	static const struct argp argp = { .options = table, .parser = parse_option, .doc = doc };

	*o = (struct options){
		.device = "eth0",
		.output = "-",
		.path = { .mtu = PATH_MTU, .seed = 1, .chance_dirs = 1u << DIR_C2S },
	};
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, o);
}
