// SPDX-License-Identifier: BSD-2-Clause
/* The check "path" where devices count packets, as behind netem: sums against sums. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "path_story.h"

/* Counters of devices: packets of the client's, of the server's, drops of the routers'. */
#define DEVICE(event, ns, dev, rx, tx, drops)                                                    \
	"{\"event\":\"" event "\",\"netns\":\"" ns "\",\"dev\":\"" dev                 \
	"\",\"link\":{\"rx\":{\"packets\":" rx "},\"tx\":{\"packets\":" tx                     \
	"}},\"qdisc\":[{\"kind\":\"netem\",\"drops\":" drops "}]}\n"
#define COUNTED(config, client_rx, client_tx, server_rx, server_tx, drops)                       \
	"{\"timeline\":1,\"witness\":\"path\",\"clock\":\"CLOCK_REALTIME\",\"path\":{"          \
	"\"backend\":\"netem\"" config "}}\n" DEVICE("before", "client", "eth0", "7", "7", "0")  \
		DEVICE("before", "router1", "right", "7", "7", "1")                            \
			DEVICE("before", "server", "eth0", "7", "7", "0")                      \
				DEVICE("after", "client", "eth0", client_rx, client_tx, "0")   \
					DEVICE("after", "router1", "right", "7", "7", drops)   \
						DEVICE("after", "server", "eth0", server_rx,   \
						       server_tx, "0")                         \
							TRAILER("6")
/* Ten data segments, of which one was dropped and sent again. */
#define COUNTS COUNTS_WITH("")
#define COUNTS_WITH(more)                                                                        \
	"C 100 established state=1",                                                            \
		"C 1000100 close segs_out=13 data_segs_out=11 bytes_sent=11000 segs_in=6 "      \
		"data_segs_in=0 total_retrans=1 unacked=0 snd_mss=1000 bytes_acked=20002 "      \
		"min_rtt=20100" more,                                                           \
		"S 1000200 close segs_out=5 data_segs_out=0 bytes_sent=0 segs_in=12 "           \
		"data_segs_in=10 total_retrans=0 unacked=0 snd_mss=1000 bytes_acked=1 min_rtt=20100"
#define MARKED "C 100 established state=1", "C 1000100 close delivered_ce=1"
#define NETEM(text) { .path = text, .backend = "netem" }

static void a_path_that_counts_is_held_against_sums(void **state)
{
	static const struct path_case cases[] = {
		{ "all is well: named as what it is", { COUNTS }, "retransmissions", STATUS_PASS,
		  "cannot tell causes", NETEM(COUNTED("", "13", "20", "19", "13", "2")) },
		{ "sent what the device never sent", { COUNTS }, "entered", STATUS_FAIL, "13, at most 12",
		  NETEM(COUNTED("", "13", "19", "19", "13", "2")) },
		{ "received what the device never received", { COUNTS }, "arrived", STATUS_FAIL,
		  "segs_in", NETEM(COUNTED("", "13", "20", "18", "13", "2")) },
		{ "lost without a drop", { COUNTS }, "lost", STATUS_FAIL, "were not dropped",
		  NETEM(COUNTED("", "13", "20", "19", "13", "1")) },
		{ "lost without a drop, but one was too big", { COUNTS }, "lost", STATUS_PASS, NULL,
		  NETEM(COUNTED("", "13", "20", "19", "13", "1}],\"too_big\":1,\"x\":[{\"y\":0")) },
		{ "more drops than retransmissions", { COUNTS }, "retransmissions", STATUS_FAIL,
		  "more drops", NETEM(COUNTED("", "13", "20", "19", "13", "6")) },
		{ "but what was reset need not be sent again",
		  { COUNTS_WITH(" snd_una=4294967000 snd_nxt=3705") }, "retransmissions", STATUS_PASS, NULL,
		  NETEM(COUNTED("", "13", "20", "19", "13", "6")) },
		{ "more drops than that, too", { COUNTS_WITH(" snd_una=4294967000 snd_nxt=3705") },
		  "retransmissions", STATUS_FAIL, "more drops",
		  NETEM(COUNTED("", "13", "20", "19", "13", "20")) },
		{ "but with marks, which netem counts as drops", { COUNTS }, "retransmissions",
		  STATUS_SKIP, NULL,
		  NETEM(COUNTED(",\"mark_percent\":1", "13", "20", "19", "13", "6")) },
		{ "faster than the bottleneck", { COUNTS }, "rate", STATUS_FAIL, "bottleneck passes",
		  NETEM(COUNTED(",\"rate_bit\":8000", "13", "20", "19", "13", "2")) },
		{ "a round trip shorter than the path", { COUNTS }, "min_rtt", STATUS_FAIL, "shorter",
		  NETEM(COUNTED(",\"rtt_us\":21000", "13", "20", "19", "13", "2")) },
		{ "cut to ms it is not", { COUNTS }, "min_rtt", STATUS_PASS, NULL,
		  NETEM(COUNTED(",\"rtt_us\":20900", "13", "20", "19", "13", "2")) },
		{ "a mark on a path that makes none", { MARKED }, "delivered_ce", STATUS_FAIL, "1, at most 0",
		  NETEM(COUNTED("", "13", "20", "19", "13", "2")) },
		{ "and on one that does", { MARKED }, "delivered_ce", STATUS_SKIP, NULL,
		  NETEM(COUNTED(",\"mark_percent\":1", "13", "20", "19", "13", "2")) },
		{ "or does by its queue", { MARKED }, "delivered_ce", STATUS_SKIP, NULL,
		  NETEM(COUNTED(",\"mark_queue_bytes\":9000", "13", "20", "19", "13", "2")) },
		{ "no mark", { "C 1000100 close delivered_ce=0" }, "delivered_ce", STATUS_PASS, NULL,
		  NETEM(COUNTED("", "13", "20", "19", "13", "2")) },
		{ "devices that are missing", { COUNTS }, "witness", STATUS_ERROR, "not there",
		  NETEM("{\"timeline\":1,\"witness\":\"path\",\"path\":{\"backend\":\"netem\"}}\n" TRAILER("0")) },
		{ "a device without counters", { COUNTS }, "witness", STATUS_ERROR, "needs",
		  NETEM("{\"timeline\":1,\"witness\":\"path\",\"path\":{\"backend\":\"netem\"}}\n"
			"{\"event\":\"before\",\"netns\":\"client\"}\n") },
		{ "a packet where devices are counted", { COUNTS }, "witness", STATUS_ERROR, "none of a path",
		  NETEM("{\"timeline\":1,\"witness\":\"path\",\"path\":{\"backend\":\"netem\"}}\n"
			FLOW) },
	};

	JUDGE(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_that_counts_is_held_against_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
