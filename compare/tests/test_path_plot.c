// SPDX-License-Identifier: BSD-2-Clause
/* What is drawn of the path: thinned, but everything is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "compare/output.h"
#include "compare/path_plot.h"
#include "synthetic.h"

#define START 5000000000ULL
#define MS    1000000ULL

struct sums {
	uint64_t slices, count, first_ns, last_ns;
};

static void sum_up(const struct occurrences_slice *s, void *arg)
{
	struct sums *sums = arg;

	assert_true(s->count > 0);
	assert_true(!sums->slices || s->first_ns > sums->last_ns);
	if (!sums->slices)
		sums->first_ns = s->first_ns;
	sums->last_ns = s->first_ns;
	sums->slices++;
	sums->count += s->count;
}

static void no_occurrence_is_lost_however_long_it_goes_on(void **state)
{
	static const struct {
		const char *must;
		uint64_t n, step_ns, first_ns, slices_min;
	} cases[] = {
		{ "one", 1, 0, START, 1 },
		{ "many at once", 5000, 0, START, 1 },
		{ "one for each slice", OCCURRENCES_SLICES, MS, START, OCCURRENCES_SLICES },
		{ "one more than slices", OCCURRENCES_SLICES + 1, MS, START,
		  OCCURRENCES_SLICES / 2 },
		{ "a day of them", 86400, 1000 * MS, START, OCCURRENCES_SLICES / 2 },
		{ "one long after the start", 1, 0, START + 86400000 * MS, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct occurrences o = { 0 };
		struct sums sums = { 0 };

		for (uint64_t k = 0; k < cases[i].n; k++)
			assert_int_equal(occurrences__add(&o, START,
							  cases[i].first_ns + k * cases[i].step_ns),
					 0);
		occurrences__each(&o, sum_up, &sums);
		if (sums.count != cases[i].n || o.total != cases[i].n)
			fail_msg("%s: %ju are counted", cases[i].must, (uintmax_t)sums.count);
		assert_int_equal(sums.first_ns, cases[i].first_ns);
		assert_true(sums.slices >= cases[i].slices_min);
		assert_true(sums.slices <= OCCURRENCES_SLICES);
		occurrences__free(&o);
	}
}

static void occurrences_may_come_in_any_order(void **state)
{
	struct occurrences o = { 0 };
	struct sums sums = { 0 };

	for (unsigned int k = 0; k < 3000; k++) /* 1499, 1498 ... 0 twice */
		assert_int_equal(occurrences__add(&o, START, START + (2999 - k) / 2 * 7 * MS), 0);
	occurrences__each(&o, sum_up, &sums);
	assert_int_equal(sums.count, 3000);
	assert_int_equal(sums.first_ns, START);
	occurrences__free(&o);
}

/* The file under dir, to be freed; NULL if there is none. */
static char *plotted(const char *dir, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "plots/data/%s.tsv", name);
	return slurp(dir, path);
}

