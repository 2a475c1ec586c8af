// SPDX-License-Identifier: BSD-2-Clause
/*
 * Identity: when an application asks for struct tcp_info, the kernel's own fill (event tcp_info)
 * equals what the probe extracts from the socket (event mark) a few microseconds later. Tolerance
 * zero, for every field that the kernel filled into the caller's buffer.
 *
 * In between the socket is free for a moment. do_tcp_getsockopt() calls tcp_get_info(), which reads
 * state, pacing_rate, max_pacing_rate, reordering and snd_cwnd without the lock and all else under
 * lock_sock_fast(); __cgroup_bpf_run_filter_getsockopt() then takes lock_sock() for the program
 * that makes the mark. So a segment may be processed, or a timer may send, between the two, and
 * between the unlocked reads and the rest. That it did has to be shown by something else than the
 * field that differs. Accepted as evidence, in this order:
 *
 * - A segment. The flow's history shows the one that came in between (segs_in is ahead by just that
 *   one, nothing was sent). tcp_probe fires before a segment is processed, so tcp_info must equal
 *   the state there: the field is compared after all, with that state. Left out is what the kernel
 *   reads without the lock, and what other threads of the application move by writing
 *   (tcp_sendmsg_locked(): notsent_bytes, delivery_rate_app_limited) or reading
 *   (tcp_rcv_space_adjust(): rcv_space, rcv_ssthresh).
 *
 * - Another counter is ahead in the mark: a segment came or went.
 *
 * - segs_in, data_segs_in alone: tcp_v4_rcv() counts them while a process owns the socket and
 *   leaves the segment in the backlog; nothing else moves then.
 *
 * - A state. A segment that counts nothing (a window update, taken from the backlog when
 *   tcp_get_info() released the lock): a settled state that is not provably older shows all
 *   differing fields as tcp_info does. For what is read without the lock also the states before:
 *   tcp_get_info() may have waited for the lock while several segments were processed (seen on an
 *   emulated processor), but not since longer than the application's mark before.
 *
 * - An ACK that was owed, for segs_out alone: the delayed-ACK timer sends it at any moment
 *   (tcp_delack_timer_handler(); in ping-pong mode not even ato moves). Owed: the last segment that the
 *   history shows had data, and when tcp_info was filled nothing had been sent since.
 *
 * - Bytes. notsent_bytes and delivery_rate_app_limited: write_seq, rcv_space and rcv_ssthresh:
 *   copied_seq has moved since the last sample.
 *
 * Such values are counted as moved. Without evidence a difference is a violation, unless the
 * history is known to be incomplete (no segment capture, or segments counted that were not shown):
 * then it is unproven. A counter that is behind in the mark is a violation whatever moved, and so
 * is a constant that differs. And nothing may hide behind evidence that is always there: above
 * IDENTITY_MOVED_MAX_PERCENT of moved and unproven instants a field fails.
 *
 * Ages and durations: mark_clocks.c.
 */
#include "check_identity.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "mark_clocks.h"

#define FLOWS_KEPT 512 /* histories of open flows: bounds the memory */

struct box {
	LIST_ENTRY(box) entry;
	bool have_mark;
	struct sample mark;
	struct history history;
};

struct found {
	uint64_t compared, violations, moved, unproven;
	struct worst worst;
};

struct identity {
	struct check check;
	LIST_HEAD(, box) boxes;
	unsigned int boxes_count;
	bool out_of_memory;
	uint64_t instants, instants_moved, by_segment, refused;
	struct found found[FIELD_COUNT];
};

struct identity_flow {
	struct box *box;
};

enum evidence { EVIDENCE_NONE, EVIDENCE_MOVED, EVIDENCE_UNPROVEN };

static bool is_read_unlocked(enum field f)
{
	return f == FIELD_state || f == FIELD_pacing_rate || f == FIELD_max_pacing_rate ||
	       f == FIELD_reordering || f == FIELD_snd_cwnd;
}

static bool is_moved_by_writing(enum field f)
{
	return f == FIELD_notsent_bytes || f == FIELD_delivery_rate_app_limited;
}

