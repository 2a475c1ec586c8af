// SPDX-License-Identifier: BSD-2-Clause
/*
 * The RTT callback's skew. BPF_SOCK_OPS_RTT_CB runs in tcp_rtt_estimator(), in the middle of
 * tcp_ack(): what tcp_ack() updates behind that is still the previous ACK's in an rtt sample. The
 * catalogue calls these fields stale. The kernel's order is judged, the lag is measured:
 *
 * - stale fields: the value in the callback equals that in the segment event of the same hold of
 *   the lock, before tcp_ack(). tcp_clean_rtx_queue() calls back before tcp_rtt_estimator() stores
 *   srtt_us, before tcp_set_rto() and icsk_backoff = 0, and tcp_ack() goes on to
 *   tcp_fastretrans_alert(), tcp_rate_gen() and tcp_cong_control() (ca_state, snd_ssthresh,
 *   delivery_rate, snd_cwnd, pacing_rate, the state of BBR and Vegas). Not judged: reordering, reord_seen and delivered_ce,
 *   which tcp_sacktag_write_queue() may update before the callback as well.
 * - cb_srtt, the callback's second argument, is what tcp_rtt_estimator() is about to store: it
 *   equals the rtt of the next settled state.
 *
 * That the events belong together is shown by snd_una: in the callback it is what the segment's
 * acknowledgement made of it, and so it is in the next settled state. A difference where segs_in
 * says that a segment came between (it may have been missed) is unproven.
 *
 * The finding, judged by nobody: of each stale field, in how many samples it differs from the value
 * behind the ACK, by how much, and how long a reader of rtt samples alone has to wait for the next.
 */
#include "skew.h"

#include <stdlib.h>
#include <string.h>

#include "gauges.h"

struct skew_field {
	enum field field;
	bool judged;
	char label[48];
	struct skew_finding finding;
	struct agreement size, relative, lag; /* relative in 1/100 % */
	uint64_t compared, violations, unproven;
	struct worst worst;
};

struct skew {
	struct check check;
	unsigned int count;
	struct skew_field fields[SKEW_FIELDS_MAX];
	struct skew_field srtt; /* only the verdict on cb_srtt */
	bool out_of_memory;
};

struct skew_values {
	uint32_t have;
	uint64_t value[SKEW_FIELDS_MAX];
};

struct skew_flow {
	bool have_segment, waiting;
	struct skew_values segment, rtt;
	uint32_t una, segs_in;	       /* behind the segment; with it */
	uint32_t rtt_una, rtt_segs_in; /* in the callback */
	uint64_t rtt_ns, cb_srtt;
	bool have_srtt;
	uint32_t stale; /* fields of the last rtt sample that were */
	uint64_t stale_ns;
};

