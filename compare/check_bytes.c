// SPDX-License-Identifier: BSD-2-Clause
/*
 * Bytes: the bytes that iperf3 says it sent and received over a data connection are those that TCP
 * carried, byte for byte, at both ends. Tolerance zero, at the probe's snapshot at CLOSE.
 *
 * written by the application = bytes_acked + (write_seq - snd_una) - SYN - FIN
 *
 *	bytes_acked grows as snd_una does (tcp_snd_una_update()); what is written and not yet
 *	acknowledged, sent or not, lies between snd_una and write_seq. Nothing of it is lost when
 *	the connection is reset: tcp_write_queue_purge() leaves the numbers alone.
 *	SYN: 1 for the end that connected. tcp_ack() counts it in tcp_rcv_synsent_state_process(); a
 *	child begins with snd_una behind it (tcp_create_openreq_child()).
 *	FIN: 1 if tcp_send_fin() queued one, which close() does on the way to FIN_WAIT1 or LAST_ACK;
 *	so in the states from there to CLOSE. Not in ESTABLISHED and CLOSE_WAIT, which a reset ends.
 *
 * read by the application = bytes_received - unread - FIN
 *
 *	bytes_received grows as rcv_nxt does (tcp_rcv_nxt_update()), also for the peer's FIN.
 *	unread: from copied_seq to rcv_nxt, but for the FIN; close() throws it away and leaves
 *	copied_seq where the application was (__tcp_close()). copied_seq passes the FIN when the
 *	application reads the end of file (tcp_recvmsg_locked()).
 *	FIN: 1 if the peer's was received, which it was in CLOSE_WAIT, LAST_ACK and CLOSING. In
 *	FIN_WAIT2 the last one may have come just now: then bytes_received is one more than when the
 *	socket went to FIN_WAIT1, since behind close() data are refused (RCV_SHUTDOWN in
 *	tcp_rcv_state_process()). In other states it was not.
 *
 * iperf3's client, which connects, sends a cookie of 37 bytes first on every data connection. So:
 * written = iperf3's bytes sent + 37 at the client's end, read = bytes received + 37 at the
 * server's. When all was acknowledged the sender's bytes_acked is bytes sent + 38, + 1 with a FIN.
 *
 * A client that receives goes on reading behind the test, lest the server blocks, and does not
 * count it (iperf_run_client() in TEST_END; iperf_tcp_recv() counts in TEST_RUNNING only; with
 * --bidir it does not even read). But in between it took its last sample: test->done, stats_callback
 * and TEST_END follow one another in one thread, without reading. So at the stream's last call of
 * getsockopt(TCP_INFO), the last mark, what the application has read is what iperf3 counts, to the
 * byte; at CLOSE it is that or more. Since 3.16 threads of their own read on between sample and
 * state, and without marks, or where samples of the probe were lost and one of them may be the
 * mark, nothing tells the moment: then less than iperf3 counts is a failure, more is unproven.
 *
 * tcpw-generator sends no cookie, and its account tells of both directions at both ends, up to close():
 * nothing is read behind it.
 *
 * Counted apart as unproven: reports without an end or with --omit (whose totals leave out an
 * unknown part), snapshots that lack one of the numbers, a FIN that cannot be told, and a reset by
 * the peer behind which the application may go on reading what was queued.
 */
#include "check_bytes.h"

#include <stdlib.h>

#define COOKIE_BYTES 37

enum {
	TCP_ESTABLISHED = 1,
	TCP_FIN_WAIT1 = 4,
	TCP_FIN_WAIT2 = 5,
	TCP_CLOSE_WAIT = 8,
	TCP_LAST_ACK = 9,
	TCP_CLOSING = 11
};

enum direction { WRITTEN, READ, DIRECTIONS };

struct bytes_flow {
	bool has_fin_wait, judged, has_mark;
	uint64_t at_fin_wait; /* bytes_received when the socket went to FIN_WAIT1 */
	uint64_t mark_ns, at_mark; /* what was read at the last mark */
};

struct bytes {
	struct check check;
	uint64_t streams;
	struct {
		uint64_t compared, violations, unproven;
		struct worst worst;
	} found[DIRECTIONS];
	/* READ by the last mark: only if no mark can have been lost, which the trailer tells */
	uint64_t marks, marks_wrong;
	struct worst marks_worst;
};

static bool has_all(const struct sample *s, const enum field *fields, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (!sample__has(s, fields[i]))
			return false;
	return true;
}

