// SPDX-License-Identifier: BSD-2-Clause
/* Whole runs: a good one passes, and everything that can be wrong is found and named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cases.h"
#include "synthetic.h"

static bool on_netlink(enum witness w, const struct sample *s, uint64_t cookie, uint64_t at_ms)
{
	return w == WITNESS_NETLINK && s->flow.cookie == cookie && s->event == EVENT_sample &&
	       s->t0_ns / 50000000 == (SYNTHETIC_START_NS + at_ms * 1000000) / 50000000;
}

static bool on_rtt(enum witness w, const struct sample *s, uint64_t at_ms)
{
	return w == WITNESS_PROBE && s->event == EVENT_rtt &&
	       s->t0_ns / 10000000 == (SYNTHETIC_START_NS + at_ms * 1000000) / 10000000;
}

/* The client's netlink sample in the middle is wrong by this much in bytes_acked. The flow moves a
 * byte in 8 ns; so stop it around that sample, for one byte to be visible. */
static int64_t byte_error;

static bool stop_and_shift(enum witness w, unsigned int n, struct sample *s)
{
	uint64_t t = s->t0_ns - SYNTHETIC_START_NS;

	if (s->flow.cookie != SYNTHETIC_CLIENT_COOKIE || t < 900000000 || t > 1100000000)
		return true;
	s->value[FIELD_bytes_acked] = 130000000;
	s->value[FIELD_bytes_sent] = 130000000;
	if (on_netlink(w, s, SYNTHETIC_CLIENT_COOKIE, 1000))
		s->value[FIELD_bytes_acked] += byte_error;
	return true;
}

static bool bytes_behind(enum witness w, unsigned int n, struct sample *s)
{
	uint64_t t = s->t0_ns - SYNTHETIC_START_NS;

	stop_and_shift(w, n, s);
	/* behind the stop it must not be lower */
	if (s->flow.cookie == SYNTHETIC_CLIENT_COOKIE && t > 1100000000) {
		s->value[FIELD_bytes_acked] += 1000000;
		s->value[FIELD_bytes_sent] += 1000000;
	}
	return true;
}

static bool probe_steps_back(enum witness w, unsigned int n, struct sample *s)
{
	if (on_rtt(w, s, 700))
		s->value[FIELD_delivered] = 3;
	return true;
}

static bool netlink_wraps_early(enum witness w, unsigned int n, struct sample *s)
{
	if (w == WITNESS_NETLINK && s->flow.cookie == SYNTHETIC_CLIENT_COOKIE)
		s->value[FIELD_bytes_sent] &= 0xffffff;
	return true;
}

static bool zero_for_absent(enum witness w, unsigned int n, struct sample *s)
{
	if (w == WITNESS_NETLINK)
		s->value[FIELD_delivered] = 0;
	return true;
}

static bool shifted_clock(enum witness w, unsigned int n, struct sample *s)
{
	if (w == WITNESS_NETLINK) {
		s->t0_ns += 1000000;
		s->t1_ns += 1000000;
	}
	return true;
}

static bool drops_rtt(enum witness w, unsigned int n, struct sample *s)
{
	return !on_rtt(w, s, 500) && !on_rtt(w, s, 510);
}

static bool repeats_number(enum witness w, unsigned int n, struct sample *s)
{
	if (on_rtt(w, s, 500))
		s->seq--;
	return true;
}

static bool netlink_sleeps(enum witness w, unsigned int n, struct sample *s)
{
	uint64_t t = s->t0_ns - SYNTHETIC_START_NS;

	return w != WITNESS_NETLINK || t < 500000000 || t > 1000000000;
}

static bool netlink_misses_flow(enum witness w, unsigned int n, struct sample *s)
{
	return w != WITNESS_NETLINK || s->flow.cookie != SYNTHETIC_CLIENT_COOKIE;
}

static bool probe_misses_flow(enum witness w, unsigned int n, struct sample *s)
{
	return w != WITNESS_PROBE || s->flow.cookie != SYNTHETIC_SERVER_COOKIE;
}

static bool wrong_flow(enum witness w, unsigned int n, struct sample *s)
{
	if (on_netlink(w, s, SYNTHETIC_CLIENT_COOKIE, 1000)) {
		s->flow.cookie = SYNTHETIC_SERVER_COOKIE;
		s->flow.netns = 1002;
	}
	return true;
}

