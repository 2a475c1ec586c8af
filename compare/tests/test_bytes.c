// SPDX-License-Identifier: BSD-2-Clause
/* Bytes: iperf3's totals are what TCP carried, through every way in which a connection can end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "compare/check_bytes.h"
#include "stand.h"
#include "synthetic.h"

#define SENT   1000000
#define BIG    5000000000ULL /* sequence numbers wrap on the way */
#define COOKIE 37

enum {
	ESTABLISHED = 1,
	FIN_WAIT1 = 4,
	FIN_WAIT2 = 5,
	CLOSE = 7,
	CLOSE_WAIT = 8,
	LAST_ACK = 9,
	CLOSING = 11
};

/* clang-format off */
static const struct test_case {
	const char *description;
	enum end end;
	bool sender;
	uint64_t bytes; /* that iperf3 counts */
	unsigned int old_state;
	/* at CLOSE; sequence numbers relative to 0xfff00000 */
	uint64_t bytes_acked, bytes_received;
	uint32_t unacked, unread; /* write_seq - snd_una, rcv_nxt - copied_seq */
	uint64_t at_fin_wait; /* bytes_received then, if a state change to FIN_WAIT1 is shown */
	enum status written, read;
} cases[] = {
	{ "all acknowledged, FIN too", END_CLIENT, true, SENT, LAST_ACK, SENT + 39, 1, 0, 0, 0,
	  STATUS_PASS, STATUS_PASS },
	{ "the design's bytes sent + 38, the FIN not acknowledged", END_CLIENT, true, SENT, LAST_ACK,
	  SENT + 38, 1, 1, 0, 0, STATUS_PASS, STATUS_PASS },
	{ "more than 4 GiB", END_CLIENT, true, BIG, LAST_ACK, BIG + 39, 1, 0, 0, 0, STATUS_PASS,
	  STATUS_PASS },
	{ "reset by the peer with data in flight and unsent", END_CLIENT, true, SENT, ESTABLISHED,
	  SENT - 9962, 0, 10000, 0, 0, STATUS_PASS, STATUS_PASS },
	{ "one byte acknowledged too much", END_CLIENT, true, SENT, LAST_ACK, SENT + 40, 1, 0, 0, 0,
	  STATUS_FAIL, STATUS_PASS },
	{ "one byte of what is in flight missing", END_CLIENT, true, SENT, ESTABLISHED,
	  SENT - 9962, 0, 9999, 0, 0, STATUS_FAIL, STATUS_PASS },
	{ "the SYN not counted", END_CLIENT, true, SENT, LAST_ACK, SENT + 38, 1, 0, 0, 0,
	  STATUS_FAIL, STATUS_PASS },
	{ "the peer's FIN, read", END_SERVER, false, SENT, LAST_ACK, 1, SENT + COOKIE + 1, 0, 0, 0,
	  STATUS_PASS, STATUS_PASS },
	{ "the peer's FIN, not read", END_SERVER, false, SENT, CLOSING, 1, SENT + COOKIE + 1, 0, 1, 0,
	  STATUS_PASS, STATUS_PASS },
	{ "closed first, then the peer's FIN", END_SERVER, false, SENT, FIN_WAIT2, 1,
	  SENT + COOKIE + 1, 0, 1, SENT + COOKIE, STATUS_PASS, STATUS_PASS },
	{ "closed first, the peer never did", END_SERVER, false, SENT, FIN_WAIT2, 1, SENT + COOKIE, 0,
	  0, SENT + COOKIE, STATUS_PASS, STATUS_PASS },
	{ "closed first, and nobody saw how", END_SERVER, false, SENT, FIN_WAIT2, 1,
	  SENT + COOKIE + 1, 0, 1, 0, STATUS_PASS, STATUS_SKIP },
	{ "closed with data unread", END_SERVER, false, SENT, ESTABLISHED, 0, SENT + COOKIE + 1448, 0,
	  1448, 0, STATUS_PASS, STATUS_PASS },
	{ "reset by the peer, and read on", END_SERVER, false, SENT + 448, ESTABLISHED, 0,
	  SENT + COOKIE + 1448, 0, 1448, 0, STATUS_PASS, STATUS_SKIP },
	{ "but not more than was there", END_SERVER, false, SENT + 1449, ESTABLISHED, 0,
	  SENT + COOKIE + 1448, 0, 1448, 0, STATUS_PASS, STATUS_FAIL },
	{ "iperf3 read less than TCP gave", END_SERVER, false, SENT - 1, ESTABLISHED, 0,
	  SENT + COOKIE + 1448, 0, 1448, 0, STATUS_PASS, STATUS_FAIL },
	{ "a byte received that iperf3 did not count", END_SERVER, false, SENT, LAST_ACK, 1,
	  SENT + COOKIE + 2, 0, 0, 0, STATUS_PASS, STATUS_FAIL },
	{ "reverse: the server sends, its child's SYN does not count", END_SERVER, true, SENT,
	  LAST_ACK, SENT + 1, COOKIE + 1, 0, 0, 0, STATUS_PASS, STATUS_PASS },
	{ "reverse: the client receives and sent its cookie", END_CLIENT, false, SENT, FIN_WAIT1,
	  1 + COOKIE, SENT, 1, 0, SENT, STATUS_PASS, STATUS_PASS },
	{ "closed without ever sending a FIN", END_SERVER, true, SENT, CLOSE_WAIT, SENT,
	  COOKIE + 1, 0, 1, 0, STATUS_PASS, STATUS_PASS },
};
/* clang-format on */

