// SPDX-License-Identifier: BSD-2-Clause
/* Final: last snapshot and last words agree but for what the kernel changes in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "compare/check_final.h"
#include "stand.h"
#include "synthetic.h"

#define TICK_MS	  4 /* HZ = 250 */
#define CLOSED_NS 5000000000ULL
#define TOLD_NS	  5100900000ULL /* 100.9 ms later */

enum { ESTABLISHED = 1, CLOSE = 7, CLOSE_WAIT = 8 };

static void make_close(struct sample *s)
{
	memset(s, 0, sizeof(*s));
	s->event = EVENT_close;
	s->t0_ns = s->t1_ns = CLOSED_NS;
	sample__set(s, FIELD_state, ESTABLISHED);
	sample__set(s, FIELD_old_state, ESTABLISHED);
	sample__set(s, FIELD_new_state, CLOSE);
	sample__set(s, FIELD_backoff, 1);
	sample__set(s, FIELD_unacked, 12);
	sample__set(s, FIELD_lost, 2);
	sample__set(s, FIELD_rtt, 1234);
	sample__set(s, FIELD_ato, 40000);
	sample__set(s, FIELD_rcv_wnd, 65536);
	sample__set(s, FIELD_segs_in, 700);
	sample__set(s, FIELD_segs_out, 0xffffffff); /* about to wrap */
	sample__set(s, FIELD_bytes_acked, 0x123456789abcdefULL);
	sample__set(s, FIELD_last_data_sent, 0);
	sample__set(s, FIELD_last_data_recv, 5020);
	sample__set(s, FIELD_last_ack_recv, 0xfffffffc); /* about to wrap */
	sample__set(s, FIELD_busy_time, 5016000);
	sample__set(s, FIELD_total_rto_time, 50);
	sample__set(s, FIELD_rcv_nxt, 2000);
	sample__set(s, FIELD_copied_seq, 2000);
}

/* What netlink tells of it: purged, three ticks later. */
static void make_destroy(struct sample *s, const struct sample *close)
{
	*s = *close;
	s->event = EVENT_destroy;
	s->t0_ns = CLOSED_NS - 1000; /* its last look was before the close */
	s->t1_ns = TOLD_NS;
	s->value[FIELD_state] = CLOSE;
	s->value[FIELD_unacked] = s->value[FIELD_backoff] = 0;
	s->value[FIELD_last_data_sent] += 3 * TICK_MS;
	s->value[FIELD_last_data_recv] += 3 * TICK_MS;
	s->value[FIELD_last_ack_recv] = (uint32_t)(s->value[FIELD_last_ack_recv] + 3 * TICK_MS);
	field_set__remove(&s->present, FIELD_rcv_nxt);
	field_set__remove(&s->present, FIELD_copied_seq);
}

/* A change of one field in one of the two. */
struct change {
	enum field field;
	int64_t by;
	bool in_close;
};