static bool wrong_cookie(enum witness w, unsigned int n, struct sample *s)
{
	if (on_netlink(w, s, SYNTHETIC_CLIENT_COOKIE, 1000))
		s->flow.cookie = 7;
	return true;
}

static bool milliseconds(enum witness w, unsigned int n, struct sample *s)
{
	if (w == WITNESS_NETLINK)
		s->value[FIELD_rtt] /= 1000;
	return true;
}

static bool stale_control(enum witness w, unsigned int n, struct sample *s)
{
	if (w == WITNESS_NETLINK && s->event == EVENT_sample && s->flow.cookie & 1)
		s->value[FIELD_rtt] = 999999;
	return true;
}

static bool nothing(enum witness w, unsigned int n, struct sample *s)
{
	return false;
}

static bool no_data_flow(enum witness w, unsigned int n, struct sample *s)
{
	return s->flow.cookie & 1;
}

static bool never_at_once(enum witness w, unsigned int n, struct sample *s)
{
	/* the probe tells only of the server's end, netlink only of the client's */
	return (w == WITNESS_PROBE) == (s->flow.netns == 1002);
}

static bool netlink_omits_delivered(enum witness w, unsigned int n, struct sample *s)
{
	if (w == WITNESS_NETLINK)
		field_set__remove(&s->present, FIELD_delivered);
	return true;
}

static void two_lost(enum witness w, struct timeline_trailer *t)
{
	if (w == WITNESS_PROBE)
		t->lost[0].count = 2;
}

/* synthetic.c's trailer begins with ring_full */
static void ring_too_small(enum witness w, struct timeline_trailer *t)
{
	two_lost(w, t);
	if (w == WITNESS_PROBE) {
		timeline_trailer__note(t, "ring_bytes", 1 << 20);
		timeline_trailer__note(t, "ring_enough", 2 << 20);
	}
}

static void no_ring_is_enough(enum witness w, struct timeline_trailer *t)
{
	two_lost(w, t);
	if (w == WITNESS_PROBE) {
		timeline_trailer__note(t, "ring_bytes", 1 << 30);
		timeline_trailer__note(t, "ring_enough", 0);
	}
}

#define LOST_ALLOWED "{\"coverage\":{\"probe_lost_max\":2}}"
#define PROBE_HEADER                                                                               \
	"{\"timeline\":1,\"witness\":\"probe\",\"kernel\":\"6.12\",\"clock\":\"CLOCK_MONOTONIC\"," \
	"\"base_ns\":0,\"fields\":[\"rtt\"]}\n"
#define FAILED(members) "{\"schema\":1," members "}"
#define EXITS(probe, netlink, client, server)                                               \
	"{\"probe\":{\"expected\":true,\"exit\":" probe "},\"netlink\":{\"expected\":true," \
	"\"exit\":" netlink "},\"iperf3\":{\"expected\":true,\"exit\":" client              \
	",\"server_exit\":" server "}}"

/* A server's report of one interval, which ends at 0.5, and of an end as both entries tell it. */
#define ENDS_AT(sender, receiver)                                                                  \
	"{\"start\":{\"connected\":[{\"socket\":5,\"local_host\":\"10.0.0.2\",\"local_port\":5201,"     \
	"\"remote_host\":\"10.0.0.1\",\"remote_port\":40001}]},\"intervals\":[{\"streams\":["            \
	"{\"socket\":5,\"start\":0,\"end\":0.5,\"bytes\":2,\"sender\":false}]}],\"end\":{\"streams\":[" \
	"{\"sender\":{\"socket\":5,\"end\":" sender ",\"bytes\":2},\"receiver\":{\"socket\":5,\"end\":"  \
	receiver ",\"bytes\":2}}]}}"

