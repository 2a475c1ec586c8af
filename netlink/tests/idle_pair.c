// SPDX-License-Identifier: BSD-2-Clause
/*
 * Helper of the live tests: makes one TCP connection over loopback in its own process, sends some
 * data both ways, then stays idle until a line (or the end) arrives on stdin. Each line does one
 *thing: send	100 more bytes from the client	close	closes the client's end, then the server's
 *	reopen	a new connection (after close; the listener stays all the time)
 * Before that and after each, it prints one line: the local ports of client and server, and the
 * client socket's cookie.
 *	idle_pair [4 | 6 | mapped] [cgroup directory]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int listener = -1, client = -1, server = -1;
static struct sockaddr_storage server_at, connect_to;
static socklen_t connect_len;

static void check(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "idle_pair: %s: %s\n", what, strerror(errno));
	exit(3);
}

static void start_listening(const char *kind)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = in6addr_any};
	socklen_t len = sizeof(server_at);
	int is_v4 = !strcmp(kind, "4");

	listener = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);
	check(listener >= 0, "socket");
	check(!bind(listener, is_v4 ? (void *)&v4 : (void *)&v6, is_v4 ? sizeof(v4) : sizeof(v6)),
	      "bind");
	check(!listen(listener, 1), "listen");
	check(!getsockname(listener, (void *)&server_at, &len), "getsockname");
	if (!strcmp(kind, "6")) {
		v6.sin6_addr = in6addr_loopback;
		v6.sin6_port = ((struct sockaddr_in6 *)&server_at)->sin6_port;
		memcpy(&connect_to, &v6, connect_len = sizeof(v6));
	} else {
		v4.sin_port = is_v4 ? ((struct sockaddr_in *)&server_at)->sin_port
				    : ((struct sockaddr_in6 *)&server_at)->sin6_port;
		memcpy(&connect_to, &v4, connect_len = sizeof(v4));
	}
}

static void move(int from, int to, size_t bytes)
{
	static char buffer[65536];

	for (size_t sent = 0, got = 0; got < bytes;) {
		ssize_t n = bytes - sent < sizeof(buffer) ? bytes - sent : sizeof(buffer);

		if (n)
			sent += n = send(from, buffer, n, 0);
		check(n >= 0, "send");
		n = recv(to, buffer, sizeof(buffer), 0);
		check(n > 0, "recv");
		got += n;
	}
}

static void open_pair(void)
{
	client = socket(connect_to.ss_family, SOCK_STREAM, 0);
	check(client >= 0, "socket");
	check(!connect(client, (void *)&connect_to, connect_len), "connect");
	server = accept(listener, NULL, NULL);
	check(server >= 0, "accept");
	for (int i = 0; i < 20; i++) {
		move(client, server, 20000);
		move(server, client, 500);
	}
}

static unsigned int local_port(int fd)
{
	struct sockaddr_in6 at; /* sin_port and sin6_port lie at the same place */
	socklen_t len = sizeof(at);

	check(!getsockname(fd, (void *)&at, &len), "getsockname");
	return ntohs(at.sin6_port);
}

static void tell(void)
{
	static uint64_t cookie;
	static unsigned int port;
	socklen_t len = sizeof(cookie);

	if (client >= 0) {
		check(!getsockopt(client, SOL_SOCKET, SO_COOKIE, &cookie, &len), "SO_COOKIE");
		port = local_port(client);
	}
	printf("%u %u %llu\n", port, local_port(listener), (unsigned long long)cookie);
	fflush(stdout);
}

static void enter_cgroup(const char *path)
{
	char procs[512], pid[16];
	int fd;

	snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
	fd = open(procs, O_WRONLY | O_CLOEXEC);
	check(fd >= 0, procs);
	snprintf(pid, sizeof(pid), "%d", getpid());
	check(write(fd, pid, strlen(pid)) > 0, procs);
	close(fd);
}

int main(int argc, char **argv)
{
	char line[16];

	if (argc > 2)
		enter_cgroup(argv[2]);
	start_listening(argc > 1 ? argv[1] : "4");
	open_pair();
	tell();
	while (fgets(line, sizeof(line), stdin)) {
		if (!strcmp(line, "send\n")) {
			move(client, server, 100);
		} else if (!strcmp(line, "close\n")) {
			close(client);
			close(server);
			client = server = -1;
		} else if (!strcmp(line, "reopen\n")) {
			open_pair();
		}
		tell();
	}
	return 0;
}
