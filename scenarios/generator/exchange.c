// SPDX-License-Identifier: BSD-2-Clause
/*
 * One end of one flow.
 *
 * Before it closes, each end asks for TCP_INFO once, as applications with telemetry do: the probe
 * catches the call, and its reading of the socket can be held against the kernel's own.
 */
#include "exchange.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "timeline/cli.h"

#define CHUNK 65536

static const uint8_t zeros[CHUNK];

static uint32_t over(struct exchange *x, const char *error)
{
	x->phase = EXCHANGE_OVER;
	x->told.error = error;
	return 0;
}

static uint32_t over_errno(struct exchange *x, int err)
{
	switch (err) {
	case ECONNREFUSED:
		return over(x, "connection refused");
	case ECONNRESET:
	case EPIPE:
		return over(x, "connection reset");
	case ETIMEDOUT:
		return over(x, "connection timed out");
	case EHOSTUNREACH:
	case ENETUNREACH:
		return over(x, "no route");
	default:
		return over(x, "system error");
	}
}

void exchange__begin_client(struct exchange *x, int fd, uint32_t request, uint32_t reply)
{
	uint32_t header[2] = { htonl(request), htonl(reply) };

	memset(x, 0, sizeof(*x));
	x->fd = fd;
	x->client = true;
	x->phase = EXCHANGE_CONNECTING;
	x->request = request;
	x->reply = reply;
	memcpy(x->header, header, sizeof(header));
}

void exchange__begin_server(struct exchange *x, int fd)
{
	memset(x, 0, sizeof(*x));
	x->fd = fd;
	x->phase = EXCHANGE_RECEIVING;
	x->told.opened_ns = monotonic_ns();
	if (account__identify(fd, &x->told.ident))
		over(x, "connection reset"); /* before it could be accepted */
}

static uint32_t finish_connect(struct exchange *x)
{
	socklen_t len = sizeof(int);
	int err = 0;

	if (getsockopt(x->fd, SOL_SOCKET, SO_ERROR, &err, &len))
		err = errno;
	if (!err)
		err = -account__identify(x->fd, &x->told.ident);
	if (err == ENOTCONN)
		return EPOLLOUT;
	if (err)
		return over_errno(x, err);
	x->phase = EXCHANGE_SENDING;
	return exchange__step(x);
}

/* The next bytes of what this end sends: the request's header, or zeros. */
static ssize_t send_some(struct exchange *x, uint64_t total)
{
	uint64_t sent = x->told.sent, left = total - sent;

	if (x->client && sent < EXCHANGE_HEADER)
		return send(x->fd, x->header + sent, EXCHANGE_HEADER - sent,
			    MSG_NOSIGNAL | (total > EXCHANGE_HEADER ? MSG_MORE : 0));
	return send(x->fd, zeros, left < CHUNK ? left : CHUNK, MSG_NOSIGNAL);
}

static uint32_t step_sending(struct exchange *x)
{
	uint64_t total = x->client ? x->request : x->reply;

	while (x->told.sent < total) {
		ssize_t n = send_some(x, total);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return EPOLLOUT;
		if (n < 0)
			return over_errno(x, errno);
		x->told.sent += n;
	}
	if (!x->client)
		return over(x, NULL);
	x->phase = EXCHANGE_RECEIVING;
	return EPOLLIN;
}

/* Keep what belongs to the header. False: it asks for what no client asks. */
static bool take_header(struct exchange *x, const uint8_t *bytes, size_t n)
{
	uint64_t have = x->told.received;
	uint32_t header[2];

	for (; have < EXCHANGE_HEADER && n; have++, n--)
		x->header[have] = *bytes++;
	if (have < EXCHANGE_HEADER || x->request)
		return true;
	memcpy(header, x->header, sizeof(header));
	x->request = ntohl(header[0]);
	x->reply = ntohl(header[1]);
	return x->request >= EXCHANGE_HEADER && x->request <= EXCHANGE_MAX &&
	       x->reply <= EXCHANGE_MAX;
}

static uint32_t end_of_file(struct exchange *x)
{
	if (x->client && x->told.received == x->reply)
		return over(x, NULL);
	return over(x, x->client ? "the reply is cut" : "the request is cut");
}

static uint32_t step_receiving(struct exchange *x)
{
	uint8_t buffer[CHUNK];

	for (;;) {
		ssize_t n = recv(x->fd, buffer, sizeof(buffer), 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return EPOLLIN;
		if (n < 0)
			return over_errno(x, errno);
		if (!n)
			return end_of_file(x);
		if (!x->client && !take_header(x, buffer, n))
			return over(x, "no request of tcpw-generator");
		x->told.received += n;
		if (x->told.received > (x->client ? x->reply : x->request) &&
		    (x->client || x->request))
			return over(x, "more bytes than were asked for");
		if (!x->client && x->told.received == x->request) {
			x->phase = EXCHANGE_SENDING;
			return step_sending(x);
		}
	}
}

uint32_t exchange__step(struct exchange *x)
{
	switch (x->phase) {
	case EXCHANGE_CONNECTING:
		return finish_connect(x);
	case EXCHANGE_SENDING:
		return step_sending(x);
	case EXCHANGE_RECEIVING:
		return step_receiving(x);
	default:
		return 0;
	}
}

void exchange__end(struct exchange *x, const char *error, struct account *account)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (x->phase != EXCHANGE_OVER)
		x->told.error = error;
	/* Its answer is the probe's to see, and an error of a dead socket's call is none of ours.
	 */
	(void)!getsockopt(x->fd, IPPROTO_TCP, TCP_INFO, &info, &len);
	close(x->fd);
	x->told.closed_ns = monotonic_ns();
	account__add(account, &x->told);
}
