// SPDX-License-Identifier: BSD-2-Clause
/*
 * Congestion control: its name, and what it publishes of itself. Zero tolerance. (The values that it
 * publishes are judged by membership and skew, as gauges that ACKs drive.)
 *
 * cong. netlink's name (INET_DIAG_CONG, read once within the window [a, b]) is one that the probe saw
 * icsk_ca_ops point to: at its last sample with a name at u <= a, inside the window, or at the first
 * such sample at u >= b. The probe names it in all samples but RTT callbacks and segments. A name
 * changes only as an application sets TCP_CONGESTION; whoever sets two in a row between two named
 * samples is out of luck.
 *
 * info. A sample tells what its congestion control publishes, and nothing else: in netlink's answer
 * the attribute that get_info() of net/ipv4/tcp_*.c fills, in the probe's sample what it reads from
 * icsk_ca_priv, as far as the headers announce it. That memory is shared by all congestion controls:
 * read as another one's it gives numbers, too. A probe's sample without a name goes by the one before
 * and the one behind it, either of which may hold. netlink's name is read before it waits for the lock,
 * the attribute behind it: of a sample that tells what another congestion control publishes, namely
 * that of the flow's next sample, the socket's has moved. From TIME_WAIT on, by number, the kernel adds
 * no attribute (inet_sk_diag_fill()), and asks for the state last of all. Names that are not in the
 * table are not judged.
 */
#include "check_congestion.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum info { INFO_BBR, INFO_DCTCP, INFO_VEGAS, INFOS };
#define BBR	(1U << INFO_BBR)
#define DCTCP	(1U << INFO_DCTCP)
#define VEGAS	(1U << INFO_VEGAS)
#define PART	(1U << INFOS) /* beside a set of infos: one of them is not whole */
#define TOLD	(PART << 1)   /* different sets */
enum { ESTABLISHED = 1, TIME_WAIT = 6 };
#define WAITING 4	      /* different names that wait at one time */

struct publisher {
	const char *name;
	uint8_t tells[WITNESSES]; /* the infos that the witness can tell of it */
};

static const struct publisher publishers[] = {
	{ "bbr", { [WITNESS_PROBE] = BBR, [WITNESS_NETLINK] = BBR } },
	{ "dctcp", { [WITNESS_PROBE] = DCTCP, [WITNESS_NETLINK] = DCTCP } },
	{ "dctcp-reno", { [WITNESS_PROBE] = DCTCP, [WITNESS_NETLINK] = DCTCP } },
	{ "vegas", { [WITNESS_PROBE] = VEGAS, [WITNESS_NETLINK] = VEGAS } },
	{ "yeah", { [WITNESS_PROBE] = VEGAS, [WITNESS_NETLINK] = VEGAS } },
	{ "westwood", { [WITNESS_NETLINK] = VEGAS } },
	{ "illinois", { [WITNESS_NETLINK] = VEGAS } },
	{ "nv", { [WITNESS_NETLINK] = VEGAS } },
	{ "reno" }, { "cubic" }, { "bic" }, { "highspeed" }, { "htcp" }, { "hybla" }, { "lp" },
	{ "scalable" }, { "veno" },
};

struct name {
	char text[sizeof(((struct sample *)0)->cong)];
	const struct publisher *publisher; /* NULL: not judged */
};

struct waiting {
	struct name name;
	uint64_t count, t_ns, end_ns;
};

struct tally {
	uint64_t compared, violations, moved, unproven;
	unsigned int flow; /* of the first violation */
	uint64_t t_ns;
	char got[16], expected[16];
};

struct congestion {
	struct check check;
	struct field_set info[INFOS];
	struct tally names, infos[WITNESSES];
	enum field odd[WITNESSES]; /* of the first violation of that witness */
	bool missing[WITNESSES];   /* it should be there, whole, and is not */
};