/* Bytes that the application wrote. False: the snapshot does not tell. */
static bool written(const struct flow_entry *flow, const struct sample *s, uint64_t *bytes)
{
	static const enum field need[] = { FIELD_old_state, FIELD_bytes_acked, FIELD_write_seq,
					   FIELD_snd_una };
	unsigned int syn = flow->end == END_CLIENT, fin;

	if (!has_all(s, need, sizeof(need) / sizeof(need[0])))
		return false;
	switch (s->value[FIELD_old_state]) {
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
	case TCP_CLOSING:
	case TCP_LAST_ACK:
		fin = 1;
		break;
	default:
		fin = 0;
	}
	*bytes = s->value[FIELD_bytes_acked] - syn - fin +
		 (uint32_t)(s->value[FIELD_write_seq] - s->value[FIELD_snd_una]);
	return true;
}

/* Was the peer's FIN received? -1: cannot be told. */
static int received_fin(const struct bytes_flow *f, const struct sample *s)
{
	uint64_t since;

	switch (s->value[FIELD_old_state]) {
	case TCP_CLOSE_WAIT:
	case TCP_LAST_ACK:
	case TCP_CLOSING:
		return 1;
	case TCP_FIN_WAIT2:
		since = s->value[FIELD_bytes_received] - f->at_fin_wait;
		return f->has_fin_wait && since <= 1 ? (int)since : -1;
	default:
		return 0;
	}
}

/* Bytes that the application read, and those that it left. False: the snapshot does not tell. */
static bool has_read(const struct bytes_flow *f, const struct sample *s, uint64_t *bytes,
		     uint64_t *unread)
{
	static const enum field need[] = { FIELD_old_state, FIELD_bytes_received, FIELD_rcv_nxt,
					   FIELD_copied_seq };
	int64_t left;
	int fin;

	if (!has_all(s, need, sizeof(need) / sizeof(need[0])))
		return false;
	fin = received_fin(f, s);
	if (fin < 0)
		return false;
	left = field__difference(FIELD_rcv_nxt, s->value[FIELD_rcv_nxt],
				 s->value[FIELD_copied_seq]);
	left -= fin;
	*unread = left > 0 ? left : 0; /* -1: the end of file was read */
	*bytes = s->value[FIELD_bytes_received] - fin - *unread;
	return true;
}

/* What iperf3 counted over the whole test. False: it does not say. */
static bool counted(const struct stream *s, uint64_t *bytes)
{
	if (!(s->end.have >> END_BYTES & 1) || !s->count ||
	    s->intervals[0].epoch != s->intervals[s->count - 1].epoch)
		return false;
	*bytes = s->end.value[END_BYTES];
	return true;
}

static void compare(struct bytes *c, enum direction d, const struct window *w, uint64_t expected,
		    uint64_t got)
{
	c->found[d].compared++;
	if (expected == got)
		return;
	c->found[d].violations++;
	worst__update(&c->found[d].worst, w->flow->id, w->sample->t0_ns, expected, got,
		      expected > got ? expected - got : got - expected);
}

/* Does this iperf3 read, count and sample in one thread? */
static bool has_one_thread(const struct report *r)
{
	unsigned int major, minor;

	return sscanf(r->version, "iperf %u.%u", &major, &minor) == 2 &&
	       (major < 3 || (major == 3 && minor < 16));
}

/* A receiver at the client's end: iperf3's bytes are those read at the last mark. */
static void judge_drained(struct bytes *c, const struct bytes_flow *f, const struct window *w,
			  uint64_t expected, uint64_t at_close)
{
	if (at_close < expected) {
		compare(c, READ, w, expected, at_close);
		return;
	}
	if (!f->has_mark || !has_one_thread(&c->check.run->report[w->flow->end])) {
		if (at_close == expected)
			c->found[READ].compared++;
		else
			c->found[READ].unproven++;
		return;
	}
	c->marks++;
	if (f->at_mark == expected)
		return;
	c->marks_wrong++;
	worst__update(&c->marks_worst, w->flow->id, f->mark_ns, expected, f->at_mark,
		      expected > f->at_mark ? expected - f->at_mark : f->at_mark - expected);
}

/* What the application says that it wrote and read in all. False: it does not say. */
static bool told(const struct stream *s, enum end end, bool account, uint64_t total[DIRECTIONS])
{
	uint64_t bytes;

	if (account) {
		total[WRITTEN] = s->sent;
		total[READ] = s->received;
		return true;
	}
	if (!counted(s, &bytes))
		return false;
	total[WRITTEN] = (s->sender ? bytes : 0) + (end == END_CLIENT ? COOKIE_BYTES : 0);
	total[READ] = (s->sender ? 0 : bytes) + (end == END_SERVER ? COOKIE_BYTES : 0);
	return true;
}

