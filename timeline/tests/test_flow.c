// SPDX-License-Identifier: BSD-2-Clause
/* Endpoints as text, filters over 4-tuples, strict numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/socket.h>

#include "timeline/cli.h"
#include "timeline/flow.h"

static void endpoints_survive_writing_and_reading(void **state)
{
	static const struct {
		const char *text;
		uint16_t family, port;
	} cases[] = {
		{ "10.0.0.1:5201", AF_INET, 5201 },
		{ "[2001:db8::1]:1", AF_INET6, 1 },
		{ "[::ffff:192.0.2.7]:65535", AF_INET6, 65535 },
		{ "[::1]:0", AF_INET6, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[ENDPOINT_TEXT_MAX];
		struct endpoint e;
		uint16_t family;

		assert_int_equal(endpoint__parse(cases[i].text, strlen(cases[i].text), &e, &family), 0);
		assert_int_equal(family, cases[i].family);
		assert_int_equal(e.port, cases[i].port);
		assert_int_equal(endpoint__format(&e, family, text), strlen(cases[i].text));
		assert_string_equal(text, cases[i].text);
	}
}

static void malformed_endpoints_are_refused(void **state)
{
	static const char *const cases[] = {
		"", ":", "10.0.0.1", "10.0.0.1:", "10.0.0.1:65536", "10.0.0.1:-1", "10.0.0.256:1",
		"::1:80", "[::1]80", "[::1", "[10.0.0.1]:80", "10.0.0.1:80x", "host:80",
		"[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc]:12345",
	};
	struct endpoint e;
	uint16_t family;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(endpoint__parse(cases[i], strlen(cases[i]), &e, &family), -EINVAL);
}

static void filters_match_what_they_say(void **state)
{
	static const struct {
		const char *filter, *local, *remote;
		bool match;
	} cases[] = {
		{ "*,*", "10.0.0.1:1", "10.0.0.2:2", true },
		{ "*:*,*:2", "10.0.0.1:1", "10.0.0.2:2", true },
		{ "*,*:3", "10.0.0.1:1", "10.0.0.2:2", false },
		{ "*:1,*", "10.0.0.1:1", "10.0.0.2:2", true },
		{ "10.0.0.1,*", "10.0.0.1:1", "10.0.0.2:2", true },
		{ "10.0.0.2,*", "10.0.0.1:1", "10.0.0.2:2", false },
		{ "10.0.0.0/8,10.0.0.2:2", "10.9.0.1:1", "10.0.0.2:2", true },
		{ "10.0.0.0/8,*", "11.0.0.1:1", "10.0.0.2:2", false },
		{ "10.0.0.1,*", "[::ffff:10.0.0.1]:1", "[::ffff:10.0.0.2]:2", true },
		{ "0.0.0.0/0,*", "[2001:db8::1]:1", "[2001:db8::2]:2", false },
		{ "[2001:db8::]/32,*", "[2001:db8::1]:1", "[2001:db8::2]:2", false },
		{ "2001:db8::/32,*", "[2001:db8:1::1]:1", "[2001:db8::2]:2", true },
		{ "[2001:db8::/32]:1,*", "[2001:db8:1::1]:1", "[2001:db8::2]:2", true },
		{ "[2001:db8::/32]:2,*", "[2001:db8:1::1]:1", "[2001:db8::2]:2", false },
		{ "*,[::1]:5201", "[::1]:9", "[::1]:5201", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flow_filter filter = { 0 };
		struct endpoint local, remote;
		const char *why;
		uint16_t family;

		if (!strcmp(cases[i].filter, "[2001:db8::]/32,*")) {
			assert_int_equal(flow_filter__add(&filter, cases[i].filter, &why), -EINVAL);
			continue; /* the prefix belongs inside the brackets */
		}
		assert_int_equal(flow_filter__add(&filter, cases[i].filter, &why), 0);
		assert_int_equal(endpoint__parse(cases[i].local, strlen(cases[i].local), &local,
						 &family), 0);
		assert_int_equal(endpoint__parse(cases[i].remote, strlen(cases[i].remote), &remote,
						 &family), 0);
		assert_int_equal(flow_filter__match(&filter, &local, &remote), cases[i].match);
	}
}

