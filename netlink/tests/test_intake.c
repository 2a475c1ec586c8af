// SPDX-License-Identifier: BSD-2-Clause
/* Which answers become samples, and of which flows; timeline_writer__sample() is replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>

#include "message.h"
#include "netlink/intake.h"

#define COOKIE 0x100000007ull  /* of message__begin() */
#define CGROUP 0x1234567890ull /* of message__everything() */

int __wrap_timeline_writer__sample(struct timeline_writer *w, const struct sample *s);

static int written, write_errno;
static struct sample last;

int __wrap_timeline_writer__sample(struct timeline_writer *w, const struct sample *s)
{
	written++;
	last = *s;
	return -write_errno;
}

static struct watch watch;
static struct intake in;

static void start(enum sampler_mode mode, uint64_t cgroup_id, const char *flow)
{
	const char *why;

	flows__free(&watch.flows);
	watch.netns = 42;
	in = (struct intake){.watch = &watch,
			     .options = {.mode = mode, .cgroup_id = cgroup_id, .destroy = true}};
	if (flow)
		assert_int_equal(flow_filter__add(&in.options.filter, flow, &why), 0);
	written = write_errno = 0;
}

static int deliver(diag_message_fn *fn, const struct message *m)
{
	return fn((const struct nlmsghdr *)m->bytes, 100, 200, &in);
}

static struct message whole(void)
{
	struct message m;

	message__everything(&m, AF_INET, 280);
	return m;
}

/* As inet_twsk_diag_fill() makes it. */
static struct message time_wait(void)
{
	struct inet_diag_msg *msg;
	struct message m;
	uint32_t mark = 0;

	message__begin(&m, AF_INET);
	msg = (struct inet_diag_msg *)(m.bytes + NLMSG_HDRLEN);
	msg->idiag_state = 5; /* substate FIN_WAIT2 */
	msg->idiag_timer = 3;
	message__attribute(&m, INET_DIAG_MARK, &mark, sizeof(mark));
	return m;
}

static struct message malformed(void)
{
	struct nlattr a = {.nla_len = 1};
	struct message m;

	message__begin(&m, AF_INET);
	message__append(&m, &a, sizeof(a));
	return m;
}

