// SPDX-License-Identifier: BSD-2-Clause
/* The ledger: kept during the run, written as JSON, read for its drops; lies for tests; quantities.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scenarios/relay/drops.h"
#include "scenarios/relay/ledger.h"
#include "scenarios/relay/miscount.h"
#include "scenarios/relay/plan.h"
#include "scenarios/quantity.h"
#include "scenarios/relay/spool.h"
#include "timeline/temporary.h"

#define BASE 1000000ull

static char path[TEMPORARY_PATH_MAX];

static int make_file(void **state)
{
	return temporary__file(path);
}

static int remove_file(void **state)
{
	return unlink(path);
}

static struct ledger *open_ledger(void)
{
	static const struct path_config config = { .rtt_ns = 10500000,
						   .loss_percent = 0.1,
						   .chance_dirs = 1,
						   .mtu = 1500,
						   .seed = 7,
						   .blackout_ns = 2500000 };
	struct ledger_header header = { .base_ns = BASE,
					.device = "eth0",
					.netns = { 1, 2 },
					.fifo = true,
					.config = &config };
	struct ledger *l;

	assert_int_equal(ledger__open(&l, path, &header), 0);
	return l;
}

static void close_ledger(struct ledger *l)
{
	static const struct ledger_count none[] = { { 0 } };

	assert_int_equal(ledger__close(l, none, none), 0);
}

/* The file's line of that number, from 0; the caller deletes it. */
static cJSON *line_of(unsigned int n)
{
	char text[4096];
	FILE *f = fopen(path, "r");
	cJSON *o;

	assert_non_null(f);
	for (unsigned int i = 0; i <= n; i++)
		assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	o = cJSON_Parse(text);
	assert_non_null(o);
	return o;
}

static void assert_line(unsigned int n, const char *want)
{
	cJSON *o = line_of(n), *w = cJSON_Parse(want);
	char *text = cJSON_PrintUnformatted(o);

	assert_non_null(w);
	if (!cJSON_Compare(o, w, true))
		fail_msg("line %u: %s", n, text);
	free(text);
	cJSON_Delete(w);
	cJSON_Delete(o);
}

static const struct record segment = {
	.t = BASE + 5,
	.out = BASE + 50,
	.kind = RECORD_PACKET,
	.flow = 3,
	.dir = DIR_S2C,
	.seq = UINT32_MAX,
	.ack = 1,
	.len = 1448,
	.ip_len = 1500,
	.window = 501,
	.flags = FLAG_ACK | FLAG_PSH,
	.timestamps = true,
	.tsval = 8,
	.tsecr = 9,
	.strand = STRAND_DATA,
};