struct congestion_flow {
	struct name last;	/* the probe's */
	struct waiting waiting[WAITING]; /* of netlink, other than the probe's last */
	/* samples of the probe without a name, since its last one, by what they tell */
	uint64_t unnamed[TOLD], unnamed_ns[TOLD];
	/* a sample of netlink that tells other infos than are due, for the next one */
	struct name odd_name;
	uint64_t odd_ns; /* 0: none */
	uint8_t odd_info, odd_state;
};

static struct name name_of(const struct sample *s)
{
	struct name n = { .publisher = NULL };

	memcpy(n.text, s->cong, sizeof(n.text));
	for (size_t i = 0; i < sizeof(publishers) / sizeof(publishers[0]); i++)
		if (!strcmp(n.text, publishers[i].name))
			n.publisher = &publishers[i];
	return n;
}

static void violated(struct tally *t, const struct window *w, uint64_t count, uint64_t t_ns,
		     const char *got, const char *expected)
{
	if (!t->violations) {
		t->flow = w->flow->id;
		t->t_ns = t_ns;
		snprintf(t->got, sizeof(t->got), "%s", got);
		snprintf(t->expected, sizeof(t->expected), "%s", expected);
	}
	t->violations += count;
	t->compared += count;
}

/* What a sample tells: a set of infos. */
static uint8_t told(const struct congestion *c, enum witness w, const struct sample *s)
{
	const struct field_set *announced = &c->check.run->timeline[w].header.fields;
	uint8_t set = 0;

	for (enum info i = 0; i < INFOS; i++)
		for (unsigned int k = 0; k < FIELD_SET_WORDS; k++) {
			uint64_t all = c->info[i].word[k] & announced->word[k];
			uint64_t here = c->info[i].word[k] & s->present.word[k];

			set |= here ? 1U << i : 0;
			set |= here && here != all ? PART : 0;
		}
	return set;
}

/* What it should tell under that name and in that state. */
static uint8_t due(const struct congestion *c, enum witness w, const struct name *n, uint64_t state)
{
	const struct field_set *announced = &c->check.run->timeline[w].header.fields;
	uint8_t set = 0;

	if (w == WITNESS_NETLINK && state >= TIME_WAIT)
		return 0;
	for (enum info i = 0; i < INFOS; i++)
		for (unsigned int k = 0; k < FIELD_SET_WORDS; k++)
			if (c->info[i].word[k] & announced->word[k])
				set |= n->publisher->tells[w] & 1U << i;
	return set;
}

static void info_violated(struct congestion *c, enum witness witness, const struct window *w,
			  uint64_t count, uint64_t t_ns, uint8_t got, uint8_t expected,
			  const char *name)
{
	if (!c->infos[witness].violations) {
		uint8_t invented = got & ~PART & ~expected;
		enum info i = invented ? __builtin_ctz(invented) : expected ? __builtin_ctz(expected) : 0;

		c->missing[witness] = !invented;
		for (enum field f = FIELD_COUNT; f-- > 0;)
			if (field_set__has(&c->info[i], f))
				c->odd[witness] = f;
	}
	violated(&c->infos[witness], w, count, t_ns, "", name);
}

/* netlink's sample before: is it explained by the name of this one? */
static void conclude_odd(struct congestion *c, struct congestion_flow *f, const struct window *w,
			 const struct name *now)
{
	const struct name *then = &f->odd_name;
	uint64_t state = w->sample->value[FIELD_state];

	if (!f->odd_ns)
		return;
	if ((strcmp(then->text, now->text) || state >= TIME_WAIT) && now->publisher &&
	    f->odd_info == due(c, WITNESS_NETLINK, now, state))
		c->infos[WITNESS_NETLINK].moved++;
	else
		info_violated(c, WITNESS_NETLINK, w, 1, f->odd_ns, f->odd_info,
			      due(c, WITNESS_NETLINK, then, f->odd_state), then->text);
	f->odd_ns = 0;
}

