// SPDX-License-Identifier: BSD-2-Clause
/* The decoder over messages built byte by byte, whole, short, cut and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>

#include "message.h"
#include "netlink/decode.h"

static const struct decode_layout layout_6_18 = {.tcp_info = TCP_INFO_LAYOUT_6_18};

static void every_attribute_reaches_its_field(void **state)
{
	static const struct {
		const char *what;
		enum field field;
		uint64_t value;
	} cases[] = {
		{"struct inet_diag_msg: queue to read", FIELD_rqueue, 11},
		{"struct inet_diag_msg: queue to send", FIELD_wqueue, 12},
		{"struct inet_diag_msg: owner", FIELD_uid, 1000},
		{"struct inet_diag_msg: inode", FIELD_inode, 4711},
		{"struct inet_diag_msg: timer", FIELD_timer, 1},
		{"INFO: first byte", FIELD_state, 1},
		{"INFO: a bitfield's low half", FIELD_snd_wscale, 7},
		{"INFO: four bytes at 8", FIELD_rto, 0x0c0b0a09},
		{"INFO: four bytes at 68", FIELD_rtt, 0x48474645},
		{"INFO: eight bytes at 120", FIELD_bytes_acked, 0x807f7e7d7c7b7a79},
		{"INFO: two bytes at 278, in 6.18's layout", FIELD_accecn_opt_seen, 0x1817},
		{"MEMINFO: last", FIELD_tmem, 4},
		{"SKMEMINFO: first", FIELD_skmem_rmem_alloc, 10},
		{"SKMEMINFO: last", FIELD_skmem_drops, 18},
		{"VEGASINFO", FIELD_vegas_minrtt, 40},
		{"DCTCPINFO: a u16", FIELD_dctcp_ce_state, 2},
		{"DCTCPINFO: last", FIELD_dctcp_ab_tot, 99},
		{"BBRINFO: two halves make 64 bits", FIELD_bbr_bw, 0x2200000011},
		{"BBRINFO: last", FIELD_bbr_cwnd_gain, 555},
		{"TOS", FIELD_tos, 0x10},
		{"TCLASS", FIELD_tclass, 0x20},
		{"CLASS_ID", FIELD_class_id, 6},
		{"SHUTDOWN", FIELD_shutdown, 3},
		{"MARK", FIELD_mark, 0xabcd},
		{"CGROUP_ID", FIELD_cgroup_id, 0x1234567890},
		{"SOCKOPT", FIELD_sockopt, 0x0152},
	};
	struct sample s = {.event = EVENT_sample};
	struct message m;

	message__everything(&m, AF_INET, 280);
	assert_int_equal(decode__message(m.bytes, m.len, &layout_6_18, 42, &s), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (!sample__has(&s, cases[i].field) || s.value[cases[i].field] != cases[i].value)
			fail_msg("%s: %s is %#llx, not %#llx", cases[i].what,
				 catalogue[cases[i].field].name,
				 (unsigned long long)s.value[cases[i].field],
				 (unsigned long long)cases[i].value);
	assert_string_equal(s.cong, "bbr");
	assert_string_equal(s.ulp, "tls");
	assert_int_equal(s.flow.cookie, 0x100000007);
	assert_int_equal(s.flow.netns, 42);
	assert_int_equal(s.seq, 0);
	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (sample__has(&s, f))
			assert_true(catalogue[f].group == GROUP_TCP_INFO ||
				    catalogue[f].group == GROUP_CC ||
				    catalogue[f].group == GROUP_ATTR);
}

static void addresses_are_kept_as_ipv6(void **state)
{
	static const struct {
		const char *what;
		uint8_t family;
		const char *local, *remote;
	} cases[] = {
		{"an IPv4 socket", AF_INET, "10.0.0.1:5201", "10.0.0.2:40000"},
		{"an IPv6 socket", AF_INET6, "[2001:db8::1]:5201", "[2001:db8::2]:40000"},
	};
	char text[ENDPOINT_TEXT_MAX];
	struct sample s = {.event = EVENT_sample};
	struct message m;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		message__everything(&m, cases[i].family, 280);
		assert_int_equal(decode__message(m.bytes, m.len, &layout_6_18, 0, &s), 0);
		assert_int_equal(s.flow.family, cases[i].family);
		endpoint__format(&s.flow.local, s.flow.family, text);
		assert_string_equal(text, cases[i].local);
		endpoint__format(&s.flow.remote, s.flow.family, text);
		assert_string_equal(text, cases[i].remote);
	}
	/* Mapped form, so that one filter serves both families. */
	message__everything(&m, AF_INET, 280);
	assert_int_equal(decode__message(m.bytes, m.len, &layout_6_18, 0, &s), 0);
	assert_memory_equal(s.flow.local.addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01", 16);
}

