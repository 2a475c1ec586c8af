// SPDX-License-Identifier: BSD-2-Clause
/* The table of `make defects`. */
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compare/run.h"
#include "edit_report.h"
#include "edit_stream.h"
#include "edit_values.h"
#include "lacks.h"

#define ROW "%-48s %-8s %-9s %-16s %-22s %18s %14s %7s\n"

void table__head(void)
{
	printf(ROW, "defect", "form", "", "caught by", "named", "size of the error",
	       "smallest seen", "others");
}

static const char *unit_of(const struct defect *d)
{
	if (d->tape == edit_shift || d->tape == edit_one_stamp || d->tape == edit_stamp_after ||
	    d->tape == edit_slow_grid || d->report == report_shift ||
	    d->report == report_whole_second)
		return "ns";
	if (d->report)
		return !d->cause && !strcmp(d->key, "retransmits") ? "segments" : "";
	return d->cause ? "" : catalogue[d->field].unit;
}

static void put_amount(char *text, size_t size, uint64_t v, const char *unit)
{
	if (!strcmp(unit, "none") || !strcmp(unit, "count"))
		unit = "";
	if (!strcmp(unit, "ns") && v >= 1000)
		snprintf(text, size, "%" PRIu64 " us", v / 1000);
	else
		snprintf(text, size, "%" PRIu64 "%s%s", v, *unit ? " " : "", unit);
}

static void put_row(const struct trial *t, const char *name, const char *form, const char *size,
		    const char *smallest, const char *why)
{
	char others[16];

	snprintf(others, sizeof(others), "%u", t->others);
	printf(ROW, name, form, outcome__name(t->outcome), t->by.check, t->by.named, size,
	       smallest, others);
	if (t->outcome == OUTCOME_MISNAMED)
		printf("    named instead: %s %s: %s\n", t->by.check, t->by.named, t->by.reason);
	else if (t->outcome == OUTCOME_BROKEN || t->outcome == OUTCOME_LACKS)
		printf("    %s\n", t->why);
	else if (t->outcome == OUTCOME_BLIND)
		printf("    %s\n", why);
	fflush(stdout);
}

static enum line line_of(const struct trial *t)
{
	return t->outcome == OUTCOME_CAUGHT  ? LINE_CAUGHT
	       : t->outcome == OUTCOME_BLIND ? LINE_BLIND
	       : t->outcome == OUTCOME_LACKS ? LINE_LACKS
					     : LINE_MISSED;
}

enum line table__line(const struct defect *d, const char *fixtures, const char *reference)
{
	char size[32] = "-", smallest[32] = "-", run_dir[RUN_PATH_MAX];
	struct trial t;
	uint64_t least;

	trial__run(&t, d, fixtures);
	if (strcmp(fixtures, reference) && !run__path(fixtures, d->fixture, run_dir))
		lacks__explain(&t, d, run_dir, reference);
	least = trial__smallest(&t, d, fixtures);
	if (d->report == report_shift || d->report == report_whole_second)
		least *= 1000;
	if (t.change.size && (!d->cause || d->tape || least))
		put_amount(size, sizeof(size), t.change.size, unit_of(d));
	if (least)
		put_amount(smallest, sizeof(smallest), least, unit_of(d));
	put_row(&t, d->name, d->fixture, size, smallest, d->blind);
	return line_of(&t);
}

/* The smallest error is that of the recorded run with segment capture, by the same check. */
enum line table__live(const char *name, const char *field, const char *run_dir,
		      const char *fixtures)
{
	struct defect d = { .expected = STATUS_FAIL, .named = field, .fixture = "segment",
			    .target = TARGET_PROBE, .tape = edit_add };
	char size[32] = "-", smallest[32] = "-";
	struct trial t = { 0 };
	uint64_t least;

	d.field = field__find(field, strlen(field), FIELD_COUNT);
	if (d.field == FIELD_COUNT) {
		fprintf(stderr, "defects: %s is no field of the catalogue\n", field);
		return LINE_MISSED;
	}
	d.k = 1;
	trial__judge(&t, &d, run_dir);
	lacks__explain(&t, &d, run_dir, fixtures);
	least = trial__smallest(&t, &d, fixtures);
	if (t.by.size)
		put_amount(size, sizeof(size), t.by.size, unit_of(&d));
	if (least)
		put_amount(smallest, sizeof(smallest), least, unit_of(&d));
	put_row(&t, name, "live", size, smallest, NULL);
	return line_of(&t);
}
