// SPDX-License-Identifier: BSD-2-Clause
/*
 * A late iperf3 leaves intervals out: whatever it is late for, and wherever between reading the
 * clock and its call, each printed interval gets the call that it is of. Nothing but order tells
 * here: the intervals have no figures, as a receiver's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/placement.h"

#define MS	    1000000LL
#define US	    1000LL
#define INTERVAL_NS (100 * MS)
#define SHORT_NS    (INTERVAL_NS / 10)
#define BEGIN_NS    (5000 * MS) /* CLOCK_MONOTONIC of iperf3's time 0 */
#define STREAMS_MAX 3
#define PASSES_MAX  96

/* What keeps iperf3 at one place. */
struct delay {
	unsigned int pass, stream;
	int64_t before_ns; /* of the first stream: before tmr_run(), else before it reads the clock
			    */
	int64_t within_ns; /* between reading and call; 0: the usual */
};

/* iperf3 as it runs: a pass over its streams when a timer is due, as many at once as are overdue.
 */
struct iperf3 {
	unsigned int streams, passes;
	struct interval intervals[STREAMS_MAX][PASSES_MAX];
	int of[PASSES_MAX]; /* the pass that an interval is of */
	unsigned int printed;
	int64_t call_ns[STREAMS_MAX][PASSES_MAX];
	int64_t usual_ns; /* from reading to call; each is a bit different */
	uint32_t random;
	bool starved; /* delays happen at random */
	bool idle;    /* nothing can be sent or received */
};

static uint32_t dice(struct iperf3 *p, uint32_t below)
{
	p->random = p->random * 1664525 + 1013904223;
	return (p->random >> 8) % below;
}

/* How long it takes from one step to the next: the usual, or it is kept from running. */
static int64_t step_ns(struct iperf3 *p)
{
	if (p->starved && !dice(p, 12))
		return 1 + dice(p, dice(p, 2) ? 9 : 250) * MS + dice(p, 1000) * US;
	return p->usual_ns + dice(p, 8) * US;
}

static const struct delay *delay_at(const struct delay *delays, unsigned int n, unsigned int pass,
				    unsigned int stream)
{
	static const struct delay none;

	for (; n; n--, delays++)
		if (delays->pass == pass && delays->stream == stream)
			return delays;
	return &none;
}

/*
 * tmr_run() reads the time once and makes all passes that are due then, without sending in between;
 * iperf_print_intermediate() leaves out what is short and without data in all streams.
 */
static void run_iperf3(struct iperf3 *p, const struct delay *delays, unsigned int n)
{
	int64_t now = 0, read[STREAMS_MAX] = { 0 }, timers_now = 0;

	for (unsigned int pass = 0; pass < p->passes; pass++) {
		int64_t due = (pass + 1) * INTERVAL_NS;
		bool print = false;

		if (due > timers_now) {
			now = (now > due ? now : due) + 20 * US;
			now += delay_at(delays, n, pass, 0)->before_ns;
			now += p->starved && !dice(p, 6) ? dice(p, 350) * MS : 0;
			timers_now = now;
			print = !p->idle;
		}
		for (unsigned int i = 0; i < p->streams; i++) {
			struct interval *iv = &p->intervals[i][p->printed];
			const struct delay *delay = delay_at(delays, n, pass, i);
			int64_t within = delay->within_ns ? delay->within_ns : step_ns(p);

			now += i ? delay->before_ns : 0;
			*iv = (struct interval){ .start_ns = read[i], .end_ns = now / US * US };
			read[i] = iv->end_ns;
			print |= iv->end_ns - iv->start_ns >= SHORT_NS;
			now += within;
			p->call_ns[i][pass] = now;
			now += 3 * US;
		}
		now += 10 * US + step_ns(p); /* the report */
		if (print)
			p->of[p->printed++] = pass;
	}
}

/* Place the report with the calls from number first on; which pass has each interval been given? */
static void place(struct iperf3 *p, const unsigned int first[STREAMS_MAX], int of[][PASSES_MAX])
{
	struct stream streams[STREAMS_MAX] = { 0 };
	struct run *run = calloc(1, sizeof(*run));
	struct captures *c;

	assert_non_null(run);
	run->report[END_CLIENT] =
		(struct report){ .present = true, .count = p->streams, .streams = streams };
	for (unsigned int i = 0; i < p->streams; i++)
		streams[i] = (struct stream){ .count = p->printed,
					      .asked_ns = INTERVAL_NS,
					      .intervals = p->intervals[i] };
	c = captures__new(run, (bool[ENDS]){ 0 });
	assert_non_null(c);
	for (unsigned int i = 0; i < p->streams; i++) {
		struct stream_captures *sc = captures__of(c, END_CLIENT, i);

		sc->established_ns = first[i] ? 0 : BEGIN_NS - MS;
		sc->captures = calloc(p->passes, sizeof(*sc->captures));
		assert_non_null(sc->captures);
		for (unsigned int k = first[i]; k < p->passes; k++)
			sc->captures[sc->count++].t_ns = BEGIN_NS + p->call_ns[i][k];
	}
	assert_true(placement__by_marks(run, c, END_CLIENT));
	for (unsigned int i = 0; i < p->streams; i++)
		for (unsigned int k = 0; k < p->printed; k++) {
			int mark = captures__of(c, END_CLIENT, i)->of_interval[k];

			of[i][k] = mark < 0 ? -1 : mark + (int)first[i];
		}
	captures__free(c);
	free(run);
}

