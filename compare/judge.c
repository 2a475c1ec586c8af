// SPDX-License-Identifier: BSD-2-Clause
/*
 * Judges a run directory. The list of checks is here; adding one is adding its line to
 * make_checks().
 */
#include "judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "captures.h"
#include "check_bracketing.h"
#include "check_bytes.h"
#include "check_census.h"
#include "check_claims.h"
#include "check_clock.h"
#include "check_clocks.h"
#include "check_congestion.h"
#include "check_conservation.h"
#include "check_coverage.h"
#include "check_ends.h"
#include "check_final.h"
#include "check_foreign.h"
#include "check_identity.h"
#include "check_marks.h"
#include "check_membership.h"
#include "check_intervals.h"
#include "check_monotone.h"
#include "check_path.h"
#include "check_presence.h"
#include "check_quiet.h"
#include "check_schedule.h"
#include "check_states.h"
#include "check_subject.h"
#include "check_witnesses.h"
#include "merge.h"
#include "output.h"
#include "placement.h"
#include "plot_data.h"
#include "skew.h"
#include "statistics.h"
#include "statistics_iperf3.h"
#include "tuples.h"
#include "write.h"

enum {
	CLAIMS,
	CENSUS,
	BRACKETING,
	CLOCKS,
	CONGESTION,
	CONSERVATION,
	MONOTONE,
	IDENTITY,
	MARKS,
	MEMBERSHIP,
	SKEW,
	STATES,
	PRESENCE,
	SCHEDULE,
	ENDS_CHECK,
	QUIET,
	FINAL,
	PATH_CHECK,
	SUBJECT, /* behind it: it asks what the path counted */
	BYTES,
	COVERAGE,
	STATISTICS,
	CAPTURES,
	PLOT_DATA,
	FOREIGN,
	CHECKS
};

/* Everything between the manifest and the verdict. */
struct court {
	struct run *run;
	struct verdict *verdict;
	struct check *checks[CHECKS];
	struct captures *captures;
	struct plot_data *plot_data;
	struct iperf3_statistics *iperf3;
};

static int make_checks(struct court *c)
{
	static const bool by_marks[ENDS];

	c->checks[CLAIMS] = check_claims__new(c->run);
	c->checks[CENSUS] = check_census__new(c->run);
	c->checks[BRACKETING] = check_bracketing__new(c->run);
	c->checks[CLOCKS] = check_clocks__new(c->run);
	c->checks[CONGESTION] = check_congestion__new(c->run);
	c->checks[CONSERVATION] = check_conservation__new(c->run);
	c->checks[SKEW] = skew__new(c->run);
	c->checks[MEMBERSHIP] = check_membership__new(c->run);
	c->checks[MONOTONE] = check_monotone__new(c->run);
	c->checks[IDENTITY] = check_identity__new(c->run);
	c->checks[MARKS] = check_marks__new(c->run);
	c->checks[STATES] = check_states__new(c->run);
	c->checks[SUBJECT] = check_subject__new(c->run);
	c->checks[PRESENCE] = check_presence__new(c->run);
	c->checks[SCHEDULE] = check_schedule__new(c->run);
	c->checks[ENDS_CHECK] = check_ends__new(c->run);
	c->checks[QUIET] = check_quiet__new(c->run);
	c->checks[FINAL] = check_final__new(c->run);
	c->checks[PATH_CHECK] = check_path__new(c->run);
	c->checks[BYTES] = check_bytes__new(c->run);
	c->checks[COVERAGE] = check_coverage__new(c->run);
	c->checks[STATISTICS] = statistics__new(c->run);
	c->checks[FOREIGN] = check_foreign__new(c->run);
	c->captures = captures__new(c->run, by_marks);
	c->plot_data = plot_data__new(c->run);
	c->iperf3 = iperf3_statistics__new();
	if (c->captures)
		c->checks[CAPTURES] = captures__check(c->captures);
	if (c->plot_data)
		c->checks[PLOT_DATA] = plot_data__check(c->plot_data);
	for (int i = 0; i < CHECKS; i++)
		if (!c->checks[i])
			return -ENOMEM;
	return c->iperf3 ? 0 : -ENOMEM;
}

static void free_checks(struct court *c)
{
	for (int i = 0; i < CHECKS; i++)
		if (c->checks[i] && c->checks[i]->ops->free)
			c->checks[i]->ops->free(c->checks[i]);
	captures__free(c->captures);
	plot_data__free(c->plot_data);
	iperf3_statistics__free(c->iperf3);
}