static void a_short_info_means_absent_fields(void **state)
{
	static const struct {
		const char *kernel;
		size_t len;
		enum field last, first_absent;
	} cases[] = {
		{"base", 104, FIELD_total_retrans, FIELD_pacing_rate},
		{"3.15", 120, FIELD_max_pacing_rate, FIELD_bytes_acked},
		{"4.6", 160, FIELD_data_segs_out, FIELD_delivery_rate},
		{"5.4", 232, FIELD_snd_wnd, FIELD_rcv_wnd},
		{"6.2", 240, FIELD_rehash, FIELD_total_rto},
		{"6.7", 248, FIELD_total_rto_time, FIELD_received_ce},
		{"cut inside a field", 250, FIELD_total_rto_time, FIELD_received_ce},
	};
	struct sample s = {.event = EVENT_sample};
	struct message m;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		message__begin(&m, AF_INET);
		message__info(&m, cases[i].len);
		assert_int_equal(decode__message(m.bytes, m.len, &layout_6_18, 0, &s), 0);
		if (!sample__has(&s, cases[i].last) || sample__has(&s, cases[i].first_absent))
			fail_msg("%s: wrong presence", cases[i].kernel);
		assert_false(sample__has(&s, FIELD_rmem));
		assert_false(sample__has(&s, FIELD_tos));
		assert_string_equal(s.cong, "");
	}
}

static void a_long_info_is_fine(void **state)
{
	struct sample s = {.event = EVENT_sample};
	struct message m;

	message__begin(&m, AF_INET);
	message__info(&m, 400);
	assert_int_equal(decode__info_length(m.bytes, m.len), 400);
	assert_int_equal(decode__message(m.bytes, m.len, &layout_6_18, 0, &s), 0);
	assert_int_equal(s.value[FIELD_rto], 0x0c0b0a09);
}

static void an_ambiguous_layout_leaves_the_last_bytes_out(void **state)
{
	const struct decode_layout unknown = {.tcp_info_max = 276};
	const struct decode_layout layout_7_0 = {.tcp_info = TCP_INFO_LAYOUT_7_0};
	struct sample s = {.event = EVENT_sample};
	struct message m;

	message__begin(&m, AF_INET);
	message__info(&m, 280);
	assert_int_equal(decode__message(m.bytes, m.len, &unknown, 0, &s), 0);
	assert_true(sample__has(&s, FIELD_received_ce_bytes));
	assert_false(sample__has(&s, FIELD_accecn_fail_mode));
	assert_false(sample__has(&s, FIELD_accecn_opt_seen));
	assert_false(sample__has(&s, FIELD_ecn_mode));

	/* byte 276 is 0x15: ecn_mode 1, opt_seen 1, fail_mode 1 */
	assert_int_equal(decode__message(m.bytes, m.len, &layout_7_0, 0, &s), 0);
	assert_int_equal(s.value[FIELD_ecn_mode], 1);
	assert_int_equal(s.value[FIELD_accecn_opt_seen], 1);
	assert_int_equal(s.value[FIELD_accecn_fail_mode], 1);

	assert_int_equal(decode__message(m.bytes, m.len, &layout_6_18, 0, &s), 0);
	assert_false(sample__has(&s, FIELD_ecn_mode));
	assert_int_equal(s.value[FIELD_accecn_fail_mode], 0x1615);
}

static void without_tcp_info_it_is_no_sample(void **state)
{
	struct sample s = {.event = EVENT_sample};
	uint32_t mark = 0;
	struct message m;

	message__begin(&m, AF_INET);
	message__attribute(&m, INET_DIAG_MARK, &mark, 4);
	assert_int_equal(decode__message(m.bytes, m.len, &layout_6_18, 0, &s), -ENODATA);
	assert_int_equal(decode__info_length(m.bytes, m.len), 0);
}

