// SPDX-License-Identifier: BSD-2-Clause
/*
 * The benchmark's own traffic. Each workload is a process (bulk: two) that runs until it is killed,
 * stopped and continued from outside.
 */
#include "traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONNECTIONS 16
#define MESSAGE_BYTES 100
#define WRITE_BYTES 65536

struct connections {
	int client[CONNECTIONS], server[CONNECTIONS];
};

static char chunk[WRITE_BYTES];

const char *workload__name(enum workload workload)
{
	return workload == WORKLOAD_PINGPONG ? "pingpong" : "bulk";
}

static int enter_cgroup(const char *cgroup)
{
	char path[4096];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, "0", 1) < 0) /* 0: the writer itself */
		err = -errno;
	close(fd);
	return err;
}

static int raise_loopback(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		err = -errno;
	close(fd);
	return err;
}

static int connect_all(struct connections *c)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	socklen_t len = sizeof(addr);

	if (listener < 0 || bind(listener, (struct sockaddr *)&addr, len) ||
	    listen(listener, CONNECTIONS) || getsockname(listener, (struct sockaddr *)&addr, &len))
		return -errno;
	for (int i = 0; i < CONNECTIONS; i++) {
		c->client[i] = socket(AF_INET, SOCK_STREAM, 0);
		if (c->client[i] < 0 || connect(c->client[i], (struct sockaddr *)&addr, len))
			return -errno;
		c->server[i] = accept(listener, NULL, NULL);
		if (c->server[i] < 0 ||
		    setsockopt(c->client[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) ||
		    setsockopt(c->server[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
			return -errno;
	}
	close(listener);
	return 0;
}

static int transfer(ssize_t n)
{
	return n < 0 ? -errno : n ? 0 : -EPIPE;
}

/* Messages are far smaller than the buffers: one process plays both ends without waiting. */
static int pingpong(const struct connections *c)
{
	int err = 0;

	while (!err) {
		for (int i = 0; i < CONNECTIONS && !err; i++)
			err = transfer(write(c->client[i], chunk, MESSAGE_BYTES));
		for (int i = 0; i < CONNECTIONS && !err; i++) {
			err = transfer(read(c->server[i], chunk, MESSAGE_BYTES));
			if (!err)
				err = transfer(write(c->server[i], chunk, MESSAGE_BYTES));
		}
		for (int i = 0; i < CONNECTIONS && !err; i++)
			err = transfer(read(c->client[i], chunk, MESSAGE_BYTES));
	}
	return err;
}

/* Write to, or read from, whichever connections are ready. */
static int stream(const int *fds, short events)
{
	struct pollfd ready[CONNECTIONS];
	int err = 0;

	for (int i = 0; i < CONNECTIONS; i++) {
		ready[i] = (struct pollfd){ .fd = fds[i], .events = events };
		if (fcntl(fds[i], F_SETFL, O_NONBLOCK))
			return -errno;
	}
	while (!err) {
		if (poll(ready, CONNECTIONS, -1) < 0)
			return -errno;
		for (int i = 0; i < CONNECTIONS && !err; i++) {
			if (!ready[i].revents)
				continue;
			err = transfer(events == POLLOUT ? write(fds[i], chunk, sizeof(chunk))
							 : read(fds[i], chunk, sizeof(chunk)));
			if (err == -EAGAIN)
				err = 0;
		}
	}
	return err;
}

static int bulk(const struct connections *c)
{
	pid_t parent = getpid(), reader = fork();

	if (reader < 0)
		return -errno;
	if (reader)
		return stream(c->client, POLLOUT);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return getppid() == parent ? stream(c->server, POLLIN) : -ESRCH;
}

static int run(enum workload workload, const char *cgroup, pid_t parent)
{
	struct connections c;
	int err;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		return -ESRCH;
	signal(SIGPIPE, SIG_IGN);
	err = enter_cgroup(cgroup);
	if (!err && unshare(CLONE_NEWNET))
		err = -errno;
	if (!err)
		err = raise_loopback();
	if (!err)
		err = connect_all(&c);
	if (err)
		return err;
	raise(SIGSTOP); /* ready */
	return workload == WORKLOAD_PINGPONG ? pingpong(&c) : bulk(&c);
}

int traffic__start(pid_t *group, enum workload workload, const char *cgroup)
{
	pid_t parent = getpid(), pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid) {
		setpgid(0, 0);
		_exit(-run(workload, cgroup, parent)); /* errno values fit an exit status */
	}
	setpgid(pid, pid);
	while (waitpid(pid, &status, WUNTRACED) < 0)
		if (errno != EINTR)
			return -errno;
	if (!WIFSTOPPED(status))
		return WIFEXITED(status) && WEXITSTATUS(status) ? -WEXITSTATUS(status) : -ECHILD;
	*group = pid;
	return 0;
}

void traffic__go(pid_t group)
{
	kill(-group, SIGCONT);
}

void traffic__stop(pid_t group)
{
	kill(-group, SIGSTOP);
}

void traffic__end(pid_t group)
{
	if (group <= 0)
		return;
	kill(-group, SIGKILL);
	while (waitpid(group, NULL, 0) < 0 && errno == EINTR)
		;
}
