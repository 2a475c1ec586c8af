// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a run says of itself: manifest.json, written by scenarios/run.
 *
 * A key may be absent, but one that is there must be understood: a limit or an error sentence of
 * the wrong type, passed over, would be one that never was. The first such key is told; the rest
 * is read all the same.
 */
#include "manifest.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/cli.h"

#define INTERVAL_MAX_NS (3600ULL * 1000000000)

/* Where in the manifest, and the first thing that is wrong with it. */
struct reading {
	int err;
	char *why;
};

__attribute__((format(printf, 2, 3))) static void refuse(struct reading *rd, const char *fmt, ...)
{
	va_list ap;

	if (rd->err)
		return;
	rd->err = -EBADMSG;
	va_start(ap, fmt);
	vsnprintf(rd->why, DOCUMENT_WHY_MAX, fmt, ap);
	va_end(ap);
}

enum type { TYPE_OBJECT, TYPE_ARRAY, TYPE_STRING, TYPE_BOOL, TYPE_NUMBER, TYPES };
#define OR_NULL 16 /* of a type: null stands for absent */

static bool has_type(const cJSON *item, enum type t)
{
	switch (t) {
	case TYPE_OBJECT:
		return cJSON_IsObject(item);
	case TYPE_ARRAY:
		return cJSON_IsArray(item);
	case TYPE_STRING:
		return cJSON_IsString(item);
	case TYPE_BOOL:
		return cJSON_IsBool(item);
	default:
		return cJSON_IsNumber(item) && isfinite(item->valuedouble);
	}
}

/* The member, or NULL if it is absent or refused. path: that of object, with a dot, or "". */
static const cJSON *want(struct reading *rd, const cJSON *object, const char *path, const char *key,
			 unsigned int type)
{
	static const char *const names[TYPES] = { "an object", "an array", "a string",
						  "true or false", "a number" };
	const cJSON *item = member__get(object, key);

	if (!item || (type & OR_NULL && cJSON_IsNull(item)))
		return NULL;
	if (has_type(item, type & ~OR_NULL))
		return item;
	refuse(rd, "%.64s%.64s is not %s", path, key, names[type & ~OR_NULL]);
	return NULL;
}

static void want_string(struct reading *rd, const cJSON *object, const char *path, const char *key,
			unsigned int flags, char *to, size_t size)
{
	const cJSON *item = want(rd, object, path, key, TYPE_STRING | flags);

	if (item)
		snprintf(to, size, "%s", item->valuestring);
}

static void want_bool(struct reading *rd, const cJSON *object, const char *path, const char *key,
		      bool *v)
{
	const cJSON *item = want(rd, object, path, key, TYPE_BOOL);

	if (item)
		*v = cJSON_IsTrue(item);
}

/* A whole number from 0 to max. False, leaving *v alone: absent or refused. */
static bool want_whole(struct reading *rd, const cJSON *object, const char *path, const char *key,
		       unsigned int flags, uint32_t max, uint32_t *v)
{
	const cJSON *item = want(rd, object, path, key, TYPE_NUMBER | flags);

	if (!item)
		return false;
	if (item->valuedouble < 0 || item->valuedouble > max ||
	    item->valuedouble != floor(item->valuedouble)) {
		refuse(rd, "%.64s%.64s is %g, not a whole number from 0 to %u", path, key,
		       item->valuedouble, max);
		return false;
	}
	*v = (uint32_t)item->valuedouble;
	return true;
}

/* A length of time as knobs give it, "10ms". */
static void want_interval(struct reading *rd, const cJSON *knobs, const char *key, uint64_t *ns)
{
	char text[32] = "";

	want_string(rd, knobs, "knobs.", key, 0, text, sizeof(text));
	if (*text && duration__parse(text, 1, INTERVAL_MAX_NS, ns))
		refuse(rd, "knobs.%s is \"%s\", not a time with its unit", key, text);
}

