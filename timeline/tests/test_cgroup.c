// SPDX-License-Identifier: BSD-2-Clause
/* Where cgroup v2 is, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "timeline/cgroup.h"
#include "timeline/temporary.h"

static void cgroup_v2_is_found_in_mountinfo(void **state)
{
	static const struct {
		const char *mountinfo, *path;
		int err;
	} cases[] = {
		{ "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n",
		  "/sys/fs/cgroup", 0 },
		{ "31 23 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
		  "32 23 0:28 / /sys/fs/cgroup/unified rw - cgroup2 none rw\n",
		  "/sys/fs/cgroup/unified", 0 },
		{ "33 23 0:29 / /mnt/with\\040blank rw - cgroup2 none rw\n", "/mnt/with blank", 0 },
		{ "34 23 0:30 / /cgroup2 rw - tmpfs cgroup2 rw\n", "", -ENOENT },
		{ "", "", -ENOENT },
	};
	char file[TEMPORARY_PATH_MAX], path[256];

	assert_int_equal(temporary__file(file), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		FILE *f = fopen(file, "we");

		fputs(cases[i].mountinfo, f);
		fclose(f);
		assert_int_equal(cgroup__mount_point(file, path, sizeof(path)), cases[i].err);
		if (!cases[i].err)
			assert_string_equal(path, cases[i].path);
	}
	unlink(file);
	assert_int_equal(cgroup__mount_point(file, path, sizeof(path)), -ENOENT);
}

static void what_is_no_cgroup_is_refused(void **state)
{
	struct cgroup_dir dir;

	assert_int_equal(cgroup__open(&dir, "/proc"), -EMEDIUMTYPE);
	assert_int_equal(cgroup__open(&dir, "/nonexistent"), -ENOENT);
	assert_int_equal(cgroup__open(&dir, "/proc/self/mountinfo"), -ENOTDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cgroup_v2_is_found_in_mountinfo),
		cmocka_unit_test(what_is_no_cgroup_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
