// SPDX-License-Identifier: BSD-2-Clause
/* The pure parts of the probe: records, ticks, HZ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/socket.h>

#include "probe/capture.h"
#include "probe/convert.h"
#include "probe/record.h"

static struct features all_fields(void)
{
	struct features features = { .hz = 250, .rtt_arguments = true };

	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (catalogue[f].group == GROUP_TCP_INFO || catalogue[f].group == GROUP_SOCK)
			field_set__add(&features.fields, f);
	return features;
}

static struct record make_record(enum record_type type)
{
	struct record r = {
		.head = { .type = type, .time_ns = 123, .seq = 4,
			  .flow = { .cookie = 5, .netns = 6, .family = AF_INET, .local_port = 7,
				    .remote_port = 8, .local_addr = { [10] = 0xff, 0xff, 10, 0, 0, 1 },
				    .remote_addr = { [10] = 0xff, 0xff, 10, 0, 0, 2 } } },
		.cong = "cubic",
	};
	uint64_t n = 1;

	/* Each field has a value of its own, so that none can stand in for another. */
#define TCPI(name, type, unit, kind, at, since, rtt, all_ones, have, expr, doc) r.fields.name = n++;
#define SOCK(name, type, unit, kind, have, expr, doc) r.fields.name = n++;
#include "timeline/catalogue.def"
	return r;
}

static void every_field_of_a_record_reaches_the_sample(void **state)
{
	struct features features = all_fields();
	struct record r = make_record(RECORD_POLL);
	struct sample s;
	uint64_t n = 1;

	assert_int_equal(record__to_sample(&r, sizeof(r), &features, &s), 0);
	assert_int_equal(s.event, EVENT_poll);
	assert_true(s.t0_ns == 123 && s.t1_ns == 123 && s.seq == 4);
	assert_true(s.flow.cookie == 5 && s.flow.netns == 6 && s.flow.family == AF_INET);
	assert_true(s.flow.local.port == 7 && s.flow.remote.port == 8);
	assert_int_equal(s.flow.local.addr[15], 1);
	assert_int_equal(s.flow.remote.addr[15], 2);
	assert_string_equal(s.cong, "cubic");
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (!field_set__has(&features.fields, f)) {
			assert_false(sample__has(&s, f));
			continue;
		}
		assert_true(sample__has(&s, f));
		assert_int_equal(s.value[f], n);
		n++;
	}
}

/* Of the congestion controls' fields only those are told that the socket's own one publishes. */
static void what_another_congestion_control_publishes_is_absent(void **state)
{
	static const struct {
		enum record_cc info;
		unsigned int attribute;
	} cases[] = {
		{ CC_NONE, ATTRIBUTE_NONE },
		{ CC_BBRINFO, ATTRIBUTE_BBRINFO },
		{ CC_DCTCPINFO, ATTRIBUTE_DCTCPINFO },
		{ CC_VEGASINFO, ATTRIBUTE_VEGASINFO },
	};
	struct features features = all_fields();

	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (catalogue[f].group == GROUP_CC)
			field_set__add(&features.fields, f);
	field_set__remove(&features.fields, FIELD_bbr_cwnd_gain); /* as if this kernel had none */
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record r = make_record(RECORD_SEGMENT);
		unsigned int told = 0;
		struct sample s;

		r.fields.cc_info = cases[i].info;
		if (cases[i].info == CC_BBRINFO)
			r.fields.bbr_bw = 1ULL << 40;
		else if (cases[i].info == CC_DCTCPINFO)
			r.fields.dctcp_ab_tot = 16;
		else
			r.fields.vegas_minrtt = 17;
		assert_int_equal(record__to_sample(&r, sizeof(r), &features, &s), 0);
		for (enum field f = 0; f < FIELD_COUNT; f++) {
			if (catalogue[f].group != GROUP_CC)
				continue;
			told += sample__has(&s, f);
			assert_int_equal(sample__has(&s, f),
					 catalogue[f].attribute == cases[i].attribute &&
						 f != FIELD_bbr_cwnd_gain);
		}
		assert_int_equal(told != 0, cases[i].info != CC_NONE);
		if (sample__has(&s, FIELD_bbr_bw))
			assert_true(s.value[FIELD_bbr_bw] == 1ULL << 40);
		if (sample__has(&s, FIELD_dctcp_ab_tot))
			assert_int_equal(s.value[FIELD_dctcp_ab_tot], 16);
		if (sample__has(&s, FIELD_vegas_minrtt))
			assert_int_equal(s.value[FIELD_vegas_minrtt], 17);
	}
}

