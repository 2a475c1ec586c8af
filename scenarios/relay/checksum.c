// SPDX-License-Identifier: BSD-2-Clause
/* The internet checksum. */
#include "checksum.h"

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

uint32_t checksum__add(uint32_t sum, const uint8_t *data, size_t size)
{
	for (; size > 1; data += 2, size -= 2)
		sum += (uint32_t)(data[0] << 8 | data[1]);
	return size ? sum + (uint32_t)(data[0] << 8) : sum;
}

void checksum__store(uint8_t *at, uint32_t sum)
{
	uint16_t value = (uint16_t)~fold(sum);

	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

void checksum__replace(uint8_t *at, uint16_t before, uint16_t after)
{
	uint16_t old = (uint16_t)(at[0] << 8 | at[1]);

	/* RFC 1624, equation 3: HC' = ~(~HC + ~m + m') */
	checksum__store(at, (uint32_t)(uint16_t)~old + (uint16_t)~before + after);
}
