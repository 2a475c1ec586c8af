// SPDX-License-Identifier: BSD-2-Clause
/* The table of known flows, against a plain list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "netlink/flows.h"

static void check_all(const struct flows *f, const bool *there, uint64_t stride, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		struct known_flow *found = flows__find(f, 1 + i * stride);

		if (there[i] != (found != NULL))
			fail_msg("cookie %zu with stride %llu: %s", i, (unsigned long long)stride,
				 found ? "found after removal" : "lost");
		if (found)
			assert_int_equal(found->cookie, 1 + i * stride);
		count += there[i];
	}
	assert_int_equal(f->count, count);
}

static void what_was_added_is_found_until_removed(void **state)
{
	static const uint64_t strides[] = {1, 4096, 1ull << 32, 0x9e3779b97f4a7c15ull};
	uint64_t random = 12345;
	bool there[300];

	for (size_t k = 0; k < sizeof(strides) / sizeof(strides[0]); k++) {
		struct flows f = {0};

		for (size_t i = 0; i < 300; i++)
			there[i] = false;
		for (int step = 0; step < 3000; step++) {
			size_t i = (random = random * 6364136223846793005ull + 1) >> 33;
			uint64_t cookie;

			i %= 300;
			cookie = 1 + i * strides[k];
			if (there[i])
				flows__remove(&f, flows__find(&f, cookie));
			else
				assert_non_null(flows__add(&f, cookie));
			there[i] = !there[i];
			if (step % 100 == 0)
				check_all(&f, there, strides[k], 300);
		}
		check_all(&f, there, strides[k], 300);
		flows__free(&f);
		assert_null(flows__find(&f, 1));
	}
}

/* As the sampler does it: a flow that is gone gives its place to the last one. */
static void removing_while_walking_visits_every_flow_once(void **state)
{
	struct flows f = {0};
	size_t visited = 0, i = 0;

	for (uint64_t c = 1; c <= 100; c++)
		flows__add(&f, c);
	while (i < f.count) {
		visited++;
		if (f.flow[i].cookie % 3)
			flows__remove(&f, &f.flow[i]);
		else
			i++;
	}
	assert_int_equal(visited, 100);
	assert_int_equal(f.count, 33);
	flows__free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_found_until_removed),
		cmocka_unit_test(removing_while_walking_visits_every_flow_once),
	};

	return cmocka_run_group_tests_name("netlink flows", tests, NULL, NULL);
}
