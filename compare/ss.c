// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads what `ss -tinOH` prints, round after round.
 *
 * What ss does to the kernel's numbers (iproute2, misc/ss.c, tcp_show_info(), tcp_stats_print(),
 * sprint_bw()): times of struct tcp_info are divided by 1000 and printed with %g, six significant
 * digits; busy, rwnd_limited and sndbuf_limited are cut to whole milliseconds; rates are multiplied
 * by 8, and printed whole with -n, otherwise with three significant digits (%.3g), before 5.7 with
 * one decimal (%.1f). Fields of value 0 are not printed, rto not at its initial 3 s, ssthresh not
 * from 65535 on, reordering not at 3: absent here is "not told", never 0.
 */
#include "ss.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "timeline/cli.h"

struct ss {
	struct text_source text;
	FILE *ahead; /* the same file, read for stamps only */
	bool have_stamp, have_next;
	bool realtime, next_realtime;
	uint64_t stamp_ns, next_ns, next_step_ns, stamp_step_ns;
	bool starved; /* records follow the last stamp */
};

enum form {
	COUNT,	 /* a whole number, as the kernel keeps it */
	MS,	 /* %g of milliseconds, for a field in us */
	CUT_MS,	 /* whole milliseconds "123ms", cut, for a field in us */
	PAIR_MS, /* "A/B", both MS; the other is field + 1 */
	PAIR,	 /* "A/B" or "A,B" of whole numbers */
	COOKIE,	 /* hexadecimal, without a field */
	IGNORED,
};

static const struct key {
	const char *name;
	enum form form;
	enum field field, other;
} keys[] = {
	{ "rto", MS, FIELD_rto },
	{ "ato", MS, FIELD_ato },
	{ "rcv_rtt", MS, FIELD_rcv_rtt },
	{ "minrtt", MS, FIELD_min_rtt },
	{ "rtt", PAIR_MS, FIELD_rtt, FIELD_rttvar },
	{ "wscale", PAIR, FIELD_snd_wscale, FIELD_rcv_wscale },
	{ "retrans", PAIR, FIELD_retrans, FIELD_total_retrans },
	{ "busy", CUT_MS, FIELD_busy_time },
	{ "rwnd_limited", CUT_MS, FIELD_rwnd_limited },
	{ "sndbuf_limited", CUT_MS, FIELD_sndbuf_limited },
	{ "backoff", COUNT, FIELD_backoff },
	{ "mss", COUNT, FIELD_snd_mss },
	{ "pmtu", COUNT, FIELD_pmtu },
	{ "rcvmss", COUNT, FIELD_rcv_mss },
	{ "advmss", COUNT, FIELD_advmss },
	{ "cwnd", COUNT, FIELD_snd_cwnd },
	{ "ssthresh", COUNT, FIELD_snd_ssthresh },
	{ "bytes_sent", COUNT, FIELD_bytes_sent },
	{ "bytes_retrans", COUNT, FIELD_bytes_retrans },
	{ "bytes_acked", COUNT, FIELD_bytes_acked },
	{ "bytes_received", COUNT, FIELD_bytes_received },
	{ "segs_out", COUNT, FIELD_segs_out },
	{ "segs_in", COUNT, FIELD_segs_in },
	{ "data_segs_out", COUNT, FIELD_data_segs_out },
	{ "data_segs_in", COUNT, FIELD_data_segs_in },
	{ "delivered", COUNT, FIELD_delivered },
	{ "delivered_ce", COUNT, FIELD_delivered_ce },
	{ "unacked", COUNT, FIELD_unacked },
	{ "lost", COUNT, FIELD_lost },
	{ "sacked", COUNT, FIELD_sacked },
	{ "fackets", COUNT, FIELD_fackets },
	{ "dsack_dups", COUNT, FIELD_dsack_dups },
	{ "reordering", COUNT, FIELD_reordering },
	{ "reord_seen", COUNT, FIELD_reord_seen },
	{ "rcv_ooopack", COUNT, FIELD_rcv_ooopack },
	{ "rcv_space", COUNT, FIELD_rcv_space },
	{ "rcv_ssthresh", COUNT, FIELD_rcv_ssthresh },
	{ "snd_wnd", COUNT, FIELD_snd_wnd },
	{ "rcv_wnd", COUNT, FIELD_rcv_wnd },
	{ "rehash", COUNT, FIELD_rehash },
	{ "notsent", COUNT, FIELD_notsent_bytes },
	{ "lastsnd", COUNT, FIELD_last_data_sent },
	{ "lastrcv", COUNT, FIELD_last_data_recv },
	{ "lastack", COUNT, FIELD_last_ack_recv },
	{ "ino", COUNT, FIELD_inode },
	{ "uid", COUNT, FIELD_uid },
	{ "sk", COOKIE },
	{ "timer", IGNORED },
	{ "cgroup", IGNORED },
	{ "v6only", IGNORED },
	{ "fwmark", IGNORED },
	{ "users", IGNORED },
	{ "skmem", IGNORED },
	{ "mem", IGNORED },
	{ "bbr", IGNORED },
	{ "dctcp", IGNORED },
	{ "tos", IGNORED },
	{ "tclass", IGNORED },
	{ "class_id", IGNORED },
	{ "dev", IGNORED },
	{ "peers", IGNORED },
	{ "qack", IGNORED },
	{ "ulp-", IGNORED },
};