static void an_exact_answer_is_believed_by_its_cookie(void **state)
{
	static const struct {
		const char *what;
		struct message (*make)(void);
		uint64_t asked;
		bool answered;
		int written, malformed;
	} cases[] = {
		{"the socket asked for", whole, COOKIE, true, 1, 0},
		{"another socket, such as the listener", whole, COOKIE + 1, false, 0, 0},
		{"cookies that differ in the upper half", whole, 7, false, 0, 0},
		{"the TIME_WAIT socket that inherited the cookie", time_wait, COOKIE, false, 0, 0},
		{"an unreadable answer proves nothing", malformed, COOKIE, true, 0, 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct message m = cases[i].make();

		start(MODE_EXACT, 0, NULL);
		in.asked_cookie = cases[i].asked;
		assert_int_equal(deliver(intake__exact, &m), 0);
		if (in.answered != cases[i].answered || written != cases[i].written ||
		    in.malformed != (uint64_t)cases[i].malformed)
			fail_msg("%s", cases[i].what);
	}
}

static void a_sample_carries_window_event_and_namespace(void **state)
{
	struct message m = whole();

	start(MODE_FILTER, 0, NULL);
	assert_int_equal(deliver(intake__dump, &m), 0);
	assert_int_equal(last.t0_ns, 100);
	assert_int_equal(last.t1_ns, 200);
	assert_int_equal(last.event, EVENT_sample);
	assert_int_equal(last.flow.netns, 42);
	assert_int_equal(deliver(intake__destroy, &m), 0);
	assert_int_equal(last.event, EVENT_destroy);
}

static void full_mode_filters_here(void **state)
{
	static const struct {
		const char *what;
		enum sampler_mode mode;
		uint64_t cgroup_id;
		const char *flow;
		int written;
	} cases[] = {
		{"no filter", MODE_FULL, 0, NULL, 1},
		{"a flow that matches", MODE_FULL, 0, "10.0.0.1:5201,*", 1},
		{"a flow that does not", MODE_FULL, 0, "10.0.0.1:5202,*", 0},
		{"its cgroup", MODE_FULL, CGROUP, NULL, 1},
		{"another cgroup", MODE_FULL, CGROUP + 1, NULL, 0},
		{"in filter mode the kernel did it", MODE_FILTER, 0, "10.0.0.1:5202,*", 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct message m = whole();

		start(cases[i].mode, cases[i].cgroup_id, cases[i].flow);
		assert_int_equal(deliver(intake__dump, &m), 0);
		if (written != cases[i].written)
			fail_msg("%s", cases[i].what);
	}
}

static void a_time_wait_socket_in_a_dump_is_nothing(void **state)
{
	struct message m = time_wait();

	start(MODE_EXACT, 0, NULL);
	assert_int_equal(deliver(intake__dump, &m), 0);
	assert_int_equal(deliver(intake__discovery, &m), 0);
	assert_int_equal(written, 0);
	assert_int_equal(watch.flows.count, 0);
}

static void discovery_makes_a_flow_known_once(void **state)
{
	struct message m = whole();
	struct known_flow *f;

	start(MODE_EXACT, 0, NULL);
	assert_int_equal(deliver(intake__discovery, &m), 0);
	assert_int_equal(deliver(intake__discovery, &m), 0);
	assert_int_equal(watch.flows.count, 1);
	assert_int_equal(in.flows_seen, 1);
	f = flows__find(&watch.flows, COOKIE);
	assert_non_null(f);
	assert_int_equal(f->request.req.sdiag_family, AF_INET);
	assert_int_equal(f->request.req.id.idiag_cookie[0], 7);
	assert_int_equal(f->request.req.id.idiag_cookie[1], 1);
	/* Its last words end it. */
	assert_int_equal(deliver(intake__destroy, &m), 0);
	assert_int_equal(written, 1);
	assert_int_equal(watch.flows.count, 0);
}

static void last_words_are_filtered_and_attributed(void **state)
{
	struct message m = whole();
	struct inet_diag_msg *msg = (struct inet_diag_msg *)(m.bytes + NLMSG_HDRLEN);

	start(MODE_EXACT, 0, "10.0.0.1:5202,*");
	assert_int_equal(deliver(intake__destroy, &m), 0);
	assert_int_equal(written, 0);

	/* The message does not tell the cgroup: only a flow seen before is ours for sure. */
	start(MODE_FILTER, CGROUP, NULL);
	assert_int_equal(deliver(intake__destroy, &m), 0);
	assert_int_equal(written, 0);
	assert_int_equal(in.unattributed, 1);
	assert_int_equal(deliver(intake__dump, &m), 0);
	assert_int_equal(deliver(intake__destroy, &m), 0);
	assert_int_equal(written, 2);
	assert_int_equal(watch.flows.count, 0);

	/* a listener's */
	start(MODE_EXACT, 0, NULL);
	msg->id.idiag_dport = 0;
	assert_int_equal(deliver(intake__destroy, &m), 0);
	assert_int_equal(written, 0);
}

static void an_error_of_writing_ends_the_run(void **state)
{
	struct message m = whole();

	start(MODE_FILTER, 0, NULL);
	write_errno = ENOSPC;
	assert_int_equal(deliver(intake__dump, &m), -ENOSPC);
	assert_int_equal(in.fatal, -ENOSPC);
	/* Out of order is counted by the writer, and no reason to end. */
	start(MODE_FILTER, 0, NULL);
	write_errno = EINVAL;
	assert_int_equal(deliver(intake__dump, &m), 0);
	assert_int_equal(in.fatal, 0);
}

static int teardown(void **state)
{
	flows__free(&watch.flows);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exact_answer_is_believed_by_its_cookie),
		cmocka_unit_test(a_sample_carries_window_event_and_namespace),
		cmocka_unit_test(full_mode_filters_here),
		cmocka_unit_test(a_time_wait_socket_in_a_dump_is_nothing),
		cmocka_unit_test(discovery_makes_a_flow_known_once),
		cmocka_unit_test(last_words_are_filtered_and_attributed),
		cmocka_unit_test(an_error_of_writing_ends_the_run),
	};

	return cmocka_run_group_tests_name("netlink intake", tests, NULL, teardown);
}
