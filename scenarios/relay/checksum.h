/* SPDX-License-Identifier: BSD-2-Clause */
/* The internet checksum (RFC 1071), whole and by difference (RFC 1624). */
#ifndef TCPW_RELAY_CHECKSUM_H
#define TCPW_RELAY_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Add bytes to a sum that begins with 0; all but the last piece have an even length. */
uint32_t checksum__add(uint32_t sum, const uint8_t *data, size_t size);
/* Write what makes the sum come out. */
void checksum__store(uint8_t *at, uint32_t sum);
/* A 16-bit word of what *at covers changes. */
void checksum__replace(uint8_t *at, uint16_t before, uint16_t after);

#endif