static const struct test_case {
	const char *description;
	unsigned int streams, unprinted, first[STREAMS_MAX];
	struct delay delays[3];
} cases[] = {
	{ "nothing is late", 2, 0, { 0 }, { { 0 } } },
	{ "one interval is not printed", 2, 1, { 0 }, { { 7, 0, 170 * MS, 0 } } },
	{ "three are not printed", 2, 3, { 0 }, { { 7, 0, 370 * MS, 0 } } },
	{ "the call before is made later than half the interval behind lasts",
	  2,
	  1,
	  { 0 },
	  { { 7, 0, 197 * MS, 0 }, { 7, 1, 0, 2 * MS } } },
	{ "the same of a single stream", 1, 1, { 0 }, { { 7, 0, 197 * MS, 2 * MS } } },
	{ "the same at the first call",
	  2,
	  1,
	  { 0 },
	  { { 0, 0, 197 * MS, 0 }, { 0, 1, 0, 2 * MS } } },
	{ "the same at the first call of a single stream",
	  1,
	  1,
	  { 0 },
	  { { 0, 0, 197 * MS, 2 * MS } } },
	{ "the call that is not printed is made late",
	  2,
	  1,
	  { 0 },
	  { { 7, 0, 150 * MS, 0 }, { 8, 1, 0, 55 * MS } } },
	{ "the same in all streams",
	  2,
	  1,
	  { 0 },
	  { { 7, 0, 195 * MS, 0 }, { 8, 0, 0, 8 * MS }, { 8, 1, 0, 8 * MS } } },
	{ "the same of a single stream",
	  1,
	  1,
	  { 0 },
	  { { 7, 0, 150 * MS, 0 }, { 8, 0, 0, 55 * MS } } },
	{ "the calls around the gap are quicker than all others",
	  1,
	  1,
	  { 0 },
	  { { 7, 0, 170 * MS, 0 }, { 8, 0, 0, 2 * US }, { 9, 0, 0, 2 * US } } },
	{ "the same at the last interval",
	  1,
	  1,
	  { 0 },
	  { { 17, 0, 170 * MS, 0 }, { 18, 0, 0, 2 * US }, { 19, 0, 0, 2 * US } } },
	{ "late twice",
	  2,
	  2,
	  { 0 },
	  { { 7, 0, 150 * MS, 0 }, { 8, 1, 0, 55 * MS }, { 10, 0, 130 * MS, 0 } } },
	{ "the probe came later", 2, 1, { 4, 4 }, { { 7, 0, 150 * MS, 0 }, { 8, 1, 0, 55 * MS } } },
	{ "the probe came in the middle of a pass",
	  2,
	  1,
	  { 4, 3 },
	  { { 7, 0, 150 * MS, 0 }, { 8, 1, 0, 55 * MS } } },
	{ "the probe came later, and more was not printed than it missed",
	  2,
	  6,
	  { 8, 8 },
	  { { 9, 0, 370 * MS, 0 }, { 15, 0, 370 * MS, 0 } } },
};

static void an_interval_has_its_call(void **state)
{
	const struct test_case *c = *state;
	struct iperf3 p = { .streams = c->streams, .passes = 20, .usual_ns = 5 * US };
	int of[STREAMS_MAX][PASSES_MAX];

	run_iperf3(&p, c->delays, 3);
	assert_int_equal(p.passes - p.printed, c->unprinted);
	place(&p, c->first, of);
	for (unsigned int i = 0; i < p.streams; i++)
		for (unsigned int k = 0; k < p.printed; k++) {
			int want = p.of[k] < (int)c->first[i] ? -1 : p.of[k];

			if (of[i][k] != want)
				fail_msg("%s: interval %u of stream %u is of call %d, not of %d",
					 c->description, k + 1, i + 1, want + 1, of[i][k] + 1);
		}
}

/* Starved at random: all that iperf3 did is found again. */
static void a_starved_iperf3_is_understood(void **state)
{
	unsigned int unprinted = 0;

	for (unsigned int n = 0; n < 300; n++) {
		struct iperf3 p = { .streams = 1 + n % STREAMS_MAX,
				    .passes = 40 + n % 50,
				    .usual_ns = 5 * US,
				    .random = n,
				    .starved = true,
				    .idle = n % 4 == 0 };
		int of[STREAMS_MAX][PASSES_MAX];

		run_iperf3(&p, NULL, 0);
		unprinted += p.passes - p.printed;
		place(&p, (unsigned int[STREAMS_MAX]){ 0 }, of);
		for (unsigned int i = 0; i < p.streams; i++)
			for (unsigned int k = 0; k < p.printed; k++)
				if (of[i][k] != p.of[k])
					fail_msg("run %u: interval %u of stream %u of %u is of "
						 "call %d, "
						 "not of %d",
						 n, k + 1, i + 1, p.streams, p.of[k] + 1,
						 of[i][k] + 1);
	}
	assert_true(unprinted > 1000);
}

int main(void)
{
	enum { COUNT = sizeof(cases) / sizeof(cases[0]) };
	static struct CMUnitTest tests[COUNT + 1];

	for (int i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){ cases[i].description, an_interval_has_its_call,
						NULL, NULL, (void *)&cases[i] };
	tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(a_starved_iperf3_is_understood);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
