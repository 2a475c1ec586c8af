// SPDX-License-Identifier: BSD-2-Clause
/* Which layout of struct tcp_info is believed, and the bytes of requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <linux/sock_diag.h>

#include "netlink/layout.h"
#include "netlink/request.h"

static void length_and_btf_choose_the_layout(void **state)
{
	static const struct {
		const char *what;
		uint16_t len;
		enum btf_answer btf;
		enum tcp_info_layout layout;
		uint16_t max;
		bool ambiguous;
	} cases[] = {
		{"5.10", 232, BTF_ABSENT, TCP_INFO_LAYOUT_6_18, 0, false},
		{"6.12", 248, BTF_ABSENT, TCP_INFO_LAYOUT_6_18, 0, false},
		{"6.18", 280, BTF_WITHOUT_ECN_MODE, TCP_INFO_LAYOUT_6_18, 0, false},
		{"7.0", 280, BTF_WITH_ECN_MODE, TCP_INFO_LAYOUT_7_0, 0, false},
		{"6.18 or 7.0", 280, BTF_ABSENT, TCP_INFO_LAYOUT_6_18, 276, true},
		{"longer than any we know", 304, BTF_ABSENT, TCP_INFO_LAYOUT_7_0, 0, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kernel_layout l = {0};

		layout__choose(&l, cases[i].len, cases[i].btf);
		if (l.decode.tcp_info != cases[i].layout || l.ambiguous != cases[i].ambiguous ||
		    l.decode.tcp_info_max != cases[i].max || l.tcp_info_len != cases[i].len)
			fail_msg("%s: wrong choice", cases[i].what);
	}
}

static void an_exact_request_carries_tuple_device_and_cookie(void **state)
{
	struct inet_diag_sockid id = {.idiag_sport = htons(1),
				      .idiag_dport = htons(2),
				      .idiag_src = {3},
				      .idiag_dst = {4},
				      .idiag_if = 5,
				      .idiag_cookie = {6, 7}};
	struct exact_request r;

	request__exact(&r, AF_INET6, &id);
	assert_int_equal(r.nlh.nlmsg_len, 72);
	assert_int_equal(r.nlh.nlmsg_type, SOCK_DIAG_BY_FAMILY);
	assert_int_equal(r.nlh.nlmsg_flags, NLM_F_REQUEST);
	assert_int_equal(r.req.sdiag_family, AF_INET6);
	assert_int_equal(r.req.sdiag_protocol, IPPROTO_TCP);
	assert_int_equal(r.req.idiag_ext, 0xff);
	assert_memory_equal(&r.req.id, &id, sizeof(id));
}

static void a_dump_asks_for_states_with_tcp_info(void **state)
{
	struct bytecode b = {.len = 8, .bytes = {1, 2, 3, 4, 5, 6, 7, 8}};
	struct dump_request r;

	request__dump(&r, AF_INET, NULL, true);
	assert_int_equal(r.nlh.nlmsg_len, 72);
	assert_int_equal(r.nlh.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
	for (int s = 0; s < 32; s++) {
		bool want = s >= 1 && s <= 11 && s != 3 && s != 6 && s != 10;

		if ((r.req.idiag_states >> s & 1) != want)
			fail_msg("state %d", s);
	}
	request__dump(&r, AF_INET, &b, false);
	assert_int_equal(r.req.idiag_ext, 0);
	assert_int_equal(r.nlh.nlmsg_len, 72 + 4 + 8);
	assert_int_equal(r.attr.nla_len, 12);
	assert_int_equal(r.attr.nla_type, INET_DIAG_REQ_BYTECODE);
	assert_memory_equal(r.bytecode, b.bytes, 8);
	b.len = 0;
	request__dump(&r, AF_INET, &b, false);
	assert_int_equal(r.nlh.nlmsg_len, 72);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(length_and_btf_choose_the_layout),
		cmocka_unit_test(an_exact_request_carries_tuple_device_and_cookie),
		cmocka_unit_test(a_dump_asks_for_states_with_tcp_info),
	};

	return cmocka_run_group_tests_name("netlink layout and requests", tests, NULL, NULL);
}