static void read_exit(struct reading *rd, const cJSON *item, const char *path, const char *key,
		      struct manifest_witness *w)
{
	uint32_t code;

	/* null: scenarios/run has no exit code of it since it was never started */
	w->never_started = cJSON_IsNull(member__get(item, key));
	if (want_whole(rd, item, path, key, OR_NULL, 255, &code))
		w->exit = (int)code;
}

static void read_witness(struct reading *rd, const cJSON *witnesses, const char *name,
			 const char *exit_key, struct manifest_witness *w)
{
	const cJSON *item = want(rd, witnesses, "witnesses.", name, TYPE_OBJECT), *modes, *mode;
	char path[32];

	snprintf(path, sizeof(path), "witnesses.%s.", name);
	want_bool(rd, item, path, "expected", &w->expected);
	want_bool(rd, item, path, "error_expected", &w->error_expected);
	read_exit(rd, item, path, exit_key, w);
	modes = want(rd, item, path, "modes", TYPE_ARRAY);
	cJSON_ArrayForEach(mode, modes)
	{
		if (!cJSON_IsString(mode) || w->modes == MANIFEST_MODES_MAX) {
			refuse(rd, "%smodes is not a list of at most %d names", path,
			       MANIFEST_MODES_MAX);
			return;
		}
		snprintf(w->mode[w->modes++], sizeof(w->mode[0]), "%s", mode->valuestring);
	}
}

static void read_netns(struct reading *rd, const cJSON *flows, const char *key,
		       struct manifest_netns *ns)
{
	const cJSON *item = want(rd, flows, "flows.", key, TYPE_OBJECT | OR_NULL);
	char path[32];

	snprintf(path, sizeof(path), "flows.%s.", key);
	want_string(rd, item, path, "name", 0, ns->name, sizeof(ns->name));
	want_whole(rd, item, path, "inode", 0, UINT32_MAX, &ns->inode);
}

static void read_flows(struct reading *rd, const cJSON *root, struct manifest *m)
{
	const cJSON *flows = want(rd, root, "", "flows", TYPE_OBJECT);
	char direction[16] = "send";
	uint32_t port;

	if (want_whole(rd, flows, "flows.", "port", 0, UINT16_MAX, &port))
		m->port = (uint16_t)port;
	want_string(rd, flows, "flows.", "direction", 0, direction, sizeof(direction));
	m->receive = !strcmp(direction, "receive");
	if (!m->receive && strcmp(direction, "send"))
		refuse(rd, "flows.direction is \"%s\", neither send nor receive", direction);
	read_netns(rd, flows, "client_netns", &m->netns[END_CLIENT]);
	read_netns(rd, flows, "server_netns", &m->netns[END_SERVER]);
}

static void want_number(struct reading *rd, const cJSON *object, const char *path, const char *key,
			double *v)
{
	const cJSON *item = want(rd, object, path, key, TYPE_NUMBER | OR_NULL);

	if (item)
		*v = item->valuedouble;
}

/* iperf3 takes a tenth of a second to a minute, or 0 for none. */
static void want_seconds(struct reading *rd, const cJSON *object, const char *path, const char *key,
			 uint64_t *ns)
{
	double s = 0;

	want_number(rd, object, path, key, &s);
	if (s > 0 && s <= 60)
		*ns = (uint64_t)(s * 1e9 + 0.5);
}

static void read_path(struct reading *rd, const cJSON *root, struct manifest_path *p)
{
	const cJSON *path = want(rd, root, "", "path", TYPE_OBJECT | OR_NULL);
	const cJSON *measured = want(rd, path, "path.", "calibration", TYPE_OBJECT | OR_NULL);

	want_string(rd, path, "path.", "backend", OR_NULL, p->backend, sizeof(p->backend));
	want_number(rd, path, "path.", "rtt_us", &p->rtt_us);
	want_number(rd, path, "path.", "rate_bit", &p->rate_bit);
	want_number(rd, measured, "path.calibration.", "rtt_p50_us", &p->rtt_p50_us);
}

