// SPDX-License-Identifier: BSD-2-Clause
/*
 * Marks: iperf3 calls getsockopt(TCP_INFO) once per stream and interval and prints from what it
 * got. The probe saw the call, and the bytes that went to iperf3 (event tcp_info). So what is
 * printed of interval k equals the tcp_info of its mark, with nothing in between but iperf3's
 * arithmetic (iperf_stats_callback(), iperf_api.c):
 *
 * - rtt, rttvar, pmtu, snd_wnd as they are;
 *
 * - snd_cwnd: tcpi_snd_cwnd * tcpi_snd_mss;
 *
 * - retransmits: tcpi_total_retrans less that of the call before (stream_prev_total_retrans), also
 *   of one whose interval was not printed (check_intervals.c); the first less 0.
 *
 * And what it prints at the end, of all calls of the test, also of a last one whose interval was
 * too short to be printed: max_rtt, min_rtt, mean_rtt (whole us), max_snd_cwnd, max_snd_wnd, and as
 * retransmits total_retrans at the last call.
 *
 * --omit makes one call more, when the omitted seconds are over (iperf_reset_stats()): it is no
 * interval's, has no part in the extremes and the mean, and retransmits at the end count from
 * there.
 *
 * Nothing is left to tolerance: these are the same bytes. Where the alignment of marks and
 * intervals (placement.c) leaves an interval without a mark, or a mark came without its tcp_info,
 * the figure is unproven.
 */
#include "check_marks.h"

#include <stdlib.h>

/* What was handed out at one mark. */
struct call {
	uint64_t t_ns;
	struct reading reading; /* have: 0 until the tcp_info came */
};

struct stream_calls {
	struct call *calls;
	unsigned int count, flow;
};

enum subject {
	SUBJECT_RTT,
	SUBJECT_RTTVAR,
	SUBJECT_CWND,
	SUBJECT_PMTU,
	SUBJECT_SND_WND,
	SUBJECT_RETRANS,
	MARK_SUBJECTS,
	SUBJECT_END = MARK_SUBJECTS, /* + enum end_figure; END_BYTES is check_bytes.c's */
	SUBJECTS = SUBJECT_END + END_FIGURES
};

static const char *const subject_name[SUBJECTS] = {
	[SUBJECT_RTT] = "rtt",
	[SUBJECT_RTTVAR] = "rttvar",
	[SUBJECT_CWND] = "snd_cwnd",
	[SUBJECT_PMTU] = "pmtu",
	[SUBJECT_SND_WND] = "snd_wnd",
	[SUBJECT_RETRANS] = "total_retrans",
	[SUBJECT_END + END_RETRANSMITS] = "end.retransmits",
	[SUBJECT_END + END_MAX_CWND] = "end.max_snd_cwnd",
	[SUBJECT_END + END_MAX_SND_WND] = "end.max_snd_wnd",
	[SUBJECT_END + END_MAX_RTT] = "end.max_rtt",
	[SUBJECT_END + END_MIN_RTT] = "end.min_rtt",
	[SUBJECT_END + END_MEAN_RTT] = "end.mean_rtt",
};

struct marks {
	struct check check;
	struct stream_calls *streams[ENDS];
	bool out_of_memory, added;
	struct {
		uint64_t compared, violations, unproven;
		struct worst worst;
	} found[SUBJECTS];
};

static struct call *new_call(struct marks *m, struct stream_calls *sc)
{
	struct call *p;

	if (!(sc->count & (sc->count - 1))) {
		p = realloc(sc->calls, (sc->count ? 2 * sc->count : 1) * sizeof(*p));
		if (!p) {
			m->out_of_memory = true;
			return NULL;
		}
		sc->calls = p;
	}
	p = &sc->calls[sc->count++];
	*p = (struct call){ 0 };
	return p;
}

/* In step with captures.c, which takes one capture at each mark. */
static void begin(struct check *check, const struct window *w)
{
	struct marks *m = (struct marks *)check;
	struct stream_calls *sc;
	struct call *call;

	if (w->witness != WITNESS_PROBE || !flow_entry__is_data(w->flow) ||
	    w->flow->report_stream < 0)
		return;
	sc = &m->streams[w->flow->end][w->flow->report_stream];
	sc->flow = w->flow->id;
	if (w->sample->event == EVENT_mark) {
		call = new_call(m, sc);
		if (call)
			call->t_ns = w->sample->t0_ns;
	} else if (sc->count && sc->calls[sc->count - 1].t_ns == w->sample->t0_ns) {
		reading__of(w->sample, &sc->calls[sc->count - 1].reading);
	}
}

static void compare(struct marks *m, enum subject s, unsigned int flow, uint64_t t_ns, bool have,
		    uint64_t expected, uint64_t got)
{
	if (!have) {
		m->found[s].unproven++;
		return;
	}
	m->found[s].compared++;
	if (expected == got)
		return;
	m->found[s].violations++;
	worst__update(&m->found[s].worst, flow, t_ns, expected, got,
		      expected > got ? expected - got : got - expected);
}