static void records_are_lines(void **state)
{
	struct flow_entry flow = { .family = AF_INET6,
				   .port = { 40000, 5201 },
				   .address = { { 0xfd, 0x77, [15] = 1 },
						{ 0xfd, 0x77, [15] = 2 } } };
	struct record r = { .t = BASE + 1, .kind = RECORD_FLOW, .flow = 3 };
	struct ledger *l = open_ledger();
	const struct ledger_count lost[] = { { "ledger", 0 }, { "overrun", 2 }, { 0 } };
	const struct ledger_count notes[] = { { "udp", 0 }, { 0 } };
	cJSON *header;

	assert_int_equal(ledger__record(l, &r, &flow), 0);
	assert_int_equal(ledger__record(l, &segment, NULL), 0);
	r = segment;
	r.fate = FATE_LOSS;
	r.out = 0;
	r.sacks = 2;
	r.sack[1][0] = UINT32_MAX;
	r.points = 2;
	r.at = 1ull << 40;
	r.nth[0] = 1;
	r.nth[1] = 3;
	r.further[1] = 1000;
	r.timestamps = false;
	assert_int_equal(ledger__record(l, &r, NULL), 0);
	r = segment;
	r.ecn = 2;
	r.ce = r.held = r.copy = true;
	r.flags = FLAG_SYN | FLAG_ECE | FLAG_CWR;
	r.timestamps = false;
	assert_int_equal(ledger__record(l, &r, NULL), 0);
	r = (struct record){ .t = BASE + 9,
			     .out = BASE + 9,
			     .kind = RECORD_OTHER,
			     .dir = DIR_C2S,
			     .protocol = IPPROTO_ICMPV6,
			     .ip_len = 1280,
			     .made = true };
	assert_int_equal(ledger__record(l, &r, NULL), 0);
	assert_int_equal(ledger__close(l, lost, notes), 0);

	header = line_of(0);
	assert_int_equal(cJSON_GetObjectItem(header, "timeline")->valueint, 1);
	assert_string_equal(cJSON_GetObjectItem(header, "witness")->valuestring, "path");
	assert_string_equal(cJSON_GetObjectItem(header, "backend")->valuestring, "relay");
	assert_string_equal(cJSON_GetObjectItem(header, "scheduler")->valuestring, "fifo");
	assert_true(cJSON_IsFalse(cJSON_GetObjectItem(header, "memory_locked")));
	{
		cJSON *got = cJSON_GetObjectItem(header, "path");
		cJSON *want = cJSON_Parse(
			"{\"seed\":7,\"rtt_us\":10500,\"jitter_us\":0,\"rate_bit\":0,\"queue_"
			"bytes\":0,"
			"\"loss_percent\":0.1,\"loss_burst\":0,\"loss_dir\":\"c2s\",\"block_"
			"bytes\":1448,"
			"\"reorder_percent\":0,\"reorder_us\":0,\"duplicate_percent\":0,"
			"\"mark_percent\":0,\"mark_queue_bytes\":0,\"mtu\":1500,\"blackout_at_ms\":"
			"0,"
			"\"blackout_ms\":2.5}");

		assert_true(cJSON_Compare(got, want, true));
		cJSON_Delete(want);
	}
	cJSON_Delete(header);
	assert_line(1, "{\"event\":\"flow\",\"t\":1,\"flow\":3,\"family\":\"inet6\",\"client\":"
		       "\"fd77::1\","
		       "\"client_port\":40000,\"server\":\"fd77::2\",\"server_port\":5201}");
	assert_line(
		2, "{\"event\":\"packet\",\"t\":5,\"flow\":3,\"dir\":\"s2c\",\"seq\":4294967295,"
		   "\"ack\":1,\"len\":1448,\"flags\":\"AP\",\"ip_len\":1500,\"fate\":\"delivered\","
		   "\"out\":50,\"win\":501,\"tsval\":8,\"tsecr\":9}");
	assert_line(3,
		    "{\"event\":\"packet\",\"t\":5,\"flow\":3,\"dir\":\"s2c\",\"seq\":4294967295,"
		    "\"ack\":1,\"len\":1448,\"flags\":\"AP\",\"ip_len\":1500,\"fate\":\"loss\","
		    "\"points\":[[1099511627776,1],[1099511628776,3]],\"win\":501,"
		    "\"sack\":[[0,0],[4294967295,0]]}");
	assert_line(
		4,
		"{\"event\":\"packet\",\"t\":5,\"flow\":3,\"dir\":\"s2c\",\"seq\":4294967295,"
		"\"len\":1448,\"flags\":\"SEC\",\"ip_len\":1500,\"fate\":\"delivered\",\"out\":50,"
		"\"ecn\":2,\"ce\":1,\"held\":1,\"copy\":1,\"win\":501}");
	assert_line(5,
		    "{\"event\":\"other\",\"t\":9,\"dir\":\"c2s\",\"protocol\":58,\"ip_len\":1280,"
		    "\"fate\":\"delivered\",\"out\":9,\"made\":1}");
	assert_line(
		6,
		"{\"trailer\":true,\"samples\":5,\"lost\":{\"overrun\":2},\"notes\":{\"udp\":0}}");
}

static void a_full_disk_is_an_error(void **state)
{
	static const struct path_config config = { .mtu = 1500 };
	struct ledger_header header = { .device = "eth0", .config = &config };
	struct ledger *l;

	if (access("/dev/full", W_OK))
		skip();
	assert_int_equal(ledger__open(&l, "/dev/full", &header), -ENOSPC);
	assert_int_equal(ledger__open(&l, "/nowhere/x", &header), -ENOENT);
}

static void what_is_done_is_kept_in_order(void **state)
{
	struct record *waiting[100], *r, got;
	struct spool *s;
	uint64_t n = 200000;

	assert_int_equal(spool__open(&s, temporary__folder()), 0);
	for (uint64_t i = 0; i < 100; i++) {
		waiting[i] = spool__take(s, i);
		waiting[i]->seq = (uint32_t)i;
	}
	for (uint64_t i = 100; i < n; i++) {
		r = spool__take(s, i);
		r->seq = (uint32_t)i;
		spool__done(r);
	}
	for (uint64_t i = 100; i--;)
		spool__done(waiting[i]);
	assert_int_equal(spool__finish(s), 0);
	assert_int_equal(spool__lost(s), 0);
	for (uint64_t i = 0; i < n; i++) {
		assert_int_equal(spool__next(s, &got), 1);
		assert_int_equal(got.t, i);
		assert_int_equal(got.seq, i);
	}
	assert_int_equal(spool__next(s, &got), 0);
	spool__close(s);
}

