// SPDX-License-Identifier: BSD-2-Clause
/*
 * What one exact sample costs beside the bare request and reply: an idle loopback connection of our
 * own is asked for again and again, in interleaved rounds of
 *	bare	send and recv, the bytes not looked at
 *	sample	the whole: request, reply, decoding, a line of JSON settled into the timeline
 * The medians over the rounds are compared. Prints one JSON object.
 *
 *	bench [FILE]	the timeline to write (default: /dev/null)
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "layout.h"
#include "timeline/cli.h"
#include "timeline/writer.h"

#define ROUNDS	  201
#define PER_ROUND 200

struct bench {
	struct kernel_layout layout;
	struct diag *diag;
	struct timeline_writer *writer;
	struct exact_request request;
	struct sample sample;
};

/* A connection to ourselves; both ends stay open until the process ends. */
static int connect_to_self(struct inet_diag_sockid *id)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(at), cookie_len = sizeof(uint64_t);
	struct sockaddr_in own;
	uint64_t cookie;

	if (listener < 0 || fd < 0 || bind(listener, (struct sockaddr *)&at, len) ||
	    listen(listener, 1) || getsockname(listener, (struct sockaddr *)&at, &len) ||
	    connect(fd, (struct sockaddr *)&at, len) || accept(listener, NULL, NULL) < 0 ||
	    getsockname(fd, (struct sockaddr *)&own, &len) ||
	    getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &cookie_len))
		return -errno;
	*id = (struct inet_diag_sockid){
		.idiag_sport = own.sin_port,
		.idiag_dport = at.sin_port,
		.idiag_src = {own.sin_addr.s_addr},
		.idiag_dst = {at.sin_addr.s_addr},
		.idiag_cookie = {(uint32_t)cookie, (uint32_t)(cookie >> 32)},
	};
	return 0;
}

static int bare(struct bench *b)
{
	static uint8_t buffer[8192];
	int fd = diag__request_fd(b->diag);

	if (send(fd, &b->request, sizeof(b->request), 0) < 0 ||
	    recv(fd, buffer, sizeof(buffer), 0) < 0)
		return -errno;
	return 0;
}

static int on_message(const struct nlmsghdr *nlh, uint64_t t0, uint64_t t1, void *arg)
{
	struct bench *b = arg;
	int err;

	b->sample.event = EVENT_sample;
	err = decode__message(nlh, nlh->nlmsg_len, &b->layout.decode, 0, &b->sample);
	b->sample.t0_ns = t0;
	b->sample.t1_ns = t1;
	return err ?: timeline_writer__sample(b->writer, &b->sample);
}

static int sample(struct bench *b)
{
	int err = diag__exact(b->diag, &b->request, on_message, b);

	return err ?: timeline_writer__settle(b->writer, b->sample.t1_ns);
}

/* ns for one of them, as the mean of a round */
static int measure(struct bench *b, int (*what)(struct bench *b), double *ns)
{
	uint64_t start = monotonic_ns();
	int err = 0;

	for (int i = 0; i < PER_ROUND && !err; i++)
		err = what(b);
	*ns = (double)(monotonic_ns() - start) / PER_ROUND;
	return err;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v)
{
	qsort(v, ROUNDS, sizeof(*v), by_value);
	return v[ROUNDS / 2];
}

static int no_print(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

static int prepare(struct bench *b, const char *path)
{
	struct timeline_header h = {.witness = "netlink", .tool = "bench"};
	struct inet_diag_sockid id;
	int err;

	libbpf_set_print(no_print);
	err = diag__open(&b->diag, false);
	if (!err)
		err = layout__probe(&b->layout, b->diag);
	if (!err)
		err = connect_to_self(&id);
	if (err)
		return err;
	request__exact(&b->request, AF_INET, &id);
	h.fields = b->layout.fields;
	h.base_ns = monotonic_ns();
	return timeline_writer__open(&b->writer, path, &h);
}

int main(int argc, char **argv)
{
	static double bare_ns[ROUNDS], sample_ns[ROUNDS];
	struct timeline_trailer trailer = {0};
	static struct bench b;
	double bare_median, sample_median, warm;
	int err = prepare(&b, argc > 1 ? argv[1] : "/dev/null");

	if (!err)
		err = measure(&b, bare, &warm) ?: measure(&b, sample, &warm);
	for (int i = 0; i < ROUNDS && !err; i++)
		err = measure(&b, bare, &bare_ns[i]) ?: measure(&b, sample, &sample_ns[i]);
	if (b.writer && !err)
		err = timeline_writer__close(b.writer, &trailer);
	diag__close(b.diag);
	if (err) {
		fprintf(stderr, "bench: %s\n", strerror(-err));
		return EXIT_ERROR;
	}
	bare_median = median(bare_ns);
	sample_median = median(sample_ns);
	printf("{\"bench\":\"netlink_sample\",\"bare_ns\":%.0f,\"sample_ns\":%.0f,\"ratio\":%.3f,"
	       "\"rounds\":%d}\n",
	       bare_median, sample_median, sample_median / bare_median, ROUNDS);
	return EXIT_PASS;
}
