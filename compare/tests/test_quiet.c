// SPDX-License-Identifier: BSD-2-Clause
/* Quiet: what moves on sending is the same as long as nothing is sent, and unproven otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/check_quiet.h"
#include "cases.h"
#include "feed.h"
#include "synthetic.h"

#define LINES(...)                \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}
#define STILL                                                                                \
	"ca_state=0 retransmits=0 sacked=0 lost=0 total_retrans=0 bytes_acked=9 segs_out=9 " \
	"data_segs_out=9 delivered=9 bytes_retrans=0 dsack_dups=0 retrans=0 "
#define NETLINK(unacked)      "netlink 15-20 sample state=8 " STILL "unacked=" #unacked
#define PROBE(event, unacked) "probe 30 " #event " state=8 " STILL "unacked=" #unacked

/* clang-format off */
static const struct test_case {
	const char *description;
	const char *const *lines;
	uint64_t compared, unproven;
	const char *says; /* it fails; NULL: it does not */
} cases[] = {
	{ "nothing moves", LINES(NETLINK(6), PROBE(segment, 6)), 1, 0 },
	{ "one off while nothing moves", LINES(NETLINK(6), PROBE(segment, 5)), 1, 0,
	  "netlink says 6, the probe 5" },
	{ "a change of state is no evidence", LINES(NETLINK(6), PROBE(state, 0)), 1, 0,
	  "netlink says 6, the probe 0" },
	{ "something was sent", LINES(NETLINK(6), PROBE(segment, 7) " segs_out=10"), 0, 1 },
	/* tcp_reset(): the queue is purged before the state changes */
	{ "a reset", LINES(NETLINK(6), PROBE(close, 0) " old_state=8 new_state=7"), 0, 1 },
	{ "a reset, behind a proof",
	  LINES(NETLINK(6), PROBE(segment, 6), "probe 31 close unacked=0"), 1, 0 },
	{ "a reset, behind a wrong value",
	  LINES(NETLINK(6), PROBE(segment, 5), "probe 31 close unacked=0"), 1, 0,
	  "netlink says 6, the probe 5" },
	{ "a reset, and two that wait",
	  LINES(NETLINK(6), "netlink 22-25 sample", PROBE(close, 0)), 0, 2 },
};
/* clang-format on */

static void judge_case(void **state)
{
	const struct test_case *c = *state;
	struct feed feed = { .lines = c->lines, .make = check_quiet__new };
	const struct result *r;
	struct verdict v;

	feed__judge(&feed, &v);
	r = find_result(&v, "quiet", "unacked");
	assert_non_null(r);
	if (c->says ? r->status != STATUS_FAIL || !strstr(r->reason, c->says)
		    : r->status >= STATUS_FAIL)
		fail_msg("%s: %s, %s", c->description, status__name(r->status), r->reason);
	assert_int_equal(r->compared, c->compared);
	assert_int_equal(r->unproven, c->unproven);
	verdict__free(&v);
}

int main(void)
{
	return cases__run(CASES(cases), judge_case, NULL, 0);
}
