// SPDX-License-Identifier: BSD-2-Clause
/*
 * The policies of the socket layer. recvfrom(2) and send(2) are replaced at link time: a script of
 * errors and datagrams plays the kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <unistd.h>

#include "message.h"
#include "netlink/decode.h"
#include "netlink/socket.h"
#include "timeline/cli.h"

ssize_t __wrap_recvfrom(int fd, void *buf, size_t size, int flags, struct sockaddr *from,
			socklen_t *from_len);
ssize_t __wrap_send(int fd, const void *buf, size_t len, int flags);

/* One return of recvfrom: an errno, or messages; their seq is that of the last request. */
struct step {
	int err;
	enum { ONE, PART, DONE, INTR_DONE, ERROR, STALE, FOREIGN, HUGE, END } what;
	int value; /* number of messages in a PART, the error in an ERROR or DONE */
};

static const struct step *script;
static int sends, send_errno;
static uint32_t last_seq;

static void put_message(struct message *out, uint16_t type, uint16_t flags, uint32_t seq, int value)
{
	struct message m;

	message__everything(&m, AF_INET, 280);
	if (type == NLMSG_DONE || type == NLMSG_ERROR) {
		m.len = NLMSG_HDRLEN;
		message__append(&m, &value, sizeof(value));
	}
	message__header(&m)->nlmsg_type = type;
	message__header(&m)->nlmsg_flags = flags;
	message__header(&m)->nlmsg_seq = seq;
	memcpy(out->bytes + out->len, m.bytes, m.len);
	out->len += m.len;
}

ssize_t __wrap_send(int fd, const void *buf, size_t len, int flags)
{
	sends++;
	if (send_errno) {
		errno = send_errno;
		send_errno = 0;
		return -1;
	}
	last_seq = ((const struct nlmsghdr *)buf)->nlmsg_seq;
	return len;
}

ssize_t __wrap_recvfrom(int fd, void *buf, size_t size, int flags, struct sockaddr *from,
			socklen_t *from_len)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	const struct step *s = script++;
	struct message out = {.len = 0};

	assert_true(flags & MSG_TRUNC);
	if (s->err) {
		errno = s->err;
		return -1;
	}
	switch (s->what) {
	case ONE:
		put_message(&out, SOCK_DIAG_BY_FAMILY, 0, last_seq, 0);
		break;
	case PART:
	case HUGE:
		for (int i = 0; i < s->value; i++)
			put_message(&out, SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, last_seq, 0);
		break;
	case DONE:
		put_message(&out, NLMSG_DONE, NLM_F_MULTI, last_seq, s->value);
		break;
	case INTR_DONE:
		put_message(&out, NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR, last_seq, 0);
		break;
	case ERROR:
		put_message(&out, NLMSG_ERROR, 0, last_seq, s->value);
		break;
	case STALE:
		put_message(&out, SOCK_DIAG_BY_FAMILY, 0, last_seq - 1, 0);
		break;
	case FOREIGN:
		put_message(&out, SOCK_DIAG_BY_FAMILY, 0, last_seq, 0);
		kernel.nl_pid = 4711;
		break;
	case END:
		fail_msg("read on after the answer was complete");
	}
	assert_true(out.len <= size);
	memcpy(buf, out.bytes, out.len);
	memcpy(from, &kernel, sizeof(kernel));
	*from_len = sizeof(kernel);
	/* Longer than the buffer, with a message cut at its end. */
	if (s->what == HUGE) {
		memset((uint8_t *)buf + out.len, 0, size - out.len);
		((struct nlmsghdr *)((uint8_t *)buf + out.len))->nlmsg_len = size;
		return size + 100;
	}
	return out.len;
}

static int messages;
static uint64_t last_t0, last_t1;

static int on_message(const struct nlmsghdr *nlh, uint64_t t0, uint64_t t1, void *arg)
{
	messages++;
	last_t0 = t0;
	last_t1 = t1;
	assert_true(t0 <= t1);
	return arg ? *(int *)arg : 0;
}

static struct diag *start(const struct step *steps)
{
	struct diag *d;