static void values__of(const struct skew *k, const struct sample *s, struct skew_values *v)
{
	v->have = 0;
	for (unsigned int i = 0; i < k->count; i++) {
		v->have |= (uint32_t)sample__has(s, k->fields[i].field) << i;
		v->value[i] = s->value[k->fields[i].field];
	}
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static void judge(struct skew_field *f, bool equal, bool proven, const struct window *w,
		  uint64_t t_ns, uint64_t expected, uint64_t got)
{
	if (!equal && !proven) {
		f->unproven++;
		return;
	}
	f->compared++;
	if (equal)
		return;
	f->violations++;
	worst__update(&f->worst, w->flow->id, t_ns, expected, got, distance(expected, got));
}

static bool is_amount(enum field f)
{
	return catalogue[f].kind != KIND_ENUM && catalogue[f].kind != KIND_FLAGS;
}

/* How far the callback's value is from the one behind the ACK. */
static void measure(struct skew_field *f, const struct window *w, uint64_t t_ns, uint64_t stale,
		    uint64_t after)
{
	uint64_t size = distance(stale, after);

	f->finding.samples++;
	f->finding.stale += stale != after;
	if (!is_amount(f->field) || gauge__is_special(f->field, stale) ||
	    gauge__is_special(f->field, after))
		return;
	if (size > INT64_MAX / 10000)
		size = INT64_MAX / 10000;
	if (size)
		agreement__add(&f->size, (int64_t)size, w->flow->id, t_ns);
	if (after)
		agreement__add(&f->relative, (int64_t)(size * 10000 / after), w->flow->id, t_ns);
}

/* A settled state behind a callback: what its ACK has made of the fields. */
static void resolve(struct skew *k, struct skew_flow *f, const struct window *w)
{
	const struct sample *s = w->sample;
	uint32_t came = (uint32_t)s->value[FIELD_segs_in] - f->rtt_segs_in;
	bool proven = came <= (s->event == EVENT_segment);
	struct skew_values now;

	f->waiting = false;
	values__of(k, s, &now);
	if (f->have_srtt && sample__has(s, FIELD_rtt)) {
		if ((uint32_t)s->value[FIELD_snd_una] != f->rtt_una)
			k->srtt.unproven++;
		else
			judge(&k->srtt, f->cb_srtt == s->value[FIELD_rtt], proven, w, f->rtt_ns,
			      s->value[FIELD_rtt], f->cb_srtt);
	}
	if ((uint32_t)s->value[FIELD_snd_una] != f->rtt_una)
		return;
	for (unsigned int i = 0; i < k->count; i++) {
		if (!(f->rtt.have & now.have & 1U << i))
			continue;
		measure(&k->fields[i], w, f->rtt_ns, f->rtt.value[i], now.value[i]);
		if (f->rtt.value[i] != now.value[i])
			f->stale |= 1U << i;
	}
	f->stale_ns = f->rtt_ns;
}

static void on_settled(struct skew *k, struct skew_flow *f, const struct window *w)
{
	const struct sample *s = w->sample;
	uint32_t una = s->value[FIELD_snd_una], ack = s->value[FIELD_seg_ack_seq];

	if (f->waiting)
		resolve(k, f, w);
	f->have_segment = s->event == EVENT_segment && sample__has(s, FIELD_seg_ack_seq);
	if (!f->have_segment)
		return;
	values__of(k, s, &f->segment);
	f->una = (int32_t)(ack - una) > 0 ? ack : una;
	f->segs_in = s->value[FIELD_segs_in];
}

static void on_rtt(struct skew *k, struct skew_flow *f, const struct window *w)
{
	const struct sample *s = w->sample;
	bool proven = f->segs_in == (uint32_t)s->value[FIELD_segs_in];
	bool same_ack = f->una == (uint32_t)s->value[FIELD_snd_una];

	for (; f->stale; f->stale &= f->stale - 1)
		agreement__add(&k->fields[__builtin_ctz(f->stale)].lag,
			       (int64_t)(s->t0_ns - f->stale_ns), w->flow->id, f->stale_ns);
	values__of(k, s, &f->rtt);
	for (unsigned int i = 0; f->have_segment && i < k->count; i++) {
		struct skew_field *field = &k->fields[i];

		if (!field->judged || !(f->rtt.have & f->segment.have & 1U << i))
			continue;
		if (same_ack)
			judge(field, f->rtt.value[i] == f->segment.value[i], proven, w, s->t0_ns,
			      f->segment.value[i], f->rtt.value[i]);
		else
			field->unproven++;
	}
	f->have_segment = false; /* one callback a segment */
	f->waiting = true;
	f->have_srtt = sample__has(s, FIELD_cb_srtt);
	f->cb_srtt = s->value[FIELD_cb_srtt];
	f->rtt_ns = s->t0_ns;
	f->rtt_una = s->value[FIELD_snd_una];
	f->rtt_segs_in = s->value[FIELD_segs_in];
}

static void begin(struct check *c, const struct window *w)
{
	struct skew *k = (struct skew *)c;
	struct skew_flow *f = check__flow_state(c, w->flow);
	const struct sample *s = w->sample;

	if (w->witness != WITNESS_PROBE || (s->event == EVENT_poll && w->copy) ||
	    s->event == EVENT_connect || !run__has_mode(c->run, WITNESS_PROBE, "segment") ||
	    !sample__has(s, FIELD_snd_una) || !sample__has(s, FIELD_segs_in))
		return;
	if (s->event == EVENT_rtt)
		on_rtt(k, f, w);
	else
		on_settled(k, f, w);
}

static void conclude(const struct skew *k, const struct skew_field *f, const char *what,
		     struct result *r)
{
	r->witness[0] = witness__name(WITNESS_PROBE);
	r->compared = f->compared;
	r->violations = f->violations;
	r->unproven = f->unproven;
	r->worst = f->worst;
	if (f->violations) {
		r->status = STATUS_FAIL;
		snprintf(r->reason, sizeof(r->reason),
			 "%llu of %llu RTT callbacks violated; worst on flow %u: %llu in the "
			 "callback, %llu %s",
			 (unsigned long long)f->violations, (unsigned long long)f->compared,
			 f->worst.flow, (unsigned long long)f->worst.got,
			 (unsigned long long)f->worst.expected, what);
	} else if (!f->compared) {
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason), "%s",
			 run__has_mode(k->check.run, WITNESS_PROBE, "segment")
				 ? "no RTT callback that could be judged"
				 : "the probe did not capture segments");
	}
}