static bool has(const struct call *c, enum reading_figure figure)
{
	return c && c->reading.have >> figure & 1;
}

/* An interval against its call and the call before; NULL where there is none. */
static void compare_interval(struct marks *m, const struct interval *iv, unsigned int flow,
			     const struct call *call, const struct call *before, bool first)
{
	const struct {
		enum subject subject;
		enum interval_figure printed;
		enum reading_figure read;
		uint64_t value;
	} plain[] = {
		{ SUBJECT_RTT, FIGURE_RTT, READ_RTT, iv->rtt },
		{ SUBJECT_RTTVAR, FIGURE_RTTVAR, READ_RTTVAR, iv->rttvar },
		{ SUBJECT_CWND, FIGURE_CWND, READ_CWND, iv->cwnd },
		{ SUBJECT_PMTU, FIGURE_PMTU, READ_PMTU, iv->pmtu },
		{ SUBJECT_SND_WND, FIGURE_SND_WND, READ_SND_WND, iv->snd_wnd },
	};
	bool have;

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		have = has(call, plain[i].read);
		if (iv->figures & plain[i].printed)
			compare(m, plain[i].subject, flow, call ? call->t_ns : 0, have,
				have ? call->reading.value[plain[i].read] : 0, plain[i].value);
	}
	have = has(call, READ_RETRANS) && (first || has(before, READ_RETRANS));
	if (iv->figures & FIGURE_RETRANS)
		compare(m, SUBJECT_RETRANS, flow, call ? call->t_ns : 0, have,
			have ? call->reading.value[READ_RETRANS] -
					(first ? 0 : before->reading.value[READ_RETRANS])
			     : 0,
			iv->retrans);
}

/*
 * The call at --omit's restart: the last one before the first interval behind it, since the restart
 * sets the timers anew (client_omit_timer_proc()). -1: none.
 */
static int restart_call(const struct stream *s, const struct stream_captures *of)
{
	int omitted = -1, behind = -1;

	for (unsigned int k = 0; k < s->count; k++) {
		if (!s->intervals[k].epoch)
			omitted = of->of_interval[k];
		else if (behind < 0)
			behind = of->of_interval[k];
	}
	return omitted >= 0 && behind > omitted + 1 ? behind - 1 : -1;
}

/* What iperf3 makes of all its calls. False: a call's tcp_info is missing. */
static bool sum_up(const struct stream_calls *sc, int restart, struct end_figures *e)
{
	uint64_t sum = 0, n = 0;

	*e = (struct end_figures){ 0 };
	for (unsigned int i = 0; i < sc->count; i++) {
		const struct call *c = &sc->calls[i];
		uint64_t rtt = c->reading.value[READ_RTT], cwnd = c->reading.value[READ_CWND];
		uint64_t wnd = c->reading.value[READ_SND_WND];

		if (!has(c, READ_RTT) || !has(c, READ_CWND) || !has(c, READ_RETRANS))
			return false;
		if ((int)i == restart)
			continue;
		sum += rtt;
		n++;
		if (rtt > e->value[END_MAX_RTT])
			e->value[END_MAX_RTT] = rtt;
		if (!e->value[END_MIN_RTT] || rtt < e->value[END_MIN_RTT])
			e->value[END_MIN_RTT] = rtt;
		if (cwnd > e->value[END_MAX_CWND])
			e->value[END_MAX_CWND] = cwnd;
		if (has(c, READ_SND_WND) && wnd > e->value[END_MAX_SND_WND])
			e->value[END_MAX_SND_WND] = wnd;
	}
	if (!n)
		return false;
	e->value[END_MEAN_RTT] = sum / n;
	e->value[END_RETRANSMITS] = sc->calls[sc->count - 1].reading.value[READ_RETRANS];
	if (restart >= 0)
		e->value[END_RETRANSMITS] -= sc->calls[restart].reading.value[READ_RETRANS];
	return true;
}

/* from_first: the first interval's call was seen. A probe that came later saw others behind it. */
static void compare_end(struct marks *m, const struct stream *s, const struct stream_calls *sc,
			bool from_first, int restart, bool omitted)
{
	struct end_figures e;
	bool have = from_first && (!omitted || restart >= 0) && sc->count >= s->count &&
		    sum_up(sc, restart, &e);
	uint64_t t_ns = sc->count ? sc->calls[sc->count - 1].t_ns : 0;

	for (enum end_figure f = END_RETRANSMITS; f < END_FIGURES; f++)
		if (s->end.have >> f & 1)
			compare(m, SUBJECT_END + f, sc->flow, t_ns, have, have ? e.value[f] : 0,
				s->end.value[f]);
}