/* clang-format off */
static const struct test_case {
	const char *description;
	struct change changes[3];
	enum field field; /* of this one: */
	enum status status;
	uint64_t violations, moved, unproven;
	bool no_copied_seq;
} cases[] = {
	{ "a gauge as it was", { { 0 } }, FIELD_rtt, STATUS_PASS },
	{ "the state that was announced", { { 0 } }, FIELD_state, STATUS_PASS },
	{ "nothing is in flight any more", { { 0 } }, FIELD_unacked, STATUS_PASS },
	{ "what was marked lost stays", { { 0 } }, FIELD_lost, STATUS_PASS },
	{ "ages grow together, through 2^32 too", { { 0 } }, FIELD_last_ack_recv, STATUS_PASS },
	{ "a gauge off by one", { { FIELD_rtt, 1 } }, FIELD_rtt, STATUS_FAIL, 1 },
	{ "a counter of 64 bits off by one", { { FIELD_bytes_acked, -1 } }, FIELD_bytes_acked,
	  STATUS_FAIL, 1 },
	{ "another state", { { FIELD_state, 1 } }, FIELD_state, STATUS_FAIL, 1 },
	{ "something still in flight", { { FIELD_unacked, 12 } }, FIELD_unacked, STATUS_FAIL, 1 },
	{ "backoff not cleared", { { FIELD_backoff, 1 } }, FIELD_backoff, STATUS_FAIL, 1 },
	{ "marked lost cleared", { { FIELD_lost, -2 } }, FIELD_lost, STATUS_FAIL, 1 },
	{ "an age alone a tick off", { { FIELD_last_data_recv, TICK_MS } }, FIELD_last_data_recv,
	  STATUS_FAIL, 1 },
	{ "an age in another unit", { { FIELD_last_data_sent, 12000 - 12 } }, FIELD_last_data_sent,
	  STATUS_FAIL, 1 },
	{ "a duration that ran on", { { FIELD_busy_time, 3 * TICK_MS * 1000 } }, FIELD_busy_time,
	  STATUS_PASS },
	{ "a duration that ran on longer than time passed",
	  { { FIELD_busy_time, 4 * TICK_MS * 1000 } }, FIELD_busy_time, STATUS_FAIL, 1 },
	{ "a duration that ran back", { { FIELD_busy_time, -TICK_MS * 1000 } }, FIELD_busy_time,
	  STATUS_FAIL, 1 },
	{ "a duration that is no number of ticks", { { FIELD_busy_time, 10 } }, FIELD_busy_time,
	  STATUS_FAIL, 1 },
	{ "an unfinished recovery runs on", { { FIELD_total_rto_time, 100 } }, FIELD_total_rto_time,
	  STATUS_PASS },
	{ "but not faster than the clock", { { FIELD_total_rto_time, 101 } }, FIELD_total_rto_time,
	  STATUS_FAIL, 1 },
	{ "a reset behind the close, for data was unread",
	  { { FIELD_segs_out, 1 }, { FIELD_rcv_nxt, 100, true } }, FIELD_segs_out, STATUS_SKIP,
	  .moved = 1 },
	{ "it may change the window",
	  { { FIELD_segs_out, 1 }, { FIELD_rcv_nxt, 100, true }, { FIELD_rcv_wnd, -5 } },
	  FIELD_rcv_wnd, STATUS_SKIP, .moved = 1 },
	{ "it changes nothing else",
	  { { FIELD_segs_out, 1 }, { FIELD_rcv_nxt, 100, true }, { FIELD_rtt, -5 } },
	  FIELD_rtt, STATUS_FAIL, 1 },
	{ "one segment more without a reason", { { FIELD_segs_out, 1 } }, FIELD_segs_out,
	  STATUS_FAIL, 1 },
	{ "two segments more",
	  { { FIELD_segs_out, 2 }, { FIELD_rcv_nxt, 100, true } }, FIELD_segs_out, STATUS_FAIL, 1 },
	{ "a FIN is no unread data",
	  { { FIELD_segs_out, 1 }, { FIELD_rcv_nxt, 1, true }, { FIELD_state, 7, true } },
	  FIELD_segs_out, STATUS_FAIL, 1 },
	{ "nobody knows what was unread", { { FIELD_segs_out, 1 } }, FIELD_segs_out, STATUS_SKIP,
	  .unproven = 1, .no_copied_seq = true },
	{ "the window alone", { { FIELD_rcv_wnd, -5 } }, FIELD_rcv_wnd, STATUS_FAIL, 1 },
	{ "a segment counted before the socket was unhashed", { { FIELD_segs_in, 1 } },
	  FIELD_segs_in, STATUS_SKIP, .moved = 1 },
	{ "fewer segments", { { FIELD_segs_in, -1 } }, FIELD_segs_in, STATUS_FAIL, 1 },
};
/* clang-format on */

static void start(struct stand *f)
{
	memset(f, 0, sizeof(*f));
	f->run.timeline[WITNESS_PROBE].opened = f->run.timeline[WITNESS_NETLINK].opened = true;
	f->run.timeline[WITNESS_PROBE].header.hz = 250;
	f->run.manifest.netlink.expected = true;
	stand__start(f, check_final__new(&f->run));
}

static void change(struct sample *s, const struct change *c)
{
	uint64_t v = s->value[c->field] + c->by;

	if (catalogue[c->field].size < 8)
		v &= (1ULL << (8 * catalogue[c->field].size)) - 1;
	s->value[c->field] = v;
}

static void tells(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct test_case *t = &cases[i];
		struct sample close, destroy;
		const struct result *r;
		struct stand f;

		print_message("         %s\n", t->description);
		make_close(&close);
		for (int k = 0; k < 3; k++)
			if (t->changes[k].by && t->changes[k].in_close)
				change(&close, &t->changes[k]);
		make_destroy(&destroy, &close);
		for (int k = 0; k < 3; k++)
			if (t->changes[k].by && !t->changes[k].in_close)
				change(&destroy, &t->changes[k]);
		if (t->no_copied_seq)
			field_set__remove(&close.present, FIELD_copied_seq);
		start(&f);
		stand__sample(&f, WITNESS_PROBE, &close);
		stand__sample(&f, WITNESS_NETLINK, &destroy);
		assert_int_equal(stand__finish(&f), 0);
		r = find_result(&f.verdict, "final", catalogue[t->field].name);
		assert_non_null(r);
		assert_string_equal(status__name(r->status), status__name(t->status));
		assert_int_equal(r->compared + r->moved + r->unproven, 1);
		assert_int_equal(r->violations, t->violations);
		assert_int_equal(r->moved, t->moved);
		assert_int_equal(r->unproven, t->unproven);
		if (t->status == STATUS_FAIL)
			assert_int_equal(f.verdict.failures, 1);
		stand__free(&f);
	}
}

