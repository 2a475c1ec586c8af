// SPDX-License-Identifier: BSD-2-Clause
/* Reading documents, manifests and iperf3's reports as they occur; writing verdicts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "synthetic.h"

static char path[TEMPORARY_PATH_MAX];

static const char *file(const char *text)
{
	FILE *f;

	assert_int_equal(temporary__file(path), 0);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	return path;
}

#define CONNECTED                                                                          \
	"\"start\":{\"connected\":[{\"socket\":5,\"local_host\":\"::1\",\"local_port\":4," \
	"\"remote_host\":\"fe80::1%eth0\",\"remote_port\":5}],\"connecting_to\":{}}"

static void documents(void **state)
{
	static const struct {
		const char *description, *text, *why;
		unsigned int documents;
	} cases[] = {
		{ "one", "{\"a\":1}\n", NULL, 1 },
		{ "two: the last counts", "{\"a\":2}\n{\"a\":1}", NULL, 2 },
		{ "empty", "", "empty", 0 },
		{ "blank", " \n", "empty", 0 },
		{ "cut", "{\"a\":1", "cut", 0 },
		{ "the second is cut", "{\"a\":1}\n{\"a\":", "document 2, at byte 8", 0 },
		{ "not JSON", "iperf3: error - no route\n", "not JSON at byte 0", 0 },
		{ "no object", "[1]", "not a JSON object", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char why[DOCUMENT_WHY_MAX] = "";
		unsigned int n;
		uint64_t v = 0;
		cJSON *root;
		int err = document__read(file(cases[i].text), &root, &n, why);

		unlink(path);
		if (cases[i].why) {
			if (!err || !strstr(why, cases[i].why))
				fail_msg("%s: \"%s\"", cases[i].description, why);
			continue;
		}
		assert_int_equal(err, 0);
		assert_int_equal(n, cases[i].documents);
		assert_true(member__u64(root, "a", &v) && v == 1);
		cJSON_Delete(root);
	}
}

static void reports(void **state)
{
	static const struct {
		const char *description, *text, *why, *note;
		unsigned int streams, intervals;
		uint8_t figures;
	} cases[] = {
		{ "an interval with everything",
		  "{" CONNECTED ",\"intervals\":[{\"streams\":[{\"socket\":5,\"end\":1,\"bytes\":2,"
		  "\"rtt\":1,\"rttvar\":1,\"snd_cwnd\":1,\"pmtu\":1,\"snd_wnd\":1,\"retransmits\":"
		  "0,"
		  "\"sender\":true}]}]}",
		  NULL, "", 1, 1, 63 },
		{ "before 3.10: no snd_wnd",
		  "{" CONNECTED ",\"intervals\":[{\"streams\":[{\"socket\":5,\"end\":1,\"bytes\":2,"
		  "\"rtt\":1,\"rttvar\":1,\"snd_cwnd\":1,\"pmtu\":1,\"retransmits\":0}]}]}",
		  NULL, "", 1, 1, 47 },
		{ "without a socket: by its place",
		  "{" CONNECTED ",\"intervals\":[{\"streams\":[{\"end\":1,\"bytes\":2}]}]}", NULL,
		  "", 1, 1, 0 },
		{ "two documents", "{\"start\":{}}\n{" CONNECTED ",\"intervals\":[]}", NULL,
		  "2 documents", 1, 0, 0 },
		{ "a repeated key: the last one counts",
		  "{\"intervals\":[{\"streams\":[{\"end\":9}]}]," CONNECTED ",\"intervals\":[]}",
		  NULL, "repeats the key \"intervals\"", 1, 0, 0 },
		{ "a repeated key inside",
		  "{" CONNECTED ",\"intervals\":[{\"streams\":[{\"socket\":5,\"end\":1,\"end\":2,"
		  "\"bytes\":2}]}]}",
		  NULL, "repeats the key \"end\"", 1, 1, 0 },
		{ "no start", "{\"intervals\":[]}", "no \"start\"", NULL, 0, 0, 0 },
		{ "a stream from nowhere",
		  "{\"start\":{\"connected\":[]},\"intervals\":[{\"streams\":[{\"end\":1}]}]}",
		  "start.connected does not list", NULL, 0, 0, 0 },
		{ "no end",
		  "{" CONNECTED ",\"intervals\":[{\"streams\":[{\"socket\":5,\"bytes\":1}]}]}",
		  "interval 0 has no end", NULL, 0, 0, 0 },
		{ "no addresses", "{\"start\":{\"connected\":[{\"socket\":5}]}}",
		  "connected[0] has no address", NULL, 0, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char why[DOCUMENT_WHY_MAX] = "";
		struct report r;
		int err = report__read(&r, file(cases[i].text), false, why);

		unlink(path);
		if (cases[i].why) {
			if (!err || !strstr(why, cases[i].why))
				fail_msg("%s: \"%s\"", cases[i].description, why);
		} else {
			if (err)
				fail_msg("%s: %s", cases[i].description, why);
			assert_true(!!r.note[0] == !!cases[i].note[0]);
			assert_non_null(strstr(r.note, cases[i].note));
			assert_int_equal(r.count, cases[i].streams);
			assert_int_equal(r.streams[0].count, cases[i].intervals);
			if (r.streams[0].count)
				assert_int_equal(r.streams[0].intervals[0].figures,
						 cases[i].figures);
			assert_int_equal(r.streams[0].remote.port, 5);
		}
		report__free(&r);
	}
}

static void a_manifest_needs_only_its_schema(void **state)
{
	char why[DOCUMENT_WHY_MAX];
	struct manifest m;

	assert_int_equal(manifest__read(&m, file("{\"schema\":1}"), why), 0);
	unlink(path);
	assert_string_equal(m.scenario, "unknown");
	assert_true(m.probe.expected && m.netlink.expected && m.iperf3[END_SERVER].expected);
	assert_null(manifest__bound(&m, "coverage", "", "probe_lost_max"));
	manifest__free(&m);
}

static void bounds_remember_their_use(void **state)
{
	char why[DOCUMENT_WHY_MAX];
	struct manifest m;

	assert_int_equal(manifest__read(&m,
					file("{\"schema\":1,\"bounds\":{\"coverage\":{\"a\":2},"
					     "\"statistics\":{\"rtt\":{\"b\":3}}}}"),
					why),
			 0);
	unlink(path);
	assert_int_equal(m.bounds_count, 2);
	assert_true(manifest__bound(&m, "coverage", "", "a")->value == 2);
	assert_true(m.bounds[0].used && !m.bounds[1].used);
	assert_true(manifest__bound(&m, "statistics", "rtt", "b")->value == 3);
	manifest__free(&m);
}

static const char *const outputs[] = { "verdict.json", "report.txt", "junit.xml",
				       "plots/data/rtt.probe.tsv", "plots/data/errors.tsv" };
#define OUTPUTS (sizeof(outputs) / sizeof(outputs[0]))

static void judging_twice_gives_the_same_bytes_and_no_path(void **state)
{
	/* also with a reader's sentence, which names its file */
	static const struct recipe recipes[] = { { 0 }, { .cut_netlink = true } };

	for (int r = 0; r < 2; r++) {
		char dir[TEMPORARY_PATH_MAX], other[RUN_PATH_MAX], *text[OUTPUTS];
		struct judgement j;

		synthetic__make(dir, &recipes[r]);
		assert_int_equal(judge__run(&j, dir, dir, NULL), 0);
		judge__free(&j);
		for (size_t i = 0; i < OUTPUTS; i++) {
			text[i] = slurp(dir, outputs[i]);
			assert_non_null(text[i]);
			assert_null(strstr(text[i], temporary__folder()));
		}
		snprintf(other, sizeof(other), "%s-elsewhere", dir);
		assert_int_equal(rename(dir, other), 0);
		assert_int_equal(judge__run(&j, other, other, NULL), 0);
		judge__free(&j);
		for (size_t i = 0; i < OUTPUTS; i++) {
			char *again = slurp(other, outputs[i]);

			assert_string_equal(text[i], again);
			free(again);
			free(text[i]);
		}
		synthetic__remove(other);
	}
}

