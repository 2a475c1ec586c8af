// SPDX-License-Identifier: BSD-2-Clause
/* Conservation: what the kernel keeps adds up, and every relation that is broken is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/check_conservation.h"
#include "cases.h"
#include "feed.h"
#include "synthetic.h"

/* An active opener that has sent 3 segments of 1000 bytes; 1 is acked. */
#define CONNECT "probe 1 connect state=2 snd_una=0 snd_nxt=0 write_seq=0 bytes_acked=0 " \
		"bytes_sent=0 bytes_retrans=0 unacked=0 ca_state=0"
#define OPENED "probe 2 established state=1 options=2 snd_una=101 snd_nxt=101 write_seq=101 " \
	       "bytes_acked=1 snd_mss=1000 bytes_received=0 rcv_nxt=501 sacked=0 lost=0 retrans=0 " \
	       "total_retrans=0 segs_out=1 data_segs_out=0 segs_in=1 data_segs_in=0 busy_time=0 " \
	       "rwnd_limited=0 sndbuf_limited=0 delivered=1 delivered_ce=0 total_rto=0 " \
	       "total_rto_recoveries=0 retransmits=0 notsent_bytes=0"
#define SENT "probe 3 segment snd_nxt=3101 write_seq=3101 bytes_sent=3000 unacked=3 segs_out=4 " \
	     "data_segs_out=3 busy_time=8000 rwnd_limited=4000 seg_ack_seq=1101"
#define ACKED "probe 4 segment snd_una=1101 bytes_acked=1001 unacked=2 segs_in=2 delivered=2 " \
	      "seg_ack_seq=1101"
#define NETLINK "netlink 5-9 sample state=1 options=2 bytes_acked=1001 bytes_sent=3000 " \
		"bytes_retrans=0 unacked=2 sacked=0 lost=0 retrans=0 total_retrans=0 segs_out=4 " \
		"data_segs_out=3 snd_mss=1000 segs_in=2 data_segs_in=0 busy_time=8000 " \
		"rwnd_limited=4000 sndbuf_limited=0"
#define LINES(...) (const char *const[]){ __VA_ARGS__, NULL }

