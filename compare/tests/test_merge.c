// SPDX-License-Identifier: BSD-2-Clause
/* The order in which windows begin and end, the join, and what a poll without lock may say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "compare/merge.h"
#include "synthetic.h"

#define HEAD(witness, kernel)                                              \
	"{\"timeline\":1,\"witness\":\"" witness "\",\"kernel\":\"" kernel \
	"\",\"clock\":\"CLOCK_MONOTONIC\",\"base_ns\":0,\"fields\":[\"bytes_acked\"]}\n"
#define FLOW "\"netns\":1,\"cookie\":\"7\",\"local\":\"10.0.0.1:1\",\"remote\":\"10.0.0.2:2\""
#define AT(t, event) "{\"t\":" #t ",\"event\":\"" #event "\"," FLOW "}\n"
#define IN(t0, t1) "{\"t0\":" #t0 ",\"t1\":" #t1 ",\"event\":\"sample\"," FLOW "}\n"
#define TAIL(n) "{\"trailer\":true,\"samples\":" #n ",\"lost\":{},\"notes\":{}}\n"

static char told[512];

static void tell(const char *what, const struct window *w)
{
	size_t len = strlen(told);

	snprintf(told + len, sizeof(told) - len, "%s%c%llu ", what,
		 w->witness == WITNESS_PROBE ? 'E' : 'N', (unsigned long long)w->sample->t0_ns);
}

static void begin(struct check *c, const struct window *w)
{
	tell("+", w);
	assert_int_equal(*(uint64_t *)check__window_state(c, w), 0);
	*(uint64_t *)check__window_state(c, w) = w->sample->t0_ns;
	(*(uint64_t *)check__flow_state(c, w->flow))++;
}

static void end(struct check *c, const struct window *w)
{
	tell("-", w);
	assert_int_equal(*(uint64_t *)check__window_state(c, w), w->sample->t0_ns);
}

static const struct check_ops ops = {
	.flow_size = 8, .window_size = 8, .events = EVENTS_STATE, .begin = begin, .end = end
};

static void in_order(void **state)
{
	static const struct {
		const char *description, *probe, *netlink, *order;
	} cases[] = {
		{ "an instant inside a window", HEAD("probe", "6.1") AT(15, rtt) TAIL(1),
		  HEAD("netlink", "6.1") IN(10, 20) TAIL(1), "+N10 +E15 -E15 -N10 " },
		{ "at its beginning: the instant first", HEAD("probe", "6.1") AT(10, rtt) TAIL(1),
		  HEAD("netlink", "6.1") IN(10, 20) TAIL(1), "+E10 -E10 +N10 -N10 " },
		{ "at its end: the window first", HEAD("probe", "6.1") AT(20, rtt) TAIL(1),
		  HEAD("netlink", "6.1") IN(10, 20) TAIL(1), "+N10 -N10 +E20 -E20 " },
		{ "windows that overlap end in their own order",
		  HEAD("probe", "6.1") AT(100, rtt) TAIL(1),
		  HEAD("netlink", "6.1") IN(10, 40) IN(11, 20) IN(12, 30) TAIL(3),
		  "+N10 +N11 +N12 -N11 -N12 -N10 +E100 -E100 " },
		{ "the kernel's own tcp_info is not shown to those who want states",
		  HEAD("probe", "6.1") AT(10, mark) AT(10, tcp_info) TAIL(2),
		  HEAD("netlink", "6.1") TAIL(0), "+E10 -E10 " },
		{ "a poll under the lock is an instant",
		  HEAD("probe", "5.15.1") AT(10, poll) AT(12, rtt) AT(20, poll) TAIL(3),
		  HEAD("netlink", "6.1") TAIL(0), "+E10 -E10 +E12 -E12 +E20 -E20 " },
		{ "a poll without it is over when the next one comes",
		  HEAD("probe", "5.14.21") AT(10, poll) AT(12, rtt) AT(20, poll) TAIL(3),
		  HEAD("netlink", "6.1") TAIL(0), "+E10 +E12 -E12 -E10 +E20 -E20 " },
		{ "a cut timeline is shown as far as it goes", HEAD("probe", "6.1") AT(10, rtt),
		  HEAD("netlink", "6.1") IN(12, 13) TAIL(1), "+E10 -E10 +N12 -N12 " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recipe r = { .probe = cases[i].probe, .netlink = cases[i].netlink };
		struct check check = { .ops = &ops }, *checks[] = { &check };
		struct flows *flows;
		struct run run;
		char dir[TEMPORARY_PATH_MAX];

		synthetic__make(dir, &r);
		assert_int_equal(run__open(&run, dir), 0);
		told[0] = '\0';
		assert_int_equal(merge__run(&run, checks, 1, &flows), 0);
		if (strcmp(told, cases[i].order))
			fail_msg("%s: %s", cases[i].description, told);
		assert_int_equal(flows__count(flows), 1);
		flows__free(flows);
		run__close(&run);
		synthetic__remove(dir);
	}
}

static struct sample sample_of(uint64_t cookie, uint32_t netns, const char *local,
			       const char *remote)
{
	struct sample s = { .event = EVENT_sample, .t0_ns = 1, .t1_ns = 1 };

	s.flow.cookie = cookie;
	s.flow.netns = netns;
	assert_int_equal(endpoint__parse(local, strlen(local), &s.flow.local, &s.flow.family), 0);
	assert_int_equal(endpoint__parse(remote, strlen(remote), &s.flow.remote, &s.flow.family),
			 0);
	return s;
}

static void flows_join(void **state)
{
	static const struct {
		const char *description;
		struct {
			uint64_t cookie;
			uint32_t netns;
			const char *local, *remote;
		} a, b;
		bool same;
		unsigned int mismatches;
	} cases[] = {
		{ "same cookie and tuple",
		  { 1, 5, "1.1.1.1:1", "1.1.1.2:2" },
		  { 1, 5, "1.1.1.1:1", "1.1.1.2:2" },
		  true,
		  0 },
		{ "a mapped address is the same address",
		  { 1, 5, "1.1.1.1:1", "1.1.1.2:2" },
		  { 1, 5, "[::ffff:1.1.1.1]:1", "[::ffff:1.1.1.2]:2" },
		  true,
		  0 },
		{ "same tuple, other cookie: a port used again",
		  { 1, 5, "1.1.1.1:1", "1.1.1.2:2" },
		  { 2, 5, "1.1.1.1:1", "1.1.1.2:2" },
		  false,
		  0 },
		{ "both ends on one host",
		  { 1, 5, "1.1.1.1:1", "1.1.1.1:2" },
		  { 2, 5, "1.1.1.1:2", "1.1.1.1:1" },
		  false,
		  0 },
		{ "same cookie on two hosts",
		  { 1, 5, "1.1.1.1:1", "1.1.1.2:2" },
		  { 1, 6, "1.1.1.3:1", "1.1.1.4:2" },
		  false,
		  0 },
		{ "no cookie: by tuple",
		  { 1, 5, "1.1.1.1:1", "1.1.1.2:2" },
		  { 0, 5, "1.1.1.1:1", "1.1.1.2:2" },
		  true,
		  0 },
		{ "no cookie at first",
		  { 0, 5, "1.1.1.1:1", "1.1.1.2:2" },
		  { 1, 5, "1.1.1.1:1", "1.1.1.2:2" },
		  true,
		  0 },
		{ "no namespace",
		  { 1, 0, "1.1.1.1:1", "1.1.1.2:2" },
		  { 1, 5, "1.1.1.1:1", "1.1.1.2:2" },
		  true,
		  0 },
		{ "same cookie, other tuple",
		  { 1, 5, "1.1.1.1:1", "1.1.1.2:2" },
		  { 1, 5, "1.1.1.1:9", "1.1.1.2:2" },
		  true,
		  1 },
		{ "same cookie, port given back",
		  { 1, 5, "1.1.1.1:1", "1.1.1.2:2" },
		  { 1, 5, "1.1.1.1:0", "1.1.1.2:2" },
		  true,
		  0 },
	};
	static const struct report none[ENDS];
	static const struct manifest m;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flows *f = flows__new(0, &m, none);
		struct sample a = sample_of(cases[i].a.cookie, cases[i].a.netns, cases[i].a.local,
					    cases[i].a.remote);
		struct sample b = sample_of(cases[i].b.cookie, cases[i].b.netns, cases[i].b.local,
					    cases[i].b.remote);
		struct flow_entry *x = flows__of(f, WITNESS_PROBE, &a);
		struct flow_entry *y = flows__of(f, WITNESS_NETLINK, &b);
		struct flow_mismatch first;

		if ((x == y) != cases[i].same)
			fail_msg("%s", cases[i].description);
		assert_int_equal(flows__mismatches(f, &first), cases[i].mismatches);
		assert_ptr_equal(flows__of(f, WITNESS_PROBE, &a), x);
		flows__free(f);
	}
}

static void a_socket_that_connects_again_is_another_flow(void **state)
{
	static const struct report none[ENDS];
	static const struct manifest m;
	struct flows *f = flows__new(0, &m, none);
	struct sample a = sample_of(1, 5, "1.1.1.1:1", "1.1.1.2:2");
	struct sample b = sample_of(1, 5, "1.1.1.1:3", "1.1.1.2:2");
	struct flow_mismatch first;

	a.event = b.event = EVENT_connect;
	assert_int_equal(flows__of(f, WITNESS_PROBE, &a)->id, 1);
	assert_int_equal(flows__of(f, WITNESS_PROBE, &b)->id, 2);
	b.event = EVENT_sample;
	assert_int_equal(flows__of(f, WITNESS_NETLINK, &b)->id, 2);
	assert_int_equal(flows__mismatches(f, &first), 0);
	flows__free(f);
}

static void flows_are_bounded(void **state)
{
	static const struct report none[ENDS];
	static const struct manifest m;
	struct flows *f = flows__new(8, &m, none);
	struct sample s = sample_of(1, 5, "1.1.1.1:1", "1.1.1.2:2");

	for (uint64_t i = 1; i <= FLOWS_MAX + 3; i++) {
		s.flow.cookie = i;
		assert_true(!flows__of(f, WITNESS_PROBE, &s) == (i > FLOWS_MAX));
	}
	assert_int_equal(flows__refused(f), 3);
	flows__free(f);
}

static void roles_of_the_synthetic_run(void **state)
{
	static const enum flow_role want[] = { ROLE_CONTROL, ROLE_SENDER, ROLE_RECEIVER };
	unsigned int seen[ROLE_RECEIVER + 1] = { 0 };
	struct judgement j;

	synthetic__judge(&j, &(struct recipe){ 0 });
	for (unsigned int i = 0; i < flows__count(j.run.flows); i++)
		seen[flows__at(j.run.flows, i)->role]++;
	assert_int_equal(seen[want[0]], 2);
	assert_int_equal(seen[want[1]], 1);
	assert_int_equal(seen[want[2]], 1);
	judge__free(&j);
	/* without the server's report the receiver is known as the mirror of the client's stream */
	synthetic__judge(&j, &(struct recipe){ .server = "-" });
	memset(seen, 0, sizeof(seen));
	for (unsigned int i = 0; i < flows__count(j.run.flows); i++)
		seen[flows__at(j.run.flows, i)->role]++;
	assert_int_equal(seen[ROLE_RECEIVER], 1);
	judge__free(&j);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(flows_join),
		cmocka_unit_test(a_socket_that_connects_again_is_another_flow),
		cmocka_unit_test(flows_are_bounded),
		cmocka_unit_test(roles_of_the_synthetic_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