/* Did the run fail, by its own account? */
static void read_failure(struct reading *rd, const cJSON *root, struct manifest *m)
{
	const cJSON *errors = want(rd, root, "", "errors", TYPE_ARRAY), *sentence;
	bool interrupted = false;

	cJSON_ArrayForEach(sentence, errors)
	{
		if (!cJSON_IsString(sentence))
			refuse(rd, "errors is not a list of sentences");
		else if (!m->failure[0])
			snprintf(m->failure, sizeof(m->failure), "%s",
				 sentence->valuestring[0] ? sentence->valuestring : "no reason");
	}
	want_bool(rd, root, "", "interrupted", &interrupted);
	if (interrupted && !m->failure[0])
		snprintf(m->failure, sizeof(m->failure), "interrupted");
}

static void add_bound(struct reading *rd, struct manifest *m, const char *group,
		      const char *subject, const cJSON *item)
{
	struct bound *b;

	if (!cJSON_IsNumber(item) || !isfinite(item->valuedouble)) {
		refuse(rd, "the bound %.16s %.64s %.32s is not a number", group, subject,
		       item->string);
		return;
	}
	b = realloc(m->bounds, (m->bounds_count + 1) * sizeof(*b));
	if (!b) {
		rd->err = -ENOMEM;
		return;
	}
	m->bounds = b;
	b += m->bounds_count++;
	memset(b, 0, sizeof(*b));
	snprintf(b->group, sizeof(b->group), "%s", group);
	snprintf(b->subject, sizeof(b->subject), "%s", subject);
	snprintf(b->name, sizeof(b->name), "%s", item->string);
	b->value = item->valuedouble;
}

static void read_bounds(struct reading *rd, struct manifest *m, const cJSON *bounds)
{
	const cJSON *group, *item, *limit;

	cJSON_ArrayForEach(group, bounds)
	{
		if (!want(rd, bounds, "bounds.", group->string, TYPE_OBJECT))
			continue;
		cJSON_ArrayForEach(item, group)
		{
			if (!cJSON_IsObject(item))
				add_bound(rd, m, group->string, "", item);
			else
				cJSON_ArrayForEach(limit, item)
					add_bound(rd, m, group->string, item->string, limit);
		}
	}
}

static void read_move(struct reading *rd, const cJSON *item, struct move *m)
{
	static const char *const places[MOVE_PLACES] = { "client", "server", "path" };
	char place[16] = "", name[64] = "";
	uint32_t min, max;

	want_string(rd, item, "moves.", "end", 0, place, sizeof(place));
	want_string(rd, item, "moves.", "field", 0, name, sizeof(name));
	for (m->place = 0; m->place < MOVE_PLACES && strcmp(place, places[m->place]);)
		m->place++;
	if (m->place == MOVE_PLACES)
		refuse(rd, "moves.end is \"%s\", not client, server or path", place);
	else if (!move__set_name(m, name))
		refuse(rd, "moves.field is \"%s\": nothing of that name is known to move", name);
	if (want_whole(rd, item, "moves.", "min", OR_NULL, UINT32_MAX, &min)) {
		m->has_min = true;
		m->min = min;
	}
	if (want_whole(rd, item, "moves.", "max", OR_NULL, UINT32_MAX, &max)) {
		m->has_max = true;
		m->max = max;
		if (m->has_min || m->place == MOVE_PATH || m->field == FIELD_COUNT)
			refuse(rd, "moves.max is for fields, and not beside moves.min");
	}
}

static void read_moves(struct reading *rd, const cJSON *root, struct manifest *m)
{
	const cJSON *moves = want(rd, root, "", "moves", TYPE_ARRAY), *item;

	cJSON_ArrayForEach(item, moves)
	{
		if (!cJSON_IsObject(item) || m->moves_count == MOVES_MAX) {
			refuse(rd, "moves is not a list of at most %d objects", MOVES_MAX);
			return;
		}
		read_move(rd, item, &m->moves[m->moves_count]);
		if (rd->err)
			return;
		m->moves_count++;
	}
}

