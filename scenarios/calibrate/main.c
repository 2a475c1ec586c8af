// SPDX-License-Identifier: BSD-2-Clause
/*
 * tcpw-calibrate: is the path what it was asked to be? Small packets go round for the round trip, trains
 * for the rate, groups for what is lost, doubled, overtaken and marked. What is found is printed also if
 * it is out of bounds; the first figure that is, is named on stderr.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fates.h"
#include "narrow.h"
#include "options.h"
#include "rounds.h"
#include "timeline/cli.h"
#include "train.h"
#include "variation.h"

struct findings {
	struct rounds rounds;
	struct variation variation;
	struct train train[DIRECTIONS];
	struct fates fates[DIRECTIONS];
	unsigned int mtu[DIRECTIONS];
};

static int measure(struct ends *e, const struct plan *p, struct findings *f, char why[WHY_MAX])
{
	int err = rounds__measure(e, p, &f->rounds, why);

	if (!err)
		err = variation__measure(e, p, &f->variation, why);
	for (int d = 0; d < DIRECTIONS && !err; d++)
		err = narrow__measure(e, p, d, &f->mtu[d], why);
	for (int d = 0; d < DIRECTIONS && !err; d++)
		err = train__measure(e, p, d, &f->train[d], why);
	for (int d = 0; d < DIRECTIONS && !err; d++)
		err = fates__measure(e, p, d, &f->fates[d], why);
	return err;
}

static void print_us(const char *key, bool known, uint64_t ns)
{
	if (known)
		printf("\"%s\": %.3f, ", key, ns / 1e3);
	else
		printf("\"%s\": null, ", key);
}

/* What was not measured, because an earlier figure was out of bounds, is null or 0 sent. */
static void print_direction(const struct findings *f, enum direction d)
{
	const struct fates *x = &f->fates[d];

	if (f->train[d].rate_bit)
		printf("\"rate_bit\": %llu, ", (unsigned long long)f->train[d].rate_bit);
	else
		printf("\"rate_bit\": null, ");
	printf("\"trains\": %u, \"mtu\": %u, \"sent\": %u", f->train[d].trains, f->mtu[d], x->sent);
	for (int i = 0; i < FATES; i++)
		printf(", \"%s\": %u, \"%s_allowed\": [%u, %u]", fate__name(i), x->count[i],
		       fate__name(i), x->allowed[i].low, x->allowed[i].high);
	printf(", \"followed\": %u, \"lost_again\": %u, \"lost_again_allowed\": [%u, %u]",
	       x->runs.followed, x->runs.again, x->runs.allowed.low, x->runs.allowed.high);
}

static void print(const struct plan *p, const struct findings *f)
{
	enum direction first = p->impaired[C2S] ? C2S : S2C;
	bool known = f->rounds.answered > 0;

	printf("{\"false_alarm\": %g, \"rounds\": %u, ", FALSE_ALARM, f->rounds.answered);
	print_us("rtt_min_us", known, f->rounds.min_ns);
	print_us("rtt_p50_us", known, f->rounds.p50_ns);
	print_us("rtt_p99_us", known, f->rounds.p99_ns);
	print_us("jitter_spread_us", f->variation.rounds > 0, f->variation.spread_ns);
	print_us("jitter_spread_least_us", f->variation.rounds > 0, f->variation.least_ns);
	printf("\"direction\": \"%s\", ", first == C2S ? "c2s" : "s2c");
	print_direction(f, first);
	printf(", \"reverse\": {");
	print_direction(f, !first);
	printf("}}\n");
}

int main(int argc, char **argv)
{
	struct findings f = { 0 };
	char why[WHY_MAX] = "";
	struct plan p;
	struct ends e;
	int err;

	options__parse(argc, argv, &p);
	err = ends__open(&e, p.netns, p.address, why);
	if (!err) {
		err = measure(&e, &p, &f, why);
		print(&p, &f);
		if (err < 0)
			snprintf(why, sizeof(why), "it could not be measured: %s", strerror(-err));
	}
	ends__close(&e);
	if (err)
		fprintf(stderr, "tcpw-calibrate: %s\n", why);
	if (fflush(stdout)) {
		fprintf(stderr, "tcpw-calibrate: cannot write to standard output\n");
		return EXIT_ERROR;
	}
	if (err == -EPERM)
		return EXIT_SKIP;
	return err ? EXIT_ERROR : EXIT_PASS;
}
