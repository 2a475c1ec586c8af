// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads fireflies, the JSON messages of scitags collectors, one a line, with or without the syslog
 * header they are sent with.
 *
 * A firefly says when it was written (flow-lifecycle.current-time, ISO 8601), of which flow
 * (flow-id), and, in an object "netlink", "skOps" or "ebpfTcpInfo", what the kernel said; some
 * collectors put struct tcp_info one object deeper ("tcpInfo") beside "cong", "skBuff" and others.
 * Keys are the kernel's names in camel case, where each collector sets its capitals as it likes
 * (pMtu, unAcked, dsAckDups), or with underscores: compared without both, and by a list of the few
 * that spell a word otherwise.
 */
#include "firefly.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "document.h"
#include "timeline/lines.h"

#define OBJECTS 3

struct firefly {
	struct text_source text;
	cJSON *root; /* the line at hand */
	uint64_t t0_ns, t1_ns;
	struct flow flow;
	unsigned int object; /* the next one of the line to be told */
};

static const char *const objects[OBJECTS] = { "netlink", "skOps", "ebpfTcpInfo" };

static const struct {
	const char *key; /* without capitals and underscores */
	enum field field;
} aliases[] = {
	{ "rcvdwscale", FIELD_rcv_wscale },
	{ "bytesrecv", FIELD_bytes_received },
	{ "rcvooopacks", FIELD_rcv_ooopack },
	{ "cwnd", FIELD_snd_cwnd },
	{ "ssthresh", FIELD_snd_ssthresh },
	{ "mss", FIELD_snd_mss },
	{ "applimited", FIELD_delivery_rate_app_limited },
};

/* What stands beside the fields and is known not to be one. */
static const char *const others[] = { "srcPort",   "dstPort",	"newState", "caAlg",   "caKey",
				      "caFlags",   "caPriv",	"padding",  "opts",    "cong",
				      "skBuff",	   "bbr",	"tos",	    "memInfo", "skMemInfo",
				      "vegasInfo", "dctcpInfo", "tcpInfo" };

static size_t plain(const char *key, char *to, size_t size)
{
	size_t n = 0;

	for (; *key && n + 1 < size; key++)
		if (*key != '_' && *key != '-')
			to[n++] = tolower((unsigned char)*key);
	to[n] = '\0';
	return n;
}

static enum field find_field(const char *key)
{
	char wanted[64], name[64];

	plain(key, wanted, sizeof(wanted));
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (!strcmp(wanted, aliases[i].key))
			return aliases[i].field;
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (catalogue[f].group != GROUP_TCP_INFO)
			continue;
		plain(catalogue[f].name, name, sizeof(name));
		if (!strcmp(wanted, name))
			return f;
	}
	return FIELD_COUNT;
}

static int bad(struct firefly *ff, const char *what)
{
	return text_source__fail(&ff->text, -EBADMSG, "%.120s", what);
}

static bool two_digits(const char *p, int *v)
{
	if (!isdigit((unsigned char)p[0]) || !isdigit((unsigned char)p[1]))
		return false;
	*v = 10 * (p[0] - '0') + p[1] - '0';
	return true;
}

/*
 * ISO 8601 with a zone: "2024-03-28T08:58:48.899660+00:00", "2024-03-28T08:58:48Z". A time without
 * a zone is nobody's. Returns false if it is not understood.
 */
static bool read_time(const char *p, uint64_t *ns, uint64_t *step_ns)
{
	struct tm tm = { 0 };
	uint64_t fraction = 0;
	int century, year, month, hours, minutes = 0, sign;
	time_t at;
	size_t len;

	*step_ns = 1000000000;
	if (!two_digits(p, &century) || !two_digits(p + 2, &year) || p[4] != '-' ||
	    !two_digits(p + 5, &month) || p[7] != '-' || !two_digits(p + 8, &tm.tm_mday) ||
	    (p[10] != 'T' && p[10] != ' ') || !two_digits(p + 11, &tm.tm_hour) || p[13] != ':' ||
	    !two_digits(p + 14, &tm.tm_min) || p[16] != ':' || !two_digits(p + 17, &tm.tm_sec))
		return false;
	if (month < 1 || month > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 ||
	    tm.tm_min > 59 || tm.tm_sec > 60)
		return false;
	tm.tm_year = 100 * century + year - 1900;
	tm.tm_mon = month - 1;
	at = timegm(&tm);
	p += 19;
	if (*p == '.' || *p == ',') {
		char text[32] = "0.";

		len = strspn(p + 1, "0123456789");
		if (!len || len > 20)
			return false;
		memcpy(text + 2, p + 1, len);
		if (text__seconds(text, len + 2, &fraction, step_ns))
			return false;
		p += len + 1;
	}
	if (*p == 'Z' || *p == 'z') {
		p++;
	} else if (*p == '+' || *p == '-') {
		sign = *p == '-' ? 1 : -1;
		if (!two_digits(p + 1, &hours))
			return false;
		p += 3;
		p += *p == ':';
		if (*p && !two_digits(p, &minutes))
			return false;
		p += *p ? 2 : 0;
		at += sign * (3600 * hours + 60 * minutes);
	} else {
		return false;
	}
	if (*p || at < 0)
		return false;
	*ns = (uint64_t)at * 1000000000 + fraction;
	return true;
}

static bool read_end(const cJSON *id, const char *ip_key, const char *port_key, struct endpoint *e,
		     uint16_t *family)
{
	char ip[64], text[80];
	uint64_t port;

	if (!member__string(id, ip_key, ip, sizeof(ip)) || !member__u64(id, port_key, &port) ||
	    port > UINT16_MAX)
		return false;
	snprintf(text, sizeof(text), strchr(ip, ':') ? "[%s]:%u" : "%s:%u", ip, (unsigned int)port);
	return !endpoint__parse(text, strlen(text), e, family);
}

