// SPDX-License-Identifier: BSD-2-Clause
/* One defect put to the test: a copy of a good run is spoilt and judged. */
#include "trial.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare/judge.h"
#include "edit_stream.h"
#include "edit_values.h"
#include "edit_report.h"
#include "tape.h"
#include "timeline/temporary.h"

static const char *const files[] = { "manifest.json", "probe.jsonl",  "netlink.jsonl",
				     "path.jsonl",    "iperf3.json", "iperf3-server.json" };

const char *outcome__name(enum outcome o)
{
	static const char *const names[] = { "caught", "MISNAMED", "MISSED", "BROKEN", "blind",
					     "lacks" };

	return names[o];
}

static int copy_file(const char *from, const char *to)
{
	char buffer[65536];
	FILE *in = fopen(from, "r"), *out;
	size_t n;
	int err = 0;

	if (!in)
		return -errno;
	out = fopen(to, "w");
	if (!out) {
		err = -errno;
		fclose(in);
		return err;
	}
	while ((n = fread(buffer, 1, sizeof(buffer), in)) > 0)
		if (fwrite(buffer, 1, n, out) != n)
			err = -EIO;
	fclose(in);
	return fclose(out) ? -EIO : err;
}

static int copy_run(const char *from, const char *to)
{
	char a[RUN_PATH_MAX], b[RUN_PATH_MAX];
	int err = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !err; i++) {
		err = run__path(from, files[i], a) ?: run__path(to, files[i], b);
		if (!err)
			err = copy_file(a, b);
	}
	return err;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int edit_as_report(const char *path, const struct defect *d, struct change *c)
{
	char *text;
	cJSON *root;
	FILE *f;
	int err;

	f = fopen(path, "r");
	if (!f)
		return -errno;
	text = calloc(1, 1 << 20);
	root = text && fread(text, 1, (1 << 20) - 1, f) ? cJSON_Parse(text) : NULL;
	free(text);
	fclose(f);
	if (!root)
		return -EBADMSG;
	err = d->report(root, d, c);
	text = cJSON_Print(root);
	cJSON_Delete(root);
	f = fopen(path, "w");
	if (!f || !text || fputs(text, f) < 0)
		err = -EIO;
	if (f && fclose(f))
		err = -EIO;
	free(text);
	return err;
}

static int edit_as_tape(const char *path, const struct defect *d, struct change *c)
{
	struct tape t;
	int err = tape__load(&t, path);

	if (!err)
		err = d->tape(&t, d, c);
	if (!err)
		err = tape__save(&t, path);
	tape__free(&t);
	return err;
}

static int spoil(const char *dir, const struct defect *d, struct change *c)
{
	char path[RUN_PATH_MAX];

	run__path(dir, target__file(d->target), path);
	return d->tape ? edit_as_tape(path, d, c)
		       : d->file ? d->file(path, d, c) : edit_as_report(path, d, c);
}

/* Is word in text, as a whole word? Fields are words of letters, digits and underscores. */
static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = text; (p = strstr(p, word)); p++)
		if ((p == text || !(isalnum((unsigned char)p[-1]) || p[-1] == '_')) &&
		    !(isalnum((unsigned char)p[len]) || p[len] == '_'))
			return true;
	return false;
}

/*
 * Does the finding name one of the space-separated fields? An equation between several fields of a
 * sample stands at the beginning of conservation's reason, and names them all.
 */
static bool names_any(struct finding *f, const char *fields)
{
	bool is_equation = !strcmp(f->check, "conservation");
	char equation[REASON_MAX];
	char list[TRIAL_TEXT_MAX], *save = NULL;

	snprintf(list, sizeof(list), "%s", fields);
	snprintf(equation, sizeof(equation), "%.*s", (int)strcspn(f->reason, ":"), f->reason);
	for (char *w = strtok_r(list, " ", &save); w; w = strtok_r(NULL, " ", &save))
		f->is_subject |= has_word(f->named, w);
	if (f->is_subject || !is_equation)
		return f->is_subject;
	snprintf(list, sizeof(list), "%s", fields);
	save = NULL;
	for (char *w = strtok_r(list, " ", &save); w; w = strtok_r(NULL, " ", &save))
		if (has_word(equation, w))
			return true;
	return false;
}

/* cause: "CHECK/SUBJECT: WORDS", the words optional */
static bool is_cause(const struct finding *f, const char *cause)
{
	const char *slash = strchr(cause, '/'), *colon = strchr(cause, ':');
	size_t check = slash - cause, subject = (colon ? colon : cause + strlen(cause)) - slash - 1;

	return strlen(f->check) == check && !strncmp(f->check, cause, check) &&
	       strlen(f->named) == subject && !strncmp(f->named, slash + 1, subject) &&
	       (!colon || strstr(f->reason, colon + 2));
}

/* Checks that compare nothing on a kernel where getsockopt(TCP_INFO) cannot be followed, or compare
 * what is placed in time by marks. */
static bool lives_on_marks(const char *check)
{
	return !strcmp(check, "identity") || !strcmp(check, "marks") || !strcmp(check, "clock") ||
	       !strcmp(check, "skew");
}

