// SPDX-License-Identifier: BSD-2-Clause
/* What a run says of itself: manifest.json, written by scenarios/run. */
#include "manifest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_witness(const cJSON *witnesses, const char *name, const char *exit_key,
			 struct manifest_witness *w)
{
	const cJSON *item = member__get(witnesses, name);
	double code;

	member__bool(item, "expected", &w->expected);
	if (member__number(item, exit_key, &code))
		w->exit = (int)code;
}

static void read_netns(const cJSON *flows, const char *key, struct manifest_netns *ns)
{
	const cJSON *item = member__get(flows, key);
	uint64_t inode;

	member__string(item, "name", ns->name, sizeof(ns->name));
	if (member__u64(item, "inode", &inode))
		ns->inode = (uint32_t)inode;
}

static int add_bound(struct manifest *m, const char *group, const char *subject, const cJSON *item,
		     char why[DOCUMENT_WHY_MAX])
{
	struct bound *b;

	if (!cJSON_IsNumber(item)) {
		snprintf(why, DOCUMENT_WHY_MAX, "the bound %.16s %.64s %.32s is not a number",
			 group, subject, item->string);
		return -EBADMSG;
	}
	b = realloc(m->bounds, (m->bounds_count + 1) * sizeof(*b));
	if (!b)
		return -ENOMEM;
	m->bounds = b;
	b += m->bounds_count++;
	memset(b, 0, sizeof(*b));
	snprintf(b->group, sizeof(b->group), "%s", group);
	snprintf(b->subject, sizeof(b->subject), "%s", subject);
	snprintf(b->name, sizeof(b->name), "%s", item->string);
	b->value = item->valuedouble;
	return 0;
}

static int read_bounds(struct manifest *m, const cJSON *bounds, char why[DOCUMENT_WHY_MAX])
{
	const cJSON *group, *item, *limit;
	int err = 0;

	cJSON_ArrayForEach(group, bounds) cJSON_ArrayForEach(item, group)
	{
		if (!cJSON_IsObject(item)) {
			err = add_bound(m, group->string, "", item, why);
			if (err)
				return err;
		}
		if (cJSON_IsObject(item))
			cJSON_ArrayForEach(limit, item)
			{
				err = add_bound(m, group->string, item->string, limit, why);
				if (err)
					return err;
			}
	}
	return 0;
}

int manifest__read(struct manifest *m, const char *path, char why[DOCUMENT_WHY_MAX])
{
	const cJSON *flows, *witnesses;
	char direction[16] = "";
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
	if (!member__u64(root, "schema", &v) || v != MANIFEST_SCHEMA) {
		snprintf(why, DOCUMENT_WHY_MAX,
			 "not a manifest of schema %d: use the tcpwitness that "
			 "wrote it",
			 MANIFEST_SCHEMA);
		err = -EBADMSG;
		goto out;
	}
	member__string(root, "scenario", m->scenario, sizeof(m->scenario));
	member__string(root, "hypothesis", m->hypothesis, sizeof(m->hypothesis));
	member__string(root, "command", m->command, sizeof(m->command));
	member__string(root, "skip", m->skip, sizeof(m->skip));
	member__string(member__get(root, "kernel"), "release", m->kernel, sizeof(m->kernel));
	flows = member__get(root, "flows");
	if (member__u64(flows, "port", &v) && v <= UINT16_MAX)
		m->port = (uint16_t)v;
	member__string(flows, "direction", direction, sizeof(direction));
	m->receive = !strcmp(direction, "receive");
	read_netns(flows, "client_netns", &m->netns[END_CLIENT]);
	read_netns(flows, "server_netns", &m->netns[END_SERVER]);
	witnesses = member__get(root, "witnesses");
	read_witness(witnesses, "probe", "exit", &m->probe);
	read_witness(witnesses, "netlink", "exit", &m->netlink);
	read_witness(witnesses, "iperf3", "exit", &m->iperf3[END_CLIENT]);
	read_witness(witnesses, "iperf3", "server_exit", &m->iperf3[END_SERVER]);
	err = read_bounds(m, member__get(root, "bounds"), why);
out:
	cJSON_Delete(root);
	return err;
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