void check_marks__add(struct check *check, const struct captures *c, enum end end)
{
	struct marks *m = (struct marks *)check;
	const struct report *r = &check->run->report[end];

	m->added = true;
	for (unsigned int i = 0; i < r->count; i++) {
		const struct stream_captures *of = captures__of(c, end, i);
		const struct stream_calls *sc = &m->streams[end][i];
		const struct stream *s = &r->streams[i];

		if (!s->sender)
			continue;
		for (unsigned int k = 0; k < s->count; k++) {
			int at = of->of_interval[k];
			const struct call *call =
				at >= 0 && (unsigned int)at < sc->count ? &sc->calls[at] : NULL;

			compare_interval(m, &s->intervals[k], sc->flow, call,
					 call && at ? call - 1 : NULL, !at && !k);
		}
		if (s->count)
			compare_end(m, s, sc, of->of_interval[0] >= 0, restart_call(s, of),
				    s->intervals[0].epoch != s->intervals[s->count - 1].epoch);
	}
}

static void judge(const struct marks *m, enum subject s, struct result *r)
{
	r->witness[0] = "iperf3";
	r->witness[1] = "kernel";
	r->compared = m->found[s].compared;
	r->violations = m->found[s].violations;
	r->unproven = m->found[s].unproven;
	r->worst = m->found[s].worst;
	if (r->violations) {
		r->status = STATUS_FAIL;
		snprintf(r->reason, sizeof(r->reason),
			 "%llu of %llu figures are not what the kernel handed out; worst on flow "
			 "%u: iperf3 says %llu, it was given %llu",
			 (unsigned long long)r->violations, (unsigned long long)r->compared,
			 r->worst.flow, (unsigned long long)r->worst.got,
			 (unsigned long long)r->worst.expected);
	} else if (!r->compared) {
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason), "%s",
			 r->unproven ? "no tcp_info beside the marks, or not from the first on"
				     : "iperf3 does not print it");
	}
}

/* Linux answers getsockopt(TCP_INFO), so every iperf3 since 3.1 prints rtt and snd_cwnd of it. */
static int judge_figures(const struct marks *m, enum end end, struct verdict *v)
{
	const struct report *report = &m->check.run->report[end];
	uint64_t lacking = 0;
	struct result *r;

	for (unsigned int i = 0; i < report->count; i++) {
		const struct stream *s = &report->streams[i];

		for (unsigned int k = 0; s->sender && m->streams[end][i].count && k < s->count; k++)
			lacking += (s->intervals[k].figures & (FIGURE_RTT | FIGURE_CWND)) !=
				   (FIGURE_RTT | FIGURE_CWND);
	}
	if (!lacking)
		return 0;
	r = verdict__result(v, "marks", end == END_CLIENT ? "iperf3 client" : "iperf3 server");
	if (!r)
		return -1;
	r->status = STATUS_FAIL;
	r->violations = lacking;
	snprintf(r->reason, sizeof(r->reason),
		 "%llu intervals of a sender lack rtt or snd_cwnd, though iperf3's calls were seen",
		 (unsigned long long)lacking);
	return 0;
}

int check_marks__judge(const struct check *check, struct verdict *v)
{
	const struct marks *m = (const struct marks *)check;
	struct result *r;

	for (enum end end = 0; end < ENDS; end++)
		if (judge_figures(m, end, v))
			return -1;
	if (!m->added) {
		r = verdict__result(v, "marks", "");
		if (!r)
			return -1;
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason), "no report was placed by marks");
		return 0;
	}
	for (enum subject s = 0; s < SUBJECTS; s++) {
		if (!subject_name[s])
			continue;
		r = verdict__result(v, s < MARK_SUBJECTS ? "marks" : "final", subject_name[s]);
		if (!r)
			return -1;
		judge(m, s, r);
	}
	return 0;
}

static int finish(struct check *check, struct verdict *v)
{
	return ((struct marks *)check)->out_of_memory ? -1 : 0;
}

static void destroy(struct check *check)
{
	struct marks *m = (struct marks *)check;

	for (enum end end = 0; end < ENDS; end++) {
		for (unsigned int i = 0; m->streams[end] && i < check->run->report[end].count; i++)
			free(m->streams[end][i].calls);
		free(m->streams[end]);
	}
	free(m);
}

static const struct check_ops ops = {
	.events = EVENT_BIT(mark) | EVENT_BIT(tcp_info),
	.begin = begin,
	.finish = finish,
	.free = destroy,
};

struct check *check_marks__new(struct run *run)
{
	struct marks *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->check.ops = &ops;
	m->check.run = run;
	for (enum end end = 0; end < ENDS; end++) {
		m->streams[end] = calloc(run->report[end].count + 1, sizeof(*m->streams[end]));
		if (!m->streams[end]) {
			destroy(&m->check);
			return NULL;
		}
	}
	return &m->check;
}