static int tell_finding(struct skew_field *f, struct verdict *v)
{
	struct skew_finding *told;

	if (!f->finding.samples)
		return 0;
	told = verdict__skew(v, catalogue[f->field].name);
	if (!told)
		return -1;
	told->unit = catalogue[f->field].unit;
	told->samples = f->finding.samples;
	told->stale = f->finding.stale;
	told->size = agreement__summary(&f->size);
	told->lag = agreement__summary(&f->lag);
	return 0;
}

/* Of a congestion control that no flow uses there is nothing to tell. */
static bool is_told(const struct skew_field *f)
{
	return f->judged && (catalogue[f->field].group != GROUP_CC || f->compared || f->unproven);
}

static int finish(struct check *c, struct verdict *v)
{
	struct skew *k = (struct skew *)c;
	struct result *r = verdict__result(v, "skew", catalogue[FIELD_cb_srtt].name);

	if (!r)
		return -1;
	conclude(k, &k->srtt, "stored by that ACK", r);
	for (unsigned int i = 0; i < k->count; i++) {
		if (is_told(&k->fields[i])) {
			r = verdict__result(v, "skew", catalogue[k->fields[i].field].name);
			if (!r)
				return -1;
			conclude(k, &k->fields[i], "before that ACK", r);
		}
		if (tell_finding(&k->fields[i], v))
			return -1;
	}
	return 0;
}

unsigned int skew__curves(const struct check *c, struct plot_curve *curves)
{
	const struct skew *k = (const struct skew *)c;
	unsigned int n = 0;

	for (unsigned int i = 0; i < k->count; i++) {
		const struct skew_field *f = &k->fields[i];

		if (!f->relative.n || !f->finding.stale)
			continue;
		curves[n++] = (struct plot_curve){ f->label, &f->relative, 1e-2 };
	}
	return n;
}

static void destroy(struct check *c)
{
	struct skew *k = (struct skew *)c;

	for (unsigned int i = 0; i < k->count; i++) {
		agreement__free(&k->fields[i].size);
		agreement__free(&k->fields[i].relative);
		agreement__free(&k->fields[i].lag);
	}
	free(k);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct skew_flow),
	.events = EVENTS_STATE,
	.begin = begin,
	.finish = finish,
	.free = destroy,
};

static bool is_judged(enum field f)
{
	return f != FIELD_reordering && f != FIELD_reord_seen && f != FIELD_delivered_ce;
}

struct check *skew__new(struct run *run)
{
	struct skew *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->check.ops = &ops;
	k->check.run = run;
	for (enum field f = 0; f < FIELD_COUNT && k->count < SKEW_FIELDS_MAX; f++) {
		struct skew_field *field = &k->fields[k->count];

		if ((catalogue[f].group != GROUP_TCP_INFO && catalogue[f].group != GROUP_CC) ||
		    catalogue[f].rtt != RTT_STALE)
			continue;
		k->count++;
		field->field = f;
		field->judged = is_judged(f);
		snprintf(field->label, sizeof(field->label), "%s", catalogue[f].name);
		if (agreement__init(&field->size) || agreement__init(&field->relative) ||
		    agreement__init(&field->lag)) {
			destroy(&k->check);
			return NULL;
		}
	}
	return &k->check;
}