/* segs_in is ahead at the destruction of every socket. */
static void segments_in_at_every_end(unsigned int sockets, enum status status)
{
	struct sample close, destroy;
	const struct result *r;
	struct stand f;

	start(&f);
	make_close(&close);
	make_destroy(&destroy, &close);
	destroy.value[FIELD_segs_in]++;
	for (unsigned int i = 0; i < sockets; i++) {
		stand__sample(&f, WITNESS_PROBE, &close);
		stand__sample(&f, WITNESS_NETLINK, &destroy);
	}
	assert_int_equal(stand__finish(&f), 0);
	r = find_result(&f.verdict, "final", "segs_in");
	assert_non_null(r);
	assert_int_equal(r->status, status);
	assert_int_equal(r->moved, sockets);
	stand__free(&f);
}

static void segments_in_at_every_end_are_a_failure(void **state)
{
	segments_in_at_every_end(4, STATUS_FAIL);
}

static void segments_in_at_one_side_are_not(void **state)
{
	segments_in_at_every_end(2, STATUS_SKIP);
}

static void no_last_words_are_an_error(void **state)
{
	struct sample close;
	struct stand f;

	start(&f);
	make_close(&close);
	stand__sample(&f, WITNESS_PROBE, &close);
	assert_int_equal(stand__finish(&f), 0);
	assert_int_equal(find_result(&f.verdict, "final", "")->status, STATUS_ERROR);
	stand__free(&f);
	start(&f); /* no close either: nothing to judge */
	assert_int_equal(stand__finish(&f), 0);
	assert_int_equal(find_result(&f.verdict, "final", "")->status, STATUS_SKIP);
	stand__free(&f);
}

/* The probe's header: older sockets have been armed in that namespace. netlink: has last words. */
static const struct armed_case {
	const char *description;
	bool armed, closes, lost, elsewhere, unknown;
	const char *subject;
	enum status status;
	uint64_t compared, unproven;
} armed_cases[] = {
	{ "armed, and seen to close", true, true, .subject = "sockets", .status = STATUS_PASS,
	  .compared = 1 },
	{ "armed, and not seen to close", true, false, .subject = "sockets", .status = STATUS_FAIL,
	  .compared = 1 },
	{ "the close may have been lost", true, false, .lost = true, .subject = "sockets",
	  .status = STATUS_SKIP, .unproven = 1 },
	{ "armed elsewhere", true, false, .elsewhere = true },
	{ "a socket that the probe never saw", true, false, .unknown = true },
	{ "not armed", false, false },
	{ "not armed, but seen to close", false, true },
};

static void armed_sockets_are_seen_to_close(void **state)
{
	for (size_t i = 0; i < sizeof(armed_cases) / sizeof(armed_cases[0]); i++) {
		const struct armed_case *t = &armed_cases[i];
		struct run_timeline *probe;
		struct sample close, destroy, other;
		const struct result *r;
		struct stand f;

		print_message("         %s\n", t->description);
		start(&f);
		probe = &f.run.timeline[WITNESS_PROBE];
		probe->header.armed = t->armed;
		probe->header.netns[probe->header.netns_count++] = t->elsewhere ? 8 : 7;
		probe->whole = true;
		timeline_trailer__lost(&probe->trailer, "ring_full", t->lost);
		make_close(&close);
		close.flow.netns = 7;
		make_destroy(&destroy, &close);
		other = close;
		other.event = EVENT_state;
		f.flow->samples[WITNESS_PROBE] = !t->unknown;
		if (!t->unknown)
			stand__sample(&f, WITNESS_PROBE, t->closes ? &close : &other);
		stand__sample(&f, WITNESS_NETLINK, &destroy);
		assert_int_equal(stand__finish(&f), 0);
		r = find_result(&f.verdict, "final", "sockets");
		if (!t->subject) {
			assert_null(r);
		} else {
			assert_non_null(r);
			assert_int_equal(r->status, t->status);
			assert_int_equal(r->compared, t->compared);
			assert_int_equal(r->unproven, t->unproven);
			assert_int_equal(r->violations, t->status == STATUS_FAIL);
		}
		stand__free(&f);
	}
}

static void other_sockets_are_not_judged(void **state)
{
	struct sample close, destroy;
	struct stand f;

	start(&f);
	f.flow->role = ROLE_OTHER;
	make_close(&close);
	make_destroy(&destroy, &close);
	destroy.value[FIELD_rtt] = 0;
	stand__sample(&f, WITNESS_PROBE, &close);
	stand__sample(&f, WITNESS_NETLINK, &destroy);
	assert_int_equal(stand__finish(&f), 0);
	assert_int_equal(find_result(&f.verdict, "final", "")->status, STATUS_SKIP);
	stand__free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells),
		cmocka_unit_test(segments_in_at_every_end_are_a_failure),
		cmocka_unit_test(segments_in_at_one_side_are_not),
		cmocka_unit_test(no_last_words_are_an_error),
		cmocka_unit_test(armed_sockets_are_seen_to_close),
		cmocka_unit_test(other_sockets_are_not_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