static const struct {
	const char *name;
	uint64_t state;
} states[] = {
	{ "ESTAB", 1 },	     { "SYN-SENT", 2 },	  { "SYN-RECV", 3 },
	{ "FIN-WAIT-1", 4 }, { "FIN-WAIT-2", 5 }, { "UNCONN", 7 },
	{ "CLOSE-WAIT", 8 }, { "LAST-ACK", 9 },	  { "CLOSING", 11 },
};

static char *next_word(char **at)
{
	char *word = *at + strspn(*at, " \t");

	*at = word + strcspn(word, " \t");
	if (**at)
		*(*at)++ = '\0';
	return *word ? word : NULL;
}

/*
 * A decimal number, and how wrong the printed digits may be: half a unit of the last of `digits`
 * significant ones (%g leaves out trailing zeros). Returns its length, 0: not a number.
 */
static size_t read_decimal(const char *text, int digits, double *v, double *half)
{
	char *end;
	double last;

	if (*text < '0' || *text > '9')
		return 0;
	*v = strtod(text, &end);
	last = *v > 0 ? floor(log10(*v)) - digits + 1 : 0;
	*half = *v > 0 ? pow(10, last) / 2 : 0;
	return end - text;
}

static size_t set_ms(struct ss *ss, struct sample *s, enum field f, const char *text)
{
	double v, half;
	size_t len = read_decimal(text, 6, &v, &half);
	uint64_t slack;

	if (!len || v > 4.3e6)
		return 0;
	slack = (uint64_t)(half * 1000 + 0.5);
	if (half * 1000 < 0.5)
		slack = 0; /* every microsecond is printed */
	text_source__set(&ss->text, s, f, (uint64_t)llround(v * 1000), slack, slack);
	return len;
}

static bool set_count(struct ss *ss, struct sample *s, enum field f, const char *text, size_t len)
{
	char number[24];
	uint64_t v;

	if (len >= sizeof(number))
		return false;
	memcpy(number, text, len);
	number[len] = '\0';
	if (number__parse(number, 0, field_all_ones(f), &v))
		return false;
	text_source__set(&ss->text, s, f, v, 0, 0);
	return true;
}

static bool set_key(struct ss *ss, struct sample *s, const struct key *k, const char *text)
{
	size_t len, first;
	char *end;

	switch (k->form) {
	case COUNT:
		return set_count(ss, s, k->field, text, strlen(text));
	case MS:
		len = set_ms(ss, s, k->field, text);
		return len && !text[len];
	case PAIR_MS:
		len = set_ms(ss, s, k->field, text);
		if (!len || text[len] != '/')
			return false;
		text += len + 1;
		len = set_ms(ss, s, k->other, text);
		return len && !text[len];
	case PAIR:
		first = strcspn(text, "/,");
		return text[first] && set_count(ss, s, k->field, text, first) &&
		       set_count(ss, s, k->other, text + first + 1, strlen(text + first + 1));
	case CUT_MS:
		len = strspn(text, "0123456789");
		if (strncmp(text + len, "ms", 2) || !set_count(ss, s, k->field, text, len))
			return false;
		text_source__set(&ss->text, s, k->field, s->value[k->field] * 1000, 0, 999);
		return true;
	case COOKIE:
		s->flow.cookie = strtoull(text, &end, 16);
		return *text && !*end;
	case IGNORED:
		return true;
	}
	return false;
}

/* "12.3Mbps" and "12345678bps", in bits per second; the field is in bytes per second. */
static bool set_rate(struct ss *ss, struct sample *s, enum field f, const char *text)
{
	static const struct {
		const char *unit;
		double factor;
	} units[] = {
		{ "bps", 1 },	 { "kbps", 1e3 }, { "Kbps", 1e3 },
		{ "Mbps", 1e6 }, { "Gbps", 1e9 }, { "Tbps", 1e12 },
	};
	double v, half, above;
	size_t len = read_decimal(text, 3, &v, &half), printed, dot;

	if (!len)
		return false;
	printed = len - (memchr(text, '.', len) != NULL);
	dot = memchr(text, '.', len) ? strcspn(text, ".") : len;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t unit_len = strlen(units[i].unit);

		if (strncmp(text + len, units[i].unit, unit_len) ||
		    (text[len + unit_len] && text[len + unit_len] != '/'))
			continue;
		if (units[i].factor == 1)
			half = 0; /* with -n, every bit */
		else if (printed > 3 || len <= dot + 2)
			half = printed > 3 || half < 0.05 ? 0.05 : half; /* may be %.1f's */
		v *= units[i].factor / 8;
		half *= units[i].factor / 8;
		if (v > 1.8e19)
			return false;
		above = ceil(half + (half > 0));
		text_source__set(&ss->text, s, f, (uint64_t)v, (uint64_t)above, (uint64_t)above);
		return true;
	}
	return false;
}

