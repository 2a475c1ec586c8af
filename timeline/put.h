/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON text into a buffer, for those who write many lines: every put_ function returns the end of
 * what it wrote; the caller has seen to the room.
 */
#ifndef TCPW_TIMELINE_PUT_H
#define TCPW_TIMELINE_PUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define EXACT_IN_DOUBLE (1ULL << 53)

static inline char *put_bytes(char *p, const char *s, size_t len)
{
	memcpy(p, s, len);
	return p + len;
}

#define put_literal(p, s) put_bytes(p, s, sizeof(s) - 1)

static const char two_digits[] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839"
	"40414243444546474849505152535455565758596061626364656667686970717273747576777879"
	"8081828384858687888990919293949596979899";

/* From the end, two digits a step; most values are short. */
static inline char *put_u64(char *p, uint64_t v)
{
	unsigned int len = 1;
	char *d;

	if (v < 10) {
		*p = '0' + v;
		return p + 1;
	}
	for (uint64_t bound = 10; v >= bound && len < 20; len++)
		bound = len == 19 ? UINT64_MAX : bound * 10;
	for (d = p + len; v >= 100; v /= 100)
		memcpy(d -= 2, two_digits + 2 * (v % 100), 2);
	if (v >= 10)
		memcpy(d - 2, two_digits + 2 * v, 2);
	else
		d[-1] = '0' + v;
	return p + len;
}

/* Beyond 2^53 a JSON number would not survive a reader that keeps doubles: a string then. */
static inline char *put_number(char *p, uint64_t v)
{
	if (v <= EXACT_IN_DOUBLE)
		return put_u64(p, v);
	*p++ = '"';
	p = put_u64(p, v);
	*p++ = '"';
	return p;
}

static inline char *put_name(char *p, const char *name, size_t len)
{
	*p++ = '"';
	p = put_bytes(p, name, len);
	*p++ = '"';
	return p;
}

/* Text of our own making or from uname(2), ioctl: quotes, backslashes, controls are left out. */
static inline char *put_string(char *p, const char *s)
{
	*p++ = '"';
	for (; *s; s++)
		if ((unsigned char)*s >= 0x20 && *s != '"' && *s != '\\')
			*p++ = *s;
	*p++ = '"';
	return p;
}

static inline char *put_key_number(char *p, const char *key, uint64_t v)
{
	*p++ = ',';
	p = put_name(p, key, strlen(key));
	*p++ = ':';
	return put_number(p, v);
}

static inline char *put_key_string(char *p, const char *key, const char *v)
{
	*p++ = ',';
	p = put_name(p, key, strlen(key));
	*p++ = ':';
	return put_string(p, v);
}

#endif
