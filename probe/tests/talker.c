// SPDX-License-Identifier: BSD-2-Clause
/*
 * Helper of the live tests: one TCP connection over loopback whose both ends are in this process,
 * driven by lines on stdin, each answered by a line on stdout once it is done:
 *
 *	talker KIND [wait]	v4, v6, mapped (a v4 client of a v6 server), or mptcp
 *	  -> "SERVER_PORT CLIENT_PORT"
 *				wait: the server listens, and the client connects behind a line
 *	  -> "listening"
 *	send N			the client writes N bytes and the server reads them all
 *	info N			N times getsockopt(TCP_INFO) on the client's socket
 *	reset			by the server
 *	close			both ends; the process then ends at the end of stdin
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static char chunk[65536];
static int protocol;

static void die(const char *what)
{
	perror(what);
	exit(3);
}

static int listener(int family, struct sockaddr_in6 *addr)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	socklen_t len = sizeof(*addr);

	memset(addr, 0, sizeof(*addr));
	addr->sin6_family = family;
	if (family == AF_INET)
		((struct sockaddr_in *)addr)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)addr, sizeof(*addr)) || listen(fd, 1) ||
	    getsockname(fd, (struct sockaddr *)addr, &len))
		die("listen");
	return fd;
}

static int client(int family, unsigned int port)
{
	struct sockaddr_in6 addr6 = { .sin6_family = AF_INET6, .sin6_port = htons(port),
				      .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in addr4 = { .sin_family = AF_INET, .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, protocol);

	if (fd < 0 || (family == AF_INET
			       ? connect(fd, (struct sockaddr *)&addr4, sizeof(addr4))
			       : connect(fd, (struct sockaddr *)&addr6, sizeof(addr6))))
		die("connect");
	return fd;
}

/* The server reads after each chunk, so that one thread can do both ends. */
static void move(int from, int to, unsigned long bytes)
{
	while (bytes) {
		ssize_t n = write(from, chunk, bytes < sizeof(chunk) ? bytes : sizeof(chunk));

		if (n <= 0)
			die("write");
		bytes -= n;
		while (n > 0) {
			ssize_t got = read(to, chunk, n);

			if (got <= 0)
				die("read");
			n -= got;
		}
	}
}

static void ask(int fd, unsigned long times)
{
	while (times--) {
		char info[512]; /* longer than any kernel's struct tcp_info */
		socklen_t len = sizeof(info);

		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &len))
			die("getsockopt");
	}
}

/* Close fd by a reset, and wait until its peer knows. */
static void reset(int fd, int peer)
{
	const struct linger linger = { .l_onoff = 1 };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) || close(fd) ||
	    read(peer, chunk, 1) >= 0)
		die("reset");
}

int main(int argc, char **argv)
{
	const char *kind = argc >= 2 ? argv[1] : "";
	int server_family = strcmp(kind, "v4") ? AF_INET6 : AF_INET;
	int client_family = strcmp(kind, "v6") ? AF_INET : AF_INET6;
	struct sockaddr_in6 addr;
	socklen_t len = sizeof(addr);
	int lfd, cfd, sfd;
	char line[64];

	if (!strcmp(kind, "mptcp"))
		protocol = IPPROTO_MPTCP;
	lfd = listener(server_family, &addr);
	if (argc == 3) {
		puts("listening");
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin))
			return 3;
	}
	cfd = client(client_family, ntohs(addr.sin6_port));
	sfd = accept(lfd, NULL, NULL);
	close(lfd);
	printf("%u ", ntohs(addr.sin6_port)); /* same place in sockaddr_in */
	if (sfd < 0 || getsockname(cfd, (struct sockaddr *)&addr, &len))
		die("accept");
	printf("%u\n", ntohs(addr.sin6_port));
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		unsigned long n = strcspn(line, " ");

		n = line[n] ? strtoul(line + n, NULL, 10) : 0;
		if (!strncmp(line, "send", 4)) {
			move(cfd, sfd, n);
		} else if (!strncmp(line, "info", 4)) {
			ask(cfd, n);
		} else if (!strncmp(line, "reset", 5)) {
			reset(sfd, cfd);
			sfd = -1;
		} else if (!strncmp(line, "close", 5)) {
			close(cfd);
			close(sfd);
		}
		puts("done");
		fflush(stdout);
	}
	return 0;
}