static void what_finds_no_room_is_counted(void **state)
{
	uint64_t n = 600000, kept = 0;
	struct record *first, got;
	struct spool *s;

	assert_int_equal(spool__open(&s, temporary__folder()), 0);
	first = spool__take(s, 0); /* holds up all behind it */
	for (uint64_t i = 1; i < n; i++)
		spool__done(spool__take(s, i));
	assert_true(spool__lost(s) > 0);
	spool__done(first);
	assert_int_equal(spool__finish(s), 0);
	while (spool__next(s, &got) == 1)
		assert_int_equal(got.t, kept++);
	assert_int_equal(kept + spool__lost(s), n);
	spool__close(s);
	assert_int_equal(spool__open(&s, "/nowhere"), -ENOENT);
}

static void what_is_never_done_is_counted(void **state)
{
	struct record got;
	struct spool *s;

	assert_int_equal(spool__open(&s, temporary__folder()), 0);
	spool__done(spool__take(s, 1));
	spool__take(s, 2);
	spool__done(spool__take(s, 3));
	assert_int_equal(spool__finish(s), 0);
	assert_int_equal(spool__next(s, &got), 1);
	assert_int_equal(spool__next(s, &got), 0);
	assert_int_equal(spool__lost(s), 2);
	spool__close(s);
}

static void the_ring_is_used_over_and_over(void **state)
{
	uint64_t taken = 0, kept = 0, last = 0;
	struct record got;
	struct spool *s;

	assert_int_equal(spool__open(&s, temporary__folder()), 0);
	while (taken - spool__lost(s) < 1500000) {
		uint64_t lost = spool__lost(s);

		spool__done(spool__take(s, ++taken));
		if (spool__lost(s) > lost)
			usleep(1000); /* the thread gets its turn */
	}
	assert_int_equal(spool__finish(s), 0);
	for (; spool__next(s, &got) == 1; kept++, last = got.t)
		assert_true(got.t > last);
	assert_int_equal(kept + spool__lost(s), taken);
	spool__close(s);
}

static void each_lie_is_told_and_nothing_else(void **state)
{
	static const struct {
		enum miscount_kind kind;
		enum fate fate;
		bool ce, copy;
		uint16_t len;
		bool concerned;
	} cases[] = {
		{ MISCOUNT_DELIVERED, FATE_LOSS, .len = 1, .concerned = true },
		{ MISCOUNT_DELIVERED, FATE_QUEUE, .len = 1, .concerned = true },
		{ MISCOUNT_DELIVERED, FATE_LOSS, .len = 0 },
		{ MISCOUNT_DELIVERED, FATE_DELIVERED, .len = 1 },
		{ MISCOUNT_LOSS, FATE_DELIVERED, .len = 1, .concerned = true },
		{ MISCOUNT_MISSING, FATE_DELIVERED, .len = 1, .concerned = true },
		{ MISCOUNT_MISSING, FATE_LOSS, .len = 1 },
		{ MISCOUNT_EARLY, FATE_DELIVERED, .concerned = true },
		{ MISCOUNT_MARK, FATE_DELIVERED, .ce = true, .concerned = true },
		{ MISCOUNT_MARK, FATE_DELIVERED },
		{ MISCOUNT_COPY, FATE_DELIVERED, .copy = true, .concerned = true },
		{ MISCOUNT_COPY, FATE_DELIVERED },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct miscount m = { .every = 3, .kind = cases[i].kind };
		unsigned int lies = 0;

		for (unsigned int n = 0; n < 9; n++) {
			struct record r = segment, was;
			bool told;

			r.fate = cases[i].fate;
			r.out = r.fate == FATE_DELIVERED ? r.out : 0;
			r.ce = cases[i].ce;
			r.copy = cases[i].copy;
			r.len = cases[i].len;
			was = r;
			told = miscount__apply(&m, &r, 10);
			lies += !told || memcmp(&was, &r, sizeof(r));
		}
		if (lies != (cases[i].concerned ? 3 : 0))
			fail_msg("case %zu: %u lies", i, lies);
	}
}

static char *drops_of(const char *file, int want)
{
	char *text = NULL, why[512] = "";
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(drops__print(file, out, why, sizeof(why)), want);
	assert_int_equal(!*why, !want);
	fclose(out);
	return text;
}

static void lose(struct ledger *l, uint32_t flow, enum direction dir, uint8_t strand, uint64_t at,
		 uint32_t nth)
{
	struct record r = segment;

	r.fate = FATE_LOSS;
	r.flow = flow;
	r.dir = dir;
	r.strand = strand;
	r.points = strand == STRAND_DATA;
	r.at = at;
	r.nth[0] = nth;
	assert_int_equal(ledger__record(l, &r, NULL), 0);
}

