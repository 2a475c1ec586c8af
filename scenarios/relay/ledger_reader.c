// SPDX-License-Identifier: BSD-2-Clause
/* A ledger from header to trailer. */
#include "ledger_reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "timeline/lines.h"

bool ledger_reader__is(const cJSON *o, const char *key, const char *text)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, key);

	return cJSON_IsString(item) && !strcmp(item->valuestring, text);
}

static int read_lines(struct lines *l, ledger_line_fn *fn, void *ctx)
{
	const cJSON *o;
	bool ended = false;
	int got = lines__next(l, &o);

	if (got < 0)
		return got;
	if (!got || !ledger_reader__is(o, "witness", "path") ||
	    !ledger_reader__is(o, "backend", "relay"))
		return lines__fail(l, -EMEDIUMTYPE, "not a ledger of tcpw-relay");
	while ((got = lines__next(l, &o)) > 0) {
		int err = ended ? -EBADMSG : fn(ctx, o);

		if (err)
			return lines__fail(l, err, "not a line of a ledger");
		ended = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "trailer"));
	}
	if (!got && !ended)
		return lines__fail(l, -ENODATA, "no trailer: the ledger is cut");
	return got;
}

int ledger_reader__each(const char *path, ledger_line_fn *fn, void *ctx, char *why, size_t size)
{
	struct lines *l;
	int err = lines__open(&l, path);

	if (!err)
		err = read_lines(l, fn, ctx);
	if (err)
		snprintf(why, size, "%s", l ? lines__error(l) : strerror(-err));
	lines__close(l);
	return err;
}