static bool set_pacing(struct ss *ss, struct sample *s, const char *text)
{
	const char *slash = strchr(text, '/');

	return set_rate(ss, s, FIELD_pacing_rate, text) &&
	       (!slash || set_rate(ss, s, FIELD_max_pacing_rate, slash + 1));
}

/* ADDRESS%DEVICE:PORT without %DEVICE, in place. */
static bool read_endpoint(char *text, struct endpoint *e, uint16_t *family)
{
	char *device = strchr(text, '%'), *colon = strrchr(text, ':'), *bracket;

	if (device && colon && device < colon) {
		bracket = strchr(device, ']'); /* [fe80::1%eth0]:22, or [fe80::1]%eth0:22 */
		colon = bracket && bracket < colon ? bracket : colon;
		memmove(device, colon, strlen(colon) + 1);
	}
	return !endpoint__parse(text, strlen(text), e, family);
}

static int bad(struct ss *ss, const char *what)
{
	return text_source__fail(&ss->text, -EBADMSG,
				 "\"%.40s\" cannot be understood: expected a record of ss -tinOH",
				 what);
}

static int read_words(struct ss *ss, struct sample *s, char *at)
{
	static const char *const flags[] = { "ts",  "sack", "ecn", "ecnseen", "fastopen",
					     "<->", "-->",  "<--", "---",     "bidir" };
	bool cong_next = true, cong;
	char *word, *colon;

	while ((word = next_word(&at))) {
		bool known = false, ok = true;

		colon = strchr(word, ':');
		if (!strcmp(word, "pacing_rate") || !strcmp(word, "delivery_rate") ||
		    !strcmp(word, "send")) {
			char *value = next_word(&at);

			if (!value)
				return bad(ss, word);
			if (*word == 'p')
				ok = set_pacing(ss, s, value);
			else if (*word == 'd')
				ok = set_rate(ss, s, FIELD_delivery_rate, value);
			if (!ok)
				return bad(ss, value);
			continue;
		}
		if (!strcmp(word, "app_limited")) {
			text_source__set(&ss->text, s, FIELD_delivery_rate_app_limited, 1, 0, 0);
			continue;
		}
		for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
			known |= !strcmp(word, flags[i]);
		for (size_t i = 0; colon && i < sizeof(keys) / sizeof(keys[0]) && !known; i++) {
			size_t len = strlen(keys[i].name);

			if (len != (size_t)(colon - word) || strncmp(word, keys[i].name, len))
				continue;
			known = true;
			if (!set_key(ss, s, &keys[i], colon + 1))
				return bad(ss, word);
		}
		cong = !known && !colon && cong_next;
		if (cong)
			snprintf(s->cong, sizeof(s->cong), "%s", word);
		cong_next &= !cong;
		if (!known && !cong)
			text_source__unknown(&ss->text, word, strcspn(word, ":"));
	}
	return 1;
}

/* 1: a sample; 0: a line that is no TCP flow's; negative: failed. */
static int read_record(struct ss *ss, struct sample *s)
{
	char *at = ss->text.line, *word = next_word(&at), *queue[2], *address[2];
	uint16_t family;
	uint64_t v;

	if (!word || !strcmp(word, "State") || !strcmp(word, "Netid"))
		return 0;
	if (ss->text.line[0] == ' ' || ss->text.line[0] == '\t')
		return text_source__fail(&ss->text, -EBADMSG,
					 "begins with a blank: records of two lines; run ss with "
					 "-O (one line)");
	if (!strcmp(word, "tcp"))
		word = next_word(&at);
	text_source__begin(&ss->text, s);
	for (size_t i = 0; word && i < sizeof(states) / sizeof(states[0]); i++)
		if (!strcmp(word, states[i].name))
			text_source__set(&ss->text, s, FIELD_state, states[i].state, 0, 0);
	if (!sample__has(s, FIELD_state)) {
		if (word && (!strcmp(word, "LISTEN") || !strcmp(word, "TIME-WAIT") ||
			     !strcmp(word, "udp") || !strncmp(word, "u_", 2)))
			return 0; /* no struct tcp_info of a flow */
		return bad(ss, word ? word : "");
	}
	for (int i = 0; i < 2; i++) {
		queue[i] = next_word(&at);
		if (!queue[i] || number__parse(queue[i], 0, UINT32_MAX, &v))
			return bad(ss, queue[i] ? queue[i] : "");
		text_source__set(&ss->text, s, i ? FIELD_wqueue : FIELD_rqueue, v, 0, 0);
	}
	for (int i = 0; i < 2; i++) {
		address[i] = next_word(&at);
		if (!address[i])
			return bad(ss, "");
		if (strchr(address[i], '*'))
			return 0;
		if (!read_endpoint(address[i], i ? &s->flow.remote : &s->flow.local, &family))
			return bad(ss, address[i]);
		s->flow.family = family;
	}
	return read_words(ss, s, at);
}