/* A sample with a name: it speaks for itself. */
static void judge_info(struct congestion *c, struct congestion_flow *f, const struct window *w,
		       const struct name *n)
{
	uint8_t got, expected;

	if (!n->publisher)
		return;
	got = told(c, w->witness, w->sample);
	expected = due(c, w->witness, n, w->sample->value[FIELD_state]);
	if (got == expected) {
		c->infos[w->witness].compared++;
	} else if (w->witness == WITNESS_PROBE) {
		info_violated(c, WITNESS_PROBE, w, 1, w->sample->t0_ns, got, expected, n->text);
	} else {
		f->odd_name = *n;
		f->odd_info = got;
		f->odd_state = w->sample->value[FIELD_state];
		f->odd_ns = w->sample->t0_ns;
	}
}

/* The probe's samples without a name, between two that have one. */
static void conclude_unnamed(struct congestion *c, struct congestion_flow *f,
			     const struct window *w, const struct name *now)
{
	struct tally *t = &c->infos[WITNESS_PROBE];

	for (uint8_t got = 0; got < TOLD; got++) {
		if (!f->unnamed[got])
			continue;
		if (!f->last.publisher || !now->publisher)
			t->unproven += f->unnamed[got];
		else if (got == due(c, WITNESS_PROBE, &f->last, ESTABLISHED) ||
			 got == due(c, WITNESS_PROBE, now, ESTABLISHED))
			t->compared += f->unnamed[got];
		else
			info_violated(c, WITNESS_PROBE, w, f->unnamed[got], f->unnamed_ns[got], got,
				      due(c, WITNESS_PROBE, now, ESTABLISHED), now->text);
		f->unnamed[got] = 0;
	}
}

/* A name of the probe concludes what waited for it. */
static void probe_name(struct congestion *c, struct congestion_flow *f, const struct window *w)
{
	struct name now = name_of(w->sample);

	for (unsigned int i = 0; i < WAITING; i++) {
		struct waiting *x = &f->waiting[i];

		if (!x->count)
			continue;
		if (!strcmp(x->name.text, now.text))
			c->names.compared += x->count;
		else if (!f->last.text[0])
			c->names.unproven += x->count;
		else if (x->end_ns > w->sample->t0_ns)
			continue; /* the window is still open */
		else
			violated(&c->names, w, x->count, x->t_ns, x->name.text, now.text);
		x->count = 0;
	}
	conclude_unnamed(c, f, w, &now);
	f->last = now;
	judge_info(c, f, w, &now);
}

static void probe_unnamed(struct congestion *c, struct congestion_flow *f, const struct window *w)
{
	uint8_t got = told(c, WITNESS_PROBE, w->sample);

	if (!f->unnamed[got]++)
		f->unnamed_ns[got] = w->sample->t0_ns;
}

static void netlink_name(struct congestion *c, struct congestion_flow *f, const struct window *w)
{
	struct name n = name_of(w->sample);
	struct waiting *free_one = NULL;

	conclude_odd(c, f, w, &n);
	judge_info(c, f, w, &n);
	if (!strcmp(n.text, f->last.text)) {
		c->names.compared++;
		return;
	}
	for (unsigned int i = 0; i < WAITING; i++) {
		struct waiting *x = &f->waiting[i];

		if (x->count && !strcmp(x->name.text, n.text)) {
			x->count++;
			x->end_ns = w->sample->t1_ns;
			return;
		}
		if (!x->count)
			free_one = x;
	}
	if (free_one)
		*free_one = (struct waiting){ n, 1, w->sample->t0_ns, w->sample->t1_ns };
	else
		c->names.unproven++;
}

static void begin(struct check *check, const struct window *w)
{
	struct congestion *c = (struct congestion *)check;
	struct congestion_flow *f = check__flow_state(check, w->flow);
	const struct sample *s = w->sample;

	if (!sample__has(s, FIELD_state)) /* a bare mark */
		return;
	if (w->witness == WITNESS_NETLINK) {
		if (s->cong[0])
			netlink_name(c, f, w);
	} else if (s->cong[0]) {
		probe_name(c, f, w);
	} else {
		probe_unnamed(c, f, w);
	}
}

