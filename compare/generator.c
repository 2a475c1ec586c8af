// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads the account of tcpw-generator (scenarios/generator/account.h): a header, a line for each
 * flow, a trailer that counts them. What is missing or has another type is refused, as there is only
 * one program that writes it.
 */
#include "generator.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/flow.h"

#define FLOWS_MAX_TOLD 4096

static int refuse(char why[DOCUMENT_WHY_MAX], const char *what, unsigned int line)
{
	snprintf(why, DOCUMENT_WHY_MAX, "line %u: %s", line, what);
	return -EBADMSG;
}

static bool read_endpoint(const cJSON *item, const char *key, struct endpoint *e)
{
	char text[ENDPOINT_TEXT_MAX];
	uint16_t family;

	return member__string(item, key, text, sizeof(text)) &&
	       !endpoint__parse(text, strlen(text), e, &family);
}

static int read_header(struct report *r, const cJSON *item, char why[DOCUMENT_WHY_MAX])
{
	uint64_t schema;

	if (!member__u64(item, "generator", &schema))
		return refuse(why, "not an account of tcpw-generator", 1);
	if (schema != 1)
		return refuse(why, "not of schema 1: use the tcpwitness that wrote it", 1);
	member__string(item, "tool", r->version, sizeof(r->version));
	return 0;
}

static int read_flow(struct report *r, const cJSON *item, unsigned int line,
		     char why[DOCUMENT_WHY_MAX])
{
	struct stream *s = &r->streams[r->count];
	char error[64];

	if (!read_endpoint(item, "local", &s->local) || !read_endpoint(item, "remote", &s->remote))
		return refuse(why, "no addresses of the flow", line);
	if (!member__u64(item, "sent", &s->sent) || !member__u64(item, "received", &s->received))
		return refuse(why, "no bytes of the flow", line);
	if (!member__u64(item, "closed_ns", &s->closed_ns))
		return refuse(why, "no time of the flow's end", line);
	/* the client asks, the server answers: who sends more is the sender of the two */
	s->sender = s->sent > s->received;
	if (member__string(item, "error", error, sizeof(error)) && !r->error[0])
		snprintf(r->error, sizeof(r->error), "flow %u: %s", r->count, error);
	r->count++;
	return 0;
}

static int read_lines(struct report *r, const cJSON *lines, char why[DOCUMENT_WHY_MAX])
{
	unsigned int line = 1, n = cJSON_GetArraySize(lines);
	uint64_t flows = 0;
	bool ended = false;
	const cJSON *item;
	int err = 0;

	if (n > FLOWS_MAX_TOLD + 2)
		return refuse(why, "more flows than can be judged", n);
	r->streams = calloc(n, sizeof(*r->streams));
	if (!r->streams)
		return -ENOMEM;
	cJSON_ArrayForEach(item, lines)
	{
		if (ended)
			err = refuse(why, "something behind the trailer", line);
		else if (line == 1)
			err = read_header(r, item, why);
		else if (member__bool(item, "trailer", &ended))
			err = member__u64(item, "flows", &flows) ? 0 : refuse(why, "no count", line);
		else
			err = read_flow(r, item, line, why);
		if (err)
			return err;
		line++;
	}
	if (!ended)
		return refuse(why, "no trailer: the account is cut", line - 1);
	if (flows != r->count)
		return refuse(why, "the trailer counts other flows than are there", line - 1);
	return 0;
}

int generator__read(struct report *r, const char *path, char why[DOCUMENT_WHY_MAX])
{
	cJSON *lines;
	int err;

	memset(r, 0, sizeof(*r));
	r->account = true;
	err = document__read_all(path, &lines, why);
	if (err)
		return err;
	err = read_lines(r, lines, why);
	cJSON_Delete(lines);
	return err;
}
