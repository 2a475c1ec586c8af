// SPDX-License-Identifier: BSD-2-Clause
/* The generator's own account of its flows. */
#include "account.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct account {
	FILE *file;
	unsigned int flows, failed;
};

int account__open(struct account **a, const char *path, const char *end)
{
	struct account *self = calloc(1, sizeof(*self));
	int fd, err;

	if (!self)
		return -ENOMEM;
	fd = strcmp(path, "-") ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)
			       : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	self->file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!self->file) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		free(self);
		return err;
	}
	/* Complete at once: whoever waits for it knows that the program runs. */
	fprintf(self->file, "{\"generator\":1,\"end\":\"%s\",\"tool\":\"tcpw-generator %s\"}\n",
		end, TCPW_VERSION);
	fflush(self->file);
	*a = self;
	return 0;
}

void account__add(struct account *a, const struct account_flow *f)
{
	char local[ENDPOINT_TEXT_MAX], remote[ENDPOINT_TEXT_MAX];

	endpoint__format(&f->ident.local, f->ident.family, local);
	endpoint__format(&f->ident.remote, f->ident.family, remote);
	fprintf(a->file,
		"{\"flow\":%u,\"local\":\"%s\",\"remote\":\"%s\",\"opened_ns\":%" PRIu64
		",\"closed_ns\":%" PRIu64 ",\"sent\":%" PRIu64 ",\"received\":%" PRIu64,
		a->flows++, local, remote, f->opened_ns, f->closed_ns, f->sent, f->received);
	if (f->error) {
		a->failed++;
		fprintf(a->file, ",\"error\":\"%s\"", f->error);
	}
	fputs("}\n", a->file);
}

unsigned int account__flows(const struct account *a)
{
	return a->flows;
}

unsigned int account__failed(const struct account *a)
{
	return a->failed;
}

int account__close(struct account *a)
{
	int err = 0;

	if (!a)
		return 0;
	fprintf(a->file, "{\"trailer\":true,\"flows\":%u,\"failed\":%u}\n", a->flows, a->failed);
	if (ferror(a->file))
		err = -EIO;
	if (fclose(a->file) && !err)
		err = -errno;
	free(a);
	return err;
}

static void set_endpoint(struct endpoint *e, const struct sockaddr_storage *s)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)s;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)s;

	memset(e, 0, sizeof(*e));
	if (s->ss_family == AF_INET) {
		e->addr[10] = e->addr[11] = 0xff;
		memcpy(e->addr + 12, &in->sin_addr, 4);
		e->port = ntohs(in->sin_port);
	} else {
		memcpy(e->addr, &in6->sin6_addr, 16);
		e->port = ntohs(in6->sin6_port);
	}
}

int account__identify(int fd, struct flow *ident)
{
	struct sockaddr_storage local = { 0 }, remote = { 0 };
	socklen_t len = sizeof(local);

	if (getsockname(fd, (struct sockaddr *)&local, &len))
		return -errno;
	len = sizeof(remote);
	if (getpeername(fd, (struct sockaddr *)&remote, &len))
		return -errno;
	memset(ident, 0, sizeof(*ident));
	ident->family = local.ss_family;
	set_endpoint(&ident->local, &local);
	set_endpoint(&ident->remote, &remote);
	return 0;
}