static bool is_moved_by_reading(enum field f)
{
	return f == FIELD_rcv_space || f == FIELD_rcv_ssthresh;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static void violation(struct identity *c, const struct mark_pair *p, enum field f, uint64_t got)
{
	uint64_t expected = p->info->value[f];

	c->found[f].compared++;
	c->found[f].violations++;
	worst__update(&c->found[f].worst, p->flow, p->mark->t0_ns, expected, got,
		      distance(expected, got));
}

/* Has the application written, or read, since the last sample? */
static bool bytes_moved(const struct mark_pair *p, enum field sequence)
{
	const struct sample *last = history__at(p->history, 0);

	return last && sample__has(last, sequence) && sample__has(p->mark, sequence) &&
	       field__difference(sequence, p->mark->value[sequence], last->value[sequence]) > 0;
}

/* Did the delayed-ACK timer have something to send? */
static bool ack_was_owed(const struct mark_pair *p)
{
	const struct sample *s;

	for (unsigned int i = 0; (s = history__at(p->history, i)); i++)
		if (s->event == EVENT_segment)
			return sample__has(s, FIELD_segs_out) &&
			       s->value[FIELD_segs_out] == p->info->value[FIELD_segs_out] &&
			       s->value[FIELD_seg_end_seq] != s->value[FIELD_seg_seq];
	return false;
}

/* The evidence that f has moved, for a field that no counter speaks for. */
static enum evidence other_evidence(const struct mark_pair *p, enum field f,
				    const struct field_set *silent)
{
	struct field_set shown = *silent;

	if (f == FIELD_segs_in || f == FIELD_data_segs_in)
		return EVIDENCE_MOVED;
	if (f == FIELD_segs_out && ack_was_owed(p) &&
	    field__difference(f, p->mark->value[f], p->info->value[f]) == 1)
		return EVIDENCE_MOVED;
	if (is_read_unlocked(f))
		for (enum field other = 0; other < FIELD_COUNT; other++)
			if (!is_read_unlocked(other))
				field_set__remove(&shown, other);
	if (history__showing(p->history, p->info, &shown, is_read_unlocked(f)))
		return EVIDENCE_MOVED;
	if ((is_moved_by_writing(f) && bytes_moved(p, FIELD_write_seq)) ||
	    (is_moved_by_reading(f) && bytes_moved(p, FIELD_copied_seq)))
		return EVIDENCE_MOVED;
	return history__is_complete(p->history, p->mark) ? EVIDENCE_NONE : EVIDENCE_UNPROVEN;
}

/* Is a counter other than f ahead in the mark? */
static bool counter_speaks(const struct mark_pair *p, enum field f)
{
	for (uint64_t todo = p->ahead; todo; todo &= todo - 1)
		if (counters[__builtin_ctzll(todo)] != f)
			return true;
	return false;
}

/* A difference in f: what is it? silent: the differing fields that no counter speaks for. */
static void judge_difference(struct identity *c, const struct mark_pair *p, enum field f,
			     const struct field_set *silent, const struct sample *segment)
{
	enum evidence evidence;

	if (catalogue[f].kind == KIND_CONSTANT ||
	    (catalogue[f].kind == KIND_COUNTER &&
	     field__difference(f, p->mark->value[f], p->info->value[f]) < 0)) {
		violation(c, p, f, p->mark->value[f]);
		return;
	}
	if (segment && f != FIELD_segs_in && f != FIELD_data_segs_in && !is_read_unlocked(f) &&
	    !is_moved_by_writing(f) && !is_moved_by_reading(f) && sample__has(segment, f)) {
		if (segment->value[f] != p->info->value[f])
			violation(c, p, f, segment->value[f]);
		else
			c->found[f].compared++;
		return;
	}
	evidence = counter_speaks(p, f) ? EVIDENCE_MOVED : other_evidence(p, f, silent);
	if (evidence == EVIDENCE_MOVED)
		c->found[f].moved++;
	else if (evidence == EVIDENCE_UNPROVEN)
		c->found[f].unproven++;
	else
		violation(c, p, f, p->mark->value[f]);
}

static void judge_fields(struct identity *c, struct mark_pair *p)
{
	struct field_set differing = { 0 }, silent = { 0 };
	const struct sample *segment;

	p->ahead = 0;
	p->moved = false;
	for (unsigned int i = 0; i < COUNTERS; i++)
		if (mark_pair__has(p, counters[i]) &&
		    field__difference(counters[i], p->mark->value[counters[i]],
				      p->info->value[counters[i]]) > 0)
			p->ahead |= 1ULL << i;
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (!mark_pair__has(p, f) || field__is_clock(f))
			continue;
		if (p->mark->value[f] == p->info->value[f]) {
			c->found[f].compared++;
			continue;
		}
		field_set__add(&differing, f);
		p->moved = true;
		if (!counter_speaks(p, f) && f != FIELD_segs_in && f != FIELD_data_segs_in)
			field_set__add(&silent, f);
	}
	if (!p->moved)
		return;
	segment = history__next_segment(p->history, p->info);
	c->by_segment += !!segment;
	for (enum field f = 0; f < FIELD_COUNT; f++)
		if (field_set__has(&differing, f))
			judge_difference(c, p, f, &silent, segment);
}