static void drops_are_sorted_and_leave_out_what_depends_on_time(void **state)
{
	struct ledger *l = open_ledger();
	struct record r = segment;
	char *text;

	assert_int_equal(ledger__record(l, &r, NULL), 0);
	r.fate = FATE_QUEUE;
	assert_int_equal(ledger__record(l, &r, NULL), 0);
	lose(l, 1, DIR_S2C, STRAND_FIN, 0, 1);
	lose(l, 1, DIR_C2S, STRAND_DATA, 5000000000, 2);
	lose(l, 1, DIR_C2S, STRAND_DATA, 5000000000, 1);
	lose(l, 1, DIR_C2S, STRAND_DATA, 0, 1);
	lose(l, 1, DIR_C2S, STRAND_ACK, 0, 1);
	lose(l, 1, DIR_C2S, STRAND_SYN, 0, 1);
	lose(l, 0, DIR_S2C, STRAND_DATA, 77, 1);
	close_ledger(l);
	text = drops_of(path, 0);
	assert_string_equal(text, "0 s2c 77 1\n1 c2s syn 1\n1 c2s 0 1\n1 c2s 5000000000 1\n"
				  "1 c2s 5000000000 2\n1 s2c fin 1\n");
	free(text);
}

static void a_cut_ledger_has_no_drops(void **state)
{
	struct ledger *l = open_ledger();
	FILE *f;

	lose(l, 1, DIR_C2S, STRAND_DATA, 0, 1);
	assert_int_equal(ledger__close(l, NULL, NULL), 0);
	free(drops_of(path, -ENODATA));
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("{\"timeline\":1,\"witness\":\"path\",\"backend\":\"netem\"}\n", f);
	fclose(f);
	free(drops_of(path, -EMEDIUMTYPE));
	free(drops_of("/nowhere", -ENOENT));
}

static void quantities_are_strict(void **state)
{
	static const struct {
		const char *text;
		int err;
		uint64_t bits;
	} rates[] = {
		{ "0", 0, 0 },
		{ "500K", 0, 500000 },
		{ "200M", 0, 200000000 },
		{ "1G", 0, 1000000000 },
		{ "12345", 0, 12345 },
		{ "", -EINVAL },
		{ "M", -EINVAL },
		{ "1m", -EINVAL },
		{ "1.5M", -EINVAL },
		{ "-1", -EINVAL },
		{ "1MM", -EINVAL },
		{ "101G", -ERANGE },
		{ "99999999999999999999G", -ERANGE },
		{ "123456789012345678901234567890", -ERANGE },
	};
	static const struct {
		const char *text;
		int err;
		double value;
	} decimals[] = {
		{ "0", 0, 0 },
		{ "0.1", 0, 0.1 },
		{ "100", 0, 100 },
		{ "99.999999", 0, 99.999999 },
		{ "100.1", -ERANGE },
		{ "", -EINVAL },
		{ ".5", -EINVAL },
		{ "5.", -EINVAL },
		{ "1e1", -EINVAL },
		{ "-1", -EINVAL },
		{ "1%", -EINVAL },
		{ "0.1234567", -EINVAL },
		{ "1000000000000000", -ERANGE },
		{ "nan", -EINVAL },
		{ "1.0.0", -EINVAL },
	};

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		uint64_t bits = 0;

		if (rate__parse(rates[i].text, 0, 100000000000, &bits) != rates[i].err ||
		    bits != rates[i].bits)
			fail_msg("%s", rates[i].text);
	}
	for (size_t i = 0; i < sizeof(decimals) / sizeof(decimals[0]); i++) {
		double value = 0;

		if (decimal__parse(decimals[i].text, 0, 100, &value) != decimals[i].err ||
		    value != decimals[i].value)
			fail_msg("%s", decimals[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(records_are_lines, make_file, remove_file),
		cmocka_unit_test(a_full_disk_is_an_error),
		cmocka_unit_test(what_is_done_is_kept_in_order),
		cmocka_unit_test(what_finds_no_room_is_counted),
		cmocka_unit_test(what_is_never_done_is_counted),
		cmocka_unit_test(the_ring_is_used_over_and_over),
		cmocka_unit_test(each_lie_is_told_and_nothing_else),
		cmocka_unit_test_setup_teardown(drops_are_sorted_and_leave_out_what_depends_on_time,
						make_file, remove_file),
		cmocka_unit_test_setup_teardown(a_cut_ledger_has_no_drops, make_file, remove_file),
		cmocka_unit_test(quantities_are_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
