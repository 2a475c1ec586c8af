// SPDX-License-Identifier: BSD-2-Clause
/* What a router answers to a packet that does not fit (RFC 1191, RFC 4443). */
#include "too_big.h"

#include <netinet/in.h>
#include <string.h>

#include "checksum.h"

#define IPV4_HEADER	20
#define IPV6_HEADER	40
#define ICMP_HEADER	8
#define IPV4_ANSWER_MAX 576 /* RFC 1812, 4.3.2.3 */

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static size_t at_most(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t answer_ipv4(uint8_t *answer, const uint8_t *data, size_t size, uint32_t mtu)
{
	uint8_t *icmp = answer + IPV4_HEADER;
	size_t quoted = at_most(size, IPV4_ANSWER_MAX - IPV4_HEADER - ICMP_HEADER);
	size_t len = IPV4_HEADER + ICMP_HEADER + quoted;

	memset(answer, 0, IPV4_HEADER + ICMP_HEADER);
	answer[0] = 0x45;
	put16(answer + 2, (uint32_t)len);
	answer[8] = 64;
	answer[9] = IPPROTO_ICMP;
	memcpy(answer + 12, data + 16, 4);
	memcpy(answer + 16, data + 12, 4);
	checksum__store(answer + 10, checksum__add(0, answer, IPV4_HEADER));
	icmp[0] = 3; /* destination unreachable */
	icmp[1] = 4; /* fragmentation needed */
	put16(icmp + 6, mtu);
	memcpy(icmp + ICMP_HEADER, data, quoted);
	checksum__store(icmp + 2, checksum__add(0, icmp, ICMP_HEADER + quoted));
	return len;
}

static size_t answer_ipv6(uint8_t *answer, const uint8_t *data, size_t size, uint32_t mtu)
{
	uint8_t *icmp = answer + IPV6_HEADER;
	size_t quoted = at_most(size, TOO_BIG_BYTES - IPV6_HEADER - ICMP_HEADER);
	size_t payload = ICMP_HEADER + quoted;
	uint32_t sum;

	memset(answer, 0, IPV6_HEADER + ICMP_HEADER);
	answer[0] = 0x60;
	put16(answer + 4, (uint32_t)payload);
	answer[6] = IPPROTO_ICMPV6;
	answer[7] = 64;
	memcpy(answer + 8, data + 24, 16);
	memcpy(answer + 24, data + 8, 16);
	icmp[0] = 2; /* packet too big */
	put16(icmp + 6, mtu);
	memcpy(icmp + ICMP_HEADER, data, quoted);
	/* RFC 8200, 8.1: with a pseudo-header of addresses, length and protocol */
	sum = checksum__add(0, answer + 8, 32) + (uint32_t)payload + IPPROTO_ICMPV6;
	checksum__store(icmp + 2, checksum__add(sum, icmp, payload));
	return IPV6_HEADER + payload;
}

size_t too_big__answer(uint8_t *answer, const uint8_t *data, size_t size, uint32_t mtu)
{
	return data[0] >> 4 == 6 ? answer_ipv6(answer, data, size, mtu)
				 : answer_ipv4(answer, data, size, mtu);
}
