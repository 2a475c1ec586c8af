// SPDX-License-Identifier: BSD-2-Clause
/*
 * Why the kernel on which a run was recorded cannot show a defect. Three reasons are accepted, each by
 * proof:
 *
 * - A run. The kernel cannot record it at all (a capture mode is refused): ci/defects.sh has left the
 *   words in RUN.lacks.
 *
 * - A field. The spoilt timeline's header says that this kernel does not have it (or, where the defect
 *   is to announce a field falsely, that it has).
 *
 * - Marks. The probe's header says that getsockopt(TCP_INFO) could not be followed on this kernel, and
 *   the same defect in a recording with marks is named by nothing but the checks that live on marks.
 */
#include "lacks.h"

#include <string.h>

#include "compare/run.h"

#include "edit_stream.h"
#include "edit_values.h"
#include "tape.h"

static bool read_header(struct timeline_header *h, const char *run_dir, enum target target)
{
	char path[RUN_PATH_MAX];
	struct tape t;
	bool ok;

	if (run__path(run_dir, target__file(target), path))
		return false;
	ok = !tape__load(&t, path);
	*h = t.header;
	tape__free(&t);
	return ok;
}

/* The defect's second field is one only for these; 0 is a field too (state). */
static bool has_other(const struct defect *d)
{
	return d->tape == edit_swap || d->tape == edit_times_other || d->tape == edit_from_other;
}

static bool lacks_field(struct trial *t, const struct defect *d, const char *run_dir)
{
	struct timeline_header h;
	bool field;

	if (!d->tape || (d->cause && d->tape != edit_announce) ||
	    !read_header(&h, run_dir, d->target))
		return false;
	field = field_set__has(&h.fields, d->field);
	if (d->tape == edit_announce) {
		if (field)
			snprintf(t->why, sizeof(t->why),
				 "this kernel has %s: it cannot be announced falsely",
				 catalogue[d->field].name);
		return field;
	}
	if (d->tape == edit_smuggle || (field && !(has_other(d) && !field_set__has(&h.fields, d->other))))
		return false;
	snprintf(t->why, sizeof(t->why), "this kernel has no %s",
		 catalogue[field ? d->other : d->field].name);
	return true;
}

static bool lacks_run(struct trial *t, const char *run_dir)
{
	char path[RUN_PATH_MAX];
	FILE *f;
	bool told;

	if (snprintf(path, sizeof(path), "%s.lacks", run_dir) >= (int)sizeof(path))
		return false;
	f = fopen(path, "r");
	told = f && fgets(t->why, sizeof(t->why), f);
	if (f)
		fclose(f);
	if (told)
		t->why[strcspn(t->why, "\n")] = '\0';
	return told;
}

static bool lacks_marks(struct trial *t, const struct defect *d, const char *run_dir,
			const char *reference)
{
	struct timeline_header h;
	struct trial with;

	if (!read_header(&h, run_dir, TARGET_PROBE) || h.marks)
		return false;
	trial__run(&with, d, reference);
	if (with.outcome != OUTCOME_CAUGHT || with.checks != with.checks_by_marks)
		return false;
	snprintf(t->why, sizeof(t->why),
		 "no marks on this kernel; where there are, nothing but %s by marks catches it",
		 with.by.check);
	return true;
}

void lacks__explain(struct trial *t, const struct defect *d, const char *run_dir,
		    const char *reference)
{
	if (t->outcome == OUTCOME_CAUGHT || t->outcome == OUTCOME_BLIND)
		return;
	if (lacks_run(t, run_dir) || lacks_field(t, d, run_dir) ||
	    lacks_marks(t, d, run_dir, reference))
		t->outcome = OUTCOME_LACKS;
}