static void verdict_json_is_what_the_page_says(void **state)
{
	struct judgement j;
	char dir[TEMPORARY_PATH_MAX], *text;
	const cJSON *item;
	cJSON *root;

	synthetic__make(dir, &(struct recipe){ 0 });
	assert_int_equal(judge__run(&j, dir, dir, NULL), 0);
	judge__free(&j);
	text = slurp(dir, "verdict.json");
	root = cJSON_Parse(text);
	assert_non_null(root);
	assert_string_equal(cJSON_GetStringValue(member__get(root, "verdict")), "pass");
	assert_string_equal(cJSON_GetStringValue(member__get(root, "scenario")), "synthetic");
	cJSON_ArrayForEach(item, member__get(root, "checks"))
	{
		static const char *const keys[] = {
			"check",    "field",	  "witnesses", "status",
			"compared", "violations", "tolerance", "worst"
		};

		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			assert_non_null(member__get(item, keys[i]));
	}
	assert_true(cJSON_GetArraySize(member__get(root, "statistics")) > 5);
	assert_true(cJSON_GetArraySize(member__get(root, "coverage")) == 6);
	assert_true(cJSON_GetArraySize(member__get(root, "flows")) == 4);
	/* instants keep all their digits */
	assert_non_null(strstr(text, "\"origin_ns\": 9007199254740993001"));
	cJSON_Delete(root);
	free(text);
	synthetic__remove(dir);
}