/* clang-format off */
static const struct test_case {
	const char *description;
	struct recipe recipe;
	enum status verdict;
	const char *check, *subject; /* the result, or coverage or statistic, that must say so */
	const char *says;
	int64_t bytes;
} cases[] = {
	{ "all agree", { 0 }, STATUS_PASS },
	{ "counters that pass 2^32 and stop for a while are fine",
	  { .tamper = bytes_behind }, STATUS_PASS },
	{ "a netlink sample one byte too low",
	  { .tamper = bytes_behind }, STATUS_FAIL, "bracketing", "bytes_acked",
	  "netlink says 129999999 after probe had reached 130000000", -1 },
	{ "a netlink sample one byte too high",
	  { .tamper = bytes_behind }, STATUS_FAIL, "bracketing", "bytes_acked",
	  "probe says 130000000 after netlink had reached 130000001", 1 },
	{ "a counter of the probe goes back",
	  { .tamper = probe_steps_back }, STATUS_FAIL, "monotone", "delivered", "within probe" },
	{ "and so does netlink see it",
	  { .tamper = probe_steps_back }, STATUS_FAIL, "bracketing", "delivered", "probe says 3" },
	{ "a counter read in the wrong width",
	  { .tamper = netlink_wraps_early }, STATUS_FAIL, "bracketing", "bytes_sent", "netlink" },
	{ "an absent counter told as 0",
	  { .tamper = zero_for_absent }, STATUS_FAIL, "bracketing", "delivered", "says 0" },
	{ "a clock that is 1 ms late",
	  { .tamper = shifted_clock }, STATUS_FAIL, "bracketing", "bytes_acked", "violated" },
	{ "lost samples that are counted nowhere",
	  { .tamper = drops_rtt }, STATUS_FAIL, "losses", "probe", "counts only 0" },
	{ "lost samples that are counted, beyond the bound",
	  { .tamper = drops_rtt, .trailer = two_lost }, STATUS_FAIL, "losses", "probe",
	  "at most 0" },
	{ "a ring that was too small names the size that is enough",
	  { .tamper = drops_rtt, .trailer = ring_too_small }, STATUS_FAIL, "losses", "probe",
	  "ring of 1024 KiB was full; PROBE_RING=2048K (tcpw-probe --ring-size=2097152)" },
	{ "and where none is enough, what else to do",
	  { .tamper = drops_rtt, .trailer = no_ring_is_enough }, STATUS_FAIL, "losses", "probe",
	  "lower BITRATE or STREAMS" },
	{ "lost samples that are counted, within the bound",
	  { .tamper = drops_rtt, .trailer = two_lost, .bounds = LOST_ALLOWED }, STATUS_PASS },
	{ "a sample that is there twice",
	  { .tamper = repeats_number }, STATUS_FAIL, "losses", "probe", "twice" },
	{ "netlink asleep for half a second: share",
	  { .tamper = netlink_sleeps }, STATUS_FAIL, "coverage", "netlink", "at least 90.0%" },
	{ "netlink asleep for half a second: gap",
	  { .tamper = netlink_sleeps, .bounds = "{\"coverage\":{\"gap_max_ms_max\":100}}" },
	  STATUS_FAIL, "coverage", "netlink", "longest gap" },
	{ "netlink asleep for half a second: p99 of the gaps",
	  { .tamper = netlink_sleeps, .bounds = "{\"coverage\":{\"gap_p99_ms_max\":100}}" },
	  STATUS_FAIL, "coverage", "netlink", "p99" },
	{ "netlink never saw the sender",
	  { .tamper = netlink_misses_flow, .bounds = "{}" }, STATUS_FAIL, "coverage", "netlink",
	  "never seen" },
	{ "the probe never saw the receiver",
	  { .tamper = probe_misses_flow }, STATUS_FAIL, "coverage", "probe", "never seen" },
	{ "samples under another flow's cookie",
	  { .tamper = wrong_flow }, STATUS_FAIL, "join", "", "another 4-tuple" },
	{ "a sample under a cookie that nobody has",
	  { .tamper = wrong_cookie }, STATUS_FAIL, "coverage", "probe", "never seen" },
	{ "rtt in ms instead of us",
	  { .tamper = milliseconds }, STATUS_FAIL, "netlink-probe", "rtt", "mae" },
	{ "a control connection that idles behind a last update is no stream",
	  { .tamper = stale_control }, STATUS_PASS },
	{ "no samples at all",
	  { .tamper = nothing }, STATUS_ERROR, "witness", "probe", "without a single sample" },
	{ "no sample of a data flow",
	  { .tamper = no_data_flow }, STATUS_ERROR, "join", "", "is in no timeline" },
	{ "no flow that both see",
	  { .tamper = never_at_once, .bounds = "{}" }, STATUS_ERROR, "bracketing", "bytes_acked",
	  "nothing compared" },
	{ "a field that is announced and never there",
	  { .tamper = netlink_omits_delivered }, STATUS_ERROR, "bracketing", "delivered",
	  "nothing compared" },
	{ "a bound that nothing is judged by",
	  { .bounds = "{\"statistics\":{\"rrt\":{\"mae_max\":1}}}" }, STATUS_ERROR, "bounds",
	  "manifest.json", "statistics.rrt.mae_max" },
	{ "a bound that is no number",
	  { .bounds = "{\"statistics\":{\"rtt\":{\"mae_max\":\"1\"}}}" }, STATUS_ERROR, "witness",
	  "manifest", "not a number" },
	{ "a run that failed by its own account",
	  { .manifest = FAILED("\"errors\":[\"the client died\",\"so did netlink\"]") },
	  STATUS_ERROR, "witness", "manifest", "the run failed: the client died" },
	{ "an interrupted run", { .manifest = FAILED("\"interrupted\":true") }, STATUS_ERROR,
	  "witness", "manifest", "interrupted" },
	{ "a failed run is not a skipped one",
	  { .manifest = FAILED("\"skip\":\"no veth\",\"errors\":[\"disk full\"]") }, STATUS_ERROR,
	  "witness", "manifest", "disk full" },
	{ "errors that are no list", { .manifest = FAILED("\"errors\":\"dead\"") }, STATUS_ERROR,
	  "witness", "manifest", "errors is not an array" },
	{ "an error that is no sentence", { .manifest = FAILED("\"errors\":[3]") }, STATUS_ERROR,
	  "witness", "manifest", "list of sentences" },
	{ "flows that are no object", { .manifest = FAILED("\"flows\":[]") }, STATUS_ERROR,
	  "witness", "manifest", "flows is not an object" },
	{ "a port in quotes", { .manifest = FAILED("\"flows\":{\"port\":\"5201\"}") }, STATUS_ERROR,
	  "witness", "manifest", "flows.port is not a number" },
	{ "a port beyond all ports", { .manifest = FAILED("\"flows\":{\"port\":70000}") }, STATUS_ERROR,
	  "witness", "manifest", "flows.port is 70000" },
	{ "a direction nobody knows", { .manifest = FAILED("\"flows\":{\"direction\":\"up\"}") },
	  STATUS_ERROR, "witness", "manifest", "flows.direction" },
	{ "witnesses that are no object", { .witnesses = "7" }, STATUS_ERROR, "witness", "manifest",
	  "witnesses is not an object" },
	{ "expected that is no truth", { .witnesses = "{\"probe\":{\"expected\":\"no\"}}" },
	  STATUS_ERROR, "witness", "manifest", "witnesses.probe.expected" },
	{ "bounds that are no object", { .bounds = "[]" }, STATUS_ERROR, "witness", "manifest",
	  "bounds is not an object" },
	{ "a group of bounds that is none", { .bounds = "{\"coverage\":3}" }, STATUS_ERROR, "witness",
	  "manifest", "bounds.coverage is not an object" },
	{ "a bound without bound", { .bounds = "{\"statistics\":{\"rtt\":{\"mae_max\":1e400}}}" },
	  STATUS_ERROR, "witness", "manifest", "not a number" },
	{ "a skip that is no sentence", { .manifest = FAILED("\"skip\":true") }, STATUS_ERROR,
	  "witness", "manifest", "skip is not a string" },
	{ "a probe that was never started", { .witnesses = EXITS("null", "0", "0", "0") },
	  STATUS_ERROR, "witness", "probe", "never started" },
	{ "a netlink that was never started", { .witnesses = EXITS("0", "null", "0", "0") },
	  STATUS_ERROR, "witness", "netlink", "never started" },
	{ "a client that was never started", { .witnesses = EXITS("0", "0", "null", "0") },
	  STATUS_ERROR, "witness", "iperf3 client", "never started" },
	{ "a server that was never started", { .witnesses = EXITS("0", "0", "0", "null") },
	  STATUS_ERROR, "witness", "iperf3 server", "never started" },
	{ "no manifest", { .manifest = "-" }, STATUS_ERROR, "witness", "manifest", "missing" },
	{ "a manifest of another schema", { .manifest = "{\"schema\":2}" }, STATUS_ERROR,
	  "witness", "manifest", "schema" },
	{ "a scenario that could not run",
	  { .manifest = "{\"schema\":1,\"skip\":\"no veth here\"}", .probe = "-", .netlink = "-",
	    .client = "-", .server = "-" }, STATUS_SKIP },
	{ "no probe.jsonl", { .probe = "-" }, STATUS_ERROR, "witness", "probe",
	  "probe.jsonl: missing" },
	{ "no netlink.jsonl", { .netlink = "-" }, STATUS_ERROR, "witness", "netlink",
	  "netlink.jsonl: missing" },
	{ "an empty timeline", { .netlink = "" }, STATUS_ERROR, "witness", "netlink", "empty" },
	{ "a timeline that is not JSON", { .probe = "hello\n" }, STATUS_ERROR, "witness", "probe",
	  "not JSON" },
	{ "a timeline of another schema",
	  { .probe = "{\"timeline\":7,\"witness\":\"probe\"}\n" }, STATUS_ERROR, "witness",
	  "probe", "schema version 7" },
	{ "a timeline of another witness",
	  { .probe = "{\"timeline\":1,\"witness\":\"netlink\"}\n" }, STATUS_ERROR, "witness",
	  "probe", "by the witness \"netlink\"" },
	{ "an unknown field",
	  { .probe = PROBE_HEADER "{\"t\":1,\"event\":\"rtt\",\"local\":\"1.1.1.1:1\","
				  "\"remote\":\"1.1.1.2:2\",\"speed\":3}\n" },
	  STATUS_ERROR, "witness", "probe", "unknown field \"speed\"" },
	{ "time runs backwards",
	  { .probe = PROBE_HEADER "{\"t\":2,\"event\":\"rtt\",\"local\":\"1.1.1.1:1\","
				  "\"remote\":\"1.1.1.2:2\"}\n{\"t\":1,\"event\":\"rtt\","
				  "\"local\":\"1.1.1.1:1\",\"remote\":\"1.1.1.2:2\"}\n" },
	  STATUS_ERROR, "witness", "probe", "time runs backwards" },
	{ "a probe timeline that is cut", { .cut_probe = true }, STATUS_ERROR, "witness", "probe",
	  "cut" },
	{ "a netlink timeline that is cut, and one byte too low before",
	  { .cut_netlink = true, .tamper = bytes_behind }, STATUS_ERROR, "bracketing",
	  "bytes_acked", "says 129999999", -1 },
	{ "the probe failed", { .witnesses = EXITS("3", "0", "0", "0") }, STATUS_ERROR, "witness",
	  "probe", "exit code 3" },
	{ "netlink failed", { .witnesses = EXITS("0", "1", "0", "0") }, STATUS_ERROR, "witness",
	  "netlink", "exit code 1" },
	{ "iperf3 failed", { .witnesses = EXITS("0", "0", "1", "0") }, STATUS_ERROR, "witness",
	  "iperf3 client", "exit code 1" },
	{ "iperf3's server failed", { .witnesses = EXITS("0", "0", "0", "9") }, STATUS_ERROR,
	  "witness", "iperf3 server", "exit code 9" },
	{ "netlink was not part of the run",
	  { .netlink = "-", .bounds = "{}",
	    .witnesses = "{\"netlink\":{\"expected\":false}}" }, STATUS_PASS },
	{ "no report of the client", { .client = "-" }, STATUS_ERROR, "witness", "iperf3 client",
	  "iperf3.json: missing" },
	{ "an empty report", { .client = "" }, STATUS_ERROR, "witness", "iperf3 client", "empty" },
	{ "a cut report", { .client = "{\"start\":{\"connected\":[" }, STATUS_ERROR, "witness",
	  "iperf3 client", "cut" },
	{ "an error in the report, with exit 0",
	  { .client = "{\"start\":{},\"error\":\"unable to connect\"}" }, STATUS_ERROR, "witness",
	  "iperf3 client", "unable to connect" },
	{ "an error that was expected, but did not come",
	  { .witnesses = "{\"iperf3\":{\"error_expected\":true,\"exit\":0,\"server_exit\":0}}" },
	  STATUS_ERROR, "witness", "iperf3 client", "was to end in an error" },
	{ "an error that was expected, without an interval",
	  { .client = "{\"start\":{\"connected\":[]},\"error\":\"reset\"}",
	    .witnesses = "{\"iperf3\":{\"error_expected\":true,\"exit\":0,\"server_exit\":1}}" },
	  STATUS_ERROR, "witness", "iperf3 client", "no interval" },
	{ "an error that was expected",
	  { .server = "{\"start\":{\"connected\":[{\"socket\":5,\"local_host\":\"10.0.0.2\","
		      "\"local_port\":5201,\"remote_host\":\"10.0.0.1\",\"remote_port\":40001}]},"
		      "\"intervals\":[{\"streams\":[{\"socket\":5,\"start\":0,\"end\":0.5,"
		      "\"bytes\":2,\"sender\":false}]}],\"end\":{},\"error\":\"reset\"}",
	    .witnesses = "{\"iperf3\":{\"error_expected\":true,\"exit\":1,\"server_exit\":1}}" },
	  STATUS_PASS },
	{ "a stream of --bidir, with the other end's time in its place", { .server = ENDS_AT("0.5", "1.5") },
	  STATUS_PASS },
	{ "intervals that neither time belongs to", { .server = ENDS_AT("1.5", "1.5") }, STATUS_ERROR,
	  "witness", "iperf3 server", "the intervals stop before the end" },
	{ "a figure that is no number",
	  { .client = "{\"start\":{\"connected\":[{\"socket\":5,\"local_host\":\"10.0.0.1\",\"local_port\":4,"
		      "\"remote_host\":\"10.0.0.2\",\"remote_port\":5}]},\"intervals\":[{\"streams\":["
		      "{\"socket\":5,\"end\":1,\"bytes\":2,\"rtt\":1e400}]}]}" },
	  STATUS_ERROR, "witness", "iperf3 client", "interval 0: rtt is inf" },
	{ "a report without totals",
	  { .client = "{\"start\":{\"connected\":[{\"socket\":5,\"local_host\":\"10.0.0.1\",\"local_port\":4,"
		      "\"remote_host\":\"10.0.0.2\",\"remote_port\":5}]},\"intervals\":[{\"streams\":["
		      "{\"socket\":5,\"end\":1,\"bytes\":2}]}]}" },
	  STATUS_ERROR, "witness", "iperf3 client", "no total at the end" },
	{ "a report without intervals",
	  { .client = "{\"start\":{\"connected\":[]},\"intervals\":[]}" }, STATUS_ERROR, "witness",
	  "iperf3 client", "no interval" },
};
/* clang-format on */

