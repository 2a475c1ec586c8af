// SPDX-License-Identifier: BSD-2-Clause
/* path.jsonl as a file. */
#include "ledger.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "plan.h"
#include "timeline/put.h"
#include "timeline/sample.h"

#define OUT_BYTES      (256 * 1024)
#define LINE_MAX_BYTES 2048

struct ledger {
	int fd, err;
	uint64_t base_ns, lines;
	size_t used;
	char out[OUT_BYTES];
};

static const char *const dir_names[DIRS] = { "c2s", "s2c" };

static const char *const fate_names[FATES] = {
	[FATE_DELIVERED] = "delivered", [FATE_LOSS] = "loss",	    [FATE_QUEUE] = "queue",
	[FATE_BLACKOUT] = "blackout",	[FATE_TOO_BIG] = "too-big", [FATE_OVERRUN] = "overrun",
};

const char *fate__name(enum fate fate)
{
	return fate_names[fate];
}

static int flush(struct ledger *l)
{
	for (size_t at = 0; at < l->used && !l->err;) {
		ssize_t n = write(l->fd, l->out + at, l->used - at);

		if (n < 0 && errno != EINTR)
			l->err = -errno;
		at += n > 0 ? (size_t)n : 0;
	}
	l->used = 0;
	return l->err;
}

/* Room for a line */
static char *line(struct ledger *l)
{
	if (l->used + LINE_MAX_BYTES > OUT_BYTES)
		flush(l);
	return l->out + l->used;
}

static void end_line(struct ledger *l, char *p)
{
	p = put_literal(p, "}\n");
	l->used = (size_t)(p - l->out);
}

/* As many digits as it takes: 0.1 is 0.1 */
static char *put_key_double(char *p, const char *key, double v)
{
	char text[32];

	snprintf(text, sizeof(text), "%.12g", v);
	*p++ = ',';
	p = put_name(p, key, strlen(key));
	*p++ = ':';
	return put_bytes(p, text, strlen(text));
}

static char *put_config(char *p, const struct path_config *c)
{
	static const char *const dirs[] = { "none", "c2s", "s2c", "both" };

	p = put_literal(p, ",\"path\":{\"seed\":");
	p = put_number(p, c->seed);
	p = put_key_double(p, "rtt_us", (double)c->rtt_ns / 1e3);
	p = put_key_double(p, "jitter_us", (double)c->jitter_ns / 1e3);
	p = put_key_number(p, "rate_bit", c->rate_bit);
	p = put_key_number(p, "queue_bytes", c->queue_bytes);
	p = put_key_double(p, "loss_percent", c->loss_percent);
	p = put_key_double(p, "loss_burst", c->loss_burst);
	p = put_key_string(p, "loss_dir", dirs[c->chance_dirs & 3]);
	p = put_key_number(p, "block_bytes", PLAN_BLOCK);
	p = put_key_double(p, "reorder_percent", c->reorder_percent);
	p = put_key_double(p, "reorder_us", (double)c->reorder_ns / 1e3);
	p = put_key_double(p, "duplicate_percent", c->duplicate_percent);
	p = put_key_double(p, "mark_percent", c->mark_percent);
	p = put_key_number(p, "mark_queue_bytes", c->mark_queue_bytes);
	p = put_key_number(p, "mtu", c->mtu);
	p = put_key_double(p, "blackout_at_ms", (double)c->blackout_at_ns / 1e6);
	p = put_key_double(p, "blackout_ms", (double)c->blackout_ns / 1e6);
	*p++ = '}';
	return p;
}

static char *put_header(char *p, const struct ledger_header *h)
{
	struct utsname uts = { 0 };

	uname(&uts);
	p = put_literal(p, "{\"timeline\":");
	p = put_u64(p, TIMELINE_SCHEMA);
	p = put_key_string(p, "witness", "path");
	p = put_key_string(p, "tool", "tcpw-relay " TCPW_VERSION);
	p = put_key_string(p, "kernel", uts.release);
	p = put_key_string(p, "clock", "CLOCK_MONOTONIC");
	p = put_key_number(p, "base_ns", h->base_ns);
	p = put_key_number(p, "base_realtime_ns", h->base_realtime_ns);
	p = put_key_string(p, "backend", "relay");
	p = put_key_string(p, "device", h->device);
	p = put_literal(p, ",\"netns\":{\"client\":");
	p = put_u64(p, h->netns[DIR_C2S]);
	p = put_key_number(p, "server", h->netns[DIR_S2C]);
	*p++ = '}';
	p = put_key_string(p, "scheduler", h->fifo ? "fifo" : "other");
	p = put_literal(p, ",\"memory_locked\":");
	p = h->locked ? put_literal(p, "true") : put_literal(p, "false");
	return put_config(p, h->config);
}

int ledger__open(struct ledger **pl, const char *path, const struct ledger_header *header)
{
	struct ledger *l = calloc(1, sizeof(*l));
	int err;

	*pl = NULL;
	if (!l)
		return -ENOMEM;
	l->base_ns = header->base_ns;
	l->fd = strcmp(path, "-") ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)
				  : dup(STDOUT_FILENO);
	if (l->fd < 0) {
		err = -errno;
		free(l);
		return err;
	}
	end_line(l, put_header(line(l), header));
	err = flush(l);
	if (err) {
		ledger__close(l, NULL, NULL);
		return err;
	}
	*pl = l;
	return 0;
}

static char *put_begin(char *p, const struct ledger *l, const char *event, const struct record *r)
{
	p = put_literal(p, "{\"event\":");
	p = put_string(p, event);
	return put_key_number(p, "t", r->t - l->base_ns);
}