static void a_virtual_machine_is_told(void **state)
{
	static const struct {
		const char *description, *manifest, *accelerator;
	} cases[] = {
		{ "emulated", "{\"schema\":1,\"kernel\":{\"accelerator\":\"tcg\"}}", "tcg" },
		{ "by the processor", "{\"schema\":1,\"kernel\":{\"accelerator\":\"kvm\"}}",
		  "kvm" },
		{ "the machine itself", "{\"schema\":1,\"kernel\":{\"accelerator\":null}}", NULL },
		{ "not told", "{\"schema\":1,\"kernel\":{}}", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char dir[TEMPORARY_PATH_MAX], line[64], *json, *report;
		struct judgement j;

		synthetic__make(dir, &(struct recipe){ .manifest = cases[i].manifest });
		assert_int_equal(judge__run(&j, dir, dir, NULL), 0);
		judge__free(&j);
		json = slurp(dir, "verdict.json");
		report = slurp(dir, "report.txt");
		if (cases[i].accelerator) {
			snprintf(line, sizeof(line), "\"accelerator\": \"%s\"",
				 cases[i].accelerator);
			if (!strstr(json, line))
				fail_msg("%s: verdict.json lacks %s", cases[i].description, line);
			snprintf(line, sizeof(line), "in a virtual machine (%s)",
				 cases[i].accelerator);
			if (!strstr(report, line))
				fail_msg("%s: report.txt lacks it", cases[i].description);
		} else if (strstr(json, "accelerator") || strstr(report, "virtual machine")) {
			fail_msg("%s: told of a virtual machine", cases[i].description);
		}
		free(json);
		free(report);
		synthetic__remove(dir);
	}
}

static void report_fits_its_columns(void **state)
{
	struct judgement j;
	char dir[TEMPORARY_PATH_MAX], *text;

	synthetic__make(dir, &(struct recipe){ .cut_netlink = true });
	assert_int_equal(judge__run(&j, dir, dir, NULL), 0);
	judge__free(&j);
	text = slurp(dir, "report.txt");
	assert_non_null(text);
	assert_int_equal(strncmp(text, "ERROR  synthetic\n", 17), 0);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (strlen(line) > 100)
			fail_msg("%zu columns: %s", strlen(line), line);
	free(text);
	synthetic__remove(dir);
}

static void junit_escapes(void **state)
{
	struct judgement j;
	char dir[TEMPORARY_PATH_MAX], *text;

	synthetic__make(
		dir,
		&(struct recipe){ .manifest = "{\"schema\":1,\"scenario\":\"a<b>&\\\"c\\\"\"}" });
	assert_int_equal(judge__run(&j, dir, dir, NULL), 0);
	judge__free(&j);
	text = slurp(dir, "junit.xml");
	assert_non_null(strstr(text, "name=\"a&lt;b&gt;&amp;&quot;c&quot;\""));
	free(text);
	synthetic__remove(dir);
}

static void what_cannot_be_written_is_named(void **state)
{
	struct judgement j;
	char dir[TEMPORARY_PATH_MAX], out[RUN_PATH_MAX];

	synthetic__make(dir, &(struct recipe){ 0 });
	snprintf(out, sizeof(out), "%s/manifest.json", dir); /* a file is no directory */
	assert_true(judge__run(&j, dir, out, NULL) < 0);
	assert_non_null(strstr(j.path, "manifest.json"));
	judge__free(&j);
	assert_true(judge__run(&j, "/nonexistent/run", temporary__folder(), NULL) < 0);
	assert_string_equal(j.path, "/nonexistent/run");
	judge__free(&j);
	synthetic__remove(dir);
}

static void a_stale_verdict_goes(void **state)
{
	struct judgement j;
	char dir[TEMPORARY_PATH_MAX], name[RUN_PATH_MAX];

	synthetic__make(dir, &(struct recipe){ 0 });
	assert_int_equal(judge__run(&j, dir, dir, NULL), 0);
	judge__free(&j);
	/* judging fails on the way: data cannot be written where a directory is */
	snprintf(name, sizeof(name), "%s/plots/data/errors.tsv", dir);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(mkdir(name, 0777), 0);
	assert_true(judge__run(&j, dir, dir, NULL) < 0);
	judge__free(&j);
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s/%s", dir, outputs[i]);
		assert_true(access(name, F_OK) < 0);
	}
	synthetic__remove(dir);
}