static void judge_close(struct bytes *c, const struct bytes_flow *f, const struct window *w)
{
	const struct flow_entry *flow = w->flow;
	const struct stream *s = &c->check.run->report[flow->end].streams[flow->report_stream];
	bool account = c->check.run->report[flow->end].account;
	uint64_t got, unread, total[DIRECTIONS], expected;
	uint64_t old_state = w->sample->value[FIELD_old_state];
	bool know = told(s, flow->end, account, total);

	c->streams++;
	if (know && written(flow, w->sample, &got))
		compare(c, WRITTEN, w, total[WRITTEN], got);
	else
		c->found[WRITTEN].unproven++;
	if (!know || !has_read(f, w->sample, &got, &unread)) {
		c->found[READ].unproven++;
		return;
	}
	expected = total[READ];
	/* A reset by the peer leaves the queue to the application, which may read on. */
	if ((old_state == TCP_ESTABLISHED || old_state == TCP_CLOSE_WAIT) && expected > got &&
	    expected - got <= unread)
		c->found[READ].unproven++;
	else if (!account && !s->sender && flow->end == END_CLIENT)
		judge_drained(c, f, w, expected, got);
	else
		compare(c, READ, w, expected, got);
}

/* What the application had read at a mark; it is in the middle of its call, and reads nothing. */
static void note_mark(struct bytes_flow *f, const struct sample *s)
{
	static const enum field need[] = { FIELD_state, FIELD_bytes_received, FIELD_rcv_nxt,
					   FIELD_copied_seq };

	f->has_mark = has_all(s, need, sizeof(need) / sizeof(need[0])) &&
		      s->value[FIELD_state] == TCP_ESTABLISHED;
	f->mark_ns = s->t0_ns;
	if (f->has_mark)
		f->at_mark = s->value[FIELD_bytes_received] -
			     field__difference(FIELD_rcv_nxt, s->value[FIELD_rcv_nxt],
					       s->value[FIELD_copied_seq]);
}

static void begin(struct check *check, const struct window *w)
{
	struct bytes *c = (struct bytes *)check;
	struct bytes_flow *f = check__flow_state(check, w->flow);
	const struct sample *s = w->sample;

	if (w->witness != WITNESS_PROBE || !flow_entry__is_data(w->flow) ||
	    w->flow->report_stream < 0)
		return;
	if (s->event == EVENT_state) {
		if (sample__has(s, FIELD_new_state) && s->value[FIELD_new_state] == TCP_FIN_WAIT1 &&
		    sample__has(s, FIELD_bytes_received)) {
			f->has_fin_wait = true;
			f->at_fin_wait = s->value[FIELD_bytes_received];
		}
	} else if (s->event == EVENT_mark) {
		note_mark(f, s);
	} else if (!f->judged) {
		f->judged = true;
		judge_close(c, f, w);
	}
}

static int finish(struct check *check, struct verdict *v)
{
	static const char *const subject[DIRECTIONS] = { "bytes_acked", "bytes_received" };
	static const char *const verb[DIRECTIONS] = { "wrote", "read" };
	struct bytes *c = (struct bytes *)check;
	bool account = run__has_accounts(check->run);

	if (run__lost_samples(check->run, WITNESS_PROBE)) {
		c->found[READ].compared += c->marks - c->marks_wrong;
		c->found[READ].unproven += c->marks_wrong;
	} else {
		c->found[READ].compared += c->marks;
		c->found[READ].violations += c->marks_wrong;
		if (c->marks_worst.size > c->found[READ].worst.size)
			c->found[READ].worst = c->marks_worst;
	}
	for (enum direction d = 0; d < DIRECTIONS; d++) {
		struct result *r = verdict__result(v, "bytes", subject[d]);

		if (!r)
			return -1;
		r->witness[0] = witness__name(WITNESS_PROBE);
		r->witness[1] = account ? "generator" : "iperf3";
		r->compared = c->found[d].compared;
		r->violations = c->found[d].violations;
		r->unproven = c->found[d].unproven;
		r->worst = c->found[d].worst;
		if (r->violations) {
			r->status = STATUS_FAIL;
			snprintf(r->reason, sizeof(r->reason),
				 "%llu of %llu ends of streams do not add up; worst on flow %u: "
				 "%s %s %llu bytes%s, TCP carried %llu",
				 (unsigned long long)r->violations, (unsigned long long)r->compared,
				 r->worst.flow, r->witness[1], verb[d],
				 (unsigned long long)r->worst.expected,
				 account ? "" : " with its cookie",
				 (unsigned long long)r->worst.got);
		} else if (!r->compared) {
			r->status = STATUS_SKIP;
			snprintf(r->reason, sizeof(r->reason), "%s",
				 !c->streams
					 ? "the probe saw no stream of iperf3's reports close (those older "
					   "than itself it sees from kernel 6.12 on)"
					 : "no total by iperf3, or not all numbers by the probe");
		}
	}
	return 0;
}

static void destroy(struct check *check)
{
	free(check);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct bytes_flow),
	.events = EVENT_BIT(state) | EVENT_BIT(close) | EVENT_BIT(mark),
	.begin = begin,
	.finish = finish,
	.free = destroy,
};

struct check *check_bytes__new(struct run *run)
{
	struct bytes *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->check.ops = &ops;
	c->check.run = run;
	return &c->check;
}