/* Everything of a line but its fields. 1; 0: not a TCP flow's; negative: failed. */
static int read_frame(struct firefly *ff)
{
	const cJSON *life = member__get(ff->root, "flow-lifecycle");
	const cJSON *id = member__get(ff->root, "flow-id");
	char time[64], protocol[16] = "tcp";
	uint64_t version, step;
	uint16_t family;

	if (!member__u64(ff->root, "version", &version))
		return bad(ff, "not a firefly: no \"version\"");
	if (version != 1)
		return text_source__fail(&ff->text, -EBADMSG,
					 "a firefly of version %llu, but this program reads "
					 "version 1",
					 (unsigned long long)version);
	if (!member__string(life, "current-time", time, sizeof(time)))
		return bad(ff, "not a firefly: no flow-lifecycle.current-time");
	if (!read_time(time, &ff->t0_ns, &step))
		return bad(ff, "flow-lifecycle.current-time is not an ISO 8601 time with a zone");
	ff->t1_ns = ff->t0_ns + step - 1;
	member__string(id, "protocol", protocol, sizeof(protocol));
	if (strcasecmp(protocol, "tcp"))
		return 0;
	memset(&ff->flow, 0, sizeof(ff->flow));
	if (!read_end(id, "src-ip", "src-port", &ff->flow.local, &family) ||
	    !read_end(id, "dst-ip", "dst-port", &ff->flow.remote, &ff->flow.family))
		return bad(ff, "flow-id has no src-ip, src-port, dst-ip and dst-port");
	return 1;
}

static int read_field(struct firefly *ff, const cJSON *item, struct sample *s)
{
	enum field f = find_field(item->string);
	bool rate;
	uint64_t v;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(item->string, others[i]))
			return 0;
	if (f == FIELD_COUNT) {
		text_source__unknown(&ff->text, item->string, strlen(item->string));
		return 0;
	}
	if (cJSON_IsNull(item) || (f == FIELD_state && cJSON_IsString(item)))
		return 0; /* not told; states have as many spellings as collectors */
	if (cJSON_IsBool(item)) {
		v = cJSON_IsTrue(item);
	} else if (cJSON_IsNumber(item) && item->valuedouble > 0x1p53 &&
		   item->valuedouble <= 0x1p64) {
		/* collectors write u64 as a number; the only one of that size is "unlimited" */
		v = UINT64_MAX;
	} else if (json__u64(item, &v)) {
		return text_source__fail(&ff->text, -EBADMSG,
					 "the value of \"%.40s\" cannot be understood",
					 item->string);
	}
	rate = catalogue[f].all_ones == ALL_ONES_UNLIMITED;
	if (v > field_all_ones(f) || (v == UINT64_MAX && !rate))
		return text_source__fail(&ff->text, -EBADMSG,
					 "the value of \"%.40s\" does not fit the field %s",
					 item->string, catalogue[f].name);
	text_source__set(&ff->text, s, f, v, 0, 0);
	return 0;
}

/* The next object of the line with fields. 1, 0: no more; negative: failed. */
static int tell(struct firefly *ff, struct sample *s)
{
	while (ff->object < OBJECTS) {
		unsigned int which = ff->object++;
		const cJSON *o = member__get(ff->root, objects[which]), *inner, *item;

		if (!cJSON_IsObject(o))
			continue;
		inner = member__get(o, "tcpInfo");
		text_source__begin(&ff->text, s);
		if (cJSON_IsObject(inner))
			o = inner;
		cJSON_ArrayForEach(item, o)
		{
			int err = item->string ? read_field(ff, item, s) : 0;

			if (err)
				return err;
		}
		s->flow = ff->flow;
		s->t0_ns = ff->t0_ns;
		s->t1_ns = ff->t1_ns;
		/* netlink reads under the socket lock; a callback in the middle of an ACK */
		s->event = which ? EVENT_rtt : EVENT_sample;
		ff->text.realtime = true;
		return 1;
	}
	return 0;
}

static int parse(struct firefly *ff)
{
	const char *begin = strchr(ff->text.line, '{'), *end;

	cJSON_Delete(ff->root);
	ff->root = begin ? cJSON_ParseWithOpts(begin, &end, 1) : NULL;
	ff->object = OBJECTS;
	if (!cJSON_IsObject(ff->root))
		return bad(ff, "not JSON: a firefly is one JSON object on one line");
	return 0;
}

static int next(struct text_source *t, struct sample *s)
{
	struct firefly *ff = (struct firefly *)t;
	int err;

	for (;;) {
		err = tell(ff, s);
		if (err)
			return err;
		err = text_source__line(t);
		if (!err && !t->number)
			return text_source__fail(t, -ENODATA, "empty: the witness wrote nothing");
		if (err <= 0)
			return err;
		if (!t->line[strspn(t->line, " \t")])
			continue;
		err = parse(ff);
		if (!err)
			err = read_frame(ff);
		if (err < 0)
			return err;
		if (err)
			ff->object = 0;
		else
			t->skipped++;
	}
}

static void close_root(struct text_source *t)
{
	cJSON_Delete(((struct firefly *)t)->root);
}

static const struct text_source_ops ops = { .next = next, .close = close_root };

int firefly__open(struct text_source **pt, const char *path)
{
	struct firefly *ff = calloc(1, sizeof(*ff));

	*pt = NULL;
	if (!ff)
		return -ENOMEM;
	*pt = &ff->text;
	ff->text.ops = &ops;
	ff->text.skipped_why = "not of TCP";
	ff->object = OBJECTS;
	strcpy(ff->text.header.witness, "firefly");
	strcpy(ff->text.header.tool, "firefly");
	return text_source__open(&ff->text, path);
}