static void packets_are_drawn_by_what_became_of_them(void **state)
{
	static const struct path_packet packets[] = {
		{ .t_ns = START, .out_ns = START + 5 * MS, .flags = PATH_SYN },
		{ .t_ns = START + MS, .out_ns = START + 11 * MS, .len = 9 },
		{ .t_ns = START + 2 * MS, .out_ns = START + 22 * MS, .len = 9, .dir = DIR_S2C },
		{ .t_ns = START + 3 * MS, .out_ns = START + 33 * MS, .len = 9, .held = true },
		{ .t_ns = START + 4 * MS, .out_ns = START + 44 * MS, .len = 9, .copy = true },
		{ .t_ns = START + 5 * MS, .out_ns = START + 55 * MS, .len = 9, .ce = true },
		{ .t_ns = START + 6 * MS, .out_ns = START + 7 * MS }, /* an ACK */
		{ .t_ns = START + 7 * MS, .fate = FATE_LOSS, .len = 9 },
		{ .t_ns = START + 7 * MS, .fate = FATE_LOSS, .len = 9 },
		{ .t_ns = START + 8 * MS, .fate = FATE_LOSS, .flags = PATH_FIN | PATH_ACK },
		{ .t_ns = START + 9 * MS, .fate = FATE_LOSS, .flags = PATH_ACK, .ce = true },
		{ .t_ns = START + 9 * MS, .fate = FATE_TOO_BIG, .len = 1400 },
	};
	static const struct {
		const char *name, *text;
	} files[] = {
		{ "path-way", "# t_s\tway_ms\n"
			      "\"c2s\"\n-0.001000\t10\n\n\n\"s2c\"\n0.000000\t20\n\n\n"
			      "\"held\"\n0.001000\t30\n\n\n\"copy\"\n0.002000\t40\n\n\n"
			      "\"CE\"\n0.003000\t50\n" },
		{ "path-acts", "# t_s\tpackets\n"
			       "\"loss 3\"\n0.005000\t2\n0.006000\t1\n\n\n"
			       "\"too-big 1\"\n0.007000\t1\n\n\n"
			       "\"loss/ACK 1\"\n0.007000\t1\n\n\n"
			       "\"CE 1\"\n0.003000\t1\n\n\n\"held 1\"\n0.001000\t1\n\n\n"
			       "\"copy 1\"\n0.002000\t1\n" },
		{ "path-resent", "# t_s\tretransmissions\n"
				 "\"loss 2\"\n0.006000\t0\n0.006000\t1\n0.007000\t2\n"
				 "0.007000\t2\n\n\n"
				 "\"unproven 1\"\n0.004000\t0\n0.004000\t1\n0.007000\t1\n" },
	};
	char dir[TEMPORARY_PATH_MAX], path[RUN_PATH_MAX];
	struct path_plot p = { 0 };

	assert_int_equal(temporary__directory(dir), 0);
	assert_int_equal(output__make_dirs(dir), 0);
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++)
		path_plot__packet(&p, &packets[i]);
	path_plot__resent(&p, CAUSE_LOSS, START + 9 * MS);
	path_plot__resent(&p, CAUSE_LOSS, START + 8 * MS);
	path_plot__resent(&p, CAUSES, START + 6 * MS);
	assert_false(p.out_of_memory);
	assert_int_equal(path_plot__write(&p, START + 2 * MS, dir, path), 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char *text = plotted(dir, files[i].name);

		assert_non_null(text);
		assert_string_equal(text, files[i].text);
		free(text);
	}
	path_plot__free(&p);
	/* of a path without an account nothing is left */
	p = (struct path_plot){ 0 };
	assert_int_equal(path_plot__write(&p, START, dir, path), 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		assert_null(plotted(dir, files[i].name));
	synthetic__remove(dir);
}

static unsigned int times_in(const char *text, const char *words)
{
	unsigned int n = 0;

	for (const char *at = text; (at = strstr(at, words)); at += strlen(words))
		n++;
	return n;
}

/* The count in the label of the block, 0 if there is none. */
static unsigned int count_of(const char *text, const char *what)
{
	char label[32];
	const char *at;

	snprintf(label, sizeof(label), "\n\"%s ", what);
	at = strstr(text, label);
	return at ? strtoul(at + strlen(label), NULL, 10) : 0;
}

static void a_recorded_run_is_drawn_whole(void **state)
{
	const char *fixtures = getenv("TCPW_FIXTURES") ?: "compare/tests/fixtures";
	char from[RUN_PATH_MAX], dir[TEMPORARY_PATH_MAX];
	char *account, *acts, *way, *resent;
	struct judgement *j = malloc(sizeof(*j));
	unsigned int lost;

	assert_non_null(j);
	assert_int_equal(temporary__directory(dir), 0);
	assert_int_equal(run__path(fixtures, "path", from), 0);
	assert_int_equal(judge__run(j, from, dir, NULL), 0);
	account = slurp(from, "path.jsonl");
	acts = plotted(dir, "path-acts");
	way = plotted(dir, "path-way");
	resent = plotted(dir, "path-resent");
	assert_true(account && acts && way && resent);
	lost = times_in(account, "\"fate\":\"loss\"");
	assert_true(lost > 0);
	assert_int_equal(count_of(acts, "loss") + count_of(acts, "loss/ACK"), lost);
	assert_true(count_of(resent, "loss") > 0);
	assert_non_null(strstr(way, "\"c2s\"\n"));
	free(account);
	free(acts);
	free(way);
	free(resent);
	judge__free(j);
	free(j);
	synthetic__remove(dir);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_occurrence_is_lost_however_long_it_goes_on),
		cmocka_unit_test(occurrences_may_come_in_any_order),
		cmocka_unit_test(packets_are_drawn_by_what_became_of_them),
		cmocka_unit_test(a_recorded_run_is_drawn_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
