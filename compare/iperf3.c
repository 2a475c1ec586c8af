// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads a report of `iperf3 -J`: the third witness.
 *
 * Reports differ by version and by accident. Where a key is repeated the last one counts; where a
 * file holds several documents (a server without -1 writes one per test) the last complete one
 * counts; both are noted. Figures that a version does not print are absent.
 */
#include "iperf3.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "iperf3_end.h"
#include "iperf3_stream.h"

#define STREAMS_MAX 4096

__attribute__((format(printf, 2, 3))) static void note(struct report *r, const char *fmt, ...)
{
	size_t len = strlen(r->note);
	va_list ap;

	if (len && len + 3 < sizeof(r->note)) {
		strcpy(r->note + len, "; ");
		len += 2;
	}
	va_start(ap, fmt);
	vsnprintf(r->note + len, sizeof(r->note) - len, fmt, ap);
	va_end(ap);
}

static void note_duplicate(struct report *r, const cJSON *object, const char *where)
{
	const char *key = member__duplicate(object);

	if (key && !strstr(r->note, "repeats"))
		note(r, "%s repeats the key \"%.40s\", the last one counts", where, key);
}

static bool read_endpoint(const cJSON *item, const char *host_key, const char *port_key,
			  struct endpoint *e)
{
	char host[64], text[80];
	uint16_t family;
	uint64_t port;

	if (!member__string(item, host_key, host, sizeof(host)) ||
	    !member__u64(item, port_key, &port) || port > UINT16_MAX)
		return false;
	host[strcspn(host, "%")] = '\0'; /* fe80::1%eth0 */
	snprintf(text, sizeof(text), strchr(host, ':') ? "[%s]:%u" : "%s:%u", host,
		 (unsigned int)port);
	return !endpoint__parse(text, strlen(text), e, &family);
}

static int read_connected(struct report *r, const cJSON *connected, uint64_t *sockets,
			  char why[DOCUMENT_WHY_MAX])
{
	const cJSON *item;

	cJSON_ArrayForEach(item, connected)
	{
		struct stream *s = &r->streams[r->count];

		if (!read_endpoint(item, "local_host", "local_port", &s->local) ||
		    !read_endpoint(item, "remote_host", "remote_port", &s->remote)) {
			snprintf(why, DOCUMENT_WHY_MAX,
				 "start.connected[%u] has no address and port", r->count);
			return -EBADMSG;
		}
		sockets[r->count] = UINT64_MAX;
		member__u64(item, "socket", &sockets[r->count]);
		r->count++;
	}
	return 0;
}

/* Which stream an interval's entry is about: told by its socket, by its place in old versions. */
static struct stream *find_stream(struct report *r, const uint64_t *sockets, const cJSON *entry,
				  unsigned int place)
{
	uint64_t socket;

	if (member__u64(entry, "socket", &socket))
		for (unsigned int i = 0; i < r->count; i++)
			if (sockets[i] == socket)
				return &r->streams[i];
	return place < r->count ? &r->streams[place] : NULL;
}

/* A figure that is there must be understood: passed over, it would never be compared. */
static uint64_t figure(const cJSON *entry, const char *key, enum interval_figure which,
		       struct interval *iv, const char **bad)
{
	uint64_t v = 0;

	if (member__u64(entry, key, &v))
		iv->figures |= which;
	else if (member__get(entry, key))
		*bad = key;
	return v;
}