static void make_close(struct sample *s, const struct test_case *t)
{
	memset(s, 0, sizeof(*s));
	s->event = EVENT_close;
	sample__set(s, FIELD_state, t->old_state);
	sample__set(s, FIELD_old_state, t->old_state);
	sample__set(s, FIELD_new_state, CLOSE);
	sample__set(s, FIELD_bytes_acked, t->bytes_acked);
	sample__set(s, FIELD_bytes_received, t->bytes_received);
	sample__set(s, FIELD_snd_una, 0xffffffff);
	sample__set(s, FIELD_write_seq, (uint32_t)(0xffffffff + t->unacked));
	sample__set(s, FIELD_copied_seq, 0xffffffff);
	sample__set(s, FIELD_rcv_nxt, (uint32_t)(0xffffffff + t->unread));
}

static void start(struct stand *f, struct stream *stream, struct interval *interval,
		  const struct test_case *t)
{
	memset(f, 0, sizeof(*f));
	memset(stream, 0, sizeof(*stream));
	memset(interval, 0, sizeof(*interval));
	stream->sender = t->sender;
	stream->count = 1;
	stream->intervals = interval;
	stream->end.have = 1U << END_BYTES;
	stream->end.value[END_BYTES] = t->bytes;
	f->run.report[t->end].present = true;
	f->run.report[t->end].count = 1;
	f->run.report[t->end].streams = stream;
	stand__start(f, check_bytes__new(&f->run));
	f->flow->end = t->end;
	f->flow->role = t->sender ? ROLE_SENDER : ROLE_RECEIVER;
}

static void feed(struct stand *f, const struct test_case *t)
{
	struct sample s;

	make_close(&s, t);
	if (t->at_fin_wait) {
		struct sample fin = s;

		fin.event = EVENT_state;
		fin.value[FIELD_new_state] = FIN_WAIT1;
		fin.value[FIELD_bytes_received] = t->at_fin_wait;
		stand__sample(f, WITNESS_PROBE, &fin);
	}
	stand__sample(f, WITNESS_PROBE, &s);
}

static void judged(struct stand *f, const char *subject, enum status status)
{
	const struct result *r = find_result(&f->verdict, "bytes", subject);

	assert_non_null(r);
	assert_string_equal(status__name(r->status), status__name(status));
	assert_int_equal(r->violations, status == STATUS_FAIL);
	assert_int_equal(r->unproven, status == STATUS_SKIP);
	assert_int_equal(r->compared, status != STATUS_SKIP);
}

static void tells(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct test_case *t = &cases[i];
		struct interval interval;
		struct stream stream;
		struct stand f;

		print_message("         %s\n", t->description);
		start(&f, &stream, &interval, t);
		feed(&f, t);
		assert_int_equal(stand__finish(&f), 0);
		judged(&f, "bytes_acked", t->written);
		judged(&f, "bytes_received", t->read);
		stand__free(&f);
	}
}

static void what_is_not_told_is_unproven(void **state)
{
	const struct test_case *t = &cases[0];
	struct interval interval[2];
	struct stream stream;
	struct stand f;

	start(&f, &stream, interval, t); /* iperf3 printed no end */
	stream.end.have = 0;
	feed(&f, t);
	assert_int_equal(stand__finish(&f), 0);
	judged(&f, "bytes_acked", STATUS_SKIP);
	stand__free(&f);

	start(&f, &stream, interval, t); /* --omit */
	interval[1] = interval[0];
	interval[1].epoch = 1;
	stream.count = 2;
	feed(&f, t);
	assert_int_equal(stand__finish(&f), 0);
	judged(&f, "bytes_acked", STATUS_SKIP);
	stand__free(&f);
}

static void a_stream_that_never_closed_is_skipped(void **state)
{
	struct interval interval;
	struct stream stream;
	struct stand f;

	start(&f, &stream, &interval, &cases[0]);
	assert_int_equal(stand__finish(&f), 0);
	assert_int_equal(find_result(&f.verdict, "bytes", "bytes_acked")->status, STATUS_SKIP);
	assert_non_null(strstr(find_result(&f.verdict, "bytes", "bytes_acked")->reason, "close"));
	stand__free(&f);
}