static char *put_address(char *p, const char *key, const struct flow_entry *flow,
			 enum direction dir)
{
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(flow->family, flow->address[dir], text, sizeof(text));
	return put_key_string(p, key, text);
}

static char *put_flow(char *p, const struct record *r, const struct flow_entry *flow)
{
	p = put_key_number(p, "flow", r->flow);
	p = put_key_string(p, "family", flow->family == AF_INET6 ? "inet6" : "inet");
	p = put_address(p, "client", flow, DIR_C2S);
	p = put_key_number(p, "client_port", flow->port[DIR_C2S]);
	p = put_address(p, "server", flow, DIR_S2C);
	return put_key_number(p, "server_port", flow->port[DIR_S2C]);
}

static char *put_flags(char *p, uint8_t flags)
{
	static const struct {
		enum tcp_flag flag;
		char letter;
	} letters[] = {
		{ FLAG_SYN, 'S' }, { FLAG_ACK, 'A' }, { FLAG_FIN, 'F' }, { FLAG_RST, 'R' },
		{ FLAG_PSH, 'P' }, { FLAG_URG, 'U' }, { FLAG_ECE, 'E' }, { FLAG_CWR, 'C' }
	};

	p = put_literal(p, ",\"flags\":\"");
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (flags & letters[i].flag)
			*p++ = letters[i].letter;
	*p++ = '"';
	return p;
}

static char *put_pair(char *p, bool first, uint64_t a, uint64_t b)
{
	if (!first)
		*p++ = ',';
	*p++ = '[';
	p = put_number(p, a);
	*p++ = ',';
	p = put_number(p, b);
	*p++ = ']';
	return p;
}

static char *put_points(char *p, const struct record *r)
{
	static const char *const strands[] = { [STRAND_SYN] = "syn", [STRAND_FIN] = "fin" };

	if (r->fate != FATE_LOSS)
		return p;
	if (r->strand == STRAND_SYN || r->strand == STRAND_FIN)
		return put_key_number(p, strands[r->strand], r->nth[0]);
	if (!r->points)
		return p;
	p = put_literal(p, ",\"points\":[");
	for (unsigned int i = 0; i < r->points; i++)
		p = put_pair(p, !i, r->at + r->further[i], r->nth[i]);
	*p++ = ']';
	return p;
}

static char *put_fate(char *p, const struct ledger *l, const struct record *r)
{
	p = put_key_number(p, "ip_len", r->ip_len);
	p = put_key_string(p, "fate", fate_names[r->fate]);
	if (r->out)
		p = put_key_number(p, "out", r->out - l->base_ns);
	if (r->ecn)
		p = put_key_number(p, "ecn", r->ecn);
	if (r->ce)
		p = put_literal(p, ",\"ce\":1");
	if (r->held)
		p = put_literal(p, ",\"held\":1");
	if (r->copy)
		p = put_literal(p, ",\"copy\":1");
	return p;
}

static char *put_segment(char *p, const struct ledger *l, const struct record *r)
{
	p = put_key_number(p, "flow", r->flow);
	p = put_key_string(p, "dir", dir_names[r->dir]);
	p = put_key_number(p, "seq", r->seq);
	if (r->flags & FLAG_ACK)
		p = put_key_number(p, "ack", r->ack);
	p = put_key_number(p, "len", r->len);
	p = put_flags(p, r->flags);
	p = put_fate(p, l, r);
	p = put_points(p, r);
	p = put_key_number(p, "win", r->window);
	if (r->sacks) {
		p = put_literal(p, ",\"sack\":[");
		for (unsigned int i = 0; i < r->sacks; i++)
			p = put_pair(p, !i, r->sack[i][0], r->sack[i][1]);
		*p++ = ']';
	}
	if (!r->timestamps)
		return p;
	p = put_key_number(p, "tsval", r->tsval);
	return put_key_number(p, "tsecr", r->tsecr);
}

static char *put_other(char *p, const struct ledger *l, const struct record *r)
{
	p = put_key_string(p, "dir", dir_names[r->dir]);
	p = put_key_number(p, "protocol", r->protocol);
	p = put_fate(p, l, r);
	return r->made ? put_literal(p, ",\"made\":1") : p;
}

int ledger__record(struct ledger *l, const struct record *r, const struct flow_entry *flow)
{
	char *p = line(l);

	if (l->err)
		return l->err;
	switch (r->kind) {
	case RECORD_FLOW:
		p = put_flow(put_begin(p, l, "flow", r), r, flow);
		break;
	case RECORD_PACKET:
		p = put_segment(put_begin(p, l, "packet", r), l, r);
		break;
	default:
		p = put_other(put_begin(p, l, "other", r), l, r);
	}
	end_line(l, p);
	l->lines++;
	return 0;
}

static char *put_counts(char *p, const char *key, const struct ledger_count *counts, bool zeros)
{
	bool first = true;

	*p++ = ',';
	p = put_string(p, key);
	p = put_literal(p, ":{");
	for (; counts->name; counts++) {
		if (!counts->count && !zeros)
			continue;
		if (!first)
			*p++ = ',';
		first = false;
		p = put_string(p, counts->name);
		*p++ = ':';
		p = put_number(p, counts->count);
	}
	*p++ = '}';
	return p;
}

int ledger__close(struct ledger *l, const struct ledger_count *lost,
		  const struct ledger_count *notes)
{
	int err;

	if (lost) {
		char *p = put_literal(line(l), "{\"trailer\":true,\"samples\":");

		p = put_number(p, l->lines);
		p = put_counts(p, "lost", lost, false);
		end_line(l, put_counts(p, "notes", notes, true));
	}
	flush(l);
	if (close(l->fd) && !l->err)
		l->err = -errno;
	err = l->err;
	free(l);
	return err;
}
