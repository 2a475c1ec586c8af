// SPDX-License-Identifier: BSD-2-Clause
/* How packets are judged, in which order, and what happens when there is no room; sockets are the
 * devices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "scenarios/relay/parcels.h"
#include "scenarios/relay/relay_state.h"
#include "timeline/cli.h"
#include "timeline/temporary.h"

#define NS_PER_S 1000000000ull

struct stand {
	struct path_config config;
	struct tun tun[DIRS];
	int end[DIRS]; /* of the client, of the server */
	struct spool *spool;
	struct relay *relay;
};

static void begin(struct stand *s, struct path_config config)
{
	config.chance_dirs = 1u << DIR_C2S;
	config.mtu = config.mtu ? config.mtu : PATH_MTU;
	*s = (struct stand){ .config = config };
	for (enum direction dir = 0; dir < DIRS; dir++) {
		int fds[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds), 0);
		s->tun[dir].fd = fds[0];
		s->end[dir] = fds[1];
	}
	assert_int_equal(spool__open(&s->spool, temporary__folder()), 0);
	assert_int_equal(relay__new(&s->relay, &s->config, s->tun, s->spool), 0);
}

static void finish(struct stand *s)
{
	relay__free(s->relay);
	spool__close(s->spool);
	for (enum direction dir = 0; dir < DIRS; dir++) {
		close(s->tun[dir].fd);
		close(s->end[dir]);
	}
}

/* Carry a packet of ip_len bytes: a segment of a client's flow, or a UDP datagram. */
static void arrive(struct stand *s, uint8_t protocol, uint16_t client_port, uint32_t seq,
		   uint8_t flags, uint16_t ip_len)
{
	uint8_t data[PATH_MTU] = { 0x45,
				   2,
				   (uint8_t)(ip_len >> 8),
				   (uint8_t)ip_len,
				   0,
				   0,
				   0x40,
				   0,
				   64,
				   protocol,
				   0,
				   0,
				   10,
				   0,
				   0,
				   1,
				   10,
				   0,
				   0,
				   2,
				   (uint8_t)(client_port >> 8),
				   (uint8_t)client_port,
				   0,
				   80,
				   (uint8_t)(seq >> 24),
				   (uint8_t)(seq >> 16),
				   (uint8_t)(seq >> 8),
				   (uint8_t)seq,
				   [32] = 0x50,
				   flags };

	assert_int_equal(write(s->end[DIR_C2S], data, ip_len), ip_len);
	assert_int_equal(relay__take(s->relay, DIR_C2S), 1);
	assert_int_equal(relay__take(s->relay, DIR_C2S), 0);
}

/* The next record in the spool, which must be there; after spool__finish(). */
static struct record next(struct stand *s)
{
	struct record r;

	assert_int_equal(spool__next(s->spool, &r), 1);
	return r;
}

static void chance_comes_first_and_then_size(void **state)
{
	struct stand s;
	uint8_t answer[10]; /* a datagram is cut */

	begin(&s, (struct path_config){ .loss_percent = 100, .mtu = 600, .seed = 1 });
	arrive(&s, 6, 1, 10, FLAG_SYN, 40);
	arrive(&s, 6, 1, 11, FLAG_ACK, 1488);
	s.relay->chooser.dirs = 0;
	arrive(&s, 6, 1, 11, FLAG_ACK, 1488);
	assert_int_equal(read(s.end[DIR_C2S], answer, sizeof(answer)), sizeof(answer));
	assert_int_equal(answer[9], 1); /* ICMP, and no second one: */
	assert_int_equal(read(s.end[DIR_C2S], answer, sizeof(answer)), -1);
	assert_int_equal(spool__finish(s.spool), 0);
	assert_int_equal(next(&s).kind, RECORD_FLOW);
	assert_int_equal(next(&s).fate, FATE_LOSS);
	assert_int_equal(next(&s).fate, FATE_LOSS);
	assert_int_equal(next(&s).fate, FATE_TOO_BIG);
	assert_true(next(&s).made);
	finish(&s);
}

