// SPDX-License-Identifier: BSD-2-Clause
/* Congestion control: one name, and what it publishes, no more and no less. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/check_congestion.h"
#include "cases.h"
#include "feed.h"
#include "synthetic.h"

#define LINES(...) (const char *const[]){ __VA_ARGS__, NULL }
#define BBR " bbr_bw=1 bbr_min_rtt=1 bbr_pacing_gain=1 bbr_cwnd_gain=1"
#define NO_BBR " bbr_bw=- bbr_min_rtt=- bbr_pacing_gain=- bbr_cwnd_gain=-"
#define DCTCP " dctcp_enabled=1 dctcp_ce_state=1 dctcp_alpha=1 dctcp_ab_ecn=1 dctcp_ab_tot=1"
#define VEGAS " vegas_enabled=1 vegas_rttcnt=1 vegas_rtt=1 vegas_minrtt=1"
#define P(t, event, rest) "probe " #t " " event " state=1 " rest
#define N(t, rest) "netlink " t " sample state=1 " rest

/* clang-format off */
static const struct test_case {
	const char *description;
	const char *const *lines;
	const char *field, *witness;
	uint64_t compared, moved, unproven;
	const char *says; /* it fails; NULL: it does not */
} cases[] = {
	/* names */
	{ "the same name", LINES(P(10, "mark", "cong=cubic"), N("20-30", "cong=cubic")),
	  "cong", "netlink", 1 },
	{ "another name", LINES(P(10, "mark", "cong=cubic"), N("20-30", "cong=reno"),
				P(40, "mark", "cong=cubic")), "cong", "netlink", 1, 0, 0,
	  "cong reno, the probe saw cubic" },
	{ "a name cut short", LINES(P(10, "mark", "cong=cubic"), N("20-30", "cong=cubi"),
				    P(40, "mark", "cong=cubic")), "cong", "netlink", 1, 0, 0, "cubi" },
	{ "the name that comes next", LINES(P(10, "mark", "cong=reno"), N("20-30", "cong=cubic"),
					    P(40, "mark", "cong=cubic")), "cong", "netlink", 1 },
	{ "the name before, behind a change", LINES(P(10, "mark", "cong=reno"),
		P(15, "mark", "cong=cubic"), N("20-30", "cong=reno"), P(40, "mark", "cong=cubic")),
	  "cong", "netlink", 1, 0, 0, "cong reno" },
	{ "a name that stands only inside the window", LINES(P(10, "mark", "cong=reno"),
		N("20-50", "cong=cubic"), P(30, "mark", "cong=cubic"), P(60, "mark", "cong=reno")),
	  "cong", "netlink", 1 },
	{ "a name that comes behind the first in the window", LINES(P(10, "mark", "cong=reno"),
		N("20-50", "cong=bic"), P(30, "mark", "cong=cubic"), P(60, "mark", "cong=bic")),
	  "cong", "netlink", 1 },
	{ "a name that never stands", LINES(P(10, "mark", "cong=reno"),
		N("20-50", "cong=bbr" BBR), P(30, "mark", "cong=cubic"), P(60, "mark", "cong=cubic")),
	  "cong", "netlink", 1, 0, 0, "cong bbr" },
	{ "no name before, the same behind", LINES(N("20-30", "cong=reno"), P(40, "mark", "cong=reno")),
	  "cong", "netlink", 1 },
	{ "no name before, another behind", LINES(N("20-30", "cong=reno"), P(40, "mark", "cong=cubic")),
	  "cong", "netlink", 0, 0, 1 },
	{ "a segment names nothing", LINES(P(10, "segment", ""), N("20-30", "cong=reno"),
		P(40, "segment", ""), P(50, "mark", "cong=reno")), "cong", "netlink", 1 },
	/* what is published */
	{ "BBR's by netlink", LINES(P(10, "mark", "cong=bbr" BBR), N("20-30", "cong=bbr" BBR)),
	  "info", "netlink", 1 },
	{ "BBR's by the probe", LINES(P(10, "mark", "cong=bbr" BBR), P(20, "segment", ""),
				      P(40, "mark", "cong=bbr")), "info", "probe", 3 },
	{ "netlink invents BBR's", LINES(P(10, "mark", "cong=cubic"), N("20-30", "cong=cubic" BBR),
		N("40-50", "cong=cubic" NO_BBR)), "info", "netlink", 2, 0, 0,
	  "netlink tells bbr_bw in 1 of 2 samples, although the congestion control is cubic" },
	{ "the probe invents BBR's with a name", LINES(P(10, "mark", "cong=reno" BBR)), "info", "probe",
	  1, 0, 0, "probe tells bbr_bw in 1 of 1 samples, although the congestion control is reno" },
	{ "the probe invents BBR's in segments", LINES(P(10, "mark", "cong=cubic"),
		P(20, "segment", BBR), P(30, "segment", ""), P(40, "mark", "cong=cubic" NO_BBR)),
	  "info", "probe", 4, 0, 0, "probe tells bbr_bw in 2 of 4" },
	{ "netlink lacks BBR's", LINES(N("20-30", "cong=bbr"), N("40-50", "cong=bbr" BBR)), "info",
	  "netlink", 2, 0, 0, "netlink does not tell bbr_bw in 1 of 2" },
	{ "the probe lacks one of BBR's", LINES(P(10, "mark", "cong=bbr" BBR " bbr_cwnd_gain=-")),
	  "info", "probe", 1, 0, 0, "does not tell bbr_bw" },
	{ "DCTCP's, not BBR's", LINES(P(10, "mark", "cong=dctcp" BBR)), "info", "probe", 1, 0, 0,
	  "tells bbr_bw in 1 of 1 samples, although the congestion control is dctcp" },
	{ "DCTCP's", LINES(P(10, "mark", "cong=dctcp" DCTCP)), "info", "probe", 1 },
	{ "Illinois tells Vegas's by netlink", LINES(N("20-30", "cong=illinois" VEGAS)), "info",
	  "netlink", 1 },
	{ "but the probe cannot know them", LINES(P(20, "mark", "cong=illinois" VEGAS)), "info",
	  "probe", 1, 0, 0, "tells vegas_enabled" },
	{ "segments before a change", LINES(P(10, "mark", "cong=reno"), P(20, "segment", ""),
		P(30, "segment", BBR), P(40, "mark", "cong=bbr")), "info", "probe", 4 },
	{ "netlink's name is older than what it tells", LINES(P(10, "mark", "cong=reno"),
		N("20-30", "cong=reno" BBR), N("40-50", "cong=bbr")), "info", "netlink", 1, 1 },
	{ "it is not, if the next has the same name", LINES(P(10, "mark", "cong=reno"),
		N("20-30", "cong=reno" BBR), N("40-50", "cong=reno" NO_BBR)), "info", "netlink", 2, 0,
	  0, "1 of 2" },
	{ "from TIME_WAIT on the kernel adds no attribute", LINES(P(10, "mark", "cong=bbr" BBR),
		N("20-30", "cong=bbr state=8" NO_BBR), N("40-50", "cong=bbr state=9")), "info", "netlink",
	  2 },
	{ "and asks for the state last of all", LINES(N("20-30", "cong=bbr" BBR),
		N("40-50", "cong=bbr" NO_BBR), N("60-70", "cong=bbr state=8")), "info", "netlink", 2, 1 },
	{ "BBR's in CLOSE_WAIT", LINES(N("20-30", "cong=bbr" BBR), N("40-50", "cong=bbr state=8"),
		N("60-70", "cong=bbr state=8" NO_BBR)), "info", "netlink", 3, 0, 0, "netlink tells bbr_bw" },
	{ "the probe tells them in any state", LINES(P(10, "mark", "cong=bbr" BBR),
		P(20, "close", "cong=bbr state=9")), "info", "probe", 2 },
	{ "a name that nobody knows", LINES(P(10, "mark", "cong=mine" BBR), N("20-30", "cong=mine")),
	  "cong", "netlink", 1 },
};
/* clang-format on */

static void judge_case(void **state)
{
	const struct test_case *c = *state;
	struct feed feed = { .lines = c->lines, .make = check_congestion__new };
	const struct result *r = NULL;
	struct verdict v;

	feed__judge(&feed, &v);
	for (unsigned int i = 0; i < v.results_count; i++)
		if (!strcmp(v.results[i].subject, c->field) &&
		    !strcmp(v.results[i].witness[0], c->witness))
			r = &v.results[i];
	feed__expect(&v, r,
		     &(struct feed_outcome){ c->description, c->says, c->compared, c->moved,
					     c->unproven });
	verdict__free(&v);
}

int main(void)
{
	return cases__run(CASES(cases), judge_case, NULL, 0);
}
