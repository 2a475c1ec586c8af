// SPDX-License-Identifier: BSD-2-Clause
/*
 * tcpw-generator: traffic that iperf3 cannot make, many short flows, with an account of every one.
 * scenarios/run starts one at each end.
 */
#include <argp.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "exchange.h"
#include "server.h"
#include "timeline/cli.h"

#define NS_PER_S  1000000000ULL
#define FLOWS_MAX 4000 /* both ends of each fit into what tcpw-compare judges */

const char *argp_program_version = "tcpw-generator " TCPW_VERSION;

struct options {
	bool server;
	const char *address, *output;
	uint16_t port;
	struct client_plan plan;
};

static const struct argp_option table[] = {
	{ "client", 'c', "ADDRESS", 0, "Connect to a server there" },
	{ "server", 's', NULL, 0, "Listen and answer" },
	{ "port", 'p', "PORT", 0, "Of the server. Default: 5201" },
	{ "flows", 'n', "N", 0, "So many, 1 to 4000. Default: 1. A server ends behind as many" },
	{ "duration", 'd', "TIME", 0,
	  "Begin them evenly over this time, 0ms to 1h, with its unit. Default: 1s" },
	{ "timeout", 't', "TIME", 0, "Give up what is not over by then, 1ms to 2h. Default: 60s" },
	{ "request", 'q', "BYTES", 0, "What a client sends, 8 to 100000000. Default: 200" },
	{ "reply", 'r', "BYTES", 0, "What the server answers, 0 to 100000000. Default: 2000" },
	{ "output", 'o', "FILE", 0, "Where the account goes, - for stdout. Default: -" },
	{ 0 },
};

static uint64_t parse_number(const char *text, const char *what, uint64_t min, uint64_t max,
			     struct argp_state *state)
{
	uint64_t v = 0;

	if (number__parse(text, min, max, &v))
		argp_error(state, "%s '%s' must be a whole number from %llu to %llu", what, text,
			   (unsigned long long)min, (unsigned long long)max);
	return v;
}

static uint64_t parse_time(const char *text, const char *what, uint64_t min_ns, uint64_t max_ns,
			   struct argp_state *state)
{
	uint64_t v = 0;

	if (duration__parse(text, min_ns, max_ns, &v))
		argp_error(state,
			   "%s '%s' must be a time with its unit, such as 500ms or 2s, within its "
			   "bounds",
			   what, text);
	return v;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'c':
		o->address = arg;
		break;
	case 's':
		o->server = true;
		break;
	case 'p':
		o->port = parse_number(arg, "the port", 1, UINT16_MAX, state);
		break;
	case 'n':
		o->plan.flows = parse_number(arg, "the number of flows", 1, FLOWS_MAX, state);
		break;
	case 'd':
		o->plan.duration_ns = parse_time(arg, "the duration", 0, 3600 * NS_PER_S, state);
		break;
	case 't':
		o->plan.timeout_ns =
			parse_time(arg, "the timeout", 1000000, 7200 * NS_PER_S, state);
		break;
	case 'q':
		o->plan.request =
			parse_number(arg, "the request", EXCHANGE_HEADER, EXCHANGE_MAX, state);
		break;
	case 'r':
		o->plan.reply = parse_number(arg, "the reply", 0, EXCHANGE_MAX, state);
		break;
	case 'o':
		o->output = arg;
		break;
	case ARGP_KEY_END:
		if (o->server == !!o->address)
			argp_error(state, "either --server or --client ADDRESS is needed");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static int set_address(struct options *o)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&o->plan.server;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&o->plan.server;

	if (inet_pton(AF_INET, o->address, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(o->port);
		o->plan.server_len = sizeof(*in);
		return 0;
	}
	if (inet_pton(AF_INET6, o->address, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(o->port);
		o->plan.server_len = sizeof(*in6);
		return 0;
	}
	return -EINVAL;
}

static int run(struct options *o)
{
	const char *end = o->server ? "server" : "client";
	unsigned int flows, failed;
	struct account *account;
	int err, closed;

	err = account__open(&account, o->output, end);
	if (err) {
		fprintf(stderr, "tcpw-generator: cannot write %s: %s\n", o->output, strerror(-err));
		return EXIT_ERROR;
	}
	err = o->server ? server__run(o->port, o->plan.flows, account)
			: client__run(&o->plan, account);
	flows = account__flows(account);
	failed = account__failed(account);
	closed = account__close(account);
	if (err)
		fprintf(stderr, "tcpw-generator: the %s on port %u failed: %s\n", end, o->port,
			strerror(-err));
	else if (closed)
		fprintf(stderr, "tcpw-generator: cannot write %s: %s\n", o->output,
			strerror(-closed));
	else if (failed)
		fprintf(stderr, "tcpw-generator: %u of %u flows failed, see %s\n", failed, flows,
			o->output);
	else if (flows < o->plan.flows)
		fprintf(stderr, "tcpw-generator: ended behind %u of %u flows\n", flows,
			o->plan.flows);
	else
		return EXIT_PASS;
	return EXIT_ERROR;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		table, parse_option, NULL,
		"Make short TCP flows, each a request and a reply, and account for every one "
		"(docs/run-directory.md)."
		"\vExit: 0 done, 2 usage, 3 a flow failed or the account could not be written."
	};
	struct options o = {
		.port = 5201,
		.output = "-",
		.plan = { .flows = 1,
			  .duration_ns = NS_PER_S,
			  .timeout_ns = 60 * NS_PER_S,
			  .request = 200,
			  .reply = 2000 },
	};

	argp_err_exit_status = EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return EXIT_USAGE;
	if (o.address && set_address(&o)) {
		fprintf(stderr, "tcpw-generator: '%s' is no IPv4 or IPv6 address\n", o.address);
		return EXIT_USAGE;
	}
	stop_on_signals();
	return run(&o);
}