static void weigh(struct trial *t, const struct defect *d, enum status status, const char *check,
		  const char *named, const char *reason, uint64_t size)
{
	struct finding f;
	char fields[96];
	bool match;

	if (status != STATUS_FAIL && status != STATUS_ERROR)
		return;
	snprintf(f.check, sizeof(f.check), "%s", check);
	snprintf(f.named, sizeof(f.named), "%s", named);
	snprintf(f.reason, sizeof(f.reason), "%s", reason);
	f.size = size;
	f.is_subject = d->cause != NULL;
	snprintf(fields, sizeof(fields), "%s %s", catalogue[d->field].name,
		 d->other && d->tape == edit_swap ? catalogue[d->other].name : "");
	match = status == d->expected &&
		(d->cause ? is_cause(&f, d->cause) : names_any(&f, d->named ?: fields));
	t->checks_by_marks += match && lives_on_marks(check);
	/* a finding of that very field rather than an equation that it is part of */
	if (match ? !t->checks++ || (f.is_subject && !t->by.is_subject)
		  : !t->others++ && !t->checks)
		t->by = f;
}

static void weigh_all(struct trial *t, const struct defect *d, const struct verdict *v)
{
	for (unsigned int i = 0; i < v->results_count; i++)
		weigh(t, d, v->results[i].status, v->results[i].check, v->results[i].subject,
		      v->results[i].reason, v->results[i].worst.size);
	for (unsigned int i = 0; i < v->statistics_count; i++)
		weigh(t, d, v->statistics[i].status, v->statistics[i].pair,
		      v->statistics[i].field, v->statistics[i].reason, 0);
	for (unsigned int i = 0; i < v->coverage_count; i++)
		weigh(t, d, v->coverage[i].status, "coverage", v->coverage[i].witness,
		      v->coverage[i].reason, 0);
}

void trial__judge(struct trial *t, const struct defect *d, const char *run_dir)
{
	struct judgement *j = malloc(sizeof(*j));
	int err = j ? judge__run(j, run_dir, run_dir, NULL) : -ENOMEM;

	if (err) {
		t->outcome = OUTCOME_BROKEN;
		snprintf(t->why, sizeof(t->why), "cannot be judged: %s", strerror(-err));
	} else {
		weigh_all(t, d, &j->verdict);
		t->verdict = j->verdict.status;
		t->outcome = t->verdict >= d->expected && t->checks ? OUTCOME_CAUGHT
			     : t->verdict == STATUS_PASS	    ? OUTCOME_MISSED
								    : OUTCOME_MISNAMED;
		/* one that is caught after all is no longer blind: that is to be written down */
		if (d->blind)
			t->outcome = t->outcome == OUTCOME_MISSED ? OUTCOME_BLIND : OUTCOME_MISNAMED;
	}
	if (j)
		judge__free(j);
	free(j);
}

void trial__run(struct trial *t, const struct defect *d, const char *dir)
{
	char from[RUN_PATH_MAX], to[TEMPORARY_PATH_MAX];
	int err;

	memset(t, 0, sizeof(*t));
	t->outcome = OUTCOME_BROKEN;
	err = temporary__directory(to);
	if (err) {
		snprintf(t->why, sizeof(t->why), "no temporary directory: %s", strerror(-err));
		return;
	}
	err = run__path(dir, d->fixture, from) ?: copy_run(from, to);
	if (!err)
		err = spoil(to, d, &t->change);
	if (err)
		snprintf(t->why, sizeof(t->why), "fixture %s: %s", d->fixture, strerror(-err));
	else if (!t->change.changed)
		snprintf(t->why, sizeof(t->why), "the defect changes nothing in fixture %s",
			 d->fixture);
	else
		trial__judge(t, d, to);
	nftw(to, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool caught_alike(const struct trial *t, const struct trial *by)
{
	return t->outcome == OUTCOME_CAUGHT && !strcmp(t->by.check, by->by.check) &&
	       !strcmp(t->by.named, by->by.named);
}

/* What an error of this kind is, made as small as one likes; false: it has no size. */
static bool graded(struct defect *d)
{
	if (d->tape == edit_shift || d->tape == edit_duplicate || d->report == report_shift ||
	    d->report == report_whole_second)
		return true;
	if (d->report && d->report != report_drop && d->report != report_duplicate &&
	    d->report != report_reorder && d->report != report_wrong_flow &&
	    d->report != report_end_add && d->report != report_swap) {
		d->report = report_add;
		return true;
	}
	if (d->report == report_end_add)
		return true;
	if (d->tape && d->field && !d->cause && d->tape != edit_announce &&
	    d->tape != edit_smuggle) {
		d->tape = edit_add;
		return true;
	}
	return false;
}

uint64_t trial__smallest(const struct trial *t, const struct defect *of, const char *dir)
{
	struct defect d = *of;
	struct trial smaller;

	if (t->outcome != OUTCOME_CAUGHT || !graded(&d))
		return 0;
	d.k = d.tape == edit_shift ? 1000 : 1;
	for (unsigned int i = 0; i < 31; i++, d.k *= 2) {
		trial__run(&smaller, &d, dir);
		if (caught_alike(&smaller, t))
			return d.k;
	}
	return 0;
}
