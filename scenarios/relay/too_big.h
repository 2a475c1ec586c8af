/* SPDX-License-Identifier: BSD-2-Clause */
/* What a router answers to a packet that does not fit: ICMP fragmentation needed, ICMPv6 too big.
 */
#ifndef TCPW_RELAY_TOO_BIG_H
#define TCPW_RELAY_TOO_BIG_H

#include <stddef.h>
#include <stdint.h>

#define TOO_BIG_BYTES 1280

/*
 * The answer to the packet at data, which was parsed and is longer than mtu, into answer, which has
 * TOO_BIG_BYTES. It comes from the packet's destination: the path has no address of its own.
 * Returns its length.
 */
size_t too_big__answer(uint8_t *answer, const uint8_t *data, size_t size, uint32_t mtu);

#endif