/* clang-format off */
static const struct test_case {
	const char *description;
	const char *const *lines;
	const char *field; /* that fails; NULL: all hold */
	const char *says;
	uint64_t moved, unproven; /* of bytes_sent */
} cases[] = {
	{ "a connection from its SYN on", LINES(CONNECT, OPENED, SENT, ACKED, NETLINK), NULL },
	{ "its FIN, sent and acked",
	  LINES(CONNECT, OPENED, SENT, ACKED, "probe 5 state", "probe 6 segment state=4",
		"probe 7 segment snd_nxt=3102 write_seq=3102",
		"probe 8 segment snd_una=3102 bytes_acked=3002 unacked=0",
		"probe 9 close state=5", "netlink 10-11 destroy state=7 bytes_acked=3002 "
		"bytes_sent=3000 bytes_retrans=0"), NULL },
	{ "a passive opener", LINES("probe 2 established state=3 snd_una=5 snd_nxt=5 bytes_acked=0 "
		"bytes_sent=0 bytes_retrans=0 ca_state=0", "probe 3 segment state=1 snd_nxt=9 "
		"bytes_sent=4"), NULL },
	{ "numbers that wrap",
	  LINES("probe 1 segment state=1 ca_state=0 snd_una=0xfffffff0 snd_nxt=0xfffffff0 "
		"bytes_acked=5000000001 bytes_sent=5000000000 bytes_retrans=0 rcv_nxt=0xfffffffe "
		"bytes_received=7 segs_out=0xfffffffe data_segs_out=0xfffffff0",
		"probe 2 segment snd_una=0x10 snd_nxt=0x10 bytes_acked=5000000033 "
		"bytes_sent=5000000032 rcv_nxt=2 bytes_received=11 segs_out=9 data_segs_out=3"),
	  NULL },
	{ "a FIN where none can be", LINES(CONNECT, OPENED, SENT, "probe 4 segment snd_nxt=3102"),
	  "bytes_sent", "broken 1 of" },
	{ "a passive opener that has its SYN acked",
	  LINES("probe 2 established state=3 snd_una=5 snd_nxt=5 bytes_acked=1 "
		"bytes_sent=0 bytes_retrans=0 ca_state=0"), "bytes_sent", "worst on flow 1: probe" },
	{ "a flow first seen late, with more sent than counted",
	  LINES("probe 2 segment state=1 snd_una=5 snd_nxt=9 bytes_acked=1 bytes_sent=3 "
		"bytes_retrans=0 ca_state=0"), "bytes_sent", "broken 1 of 1" },
	{ "a segment that the device refused",
	  LINES(CONNECT, OPENED, SENT, "probe 4 segment bytes_sent=4000 ca_state=2 snd_una=1101 "
		"bytes_acked=1001"), NULL, NULL, .moved = 1 },
	{ "bytes_sent one segment too high, and no sign of a refusal",
	  LINES(CONNECT, OPENED, SENT, "probe 4 segment bytes_sent=4000 snd_una=1101 "
		"bytes_acked=1001"), "bytes_sent", "probe says 4000" },
	{ "the same behind a segment that was not seen",
	  LINES(CONNECT, OPENED, SENT, "probe 4 segment bytes_sent=4000 snd_una=2101 "
		"bytes_acked=2001"), NULL, NULL, .unproven = 1 },
	{ "bytes_sent too low", LINES(CONNECT, OPENED, SENT, ACKED, "probe 5 segment bytes_sent=2999"),
	  "bytes_sent", "probe says 2999, the others of its fields make it 3000" },
	{ "bytes_acked one too high", LINES(CONNECT, OPENED, SENT, ACKED,
					    "probe 5 rtt bytes_acked=1002"),
	  "bytes_acked", "probe says 1002, the others of its fields make it 1001" },
	{ "bytes_received of the wrong width", LINES(CONNECT, OPENED, SENT,
		"probe 4 segment bytes_received=70000 rcv_nxt=70501", "probe 5 segment "
		"bytes_received=4464"), "bytes_received", "make it 70000" },
	{ "more acked than sent", LINES(NETLINK, "netlink 10-11 sample bytes_acked=3003"),
	  "bytes_sent", "netlink says 3003" },
	{ "more lost than in flight", LINES(NETLINK, "netlink 10-11 sample sacked=1 lost=2"),
	  "lost", "netlink says 3" },
	{ "SACKs counted without SACK, in an RTT callback",
	  LINES(CONNECT, OPENED, SENT, "probe 4 rtt options=0 sacked=4"), NULL },
	{ "the same, settled", LINES(CONNECT, OPENED, SENT, "probe 4 segment options=0 sacked=4"),
	  "lost", "sacked + lost" },
	{ "more retransmissions in flight than segments",
	  LINES(NETLINK, "netlink 10-11 sample retrans=3 total_retrans=9"), "retrans", "says 3" },
	{ "retransmissions that were never counted",
	  LINES(NETLINK, "netlink 10-11 sample retrans=2 total_retrans=1"), "total_retrans",
	  "says 2" },
	{ "but the MSS fell and segments were split",
	  LINES(NETLINK, "netlink 10-11 sample retrans=2 total_retrans=1 snd_mss=500"), NULL },
	{ "an empty queue behind a reset", LINES(CONNECT, OPENED, SENT, ACKED,
		"probe 5 segment sacked=1", "probe 6 close unacked=0"), NULL },
	{ "as netlink saw it that waited for the lock", LINES(CONNECT, OPENED, SENT, ACKED, NETLINK,
		"netlink 10-20 sample unacked=0 sacked=1", "probe 15 close unacked=0"), NULL },
	{ "and if it did not wait so long", LINES(CONNECT, OPENED, SENT, ACKED, NETLINK,
		"netlink 10-14 sample unacked=0 sacked=1", "probe 15 close unacked=0"), "lost",
	  "netlink says 1" },
	{ "nothing in flight and numbers that differ",
	  LINES(CONNECT, OPENED, SENT, "probe 4 segment unacked=0"), "unacked", "make it 3000" },
	{ "more segments in flight than bytes",
	  LINES(CONNECT, OPENED, SENT, "probe 4 segment unacked=3001"), "unacked", "says 3001" },
	{ "more retransmitted than sent", LINES("netlink 5-9 sample bytes_sent=10 bytes_retrans=11"),
	  "bytes_retrans", "says 11" },
	{ "more data segments than segments", LINES("netlink 5-9 sample segs_out=3 data_segs_out=4"),
	  "data_segs_out", "says 4" },
	{ "more data segments in than segments a moment later",
	  LINES("netlink 5-9 sample segs_in=3 data_segs_in=4", "netlink 10-11 sample segs_in=3"),
	  "data_segs_in", "says 4" },
	{ "but in the same moment they may be", LINES("netlink 5-9 sample segs_in=3 data_segs_in=4",
		"probe 8 rtt segs_in=3", "netlink 10-11 sample segs_in=4"), NULL },
	{ "a clock that is less than its parts",
	  LINES("netlink 5-9 sample busy_time=7999 rwnd_limited=4000 sndbuf_limited=4000"),
	  "busy_time", "rwnd_limited + sndbuf_limited <= busy_time" },
	{ "more marked than delivered",
	  LINES("netlink 5-9 sample delivered=3 delivered_ce=4 options=8"), "delivered_ce",
	  "says 4" },
	{ "by AccECN perhaps", LINES("netlink 5-9 sample delivered=3 delivered_ce=4 options=8 "
				     "received_ce=0"), NULL },
	{ "more recoveries than timeouts",
	  LINES("netlink 5-9 sample total_rto=1 total_rto_recoveries=2"), "total_rto_recoveries",
	  "says 2" },
	{ "more retransmits in a row than timeouts",
	  LINES("netlink 5-9 sample total_rto=1 retransmits=2"), "retransmits", "says 2" },
	{ "unsent bytes that are not there", LINES(CONNECT, OPENED, SENT,
						   "probe 4 segment notsent_bytes=1"),
	  "notsent_bytes", "make it 0" },
	{ "in the kernel's own extraction too", LINES(CONNECT, OPENED, SENT,
						      "probe 4 tcp_info lost=4"),
	  "lost", "the kernel's tcp_info says 4" },
};
/* clang-format on */

static void judge_case(void **state)
{
	const struct test_case *c = *state;
	struct feed feed = { .lines = c->lines, .make = check_conservation__new };
	const struct result *sent;
	struct verdict v;

	feed__judge(&feed, &v);
	for (unsigned int i = 0; i < v.results_count; i++) {
		const struct result *r = &v.results[i];

		if (c->field && !strcmp(r->subject, c->field)) {
			if (r->status != STATUS_FAIL || !strstr(r->reason, c->says))
				fail_msg("%s: %s", c->description, r->reason);
		} else if (r->status == STATUS_FAIL) {
			fail_msg("%s: also %s: %s", c->description, r->subject, r->reason);
		}
	}
	sent = find_result(&v, "conservation", "bytes_sent");
	assert_int_equal(sent->moved, c->moved);
	assert_int_equal(sent->unproven, c->unproven);
	verdict__free(&v);
}

int main(void)
{
	return cases__run(CASES(cases), judge_case, NULL, 0);
}