static int tell_names(const struct tally *t, struct verdict *v)
{
	struct result *r;

	if (!t->compared && !t->unproven)
		return 0; /* timelines without names */
	r = verdict__result(v, "congestion", "cong");
	if (!r)
		return -1;
	r->witness[0] = witness__name(WITNESS_NETLINK);
	r->witness[1] = witness__name(WITNESS_PROBE);
	r->compared = t->compared;
	r->violations = t->violations;
	r->unproven = t->unproven;
	if (t->violations) {
		r->status = STATUS_FAIL;
		worst__update(&r->worst, t->flow, t->t_ns, 0, 0, 0);
		snprintf(r->reason, sizeof(r->reason),
			 "%" PRIu64 " of %" PRIu64 " names of netlink are not the socket's; first "
			 "on flow %u: cong %s, the probe saw %s",
			 t->violations, t->compared, t->flow, t->got, t->expected);
	} else if (!t->compared) {
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason), "the probe named none around netlink's samples");
	}
	return 0;
}

static int tell_infos(const struct congestion *c, enum witness w, struct verdict *v)
{
	const struct tally *t = &c->infos[w];
	struct result *r;

	if (!t->compared && !t->moved && !t->unproven)
		return 0;
	r = verdict__result(v, "congestion", "info");
	if (!r)
		return -1;
	r->witness[0] = witness__name(w);
	r->compared = t->compared;
	r->violations = t->violations;
	r->moved = t->moved;
	r->unproven = t->unproven;
	if (t->violations) {
		r->status = STATUS_FAIL;
		worst__update(&r->worst, t->flow, t->t_ns, 0, 0, 0);
		snprintf(r->reason, sizeof(r->reason),
			 "%s %s %s in %" PRIu64 " of %" PRIu64 " samples, although the "
			 "congestion control is %s; first on flow %u",
			 witness__name(w), c->missing[w] ? "does not tell" : "tells",
			 catalogue[c->odd[w]].name, t->violations, t->compared, t->expected,
			 t->flow);
	} else if (!t->compared) {
		r->status = STATUS_SKIP;
		snprintf(r->reason, sizeof(r->reason), "no sample with the name of its congestion control");
	}
	return 0;
}

static int finish(struct check *check, struct verdict *v)
{
	struct congestion *c = (struct congestion *)check;
	const struct flows *flows = check->run->flows;

	/* Nothing follows that could tell. */
	for (unsigned int i = 0; flows && i < flows__count(flows); i++) {
		const struct congestion_flow *f = check__flow_state(check, flows__at(flows, i));

		for (unsigned int k = 0; k < WAITING; k++)
			c->names.unproven += f->waiting[k].count;
		c->infos[WITNESS_NETLINK].unproven += !!f->odd_ns;
		for (uint8_t got = 0; got < TOLD; got++)
			c->infos[WITNESS_PROBE].unproven += f->unnamed[got];
	}
	if (tell_names(&c->names, v))
		return -1;
	for (enum witness w = 0; w < WITNESSES; w++)
		if (tell_infos(c, w, v))
			return -1;
	return 0;
}

static void destroy(struct check *check)
{
	free(check);
}

static const struct check_ops ops = {
	.flow_size = sizeof(struct congestion_flow),
	.events = EVENTS_STATE & ~EVENT_BIT(destroy),
	.begin = begin,
	.finish = finish,
	.free = destroy,
};

struct check *check_congestion__new(struct run *run)
{
	static const uint8_t attributes[INFOS] = { ATTRIBUTE_BBRINFO, ATTRIBUTE_DCTCPINFO,
						   ATTRIBUTE_VEGASINFO };
	struct congestion *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	for (enum field f = 0; f < FIELD_COUNT; f++)
		for (enum info i = 0; i < INFOS; i++)
			if (catalogue[f].group == GROUP_CC && catalogue[f].attribute == attributes[i])
				field_set__add(&c->info[i], f);
	c->check.ops = &ops;
	c->check.run = run;
	return &c->check;
}