static void judge_clocks(struct identity *c, const struct mark_pair *p)
{
	uint32_t hz = c->check.run->timeline[WITNESS_PROBE].header.hz;
	struct clock_finding found[FIELD_COUNT];
	unsigned int n = mark_pair__judge_clocks(p, hz, found);

	for (unsigned int i = 0; i < n; i++)
		if (found[i].outcome == CLOCK_WRONG)
			violation(c, p, found[i].field, p->mark->value[found[i].field]);
		else if (found[i].outcome == CLOCK_MOVED)
			c->found[found[i].field].moved++;
		else
			c->found[found[i].field].compared++;
}

static void judge_pair(struct identity *c, const struct flow_entry *flow, const struct box *box,
		       const struct sample *info)
{
	struct mark_pair p = { &box->mark, info, &box->history, flow->id, 0, false };

	judge_fields(c, &p);
	judge_clocks(c, &p);
	c->instants++;
	c->instants_moved += p.moved;
}

/* A flow's box, made for data flows at once, for others at their first mark. */
static struct box *box_of(struct identity *c, const struct window *w)
{
	struct identity_flow *f = check__flow_state(&c->check, w->flow);

	if (f->box)
		return f->box;
	if (!flow_entry__is_data(w->flow) && w->sample->event != EVENT_mark)
		return NULL;
	if (c->boxes_count == FLOWS_KEPT) {
		c->refused += w->sample->event == EVENT_mark;
		return NULL;
	}
	f->box = calloc(1, sizeof(*f->box));
	if (!f->box) {
		c->out_of_memory = true;
		return NULL;
	}
	LIST_INSERT_HEAD(&c->boxes, f->box, entry);
	c->boxes_count++;
	return f->box;
}

/* Applications do not ask of a closed socket; if one does, it has a new history. */
static void drop(struct identity *c, const struct window *w)
{
	struct identity_flow *f = check__flow_state(&c->check, w->flow);

	LIST_REMOVE(f->box, entry);
	c->boxes_count--;
	free(f->box);
	f->box = NULL;
}

static void begin(struct check *check, const struct window *w)
{
	struct identity *c = (struct identity *)check;
	const struct sample *s = w->sample;
	struct box *box;

	if (w->witness != WITNESS_PROBE)
		return;
	box = box_of(c, w);
	if (!box)
		return;
	if (s->event == EVENT_tcp_info) {
		if (box->have_mark && box->mark.t0_ns == s->t0_ns && box->mark.seq == s->seq)
			judge_pair(c, w->flow, box, s);
	}
	/* The mark enters the history behind its pair: it is no evidence for itself. */
	if (box->have_mark) {
		history__add(&box->history, &box->mark);
		box->have_mark = false;
	}
	if (s->event == EVENT_mark) {
		box->mark = *s;
		box->have_mark = true;
	} else if (s->event == EVENT_close) {
		drop(c, w);
	} else if (s->event != EVENT_tcp_info) {
		history__add(&box->history, s);
	}
}

static bool is_mostly_moved(const struct found *n)
{
	uint64_t apart = n->moved + n->unproven, all = n->compared + apart;

	if (all < IDENTITY_INSTANTS_MIN)
		return all >= IDENTITY_ALL_MOVED_MIN && apart == all;
	return 100 * apart > IDENTITY_MOVED_MAX_PERCENT * all;
}