/* clang-format off */
static const struct drained {
	const char *description;
	uint64_t at_mark, at_close; /* bytes received */
	uint32_t unread; /* at the mark */
	const char *version;
	bool no_mark, lost;
	enum status read;
} drained[] = {
	{ "what came behind the last mark is not counted", SENT, SENT + 90000, 0, "iperf 3.12",
	  .read = STATUS_PASS },
	{ "what was there but not read, neither", SENT + 5000, SENT + 90000, 5000, "iperf 3.12",
	  .read = STATUS_PASS },
	{ "a byte less was read at the last mark", SENT - 1, SENT + 90000, 0, "iperf 3.12",
	  .read = STATUS_FAIL },
	{ "a byte more", SENT + 1, SENT + 90000, 0, "iperf 3.12", .read = STATUS_FAIL },
	{ "what was not read counted", SENT, SENT + 90000, 1, "iperf 3.12", .read = STATUS_FAIL },
	{ "less at CLOSE than iperf3 counts", SENT, SENT - 1, 0, "iperf 3.12", .read = STATUS_FAIL },
	{ "also where threads read", SENT, SENT - 1, 0, "iperf 3.18", .read = STATUS_FAIL },
	{ "threads read on", SENT + 1, SENT + 90000, 0, "iperf 3.18", .read = STATUS_SKIP },
	{ "and may have nothing left to read", SENT + 1, SENT, 0, "iperf 3.18",
	  .read = STATUS_PASS },
	{ "no mark", SENT, SENT + 90000, 0, "iperf 3.12", .no_mark = true, .read = STATUS_SKIP },
	{ "the last mark may be lost", SENT - 9000, SENT + 90000, 0, "iperf 3.12", .lost = true,
	  .read = STATUS_SKIP },
	{ "less at CLOSE, whatever is lost", SENT, SENT - 1, 0, "iperf 3.12", .lost = true,
	  .read = STATUS_FAIL },
};
/* clang-format on */

static void a_client_reads_on_behind_the_test(void **state)
{
	for (size_t i = 0; i < sizeof(drained) / sizeof(drained[0]); i++) {
		const struct drained *d = &drained[i];
		struct test_case t = { .end = END_CLIENT, .bytes = SENT, .old_state = LAST_ACK,
				       .bytes_acked = COOKIE + 2,
				       .bytes_received = d->at_mark, .unread = d->unread };
		struct interval interval;
		struct stream stream;
		struct sample s;
		struct stand f;

		print_message("         %s\n", d->description);
		start(&f, &stream, &interval, &t);
		strcpy(f.run.report[END_CLIENT].version, d->version);
		f.run.timeline[WITNESS_PROBE].whole = true;
		timeline_trailer__lost(&f.run.timeline[WITNESS_PROBE].trailer, "ring_full", d->lost);
		make_close(&s, &t);
		s.event = EVENT_mark;
		s.value[FIELD_state] = ESTABLISHED;
		s.value[FIELD_bytes_received] -= 700; /* a mark before the last */
		if (!d->no_mark)
			stand__sample(&f, WITNESS_PROBE, &s);
		s.value[FIELD_bytes_received] += 700;
		if (!d->no_mark)
			stand__sample(&f, WITNESS_PROBE, &s);
		t.bytes_received = d->at_close + 1; /* and the FIN */
		t.unread = 0;
		feed(&f, &t);
		assert_int_equal(stand__finish(&f), 0);
		judged(&f, "bytes_received", d->read);
		stand__free(&f);
	}
}

/* Both directions, no cookie, no rule of iperf3's. */
static void a_generator_counts_both_ways(void **state)
{
	static const struct {
		const char *description;
		struct test_case at;
		uint64_t sent, received;
	} told[] = {
		{ "a client that asked and read the answer to its end",
		  { NULL, END_CLIENT, false, 0, LAST_ACK, 202, 2001, 0, 0, 0, STATUS_PASS,
		    STATUS_PASS }, 200, 2000 },
		{ "a server that closed behind its answer",
		  { NULL, END_SERVER, true, 0, FIN_WAIT2, 2001, 201, 0, 1, 200, STATUS_PASS,
		    STATUS_PASS }, 2000, 200 },
		{ "a byte more was acknowledged",
		  { NULL, END_CLIENT, false, 0, LAST_ACK, 203, 2001, 0, 0, 0, STATUS_FAIL,
		    STATUS_PASS }, 200, 2000 },
		{ "a byte less was read",
		  { NULL, END_CLIENT, false, 0, LAST_ACK, 202, 2001, 0, 0, 0, STATUS_PASS,
		    STATUS_FAIL }, 200, 1999 },
	};

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		const struct test_case *t = &told[i].at;
		struct interval interval;
		struct stream stream;
		struct stand f;

		print_message("         %s\n", told[i].description);
		start(&f, &stream, &interval, t);
		f.run.report[t->end].account = true;
		stream.count = stream.end.have = 0;
		stream.sent = told[i].sent;
		stream.received = told[i].received;
		feed(&f, t);
		assert_int_equal(stand__finish(&f), 0);
		judged(&f, "bytes_acked", t->written);
		judged(&f, "bytes_received", t->read);
		stand__free(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells),
		cmocka_unit_test(what_is_not_told_is_unproven),
		cmocka_unit_test(a_generator_counts_both_ways),
		cmocka_unit_test(a_client_reads_on_behind_the_test),
		cmocka_unit_test(a_stream_that_never_closed_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
