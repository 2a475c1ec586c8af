/* SPDX-License-Identifier: BSD-2-Clause */
/* Cases of a made-up run, each with the finding that it must, or must not, lead to. */
#ifndef TCPW_COMPARE_TESTS_FINDINGS_H
#define TCPW_COMPARE_TESTS_FINDINGS_H

#include <stddef.h>

#include "synthetic.h"

struct finding {
	const char *description, *check, *subject;
	const char *says; /* NULL: the check passes */
	struct recipe recipe;
	bool silent; /* it has no entry where it passes */
};

struct CMUnitTest;

/* Each case is a test, and so are the others. The exit code for main(). */
int findings__run(const struct finding *cases, size_t count, const struct CMUnitTest *others,
		  size_t others_count);

#endif