/* *bad: the key that is not understood, if it is one. */
static int read_interval(struct stream *s, const cJSON *entry, bool sender_by_default,
			 const char **bad)
{
	struct interval *iv = realloc(s->intervals, (s->count + 1) * sizeof(*iv));
	bool omitted = false;
	double end, start;

	if (!iv)
		return -ENOMEM;
	s->intervals = iv;
	iv += s->count;
	memset(iv, 0, sizeof(*iv));
	if (!member__number(entry, "end", &end) || !member__u64(entry, "bytes", &iv->bytes) ||
	    !(end >= 0 && end < 1e9))
		return -EBADMSG;
	iv->end_ns = llround(end * 1e9);
	iv->start_ns = member__number(entry, "start", &start) && start >= 0 && start < 1e9 ?
			       llround(start * 1e9) : -1;
	member__bool(entry, "omitted", &omitted);
	iv->epoch = !omitted;
	s->sender = sender_by_default;
	member__bool(entry, "sender", &s->sender);
	iv->rtt = figure(entry, "rtt", FIGURE_RTT, iv, bad);
	iv->rttvar = figure(entry, "rttvar", FIGURE_RTTVAR, iv, bad);
	iv->cwnd = figure(entry, "snd_cwnd", FIGURE_CWND, iv, bad);
	iv->pmtu = figure(entry, "pmtu", FIGURE_PMTU, iv, bad);
	iv->snd_wnd = figure(entry, "snd_wnd", FIGURE_SND_WND, iv, bad);
	iv->retrans = figure(entry, "retransmits", FIGURE_RETRANS, iv, bad);
	s->count++;
	return *bad ? -EBADMSG : 0;
}

static int read_intervals(struct report *r, const cJSON *root, const uint64_t *sockets,
			  char why[DOCUMENT_WHY_MAX])
{
	const cJSON *intervals = member__get(root, "intervals"), *item, *entry;
	bool client = member__get(member__get(root, "start"), "connecting_to");
	double reverse = 0;
	unsigned int n = 0;
	int err;

	member__number(member__get(member__get(root, "start"), "test_start"), "reverse", &reverse);
	cJSON_ArrayForEach(item, intervals)
	{
		unsigned int place = 0;

		note_duplicate(r, item, "an interval");
		cJSON_ArrayForEach(entry, member__get(item, "streams"))
		{
			struct stream *s = find_stream(r, sockets, entry, place++);
			const char *bad = NULL;

			note_duplicate(r, entry, "an interval's stream");
			if (!s) {
				snprintf(why, DOCUMENT_WHY_MAX,
					 "interval %u tells of a stream that start.connected does "
					 "not list",
					 n);
				return -EBADMSG;
			}
			/* "sender" is printed since 3.7 */
			err = read_interval(s, entry, client == !reverse, &bad);
			if (bad)
				report__refuse(entry, bad, "interval", n, why);
			else if (err == -EBADMSG)
				snprintf(why, DOCUMENT_WHY_MAX,
					 "interval %u has no end or no bytes", n);
			if (err)
				return err;
		}
		n++;
	}
	return 0;
}

/* Without omitted intervals there is one epoch, number 0. */
static void number_epochs(struct report *r)
{
	bool omitted = false;

	for (unsigned int i = 0; i < r->count; i++)
		for (unsigned int k = 0; k < r->streams[i].count; k++)
			omitted |= !r->streams[i].intervals[k].epoch;
	for (unsigned int i = 0; !omitted && i < r->count; i++)
		for (unsigned int k = 0; k < r->streams[i].count; k++)
			r->streams[i].intervals[k].epoch = 0;
}

/*
 * A client that an error ends calls the reporter once more (iperf_client_end()), which in the middle
 * of a test prints the last interval again, to the letter.
 */
static void drop_repeated_last(struct report *r)
{
	for (unsigned int i = 0; i < r->count; i++) {
		struct stream *s = &r->streams[i];
		const struct interval *last = s->intervals + s->count - 1;

		if (s->count < 2 || memcmp(last - 1, last, sizeof(*last)))
			continue;
		s->count--;
		if (!strstr(r->note, "last interval"))
			note(r, "the last interval is told twice, as iperf3 does behind an error");
	}
}

static void read_timestamp(struct report *r, const cJSON *stamp)
{
	uint64_t v;

	r->start_step_ns = 1000000000;
	if (member__u64(stamp, "timesecs", &v))
		r->start_ns = v * 1000000000;
	if (member__u64(stamp, "timemillisecs", &v)) { /* since 3.20 */
		r->start_ns = v * 1000000;
		r->start_step_ns = 1000000;
	}
}