/* Another pass with one check, whose flows are not kept. */
static int extra_pass(struct run *run, struct check *check)
{
	struct flows *kept = run->flows, *flows = NULL;
	int err = merge__run(run, &check, 1, &flows);

	run->flows = flows;
	if (!err && check->ops->finish(check, NULL))
		err = -ENOMEM;
	run->flows = kept;
	flows__free(flows);
	return err;
}

/*
 * Place the reports without usable marks by other methods, and read the timelines once more to see
 * what the collectors show at the ends of their intervals.
 */
static int place_without_marks(struct court *c, bool planned[ENDS])
{
	struct captures *again = NULL;
	struct tuples *votes = NULL;
	bool want_votes = false, placed = false;
	int err = 0;

	for (enum end end = 0; end < ENDS; end++)
		want_votes |= planned[end] && placement__wants_tuples(c->run, c->captures, end);
	if (want_votes) {
		votes = tuples__new(c->run, c->captures);
		err = votes ? extra_pass(c->run, tuples__check(votes)) : -ENOMEM;
	}
	for (enum end end = 0; end < ENDS && !err; end++) {
		planned[end] =
			planned[end] && placement__by_others(c->run, c->captures, end, votes);
		placed |= planned[end];
	}
	if (!err && placed) {
		again = captures__new(c->run, planned);
		err = again ? extra_pass(c->run, captures__check(again)) : -ENOMEM;
	}
	for (enum end end = 0; end < ENDS && !err; end++)
		if (planned[end])
			iperf3_statistics__add(c->iperf3, c->run, again, end);
	tuples__free(votes);
	captures__free(again);
	return err;
}

static int judge_iperf3(struct court *c)
{
	bool rest[ENDS] = { false };
	int err = 0;

	if (run__has_accounts(c->run))
		return 0;

	for (enum end end = 0; end < ENDS; end++) {
		if (!c->run->report[end].present)
			continue;
		if (placement__by_marks(c->run, c->captures, end)) {
			check_marks__add(c->checks[MARKS], c->captures, end);
			iperf3_statistics__add(c->iperf3, c->run, c->captures, end);
		} else {
			rest[end] = true;
		}
	}
	if (rest[END_CLIENT] || rest[END_SERVER])
		err = place_without_marks(c, rest);
	/* first: an interval that is missing explains what the marks find */
	if (!err && check_intervals__judge(c->run, c->verdict))
		err = -ENOMEM;
	if (!err && check_marks__judge(c->checks[MARKS], c->verdict))
		err = -ENOMEM;
	if (!err && placement__judge(c->run, c->verdict))
		err = -ENOMEM;
	if (!err && check_clock__judge_iperf3(c->run, c->captures, c->verdict))
		err = -ENOMEM;
	if (!err && iperf3_statistics__judge(c->iperf3, c->run, c->verdict))
		err = -ENOMEM;
	return err;
}

/* Where bracketing has failed: is it a clock? */
static int judge_clocks(struct court *c)
{
	struct check_clock *clock = NULL;
	bool wanted = false;
	int err = 0;

	for (unsigned int i = 0; i < c->verdict->results_count; i++)
		wanted |= !strcmp(c->verdict->results[i].check, "bracketing") &&
			  c->verdict->results[i].violations;
	if (!wanted)
		return 0;
	clock = check_clock__new(c->run);
	err = clock ? extra_pass(c->run, check_clock__windows(clock)) : -ENOMEM;
	if (!err)
		err = extra_pass(c->run, check_clock__samples(clock));
	if (!err)
		err = check_clock__judge(clock, c->verdict);
	check_clock__free(clock);
	return err;
}

static int too_many_windows(struct verdict *v)
{
	struct result *r = verdict__result(v, "witness", "netlink");

	if (!r)
		return -ENOMEM;
	r->status = STATUS_ERROR;
	snprintf(r->reason, sizeof(r->reason),
		 "netlink.jsonl: more than %d windows are open at one time", WINDOWS_MAX);
	return 0;
}

static int hear(struct court *c)
{
	int err = merge__run(c->run, c->checks, CHECKS, &c->run->flows);

	if (err == -EOVERFLOW)
		return too_many_windows(c->verdict);
	if (!err && check_witnesses__judge(c->run, c->verdict))
		err = -ENOMEM;
	for (int i = 0; i < CHECKS && !err; i++)
		if (c->checks[i]->ops->finish(c->checks[i], c->verdict))
			err = -ENOMEM;
	if (!err)
		err = judge_iperf3(c);
	if (!err)
		err = judge_clocks(c);
	if (!err && check_join__judge(c->run, c->verdict))
		err = -ENOMEM;
	if (!err && check_bounds__judge(c->run, c->verdict))
		err = -ENOMEM;
	return err;
}