static void a_field_that_the_kernel_lacks_is_absent(void **state)
{
	struct features features = all_fields();
	struct record r = make_record(RECORD_SEGMENT);
	struct sample s;

	field_set__remove(&features.fields, FIELD_rcv_wnd);
	assert_int_equal(record__to_sample(&r, sizeof(r), &features, &s), 0);
	assert_false(sample__has(&s, FIELD_rcv_wnd));
	assert_true(sample__has(&s, FIELD_snd_wnd));
}

static void callback_arguments_come_with_their_event_only(void **state)
{
	static const struct {
		const char *what;
		enum record_type type;
		unsigned int srtt, new_state;
		enum sample_event event;
		bool rtt_args, states, segment;
	} cases[] = {
		{ "rtt with arguments", RECORD_RTT, 77, 0, EVENT_rtt, true, false, false },
		{ "rtt before 6.10", RECORD_RTT, RECORD_NO_ARGUMENT, 0, EVENT_rtt, false, false, false },
		{ "a state change", RECORD_STATE, 0, 8, EVENT_state, false, true, false },
		{ "the change to CLOSE", RECORD_STATE, 0, 7, EVENT_close, false, true, false },
		{ "a segment", RECORD_SEGMENT, 0, 0, EVENT_segment, false, false, true },
		{ "a mark", RECORD_MARK, 5, 7, EVENT_mark, false, false, false },
		{ "connect", RECORD_CONNECT, 0, 0, EVENT_connect, false, false, false },
		{ "established", RECORD_ESTABLISHED, 0, 0, EVENT_established, false, false, false },
	};
	struct features features = all_fields();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record r = make_record(cases[i].type);
		struct sample s;

		r.fields.cb_srtt = cases[i].srtt;
		r.fields.new_state = cases[i].new_state;
		assert_int_equal(record__to_sample(&r, sizeof(r), &features, &s), 0);
		assert_int_equal(s.event, cases[i].event);
		assert_int_equal(sample__has(&s, FIELD_cb_srtt), cases[i].rtt_args);
		assert_int_equal(sample__has(&s, FIELD_old_state), cases[i].states);
		assert_int_equal(sample__has(&s, FIELD_seg_ack_seq), cases[i].segment);
	}
}

/* The header does not list them: they must not appear, whatever the kernel hands over. */
static void arguments_that_the_header_does_not_know_are_left_out(void **state)
{
	struct features features = all_fields();
	struct record r = make_record(RECORD_RTT);
	struct sample s;

	r.fields.cb_srtt = 9;
	features.rtt_arguments = false;
	assert_int_equal(record__to_sample(&r, sizeof(r), &features, &s), 0);
	assert_false(sample__has(&s, FIELD_cb_srtt) || sample__has(&s, FIELD_cb_mrtt));
}

static void the_kernels_own_tcp_info_keeps_the_callers_length(void **state)
{
	struct features features = all_fields();
	struct record_tcp_info info = { .head.type = RECORD_TCP_INFO, .len = 104 };
	struct sample s;

	memset(info.bytes, 0x11, sizeof(info.bytes));
	assert_int_equal(record__to_sample(&info, sizeof(info), &features, &s), 0);
	assert_int_equal(s.event, EVENT_tcp_info);
	assert_int_equal(s.value[FIELD_total_retrans], 0x11111111);
	assert_false(sample__has(&s, FIELD_pacing_rate));
	assert_false(sample__has(&s, FIELD_snd_una));
}