static void judge(const struct found *n, enum field f, struct result *r)
{
	unsigned long long all = n->compared + n->moved + n->unproven;

	r->witness[0] = "probe";
	r->witness[1] = "kernel";
	r->compared = n->compared;
	r->violations = n->violations;
	r->moved = n->moved;
	r->unproven = n->unproven;
	r->worst = n->worst;
	if (n->violations) {
		r->status = STATUS_FAIL;
		snprintf(r->reason, sizeof(r->reason),
			 "differs at %llu of %llu marks, though the socket had not moved; worst on "
			 "flow %u: the kernel says %llu, the probe %llu",
			 (unsigned long long)n->violations, all, n->worst.flow,
			 (unsigned long long)n->worst.expected, (unsigned long long)n->worst.got);
	} else if (is_mostly_moved(n)) {
		r->status = STATUS_FAIL;
		snprintf(r->reason, sizeof(r->reason),
			 "differs at %llu of %llu marks: more than %d%% cannot be told by movement",
			 (unsigned long long)(n->moved + n->unproven), all,
			 IDENTITY_MOVED_MAX_PERCENT);
	} else if (!n->compared) {
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason), "%s",
			 all ? "the socket had moved at every mark"
			 : catalogue[f].kind == KIND_AGE || catalogue[f].kind == KIND_DURATION
				 ? "not in the struct tcp_info that was asked for, or HZ unknown"
				 : "not in the struct tcp_info that was asked for");
	}
}

/* There is nothing to compare: why? */
static int finish_without_pairs(const struct run *run, struct verdict *v)
{
	const struct run_timeline *t = &run->timeline[WITNESS_PROBE];
	struct result *r = verdict__result(v, "identity", "");

	if (!r)
		return -1;
	r->status = STATUS_SKIP;
	if (!t->opened)
		snprintf(r->reason, sizeof(r->reason), "no timeline of the probe");
	else if (!t->header.marks)
		snprintf(r->reason, sizeof(r->reason),
			 "the probe could not catch getsockopt(TCP_INFO) here");
	else
		snprintf(r->reason, sizeof(r->reason), "no application asked for TCP_INFO");
	if (t->opened && t->header.marks && run->manifest.iperf3[END_CLIENT].expected) {
		r->status = STATUS_ERROR;
		snprintf(r->reason, sizeof(r->reason),
			 "nothing compared: no mark with its tcp_info, though the probe says that "
			 "it catches them and iperf3 asks for it in every interval");
	}
	return 0;
}

static int tell_of_marks(const struct identity *c, struct verdict *v)
{
	struct result *r = verdict__result(v, "identity", "marks");

	if (!r)
		return -1;
	r->status = STATUS_INFO;
	snprintf(r->reason, sizeof(r->reason),
		 "%llu marks with their tcp_info; at %llu the socket had moved, %llu of these "
		 "compared with the state before the one segment that came in between",
		 (unsigned long long)c->instants, (unsigned long long)c->instants_moved,
		 (unsigned long long)c->by_segment);
	if (c->refused)
		snprintf(r->reason, sizeof(r->reason),
			 "%llu marks judged, %llu not: they belong to more than %d flows",
			 (unsigned long long)c->instants, (unsigned long long)c->refused,
			 FLOWS_KEPT);
	return 0;
}

static int finish(struct check *check, struct verdict *v)
{
	const struct identity *c = (struct identity *)check;

	if (c->out_of_memory)
		return -1;
	v->instants = c->instants;
	v->instants_moved = c->instants_moved;
	if (!c->instants)
		return finish_without_pairs(check->run, v);
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		struct result *r;

		if (catalogue[f].group != GROUP_TCP_INFO)
			continue;
		r = verdict__result(v, "identity", catalogue[f].name);
		if (!r)
			return -1;
		judge(&c->found[f], f, r);
	}
	return tell_of_marks(c, v);
}

static void destroy(struct check *check)
{
	struct identity *c = (struct identity *)check;
	struct box *box;

	while ((box = LIST_FIRST(&c->boxes))) {
		LIST_REMOVE(box, entry);
		free(box);
	}
	free(c);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct identity_flow),
	.events = ~0U,
	.begin = begin,
	.finish = finish,
	.free = destroy,
};

struct check *check_identity__new(struct run *run)
{
	struct identity *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	counters__init();
	c->check.ops = &ops;
	c->check.run = run;
	LIST_INIT(&c->boxes);
	return &c->check;
}