static int write_file(struct judgement *j, const char *dir, const char *name,
		      void (*fn)(FILE *, const struct run *, const struct verdict *))
{
	struct output o;
	int err = output__open(&o, dir, name);

	if (!err) {
		fn(o.file, &j->run, &j->verdict);
		err = output__close(&o);
	}
	if (err)
		memcpy(j->path, o.path, sizeof(j->path));
	return err;
}

static int write_plots(struct judgement *j, const struct court *c, const char *dir)
{
	const struct plot_curve errors[] = {
		{ "rtt netlink-probe", statistics__errors(c->checks[STATISTICS], FIELD_rtt), 1e-3 },
		{ "rtt iperf3-probe", iperf3_statistics__errors(c->iperf3, WITNESS_PROBE, READ_RTT),
		  1e-3 },
		{ "rttvar netlink-probe", statistics__errors(c->checks[STATISTICS], FIELD_rttvar),
		  1e-3 },
		{ "rttvar iperf3-probe",
		  iperf3_statistics__errors(c->iperf3, WITNESS_PROBE, READ_RTTVAR), 1e-3 },
		{ "cwnd netlink-probe", statistics__cwnd_errors(c->checks[STATISTICS]), 1.0 / 1024 },
		{ "cwnd iperf3-probe",
		  iperf3_statistics__errors(c->iperf3, WITNESS_PROBE, READ_CWND), 1.0 / 1024 },
	};
	const struct plot_curve gaps[] = {
		{ "probe", check_coverage__gaps(c->checks[COVERAGE], WITNESS_PROBE), 1e-6 },
		{ "netlink", check_coverage__gaps(c->checks[COVERAGE], WITNESS_NETLINK), 1e-6 },
	};
	struct plot_curve skew[SKEW_FIELDS_MAX];
	int err;

	err = plot_data__write(c->plot_data, dir, j->path);
	if (!err)
		err = plot_curves__write(dir, "plots/data/errors.tsv", "error", errors,
					 sizeof(errors) / sizeof(errors[0]), j->path);
	if (!err)
		err = plot_curves__write(dir, "plots/data/gaps.tsv", "gap_ms", gaps,
					 sizeof(gaps) / sizeof(gaps[0]), j->path);
	if (!err)
		err = plot_curves__write(dir, "plots/data/skew.tsv", "percent", skew,
					 skew__curves(c->checks[SKEW], skew), j->path);
	if (!err)
		err = path_plot__write(check_path__plot(c->checks[PATH_CHECK]),
				       flows__origin_ns(j->run.flows), dir, j->path);
	return err;
}

/* Of a judgement before: one that fails on the way must not leave a verdict that is not its own. */
static int remove_stale(const char *dir, const char *junit)
{
	const char *const names[] = { "verdict.json", "report.txt", "junit.xml" };
	char path[RUN_PATH_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int err = run__path(dir, names[i], path);

		if (err)
			return err;
		if (unlink(path) && errno != ENOENT)
			return -errno;
	}
	return junit && unlink(junit) && errno != ENOENT ? -errno : 0;
}

int judge__run(struct judgement *j, const char *dir, const char *output, const char *junit)
{
	return judge__run_with(j, dir, output, junit, NULL, 0);
}

int judge__run_with(struct judgement *j, const char *dir, const char *output, const char *junit,
		    const struct foreign *foreign, unsigned int foreign_count)
{
	struct court c = { .run = &j->run, .verdict = &j->verdict };
	int err;

	memset(j, 0, sizeof(*j));
	snprintf(j->path, sizeof(j->path), "%s", dir);
	err = run__open(&j->run, dir);
	if (err)
		return err;
	for (unsigned int i = 0; i < foreign_count; i++) {
		struct run_foreign *f = &j->run.foreign[j->run.foreign_count++];

		f->spec = foreign[i];
		snprintf(f->name, sizeof(f->name), "foreign-%u", i + 1); /* until it says itself */
	}
	snprintf(j->path, sizeof(j->path), "%s", output);
	err = output__make_dirs(output);
	if (!err)
		err = remove_stale(output, junit);
	if (err)
		return err;
	err = make_checks(&c);
	if (!err)
		err = hear(&c);
	if (err)
		goto out;
	verdict__conclude(&j->verdict, j->run.manifest.failure[0] ? NULL : j->run.manifest.skip);
	if (j->run.flows)
		err = write_plots(j, &c, output);
	if (!err)
		err = write_file(j, output, "verdict.json", write__json);
	if (!err)
		err = write_file(j, output, "report.txt", write__report);
	if (!err)
		err = junit ? write_file(j, NULL, junit, write__junit)
			    : write_file(j, output, "junit.xml", write__junit);
out:
	free_checks(&c);
	return err;
}

void judge__free(struct judgement *j)
{
	verdict__free(&j->verdict);
	run__close(&j->run);
}