static int read_report(struct report *r, const cJSON *root, char why[DOCUMENT_WHY_MAX])
{
	const cJSON *start, *connected;
	uint64_t *sockets = NULL;
	int err, n;

	note_duplicate(r, root, "the report");
	member__string(root, "error", r->error, sizeof(r->error));
	start = member__get(root, "start");
	if (!cJSON_IsObject(start) && !r->error[0]) {
		snprintf(why, DOCUMENT_WHY_MAX, "not a report of iperf3 -J: no \"start\"");
		return -EBADMSG;
	}
	note_duplicate(r, start, "start");
	member__string(start, "version", r->version, sizeof(r->version));
	read_timestamp(r, member__get(start, "timestamp"));
	connected = member__get(start, "connected");
	n = cJSON_GetArraySize(connected);
	if (n > STREAMS_MAX) {
		snprintf(why, DOCUMENT_WHY_MAX, "more than %d streams", STREAMS_MAX);
		return -EBADMSG;
	}
	r->streams = calloc(n + 1, sizeof(*r->streams));
	sockets = calloc(n + 1, sizeof(*sockets));
	err = -ENOMEM;
	if (!r->streams || !sockets)
		goto out;
	err = read_connected(r, connected, sockets, why);
	if (!err)
		err = read_intervals(r, root, sockets, why);
	number_epochs(r);
	if (!err && r->error[0])
		drop_repeated_last(r);
	if (!err)
		err = report__read_end(r, root, sockets, why);
	r->present = !err;
out:
	free(sockets);
	return err;
}

int report__read(struct report *r, const char *path, bool server_output,
		 char why[DOCUMENT_WHY_MAX])
{
	const cJSON *root;
	cJSON *documents, *folded;
	int err, n;

	memset(r, 0, sizeof(*r));
	err = document__read_all(path, &documents, why);
	if (err)
		return err;
	folded = iperf3_stream__fold(documents);
	n = cJSON_GetArraySize(documents);
	root = cJSON_GetArrayItem(documents, n - 1);
	if (folded && !member__get(root, "start"))
		root = folded;
	else if (n > 1)
		note(r, "%d documents, the last one counts", n);
	if (server_output) {
		root = member__get(root, "server_output_json");
		note(r, "told by the client (--get-server-output)");
	}
	if (cJSON_IsObject(root)) {
		err = read_report(r, root, why);
	} else {
		err = server_output ? -ENOENT : -EBADMSG;
		snprintf(why, DOCUMENT_WHY_MAX, server_output ? "missing" : "not a JSON object");
	}
	cJSON_Delete(folded);
	cJSON_Delete(documents);
	return err;
}

void report__free(struct report *r)
{
	for (unsigned int i = 0; i < r->count; i++)
		free(r->streams[i].intervals);
	free(r->streams);
	r->streams = NULL;
	r->count = 0;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int64_t stream__short_ns(const struct stream *s)
{
	int64_t *length, median = 0;
	unsigned int n = 0;

	if (s->asked_ns)
		return (int64_t)(s->asked_ns / 10);
	length = malloc((s->count + 1) * sizeof(*length));

	for (unsigned int k = 0; length && k < s->count; k++)
		if (s->intervals[k].start_ns >= 0)
			length[n++] = s->intervals[k].end_ns - s->intervals[k].start_ns;
	if (n) {
		qsort(length, n, sizeof(*length), by_size);
		median = length[(n - 1) / 2];
	}
	free(length);
	return median / 10;
}

bool interval__is_gap(const struct interval *first, unsigned int k, int64_t short_ns)
{
	const struct interval *before = first + k - 1, *behind = first + k;
	int64_t gap = behind->start_ns - before->end_ns;
	int64_t overdue = short_ns ? behind->start_ns / (10 * short_ns) - k : 0;

	return before->epoch == behind->epoch && gap > 0 &&
	       gap < short_ns * (overdue > 1 ? overdue : 1);
}
