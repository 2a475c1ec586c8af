// SPDX-License-Identifier: BSD-2-Clause
/* A run that is being judged: its directory, manifest, reports, timelines and flows. */
#include "run.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "generator.h"

int run__path(const char *dir, const char *name, char path[RUN_PATH_MAX])
{
	int n = snprintf(path, RUN_PATH_MAX, "%s%s%s", dir ? dir : "", dir ? "/" : "", name);

	return n < RUN_PATH_MAX ? 0 : -ENAMETOOLONG;
}

const char *run__timeline_name(enum witness w)
{
	return w == WITNESS_PROBE ? "probe.jsonl" : "netlink.jsonl";
}

bool run__has_accounts(const struct run *r)
{
	return r->manifest.generator[END_CLIENT].expected;
}

const char *run__report_name(const struct run *r, enum end end)
{
	if (run__has_accounts(r))
		return end == END_CLIENT ? "generator-client.jsonl" : "generator-server.jsonl";
	return end == END_CLIENT ? "iperf3.json" : "iperf3-server.json";
}

void run__why(const struct run *r, const char *sentence, char why[RUN_WHY_MAX])
{
	size_t len = strlen(r->dir);

	if (!strncmp(sentence, r->dir, len) && sentence[len] == '/')
		sentence += len + 1;
	snprintf(why, RUN_WHY_MAX, "%s", sentence);
}

static int read_report(struct run *r, enum end end, char why[DOCUMENT_WHY_MAX])
{
	char path[RUN_PATH_MAX];
	int err;

	run__path(r->dir, run__report_name(r, end), path);
	if (run__has_accounts(r))
		return generator__read(&r->report[end], path, why);
	err = report__read(&r->report[end], path, false, why);
	if (err == -ENOENT && end == END_SERVER) {
		run__path(r->dir, run__report_name(r, END_CLIENT), path);
		err = report__read(&r->report[end], path, true, why);
		if (err && err != -ENOMEM)
			strcpy(why, "missing");
	}
	return err;
}

/* The intervals that were asked for: a report does not tell them. */
static void tell_interval(struct run *r, enum end end)
{
	struct report *report = &r->report[end];

	for (unsigned int i = 0; i < report->count; i++)
		report->streams[i].asked_ns = r->manifest.iperf3[end].interval_ns;
}

int run__open(struct run *r, const char *dir)
{
	char path[RUN_PATH_MAX], why[DOCUMENT_WHY_MAX];
	struct stat st;
	int err;

	memset(r, 0, sizeof(*r));
	if (strlen(dir) + 64 > sizeof(r->dir))
		return -ENAMETOOLONG;
	strcpy(r->dir, dir);
	if (stat(dir, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	run__path(dir, "manifest.json", path);
	err = manifest__read(&r->manifest, path, why);
	if (err == -ENOMEM)
		return err;
	if (err)
		snprintf(r->manifest_why, sizeof(r->manifest_why), "manifest.json: %s", why);
	for (enum end end = 0; end < ENDS; end++) {
		err = read_report(r, end, why);
		if (err == -ENOMEM)
			return err;
		if (err)
			snprintf(r->report_why[end], RUN_WHY_MAX, "%s: %s",
				 run__report_name(r, end), why);
		tell_interval(r, end);
	}
	return 0;
}

void run__close(struct run *r)
{
	flows__free(r->flows);
	for (enum end end = 0; end < ENDS; end++)
		report__free(&r->report[end]);
	manifest__free(&r->manifest);
}

const char *placement_method__name(enum placement_method m)
{
	static const char *const names[] = {
		[PLACEMENT_NONE] = "none",
		[PLACEMENT_MARKS] = "marks",
		[PLACEMENT_FIRST_SEND] = "first-send",
		[PLACEMENT_TUPLES] = "tuples",
		[PLACEMENT_ESTABLISHED] = "established",
		[PLACEMENT_START_TIMESTAMP] = "start-timestamp",
	};

	return names[m];
}

void run__why_foreign(struct run_foreign *f, const char *sentence)
{
	const char *slash = strrchr(f->spec.path, '/');
	size_t folder = slash ? slash + 1 - f->spec.path : 0;

	if (!strncmp(sentence, f->spec.path, folder))
		sentence += folder;
	snprintf(f->timeline.why, sizeof(f->timeline.why), "%s", sentence);
}

static bool name_taken(const struct run *r, unsigned int which, const char *name)
{
	for (enum witness w = 0; w < WITNESSES; w++)
		if (!strcmp(name, witness__name(w)))
			return true;
	for (unsigned int i = 0; i < which; i++)
		if (!strcmp(name, r->foreign[i].name))
			return true;
	return !strcmp(name, "iperf3") || !*name;
}

void run__name_foreign(struct run *r, unsigned int which)
{
	struct run_foreign *f = &r->foreign[which];
	char name[sizeof(f->name)];

	snprintf(name, sizeof(name), "%s", f->timeline.header.witness);
	for (unsigned int n = 2; name_taken(r, which, name); n++)
		snprintf(name, sizeof(name), "%s-%u", f->timeline.header.witness, n);
	memcpy(f->name, name, sizeof(name));
	snprintf(f->pair, sizeof(f->pair), "%s-probe", name);
}

bool run__has_mode(const struct run *r, enum witness w, const char *mode)
{
	const struct timeline_header *h = &r->timeline[w].header;

	for (unsigned int i = 0; i < h->modes; i++)
		if (!strcmp(h->mode[i], mode))
			return true;
	return false;
}

bool run__is_armed(const struct run *r, uint32_t netns)
{
	const struct timeline_header *h = &r->timeline[WITNESS_PROBE].header;

	for (unsigned int i = 0; h->armed && i < h->netns_count; i++)
		if (h->netns[i] == netns)
			return true;
	return false;
}

bool run__lost_samples(const struct run *r, enum witness w)
{
	const struct run_timeline *t = &r->timeline[w];

	for (unsigned int i = 0; t->whole && i < t->trailer.losses; i++)
		if (t->trailer.lost[i].count)
			return true;
	return !t->whole;
}