static void a_destroy_message_lacks_what_the_kernel_leaves_zero(void **state)
{
	struct sample s = {.event = EVENT_destroy};
	struct message m;

	message__everything(&m, AF_INET, 280);
	assert_int_equal(decode__message(m.bytes, m.len, &layout_6_18, 0, &s), 0);
	assert_false(sample__has(&s, FIELD_uid));
	assert_false(sample__has(&s, FIELD_inode));
	assert_false(sample__has(&s, FIELD_timer));
	assert_false(sample__has(&s, FIELD_timer_retrans));
	assert_false(sample__has(&s, FIELD_timer_expires));
	assert_true(sample__has(&s, FIELD_rqueue));
	assert_true(sample__has(&s, FIELD_wqueue));
}

/* Copies of exactly the length given, so that ASan or valgrind sees any step too far. */
static int decode_copy(const uint8_t *bytes, size_t len, uint32_t nlmsg_len)
{
	struct sample s = {.event = EVENT_sample};
	uint8_t *copy = malloc(len ?: 1);
	struct nlmsghdr nlh;
	int err;

	memcpy(copy, bytes, len);
	if (len >= sizeof(nlh)) {
		memcpy(&nlh, copy, sizeof(nlh));
		nlh.nlmsg_len = nlmsg_len;
		memcpy(copy, &nlh, sizeof(nlh));
	}
	err = decode__message(copy, len, &layout_6_18, 0, &s);
	free(copy);
	return err;
}

static void truncation_at_every_length_is_survived(void **state)
{
	struct message m;

	message__everything(&m, AF_INET6, 280);
	for (size_t len = 0; len < m.len; len++) {
		/* the header still promises everything */
		assert_int_equal(decode_copy(m.bytes, len, m.len), -EBADMSG);
		/* the header knows of the cut; the last attribute may not */
		assert_in_range(-decode_copy(m.bytes, len, len), 0, 200);
	}
	assert_int_equal(decode_copy(m.bytes, m.len, m.len), 0);
}

static void damaged_messages_are_refused(void **state)
{
	struct sample s = {.event = EVENT_sample};
	struct nlattr a = {.nla_len = 3, .nla_type = INET_DIAG_TOS};
	struct message m;

	message__begin(&m, AF_INET);
	message__append(&m, &a, sizeof(a));
	assert_int_equal(decode__message(m.bytes, m.len, &layout_6_18, 0, &s), -EBADMSG);

	message__begin(&m, AF_INET);
	a.nla_len = 400;
	message__append(&m, &a, sizeof(a));
	assert_int_equal(decode__message(m.bytes, m.len, &layout_6_18, 0, &s), -EBADMSG);

	message__begin(&m, AF_INET);
	message__info(&m, 280);
	message__attribute(&m, INET_DIAG_ULP_INFO, &a, sizeof(a));
	assert_int_equal(decode__message(m.bytes, m.len, &layout_6_18, 0, &s), -EBADMSG);

	message__everything(&m, AF_INET, 280);
	m.bytes[NLMSG_HDRLEN] = AF_UNIX;
	assert_int_equal(decode__message(m.bytes, m.len, &layout_6_18, 0, &s), -EBADMSG);
}

static void names_are_cut_to_their_room(void **state)
{
	struct sample s = {.event = EVENT_sample};
	struct message m;

	message__begin(&m, AF_INET);
	message__info(&m, 280);
	message__attribute(&m, INET_DIAG_CONG, "a_name_longer_than_sixteen", 26);
	assert_int_equal(decode__message(m.bytes, m.len, &layout_6_18, 0, &s), 0);
	assert_string_equal(s.cong, "a_name_longer_t");

	message__begin(&m, AF_INET);
	message__info(&m, 280);
	message__attribute(&m, INET_DIAG_CONG, "reno", 4); /* no NUL */
	assert_int_equal(decode__message(m.bytes, m.len, &layout_6_18, 0, &s), 0);
	assert_string_equal(s.cong, "reno");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_attribute_reaches_its_field),
		cmocka_unit_test(addresses_are_kept_as_ipv6),
		cmocka_unit_test(a_short_info_means_absent_fields),
		cmocka_unit_test(a_long_info_is_fine),
		cmocka_unit_test(an_ambiguous_layout_leaves_the_last_bytes_out),
		cmocka_unit_test(without_tcp_info_it_is_no_sample),
		cmocka_unit_test(a_destroy_message_lacks_what_the_kernel_leaves_zero),
		cmocka_unit_test(truncation_at_every_length_is_survived),
		cmocka_unit_test(damaged_messages_are_refused),
		cmocka_unit_test(names_are_cut_to_their_room),
	};

	return cmocka_run_group_tests_name("netlink decode", tests, NULL, NULL);
}
