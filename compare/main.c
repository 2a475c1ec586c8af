// SPDX-License-Identifier: BSD-2-Clause
/* tcpw-compare: judges a run directory. The command line; judge.c does the rest. */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "timeline/cli.h"
#include "write.h"

struct options {
	const char *run_dir, *output, *junit;
	struct foreign foreign[FOREIGN_MAX];
	unsigned int foreign_count;
	bool quiet;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'o':
		o->output = arg;
		return 0;
	case 'j':
		o->junit = arg;
		return 0;
	case 'w':
		if (o->foreign_count == FOREIGN_MAX)
			argp_error(state, "at most %d witnesses more", FOREIGN_MAX);
		if (foreign__parse(&o->foreign[o->foreign_count++], arg))
			argp_error(state, "--witness %s names no file", arg);
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->run_dir)
			argp_error(state, "one run directory at a time, but got %s and %s",
				   o->run_dir, arg);
		o->run_dir = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->run_dir)
			argp_error(state,
				   "which run? Give the directory that scenarios/run filled");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option table[] = {
	{ "output", 'o', "DIR", 0,
	  "Write verdict.json, report.txt, junit.xml and plots/data into DIR "
	  "(default: RUN_DIR)" },
	{ "junit", 'j', "FILE", 0, "Write the JUnit XML to FILE instead" },
	{ "witness", 'w', "[FORMAT:]FILE", 0,
	  "Judge this timeline of another tool too, by the probe's (up to 4 times). FORMAT is "
	  "timeline (default; docs/timeline.md), ss (rounds of ss -tinOH) or firefly (scitags)" },
	{ "quiet", 'q', NULL, 0, "Print nothing; the exit code and the files tell" },
	{ 0 },
};

const char *argp_program_version = "tcpw-compare " TCPW_VERSION;

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = table,
		.parser = parse,
		.args_doc = "RUN_DIR",
		.doc = "Judge whether the witnesses of a run agree: the probe's and the netlink "
		       "collector's timelines, iperf3's reports and the path's account."
		       "\vExit codes: 0 pass, 1 fail (the witnesses disagree), 2 usage, 3 error "
		       "(nothing can be said of their accuracy), 4 skip.",
	};
	static struct judgement judgement;
	struct options o = { 0 };
	int err, code;

	argp_err_exit_status = EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return EXIT_USAGE;
	if (!o.output)
		o.output = o.run_dir;
	err = judge__run_with(&judgement, o.run_dir, o.output, o.junit, o.foreign,
			      o.foreign_count);
	if (err) {
		fprintf(stderr, "tcpw-compare: %s: %s: %s\n", judgement.path, strerror(-err),
			strcmp(judgement.path, o.run_dir)
				? "--output DIR writes elsewhere"
				: "a run is a directory that scenarios/run has filled, and where "
				  "the "
				  "verdict can be written unless --output DIR says elsewhere");
		code = EXIT_ERROR;
		goto out;
	}
	code = verdict__exit_code(&judgement.verdict);
	if (!o.quiet)
		write__summary(stdout, &judgement.run, &judgement.verdict);
	if (fflush(stdout)) {
		fprintf(stderr, "tcpw-compare: standard output: %s\n", strerror(errno));
		code = EXIT_ERROR;
	}
out:
	judge__free(&judgement);
	return code;
}