static void no_pattern_matches_all_and_several_match_any(void **state)
{
	struct flow_filter filter = { 0 };
	struct endpoint local, remote;
	const char *why;
	uint16_t family;

	endpoint__parse("10.0.0.1:1", 10, &local, &family);
	endpoint__parse("10.0.0.2:2", 10, &remote, &family);
	assert_true(flow_filter__match(&filter, &local, &remote));
	assert_int_equal(flow_filter__add(&filter, "*:7,*", &why), 0);
	assert_false(flow_filter__match(&filter, &local, &remote));
	assert_int_equal(flow_filter__add(&filter, "*,*:2", &why), 0);
	assert_true(flow_filter__match(&filter, &local, &remote));
}

static void malformed_filters_are_refused_with_a_reason(void **state)
{
	static const char *const cases[] = {
		"", "*", "*,*,*", "*:0,*", "*:65536,*", "*:x,*", "10.0.0.1/33,*", "10.0.0.1/x,*",
		"[::1,*", "[::1]5,*", "::1/129,*", "host,*", "10.0.0.1:5:6,*",
	};
	struct flow_filter filter = { 0 };
	const char *why;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(flow_filter__add(&filter, cases[i], &why), -EINVAL);
		assert_non_null(why);
		assert_int_equal(filter.count, 0);
	}
	for (int i = 0; i < FLOW_PATTERNS_MAX; i++)
		assert_int_equal(flow_filter__add(&filter, "*,*", &why), 0);
	assert_int_equal(flow_filter__add(&filter, "*,*", &why), -ENOSPC);
}

static void numbers_and_durations_are_strict(void **state)
{
	static const struct {
		const char *text;
		int err;
		uint64_t ns;
	} cases[] = {
		{ "100ms", 0, 100000000 },   { "1.5s", 0, 1500000000 },
		{ "0.25us", 0, 250 },        { "7ns", 0, 7 },
		{ "10", -EINVAL, 0 },        { "", -EINVAL, 0 },
		{ "ms", -EINVAL, 0 },        { "-1s", -EINVAL, 0 },
		{ "1.s", -EINVAL, 0 },       { "1 s", -EINVAL, 0 },
		{ "1sx", -EINVAL, 0 },       { "0s", -ERANGE, 0 },        { "1h", 0, 3600000000000 },
		{ "1.5m", 0, 90000000000 },  { "1d", -EINVAL, 0 },
		{ "2h", -ERANGE, 0 },        { "99999999999999999999s", -ERANGE, 0 },
		{ "18446744073s", -ERANGE, 0 }, { "1.0000000001s", -EINVAL, 0 },
	};
	uint64_t v;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(duration__parse(cases[i].text, 1, 3600ULL * 1000000000, &v),
				 cases[i].err);
		if (!cases[i].err)
			assert_int_equal(v, cases[i].ns);
	}
	assert_int_equal(number__parse("18446744073709551615", 0, UINT64_MAX, &v), 0);
	assert_true(v == UINT64_MAX);
	assert_int_equal(number__parse("18446744073709551616", 0, UINT64_MAX, &v), -ERANGE);
	assert_int_equal(number__parse("+1", 0, 9, &v), -EINVAL);
	assert_int_equal(number__parse(" 1", 0, 9, &v), -EINVAL);
	assert_int_equal(number__parse("0x1", 0, 9, &v), -EINVAL);
	assert_int_equal(number__parse("10", 0, 9, &v), -ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoints_survive_writing_and_reading),
		cmocka_unit_test(malformed_endpoints_are_refused),
		cmocka_unit_test(filters_match_what_they_say),
		cmocka_unit_test(no_pattern_matches_all_and_several_match_any),
		cmocka_unit_test(malformed_filters_are_refused_with_a_reason),
		cmocka_unit_test(numbers_and_durations_are_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
