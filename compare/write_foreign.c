// SPDX-License-Identifier: BSD-2-Clause
/* report.txt: the part on timelines of other tools. */
#include <inttypes.h>
#include <string.h>

#include "write.h"

static void write_field(FILE *f, const struct result *r)
{
	bool said = false;

	/* what could be too long for the table is among the findings, or in a line of its own */
	fprintf(f, "  %-5s  %-25s", status__name(r->status), r->subject);
	if (r->compared || r->moved || r->unproven) {
		fprintf(f, " %12" PRIu64 " %11" PRIu64 " %8" PRIu64 " %9" PRIu64, r->compared,
			r->violations, r->moved, r->unproven);
		said = r->status == STATUS_FAIL;
	}
	if (r->status == STATUS_FAIL && said)
		fputs("  see Findings", f);
	else if (r->reason[0])
		fprintf(f, " %s", r->reason);
	fputc('\n', f);
}

void write__foreign(FILE *f, const struct run *run, const struct verdict *v)
{
	for (unsigned int w = 0; w < run->foreign_count; w++) {
		const struct run_foreign *foreign = &run->foreign[w];

		fprintf(f,
			"\nForeign witness %s (%s), against the probe\n  %-5s  %-25s %12s %11s %8s "
			"%9s\n",
			foreign->name,
			foreign->timeline.header.tool[0] ? foreign->timeline.header.tool
							 : "unknown tool",
			"", "", "compared", "violations", "moved", "unproven");
		for (unsigned int i = 0; i < v->results_count; i++) {
			const struct result *r = &v->results[i];

			if (!strcmp(r->check, "foreign") && r->witness[0] == foreign->name)
				write_field(f, r);
		}
	}
}
