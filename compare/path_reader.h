/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads path.jsonl, the path's own account of a run, one line at a time (docs/run-directory.md). */
#ifndef TCPW_COMPARE_PATH_READER_H
#define TCPW_COMPARE_PATH_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "timeline/sample.h"

/* Who keeps the account: relay, exactly, packet by packet; others by counters of their devices. */
#define PATH_RELAY "relay"

/* The path as it was configured. 0: without. */
struct path_config {
	char backend[16];
	double rtt_us, jitter_us, mark_percent, duplicate_percent;
	uint64_t rate_bit, queue_bytes, mark_queue_bytes, mtu;
};

enum path_fate {
	FATE_DELIVERED,
	FATE_LOSS,
	FATE_QUEUE,
	FATE_BLACKOUT,
	FATE_TOO_BIG,
	FATE_OVERRUN,
	FATES
};

const char *path_fate__name(enum path_fate f);

/* Flags of a TCP header. */
enum {
	PATH_FIN = 1,
	PATH_SYN = 2,
	PATH_RST = 4,
	PATH_PSH = 8,
	PATH_ACK = 16,
	PATH_URG = 32,
	PATH_ECE = 64,
	PATH_CWR = 128,
};

enum path_dir { DIR_C2S, DIR_S2C, DIRS };

#define ECN_CE	   3
#define PATH_SACKS 4

/*
 * A packet on the path. Times are ns of CLOCK_MONOTONIC: t_ns behind its reading from the sender's
 * kernel, out_ns before its writing to the receiver's (0: it was not delivered).
 */
struct path_packet {
	uint64_t t_ns, out_ns;
	uint32_t flow;
	uint32_t seq, ack, len, ip_len;
	uint32_t sack[PATH_SACKS][2];
	uint32_t tsval, tsecr;
	uint8_t sacks;
	uint8_t dir, flags, fate;
	uint8_t ecn;	  /* as it came in */
	bool ce;	  /* the path has marked it */
	bool held;	  /* for reordering */
	bool copy;	  /* a second one that the path made: it was never sent */
	uint64_t echo_ns; /* path_event.c: the latest reading that its timestamp may echo */
	uint64_t counted; /* path_pace.c: segments that its sender had counted as delivered */
};

struct path_flow_line {
	uint64_t t_ns;
	uint32_t flow;
	struct endpoint end[2]; /* client, server */
};

/* Counters of a device, all as they were at once: of the backends that count. */
struct path_device_line {
	bool after; /* the traffic; or before it */
	char netns[32], dev[32];
	uint64_t rx_packets, tx_packets;
	/* of its queueing disciplines: one may count what another inside it has dropped */
	uint64_t drops_least, drops_most;
	uint64_t too_big; /* not forwarded to this device */
};

enum path_line { PATH_END, PATH_FLOW, PATH_PACKET, PATH_DEVICE, PATH_OTHER };

struct path_reader;

/* Open and read the header. 0 or -errno; on failure too *r is set (unless -ENOMEM), and must be
 * closed: __error() tells why. -ENOENT: no such file. */
int path_reader__open(struct path_reader **r, const char *path);
const struct path_config *path_reader__config(const struct path_reader *r);

union path_any {
	struct path_flow_line flow;
	struct path_packet packet;
	struct path_device_line device;
};

/*
 * The next line, wholly overwritten. Which it is; PATH_END once the trailer was read and the file
 * is whole; or -errno, which is final: -ENODATA (no trailer: cut), -EBADMSG (a line that cannot be
 * understood, times that run backwards, an unknown flow, a trailer that counts other lines).
 */
int path_reader__next(struct path_reader *r, union path_any *line);

const struct timeline_trailer *path_reader__trailer(const struct path_reader *r);
const char *path_reader__error(const struct path_reader *r);
void path_reader__close(struct path_reader *r); /* NULL is allowed */

#endif