static void blackouts_count_from_data_that_is_no_control_connections(void **state)
{
	struct stand s;

	begin(&s, (struct path_config){ .rtt_ns = 20 * NS_PER_S, .blackout_ns = 3600 * NS_PER_S });
	arrive(&s, 6, 1, 10, FLAG_SYN, 40);
	for (uint32_t i = 0; i < 64; i++)
		arrive(&s, 6, 1, 11 + i * 1024, FLAG_ACK, 1064); /* 64 KiB */
	arrive(&s, 6, 2, 10, FLAG_SYN, 40);
	arrive(&s, 17, 1, 0, 0, 100);
	assert_int_equal(s.relay->data_since_ns, 0);
	arrive(&s, 6, 2, 11, FLAG_ACK, 41);
	assert_int_not_equal(s.relay->data_since_ns, 0);
	arrive(&s, 17, 1, 0, 0, 100);
	assert_int_equal(s.relay->counts.udp[FATE_BLACKOUT], 1);
	finish(&s);
	begin(&s, (struct path_config){ .rtt_ns = 20 * NS_PER_S, .blackout_ns = 3600 * NS_PER_S });
	arrive(&s, 6, 1, 10, FLAG_SYN, 40);
	arrive(&s, 6, 1, 11, FLAG_ACK, 1488);
	assert_int_equal(s.relay->data_since_ns, 0);
	arrive(&s, 6, 1, 11 + 65536, FLAG_ACK, 41);
	assert_int_not_equal(s.relay->data_since_ns, 0);
	finish(&s);
}

static void what_finds_no_room_is_an_overrun(void **state)
{
	struct stand s;

	begin(&s, (struct path_config){ .rtt_ns = 20 * NS_PER_S });
	for (uint32_t i = 0; i < PARCELS_MAX + 3; i++)
		arrive(&s, 17, 1, i, 0, 28);
	assert_int_equal(s.relay->counts.overrun, 3);
	assert_int_equal(s.relay->counts.udp[FATE_OVERRUN], 3);
	finish(&s);
}

static void what_a_device_refuses_is_an_overrun(void **state)
{
	struct stand s;

	begin(&s, (struct path_config){ .seed = 1 });
	arrive(&s, 6, 1, 10, FLAG_SYN, 40);
	close(s.end[DIR_S2C]);
	s.end[DIR_S2C] = dup(s.end[DIR_C2S]);
	stop_requested = 1; /* what is on its way is still written */
	assert_int_equal(relay__run(s.relay), 0);
	stop_requested = 0;
	assert_int_equal(s.relay->counts.overrun, 1);
	assert_int_equal(spool__finish(s.spool), 0);
	next(&s);
	assert_int_equal(next(&s).fate, FATE_OVERRUN);
	finish(&s);
}

static void what_is_local_or_no_packet_is_not_carried(void **state)
{
	uint8_t multicast[28] = { 0x45, 0, 0, 28, [9] = 17, [16] = 224 };
	struct stand s;

	begin(&s, (struct path_config){ .seed = 1 });
	assert_int_equal(write(s.end[DIR_C2S], multicast, sizeof(multicast)), sizeof(multicast));
	assert_int_equal(relay__take(s.relay, DIR_C2S), 1);
	assert_int_equal(write(s.end[DIR_C2S], "no packet", 9), 9);
	assert_int_equal(relay__take(s.relay, DIR_C2S), 1);
	assert_int_equal(s.relay->counts.local, 1);
	assert_int_equal(s.relay->counts.malformed, 1);
	assert_null(s.relay->queue[DIR_C2S][ORDERED].head);
	finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chance_comes_first_and_then_size),
		cmocka_unit_test(blackouts_count_from_data_that_is_no_control_connections),
		cmocka_unit_test(what_finds_no_room_is_an_overrun),
		cmocka_unit_test(what_a_device_refuses_is_an_overrun),
		cmocka_unit_test(what_is_local_or_no_packet_is_not_carried),
	};

	stop_on_signals(); /* SIGPIPE */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