/* Status and reason of whatever the case names. */
static bool find(const struct verdict *v, const struct test_case *c, enum status *s)
{
	const struct result *r = find_result(v, c->check, c->subject);
	const struct statistic *st = find_statistic(v, c->check, c->subject);

	if (r && strstr(r->reason, c->says)) {
		*s = r->status;
		return true;
	}
	if (st && strstr(st->reason, c->says)) {
		*s = st->status;
		return true;
	}
	for (unsigned int i = 0; !r && i < v->coverage_count; i++)
		if (!strcmp(v->coverage[i].witness, c->subject) &&
		    strstr(v->coverage[i].reason, c->says)) {
			*s = v->coverage[i].status;
			return true;
		}
	if (r)
		print_error("found instead: %s\n", r->reason);
	return false;
}

static void judge_case(void **state)
{
	const struct test_case *c = *state;
	struct judgement j;
	enum status s = STATUS_INFO;

	byte_error = c->bytes;
	synthetic__judge(&j, &c->recipe);
	if (j.verdict.status != c->verdict)
		fail_msg("%s: verdict %s, because %s", c->description,
			 status__name(j.verdict.status), j.verdict.reason);
	if (c->check) {
		if (!find(&j.verdict, c, &s))
			fail_msg("%s: %s of %s does not say \"%s\"; the verdict: %s",
				 c->description, c->check, c->subject, c->says, j.verdict.reason);
		assert_true(s == STATUS_FAIL || s == STATUS_ERROR);
	}
	judge__free(&j);
}

int main(void)
{
	return cases__run(CASES(cases), judge_case, NULL, 0);
}
