// SPDX-License-Identifier: BSD-2-Clause
/* Marks of one flow for the check "identity". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "compare/check_identity.h"
#include "pairs.h"
#include "synthetic.h"

#define MS 1000000ULL

static void state_at(struct sample *s, unsigned int k, uint64_t t_ns, enum sample_event event)
{
	memset(s, 0, sizeof(*s));
	s->event = event;
	s->t0_ns = s->t1_ns = t_ns;
	s->seq = t_ns;
	sample__set(s, FIELD_state, 1);
	sample__set(s, FIELD_snd_wscale, 7);
	sample__set(s, FIELD_snd_mss, 1448);
	sample__set(s, FIELD_rtt, 1000 + k % 7);
	sample__set(s, FIELD_rttvar, 100 + k % 5);
	sample__set(s, FIELD_snd_cwnd, 10 + k);
	sample__set(s, FIELD_pacing_rate, 1000000 + k);
	sample__set(s, FIELD_snd_wnd, 65536);
	sample__set(s, FIELD_notsent_bytes, 1000);
	sample__set(s, FIELD_rcv_space, 14480);
	sample__set(s, FIELD_bytes_acked, 2896 * k);
	sample__set(s, FIELD_delivered, 2 * k);
	sample__set(s, FIELD_segs_in, k);
	sample__set(s, FIELD_data_segs_in, 0);
	sample__set(s, FIELD_segs_out, 2 * k + 20);
	sample__set(s, FIELD_last_ack_recv, t_ns / MS % 10 / TICK_MS * TICK_MS);
	sample__set(s, FIELD_last_data_recv, (uint32_t)(t_ns / MS / TICK_MS * TICK_MS + 4000));
	sample__set(s, FIELD_last_data_sent, t_ns / MS % 10 / TICK_MS * TICK_MS);
	sample__set(s, FIELD_busy_time, t_ns / MS / TICK_MS * TICK_MS * 1000);
	sample__set(s, FIELD_rwnd_limited, 8000);
	sample__set(s, FIELD_total_rto_time, 0);
	sample__set(s, FIELD_write_seq, 5000 + 2896 * k);
	sample__set(s, FIELD_copied_seq, 77);
	sample__set(s, FIELD_jiffies, (uint32_t)(0xfffffff0 + t_ns / MS / TICK_MS));
}

void pairs__feed(struct stand *f, tamper_fn tamper, unsigned int pairs)
{
	for (unsigned int k = 1; k <= pairs; k++) {
		uint64_t t = k * 10 * MS;
		struct sample segment, mark, info;

		/* the state before the segment, in which only its arrival is counted */
		state_at(&segment, k - 1, t, EVENT_segment);
		segment.value[FIELD_segs_in] = k;
		segment.value[FIELD_last_ack_recv] = 8;
		state_at(&mark, k, t + 5 * MS, EVENT_mark);
		info = mark;
		info.event = EVENT_tcp_info;
		if (tamper)
			tamper(k, &segment, &mark, &info);
		stand__sample(f, WITNESS_PROBE, &segment);
		stand__sample(f, WITNESS_PROBE, &mark);
		stand__sample(f, WITNESS_PROBE, &info);
	}
}

void pairs__start(struct stand *f)
{
	memset(f, 0, sizeof(*f));
	f->run.timeline[WITNESS_PROBE].opened = true;
	f->run.timeline[WITNESS_PROBE].header.marks = true;
	f->run.timeline[WITNESS_PROBE].header.hz = 250;
	f->run.manifest.iperf3[END_CLIENT].expected = true;
	stand__start(f, check_identity__new(&f->run));
}

void pairs__judge_all(const struct pairs_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct pairs_case *t = &cases[i];
		const struct result *r;
		struct stand f;

		print_message("         %s\n", t->description);
		pairs__start(&f);
		pairs__feed(&f, t->tamper, PAIRS);
		assert_int_equal(stand__finish(&f), 0);
		r = find_result(&f.verdict, "identity", t->field);
		assert_non_null(r);
		assert_string_equal(status__name(r->status), status__name(t->status));
		assert_int_equal(r->violations, t->violations);
		assert_int_equal(r->moved, t->moved);
		assert_int_equal(r->unproven, t->unproven);
		if (t->status != STATUS_SKIP)
			assert_int_equal(r->compared + r->moved + r->unproven, PAIRS);
		assert_int_equal(f.verdict.instants, PAIRS);
		assert_int_equal(f.verdict.instants_moved, t->instants_moved);
		if (t->says)
			assert_non_null(strstr(r->reason, t->says));
		/* and no other field is blamed, where none is to be */
		if (t->status != STATUS_FAIL)
			assert_int_equal(f.verdict.failures, 0);
		stand__free(&f);
	}
}