/* "# SECONDS" or "# monotonic SECONDS"; what else begins with a # is a comment. */
static bool read_stamp(const char *line, bool *realtime, uint64_t *ns, uint64_t *step_ns)
{
	const char *p = line + 1 + strspn(line + 1, " \t");
	size_t len;

	*realtime = strncmp(p, "monotonic", 9);
	if (!*realtime)
		p += 9 + strspn(p + 9, " \t");
	len = strcspn(p, " \t");
	return !p[len + strspn(p + len, " \t")] && !text__seconds(p, len, ns, step_ns);
}

/* Read on in the second handle to the stamp behind the one at hand. */
static void look_ahead(struct ss *ss)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	ss->have_next = false;
	while (!ss->have_next && (n = getline(&line, &size, ss->ahead)) > 0) {
		while (n && (line[n - 1] == '\n' || line[n - 1] == '\r'))
			line[--n] = '\0';
		ss->have_next = line[0] == '#' && read_stamp(line, &ss->next_realtime, &ss->next_ns,
							     &ss->next_step_ns);
	}
	free(line);
}

static int pass_stamp(struct ss *ss)
{
	uint64_t before = ss->stamp_ns, step;
	bool had = ss->have_stamp, realtime = ss->realtime;

	if (!read_stamp(ss->text.line, &ss->realtime, &ss->stamp_ns, &step))
		return 0;
	if (!had)
		look_ahead(ss); /* finds this same stamp */
	look_ahead(ss);
	ss->have_stamp = true;
	ss->stamp_step_ns = step;
	if (had && realtime != ss->realtime)
		return text_source__fail(&ss->text, -EBADMSG,
					 "a stamp of another clock than before");
	if (had && ss->stamp_ns < before)
		return text_source__fail(&ss->text, -EBADMSG, "time runs backwards");
	return 0;
}

static int next(struct text_source *t, struct sample *s)
{
	struct ss *ss = (struct ss *)t;
	int err;

	while ((err = text_source__line(t)) > 0) {
		if (t->line[0] == '#') {
			err = pass_stamp(ss);
			if (err)
				return err;
			continue;
		}
		err = read_record(ss, s);
		if (err < 0)
			return err;
		if (!err)
			continue;
		if (!ss->have_stamp)
			return text_source__fail(t, -EBADMSG,
						 "a record before the first stamp: a line \"# "
						 "SECONDS\" goes before each round");
		if (!ss->have_next) {
			t->skipped++;
			continue;
		}
		t->realtime = ss->realtime;
		s->t0_ns = ss->stamp_ns;
		s->t1_ns = ss->next_ns + ss->next_step_ns - 1;
		return 1;
	}
	if (!err && !t->number)
		return text_source__fail(t, -ENODATA, "empty: the witness wrote nothing");
	return err;
}

static void close_ahead(struct text_source *t)
{
	struct ss *ss = (struct ss *)t;

	if (ss->ahead)
		fclose(ss->ahead);
}

static const struct text_source_ops ops = { .next = next, .close = close_ahead };

int ss__open(struct text_source **pt, const char *path)
{
	struct ss *ss = calloc(1, sizeof(*ss));
	struct stat st;
	int err;

	*pt = NULL;
	if (!ss)
		return -ENOMEM;
	*pt = &ss->text;
	ss->text.ops = &ops;
	ss->text.skipped_why = "no stamp follows them: end the file with one";
	strcpy(ss->text.header.witness, "ss");
	strcpy(ss->text.header.tool, "ss");
	err = text_source__open(&ss->text, path);
	if (err)
		return err;
	if (fstat(fileno(ss->text.file), &st) || !S_ISREG(st.st_mode))
		return text_source__fail(&ss->text, -EINVAL,
					 "not a regular file: stamps are looked up ahead");
	ss->ahead = fopen(path, "re");
	return ss->ahead ? 0
			 : text_source__fail(&ss->text, -errno, "cannot open: %s", strerror(errno));
}
