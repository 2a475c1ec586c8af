// SPDX-License-Identifier: BSD-2-Clause
/*
 * Helper of the live tests: one TCP connection from one network namespace to another, over which
 *the client sends so many bytes and ends.
 *
 *	transfer CLIENT_NETNS SERVER_NETNS ADDRESS BYTES [MAXSEG]
 *
 * When all is acknowledged it prints what the kernel says of the client's end, as "name value".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "timeline/cli.h"
#include "timeline/netns.h"

#define PORT 5300

static char chunk[65536];

static void die(const char *what)
{
	perror(what);
	exit(EXIT_ERROR);
}

static void enter(const char *name)
{
	struct netns ns;

	if (netns__open(&ns, name) || netns__enter(&ns))
		die(name);
	netns__close(&ns);
}

static int open_socket(const char *address, struct sockaddr_storage *at, socklen_t *size)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)at;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)at;
	int fd;

	memset(at, 0, sizeof(*at));
	if (strchr(address, ':')) {
		at->ss_family = AF_INET6;
		v6->sin6_port = htons(PORT);
		*size = sizeof(*v6);
		if (inet_pton(AF_INET6, address, &v6->sin6_addr) != 1)
			die(address);
	} else {
		at->ss_family = AF_INET;
		v4->sin_port = htons(PORT);
		*size = sizeof(*v4);
		if (inet_pton(AF_INET, address, &v4->sin_addr) != 1)
			die(address);
	}
	fd = socket(at->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket");
	return fd;
}

static void send_all(int fd, uint64_t bytes)
{
	int unsent = 1;

	while (bytes) {
		ssize_t n = write(fd, chunk, bytes < sizeof(chunk) ? bytes : sizeof(chunk));

		if (n <= 0)
			die("write");
		bytes -= (uint64_t)n;
	}
	while (unsent) { /* or not acknowledged */
		poll(NULL, 0, 1);
		if (ioctl(fd, SIOCOUTQ, &unsent))
			die("SIOCOUTQ");
	}
}

static void tell(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size))
		die("TCP_INFO");
	printf("snd_mss %u\npmtu %u\nmin_rtt %u\nsegs_out %u\ntotal_retrans %u\ndsack_dups %u\n"
	       "delivered_ce %u\nreord_seen %u\n",
	       info.tcpi_snd_mss, info.tcpi_pmtu, info.tcpi_min_rtt, info.tcpi_segs_out,
	       info.tcpi_total_retrans, info.tcpi_dsack_dups, info.tcpi_delivered_ce,
	       info.tcpi_reord_seen);
}

int main(int argc, char **argv)
{
	struct sockaddr_storage at;
	socklen_t size;
	uint64_t bytes, maxseg = 0;
	int listener, client, server, one = 1;

	if (argc < 5 || argc > 6 || number__parse(argv[4], 1, 1u << 30, &bytes) ||
	    (argc > 5 && number__parse(argv[5], 88, 1460, &maxseg)))
		return EXIT_USAGE;
	enter(argv[2]);
	listener = open_socket(argv[3], &at, &size);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&at, size) || listen(listener, 1))
		die("listen");
	if (!fork()) {
		server = accept(listener, NULL, NULL);
		while (read(server, chunk, sizeof(chunk)) > 0)
			;
		_exit(server < 0);
	}
	close(listener);
	enter(argv[1]);
	client = open_socket(argv[3], &at, &size);
	if (maxseg &&
	    setsockopt(client, IPPROTO_TCP, TCP_MAXSEG, &(int){ (int)maxseg }, sizeof(int)))
		die("TCP_MAXSEG");
	if (connect(client, (struct sockaddr *)&at, size))
		die("connect");
	send_all(client, bytes);
	tell(client);
	shutdown(client, SHUT_WR);
	while (read(client, chunk, sizeof(chunk)) > 0)
		; /* until the server has ended, too */
	return EXIT_PASS;
}
