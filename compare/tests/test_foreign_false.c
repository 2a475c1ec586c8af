// SPDX-License-Identifier: BSD-2-Clause
/* Foreign witnesses whose dress is false: each fails, and its field is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dress.h"
#include "synthetic.h"

static bool rtt_in_ms(unsigned int n, struct sample *s)
{
	s->value[FIELD_rtt] /= 1000;
	return true;
}

static bool rtt_in_ns(unsigned int n, struct sample *s)
{
	s->value[FIELD_rtt] *= 1000;
	return s->value[FIELD_rtt] < UINT32_MAX;
}

static bool rtt_times_eight(unsigned int n, struct sample *s)
{
	s->value[FIELD_rtt] *= 8;
	return true;
}

static bool rto_in_jiffies(unsigned int n, struct sample *s)
{
	s->value[FIELD_rto] =
		s->value[FIELD_rto] * 250 / 1000000; /* the probe's header has the HZ */
	return true;
}

static bool cwnd_in_bytes(unsigned int n, struct sample *s)
{
	s->value[FIELD_snd_cwnd] *= s->value[FIELD_snd_mss];
	return true;
}

static bool bytes_in_bits(unsigned int n, struct sample *s)
{
	s->value[FIELD_bytes_acked] *= 8;
	return true;
}

static bool rate_in_bits(unsigned int n, struct sample *s)
{
	s->value[FIELD_delivery_rate] *= 8;
	return true;
}

static bool pmtu_in_bits(unsigned int n, struct sample *s)
{
	s->value[FIELD_pmtu] *= 8;
	return true;
}

static bool age_in_us(unsigned int n, struct sample *s)
{
	s->value[FIELD_last_ack_recv] *= 1000;
	return true;
}

static bool zero_for_absent(unsigned int n, struct sample *s)
{
	s->value[FIELD_rtt] = 0;
	return true;
}

/* Every value is the one that its flow had a sample ago. */
static bool stale_by_one(unsigned int n, struct sample *s)
{
	for (unsigned int i = n; i-- > 0;)
		if (recording.samples[i].flow.cookie == s->flow.cookie &&
		    sample__has(&recording.samples[i], FIELD_rtt)) {
			s->value[FIELD_rtt] = recording.samples[i].value[FIELD_rtt];
			return true;
		}
	return true;
}

static bool ten_megabytes_more(unsigned int n, struct sample *s)
{
	if (s->value[FIELD_bytes_acked] > 1000)
		s->value[FIELD_bytes_acked] += 10000000;
	return true;
}

static bool wrong_constant(unsigned int n, struct sample *s)
{
	s->value[FIELD_snd_wscale] ^= 1;
	return true;
}

static bool ages_of_another_event(unsigned int n, struct sample *s)
{
	s->value[FIELD_last_data_recv] += 100;
	return true;
}

static bool too_early(unsigned int n, struct sample *s)
{
	s->t0_ns -= 100000000;
	s->t1_ns -= 100000000;
	return true;
}

static bool too_late(unsigned int n, struct sample *s)
{
	s->t0_ns += 100000000;
	s->t1_ns += 100000000;
	return true;
}

/* Everything is told of the flow that was seen last with data. */
static bool two_flows_mixed(unsigned int n, struct sample *s)
{
	const struct sample *last = NULL;

	for (unsigned int i = 0; i < recording.count; i++)
		if (recording.samples[i].event == EVENT_sample && recording.samples[i].flow.remote.port)
			last = &recording.samples[i];
	s->flow = last->flow;
	return true;
}

static bool another_flows_cookie(unsigned int n, struct sample *s)
{
	for (unsigned int i = 0; i < recording.count; i++)
		if (recording.samples[i].flow.cookie && recording.samples[i].flow.cookie != s->flow.cookie) {
			s->flow.cookie = recording.samples[i].flow.cookie;
			return s->event == EVENT_sample;
		}
	return true;
}

static void a_false_timeline_fails_and_names_the_field(void **state)
{
	static const struct {
		const char *what, *subject, *why;
		struct dress dress;
	} cases[] = {
		{ "ms", "rtt", "rtt looks like ms where us is due", { rtt_in_ms } },
		{ "ns", "rtt", "rtt looks like ns where us is due", { rtt_in_ns } },
		{ "srtt_us as it is kept", "rtt", "eighths of us", { rtt_times_eight } },
		{ "jiffies", "rto", "looks like jiffies where us is due", { rto_in_jiffies } },
		{ "cwnd in bytes", "snd_cwnd", "bytes where segments is due", { cwnd_in_bytes } },
		{ "bits", "bytes_acked", "bits where bytes is due", { bytes_in_bits } },
		{ "bits/s", "delivery_rate", "bits/s where bytes/s is due", { rate_in_bits } },
		{ "a gauge that is only described, in bits",
		  "pmtu",
		  "bits where bytes is due",
		  { pmtu_in_bits } },
		{ "an age in us", "last_ack_recv", "values violated", { age_in_us } },
		{ "0 for absent", "rtt", "values violated", { zero_for_absent } },
		{ "stale by one", "rtt", "values violated", { stale_by_one } },
		{ "a counter that is off", "bytes_acked", "always ahead", { ten_megabytes_more } },
		{ "a wrong constant", "snd_wscale", "values violated", { wrong_constant } },
		{ "an age of another event",
		  "last_data_recv",
		  "values violated",
		  { ages_of_another_event } },
		{ "stamps 100 ms too early", "segs_in", "stamps may be too early", { too_early } },
		{ "stamps 100 ms too late", "segs_in", "stamps may be too late", { too_late } },
		{ "two flows mixed", "bytes_received", "two flows mixed", { two_flows_mixed } },
		{ "one flow's cookie, another's ports",
		  "flows",
		  "another's addresses",
		  { another_flows_cookie } },
		{ "fireflies of the old flowd",
		  "rtt",
		  "ms where us is due",
		  { .write = dress__firefly, .format = "firefly:" } },
	};

	dress__firefly_unit = 1000;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct judgement *j = dress__judge(&cases[i].dress);
		const struct result *r = find_result(&j->verdict, "foreign", cases[i].subject);

		if (!r || r->status != STATUS_FAIL || !strstr(r->reason, cases[i].why) ||
		    j->verdict.status != STATUS_FAIL)
			print_error("%s: %s (%s: %s)\n", cases[i].what, j->verdict.reason,
				    cases[i].subject, r ? r->reason : "no such result");
		assert_int_equal(j->verdict.status, STATUS_FAIL);
		assert_non_null(r);
		assert_int_equal(r->status, STATUS_FAIL);
		assert_true(r->violations > 0);
		assert_non_null(strstr(r->reason, cases[i].why));
		dress__release(j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_false_timeline_fails_and_names_the_field),
	};

	return cmocka_run_group_tests(tests, dress__read, dress__forget);
}