static void read_all(struct reading *rd, const cJSON *root, struct manifest *m)
{
	const cJSON *kernel = want(rd, root, "", "kernel", TYPE_OBJECT);
	const cJSON *knobs = want(rd, root, "", "knobs", TYPE_OBJECT);
	const cJSON *witnesses = want(rd, root, "", "witnesses", TYPE_OBJECT);
	const cJSON *bounds = want(rd, root, "", "bounds", TYPE_OBJECT);

	want_string(rd, root, "", "scenario", 0, m->scenario, sizeof(m->scenario));
	want_string(rd, root, "", "hypothesis", 0, m->hypothesis, sizeof(m->hypothesis));
	want_string(rd, root, "", "command", 0, m->command, sizeof(m->command));
	want_string(rd, root, "", "skip", OR_NULL, m->skip, sizeof(m->skip));
	want_string(rd, kernel, "kernel.", "release", 0, m->kernel, sizeof(m->kernel));
	want_string(rd, kernel, "kernel.", "accelerator", OR_NULL, m->accelerator,
		    sizeof(m->accelerator));
	want_whole(rd, kernel, "kernel.", "hz", OR_NULL, 100000, &m->hz);
	want_interval(rd, knobs, "probe_interval", &m->probe.interval_ns);
	want_interval(rd, knobs, "netlink_interval", &m->netlink.interval_ns);
	want_seconds(rd, knobs, "knobs.", "iperf3_interval",
		     &m->iperf3[END_CLIENT].interval_ns);
	want_seconds(rd, member__get(witnesses, "iperf3"),
		     "witnesses.iperf3.", "server_interval", &m->iperf3[END_SERVER].interval_ns);
	read_flows(rd, root, m);
	read_path(rd, root, &m->path);
	read_witness(rd, witnesses, "probe", "exit", &m->probe);
	read_witness(rd, witnesses, "netlink", "exit", &m->netlink);
	read_witness(rd, witnesses, "iperf3", "exit", &m->iperf3[END_CLIENT]);
	read_witness(rd, witnesses, "iperf3", "server_exit", &m->iperf3[END_SERVER]);
	read_witness(rd, witnesses, "generator", "exit", &m->generator[END_CLIENT]);
	read_witness(rd, witnesses, "generator", "server_exit", &m->generator[END_SERVER]);
	read_failure(rd, root, m);
	read_bounds(rd, m, bounds);
	read_moves(rd, root, m);
}

int manifest__read(struct manifest *m, const char *path, char why[DOCUMENT_WHY_MAX])
{
	struct reading rd = { .why = why };
	unsigned int documents;
	uint64_t v;
	cJSON *root;
	int err;

	memset(m, 0, sizeof(*m));
	snprintf(m->scenario, sizeof(m->scenario), "unknown");
	m->probe.expected = m->netlink.expected = true;
	m->iperf3[END_CLIENT].expected = m->iperf3[END_SERVER].expected = true;
	err = document__read(path, &root, &documents, why);
	if (err)
		return err;
	if (member__u64(root, "schema", &v) && v == MANIFEST_SCHEMA)
		read_all(&rd, root, m);
	else
		refuse(&rd, "not a manifest of schema %d: use the tcpwitness that wrote it",
		       MANIFEST_SCHEMA);
	cJSON_Delete(root);
	return rd.err;
}

void manifest__free(struct manifest *m)
{
	free(m->bounds);
	m->bounds = NULL;
	m->bounds_count = 0;
}

const struct bound *manifest__bound(struct manifest *m, const char *group, const char *subject,
				    const char *name)
{
	for (unsigned int i = 0; i < m->bounds_count; i++) {
		struct bound *b = &m->bounds[i];

		if (!strcmp(b->group, group) && !strcmp(b->subject, subject) &&
		    !strcmp(b->name, name)) {
			b->used = true;
			return b;
		}
	}
	return NULL;
}