static void a_bare_mark_is_an_instant_without_fields(void **state)
{
	struct features features = all_fields();
	struct record r = make_record(RECORD_BARE_MARK);
	struct sample s;

	assert_int_equal(record__to_sample(&r, sizeof(r), &features, &s), 0);
	assert_int_equal(s.event, EVENT_mark);
	assert_int_equal(s.t0_ns, r.head.time_ns);
	for (enum field f = 0; f < FIELD_COUNT; f++)
		assert_false(sample__has(&s, f));
}

static void malformed_records_are_refused(void **state)
{
	struct features features = all_fields();
	struct record r = make_record(RECORD_RTT);
	struct record_tcp_info info = { .head.type = RECORD_TCP_INFO, .len = sizeof(info.bytes) + 1 };
	struct sample s;

	assert_int_equal(record__to_sample(&r, 8, &features, &s), -EBADMSG);
	assert_int_equal(record__to_sample(&r, sizeof(r) - 8, &features, &s), -EBADMSG);
	assert_int_equal(record__to_sample(&info, sizeof(info), &features, &s), -EBADMSG);
	r.head.type = RECORD_BARE_MARK + 1;
	assert_int_equal(record__to_sample(&r, sizeof(r), &features, &s), -EBADMSG);
}

static void ticks_stay_on_the_grid_and_count_what_they_skip(void **state)
{
	static const struct {
		uint64_t served, now, next, late;
	} cases[] = {
		{ 1000, 1000, 1100, 0 }, { 1000, 1099, 1100, 0 }, { 1000, 1100, 1200, 1 },
		{ 1000, 1101, 1200, 1 }, { 1000, 1550, 1600, 5 }, { 1000, 1600, 1700, 6 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t late = 0;

		assert_int_equal(capture__next_tick(cases[i].served, 100, cases[i].now, &late),
				 cases[i].next);
		assert_int_equal(late, cases[i].late);
	}
}

static void hz_is_told_from_ticks(void **state)
{
	assert_int_equal(features__hz_from(50, 200000000), 250);
	assert_int_equal(features__hz_from(60, 200000000), 300);
	assert_int_equal(features__hz_from(20, 200000000), 100);
	assert_int_equal(features__hz_from(200, 200000000), 1000);
	assert_int_equal(features__hz_from(51, 200000000), 250);
	assert_int_equal(features__hz_from(35, 200000000), 0); /* 175: no kernel has that */
	assert_int_equal(features__hz_from(1, 0), 0);
}

static void mode_names_go_both_ways(void **state)
{
	static const unsigned int modes[] = { MODE_RTT, MODE_POLL, MODE_STATE, MODE_SEGMENT };

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		assert_int_equal(watch_mode__parse(watch_mode__name(modes[i])), modes[i]);
	assert_int_equal(watch_mode__parse("rt"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_a_record_reaches_the_sample),
		cmocka_unit_test(what_another_congestion_control_publishes_is_absent),
		cmocka_unit_test(a_field_that_the_kernel_lacks_is_absent),
		cmocka_unit_test(callback_arguments_come_with_their_event_only),
		cmocka_unit_test(arguments_that_the_header_does_not_know_are_left_out),
		cmocka_unit_test(the_kernels_own_tcp_info_keeps_the_callers_length),
		cmocka_unit_test(a_bare_mark_is_an_instant_without_fields),
		cmocka_unit_test(malformed_records_are_refused),
		cmocka_unit_test(ticks_stay_on_the_grid_and_count_what_they_skip),
		cmocka_unit_test(hz_is_told_from_ticks),
		cmocka_unit_test(mode_names_go_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