static void a_fifo_is_no_file(void **state)
{
	char why[DOCUMENT_WHY_MAX] = "";
	unsigned int n;
	cJSON *root;

	unlink(file(""));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_true(document__read(path, &root, &n, why) < 0);
	unlink(path);
	assert_string_equal(why, "not a regular file");
}

static void a_missing_witness_leaves_no_plot_data(void **state)
{
	struct judgement j;
	char dir[TEMPORARY_PATH_MAX], name[RUN_PATH_MAX];

	synthetic__make(dir, &(struct recipe){ 0 });
	assert_int_equal(judge__run(&j, dir, dir, NULL), 0);
	judge__free(&j);
	snprintf(name, sizeof(name), "%s/netlink.jsonl", dir);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(judge__run(&j, dir, dir, NULL), 0);
	judge__free(&j);
	snprintf(name, sizeof(name), "%s/plots/data/rtt.netlink.tsv", dir);
	assert_true(access(name, F_OK) < 0);
	snprintf(name, sizeof(name), "%s/plots/data/rtt.probe.tsv", dir);
	assert_int_equal(access(name, F_OK), 0);
	synthetic__remove(dir);
}

static void plot_data_is_for_gnuplot(void **state)
{
	static const struct {
		const char *name, *begins;
	} cases[] = {
		{ "plots/data/rtt.probe.tsv", "# t_s\trtt_ms\n\"flow 1\"\n" },
		{ "plots/data/cwnd.netlink.tsv", "# t_s\tcwnd_kib\n\"flow 1\"\n" },
		{ "plots/data/bytes.iperf3.tsv", "# t_s\tbytes_mb\n\"flow 1\"\n0.503" },
		{ "plots/data/errors.tsv", "# error\tfraction\n\"rtt netlink-probe\"\n" },
		{ "plots/data/gaps.tsv", "# gap_ms\tfraction\n\"probe\"\n" },
	};
	struct judgement j;
	char dir[TEMPORARY_PATH_MAX];

	synthetic__make(dir, &(struct recipe){ 0 });
	assert_int_equal(judge__run(&j, dir, dir, NULL), 0);
	judge__free(&j);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = slurp(dir, cases[i].name);

		assert_non_null(text);
		if (strncmp(text, cases[i].begins, strlen(cases[i].begins)))
			fail_msg("%s begins:\n%.80s", cases[i].name, text);
		free(text);
	}
	synthetic__remove(dir);
}

/* Segments every 10 ms, of which the first shows 1000 us, the next 1001 us, and so on. */
static bool rtt_counts_segments(enum witness w, unsigned int n, struct sample *s)
{
	static unsigned int segments;

	if (w != WITNESS_PROBE || s->flow.cookie != SYNTHETIC_CLIENT_COOKIE)
		return true;
	if (s->event == EVENT_connect)
		segments = 0;
	if (s->event == EVENT_rtt)
		s->event = EVENT_segment;
	sample__set(s, FIELD_rtt, s->event == EVENT_segment ? 1000 + segments++ : 0);
	return true;
}

static void the_probes_line_has_each_value_from_when_on_it_held(void **state)
{
	static const struct recipe recipe = { .tamper = rtt_counts_segments,
					      .no_marks = true,
					      .bounds = "{}" };
	const char *wanted = "# t_s\trtt_ms\n\"flow 1\"\n0.000000\t1\n0.001000\t1.001\n"
			     "0.011000\t1.002\n0.021000\t1.003\n";
	struct judgement j;
	char dir[TEMPORARY_PATH_MAX], *text;

	synthetic__make(dir, &recipe);
	assert_int_equal(judge__run(&j, dir, dir, NULL), 0);
	judge__free(&j);
	text = slurp(dir, "plots/data/rtt.probe.tsv");
	assert_non_null(text);
	if (strncmp(text, wanted, strlen(wanted)))
		fail_msg("%.160s", text);
	free(text);
	synthetic__remove(dir);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents),
		cmocka_unit_test(reports),
		cmocka_unit_test(a_manifest_needs_only_its_schema),
		cmocka_unit_test(bounds_remember_their_use),
		cmocka_unit_test(judging_twice_gives_the_same_bytes_and_no_path),
		cmocka_unit_test(verdict_json_is_what_the_page_says),
		cmocka_unit_test(a_virtual_machine_is_told),
		cmocka_unit_test(report_fits_its_columns),
		cmocka_unit_test(junit_escapes),
		cmocka_unit_test(what_cannot_be_written_is_named),
		cmocka_unit_test(a_stale_verdict_goes),
		cmocka_unit_test(a_fifo_is_no_file),
		cmocka_unit_test(a_missing_witness_leaves_no_plot_data),
		cmocka_unit_test(plot_data_is_for_gnuplot),
		cmocka_unit_test(the_probes_line_has_each_value_from_when_on_it_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