	script = steps;
	sends = messages = send_errno = 0;
	stop_requested = 0;
	assert_int_equal(
		diag__adopt(&d, socket(AF_UNIX, SOCK_DGRAM, 0), socket(AF_UNIX, SOCK_DGRAM, 0)), 0);
	return d;
}

static int exact(struct diag *d)
{
	struct inet_diag_sockid id = {0};
	struct exact_request r;

	request__exact(&r, AF_INET, &id);
	return diag__exact(d, &r, on_message, NULL);
}

static int dump(struct diag *d)
{
	struct dump_request r;

	request__dump(&r, AF_INET, NULL, true);
	return diag__dump(d, &r, on_message, NULL);
}

static void errors_have_one_meaning_each(void **state)
{
	static const struct {
		const char *what;
		int err;
		bool stopping;
		enum diag_verdict verdict;
	} cases[] = {
		{"interrupted: again", EINTR, false, DIAG_RETRY},
		{"interrupted and to stop", EINTR, true, DIAG_STOPPED},
		{"nothing there", EAGAIN, false, DIAG_EMPTY},
		{"nothing there, while stopping", EAGAIN, true, DIAG_EMPTY},
		{"messages were dropped", ENOBUFS, false, DIAG_OVERRUN},
		{"anything else", ENOMEM, false, DIAG_FAILED},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (diag__verdict(cases[i].err, cases[i].stopping) != cases[i].verdict)
			fail_msg("%s", cases[i].what);
}

static void answers_are_understood(void **state)
{
	static const struct {
		const char *what;
		bool dump;
		struct step steps[6];
		int result, messages;
		struct diag_counts want;
	} cases[] = {
		{"an exact answer", false, {{.what = ONE}, {.what = END}}, 0, 1, {0}},
		{"no such socket is an answer",
		 false,
		 {{.what = ERROR, .value = -ENOENT}},
		 -ENOENT,
		 0,
		 {0}},
		{"a refusal counts",
		 false,
		 {{.what = ERROR, .value = -EPERM}},
		 -EPERM,
		 0,
		 {.request_failed = 1, .failed_by = {{EPERM, 1}}}},
		{"no answer in time",
		 false,
		 {{.err = EAGAIN}},
		 -ETIMEDOUT,
		 0,
		 {.request_failed = 1, .failed_by = {{ETIMEDOUT, 1}}}},
		{"EINTR: read again",
		 false,
		 {{.err = EINTR}, {.err = EINTR}, {.what = ONE}},
		 0,
		 1,
		 {0}},
		{"an answer to an earlier request is skipped",
		 false,
		 {{.what = STALE}, {.what = ONE}},
		 0,
		 1,
		 {0}},
		{"another process's message is skipped",
		 false,
		 {{.what = FOREIGN}, {.what = ONE}},
		 0,
		 1,
		 {0}},
		{"an exact answer that was cut",
		 false,
		 {{.what = HUGE}, {.what = END}},
		 -EMSGSIZE,
		 0,
		 {.truncated_reply = 1}},
		{"a dump in parts",
		 true,
		 {{.what = PART, .value = 2},
		  {.what = PART, .value = 1},
		  {.what = DONE},
		  {.what = END}},
		 0,
		 3,
		 {0}},
		{"an empty dump", true, {{.what = DONE}}, 0, 0, {0}},
		{"an interrupted dump keeps its samples",
		 true,
		 {{.what = PART, .value = 2}, {.what = INTR_DONE}},
		 0,
		 2,
		 {.interrupted_dumps = 1}},
		{"a part that was cut: the whole messages count, the rest goes on",
		 true,
		 {{.what = HUGE, .value = 2}, {.what = PART, .value = 1}, {.what = DONE}},
		 0,
		 3,
		 {.truncated_reply = 1}},
		{"a dump refused",
		 true,
		 {{.what = ERROR, .value = -EINVAL}},
		 -EINVAL,
		 0,
		 {.request_failed = 1, .failed_by = {{EINVAL, 1}}}},
		{"a kernel without tcp_diag",
		 true,
		 {{.what = DONE, .value = -ENOENT}},
		 -ENOENT,
		 0,
		 {.request_failed = 1, .failed_by = {{ENOENT, 1}}}},
		{"no room for the answer",
		 true,
		 {{.err = ENOBUFS}},
		 -ENOBUFS,
		 0,
		 {.request_failed = 1, .failed_by = {{ENOBUFS, 1}}}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct diag *d = start(cases[i].steps);
		int result = cases[i].dump ? dump(d) : exact(d);

		if (result != cases[i].result || messages != cases[i].messages)
			fail_msg("%s: returned %d with %d messages", cases[i].what, result,
				 messages);
		if (memcmp(diag__counts(d), &cases[i].want, sizeof(cases[i].want)))
			fail_msg("%s: wrong counts", cases[i].what);
		diag__close(d);
	}
}

static void a_stop_ends_a_request_without_blame(void **state)
{
	static const struct step steps[] = {{.err = EINTR}, {.what = END}};
	struct diag *d = start(steps);

	stop_requested = 1;
	assert_int_equal(exact(d), -EINTR);
	assert_int_equal(diag__counts(d)->request_failed, 0);
	stop_requested = 0;
	diag__close(d);
}

static void sending_is_repeated_after_eintr(void **state)
{
	static const struct step steps[] = {{.what = ONE}, {.what = ONE}};
	struct diag *d = start(steps);

	send_errno = EINTR;
	assert_int_equal(exact(d), 0);
	assert_int_equal(sends, 2);
	send_errno = ECONNREFUSED;
	assert_int_equal(exact(d), -ECONNREFUSED);
	assert_int_equal(diag__counts(d)->request_failed, 1);
	diag__close(d);
}

static void a_callback_s_error_is_no_failed_request(void **state)
{
	static const struct step steps[] = {{.what = PART, .value = 3}, {.what = END}};
	struct diag *d = start(steps);
	struct dump_request r;
	int disk_full = -ENOSPC;

	request__dump(&r, AF_INET, NULL, true);
	assert_int_equal(diag__dump(d, &r, on_message, &disk_full), -ENOSPC);
	assert_int_equal(messages, 1);
	assert_int_equal(diag__counts(d)->request_failed, 0);
	diag__close(d);
}

static void destroy_messages_are_read_until_empty(void **state)
{
	static const struct step steps[] = {
		{.what = ONE},	   {.err = EINTR}, {.what = ONE},
		{.err = ENOBUFS},  {.what = ONE},  {.err = EAGAIN}, /* first drain */
		{.what = FOREIGN}, {.what = ONE},  {.err = EAGAIN}, /* second */
	};
	struct diag *d = start(steps);
	uint64_t opened = diag__watermark_ns(d), emptied;

	assert_int_equal(diag__drain(d, on_message, NULL), 0);
	assert_int_equal(messages, 3);
	assert_int_equal(diag__counts(d)->destroy_overrun, 1);
	/* Not known to be empty since it was opened: that is where the window begins. */
	assert_int_equal(last_t0, opened);
	emptied = diag__watermark_ns(d);
	assert_true(emptied >= opened);

	assert_int_equal(diag__drain(d, on_message, NULL), 0);
	assert_int_equal(messages, 4);
	assert_int_equal(last_t0, emptied);
	assert_true(diag__watermark_ns(d) >= emptied);
	diag__close(d);
}

static void a_window_begins_before_the_request(void **state)
{
	static const struct step steps[] = {{.what = ONE}};
	struct diag *d = start(steps);
	uint64_t before = monotonic_ns();

	assert_int_equal(exact(d), 0);
	assert_true(before <= last_t0 && last_t0 <= last_t1 && last_t1 <= monotonic_ns());
	diag__close(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_have_one_meaning_each),
		cmocka_unit_test(answers_are_understood),
		cmocka_unit_test(a_stop_ends_a_request_without_blame),
		cmocka_unit_test(sending_is_repeated_after_eintr),
		cmocka_unit_test(a_callback_s_error_is_no_failed_request),
		cmocka_unit_test(destroy_messages_are_read_until_empty),
		cmocka_unit_test(a_window_begins_before_the_request),
	};

	return cmocka_run_group_tests_name("netlink sockets", tests, NULL, NULL);
}
