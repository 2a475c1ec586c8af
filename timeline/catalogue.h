/* SPDX-License-Identifier: BSD-2-Clause */
/* What every field is: the catalogue (catalogue.def) as an enum, a table and sets of fields. */
#ifndef TCPW_TIMELINE_CATALOGUE_H
#define TCPW_TIMELINE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field {
#define TCPI(name, type, unit, kind, at, since, rtt, all_ones, have, expr, doc) FIELD_##name,
#define SOCK(name, type, unit, kind, have, expr, doc) FIELD_##name,
#define CALL(name, type, unit, kind, doc) FIELD_##name,
#define CC(name, type, unit, kind, attribute, at, rtt, all_ones, have, expr, doc) FIELD_##name,
#define ATTR(name, type, unit, kind, attribute, at, doc) FIELD_##name,
#include "catalogue.def"
	FIELD_COUNT
};

enum field_group { GROUP_TCP_INFO, GROUP_SOCK, GROUP_CALL, GROUP_CC, GROUP_ATTR };

enum field_kind {
	KIND_CONSTANT,
	KIND_COUNTER,  /* monotone, modulo 2^(8 * size) */
	KIND_GAUGE,
	KIND_AGE,      /* time since an event */
	KIND_DURATION, /* a growing clock, in steps of a jiffy */
	KIND_RATE,
	KIND_ENUM,
	KIND_FLAGS,
	KIND_SEQUENCE, /* RFC 9293 sequence number */
};

/* Inside the RTT callback: updated by the ACK at hand, still from the one before, or not ACK-driven. */
enum field_rtt { RTT_QUIET, RTT_FRESH, RTT_STALE };

/* What a value of all ones means. */
enum field_all_ones { ALL_ONES_VALUE, ALL_ONES_UNLIMITED, ALL_ONES_UNSET };

/* The netlink attribute of a field of GROUP_CC or GROUP_ATTR; ATTRIBUTE_MSG is struct inet_diag_msg. */
enum field_attribute {
	ATTRIBUTE_NONE,
	ATTRIBUTE_MSG,
	ATTRIBUTE_MEMINFO,
	ATTRIBUTE_SKMEMINFO,
	ATTRIBUTE_VEGASINFO,
	ATTRIBUTE_DCTCPINFO,
	ATTRIBUTE_BBRINFO,
	ATTRIBUTE_TOS,
	ATTRIBUTE_TCLASS,
	ATTRIBUTE_CLASS_ID,
	ATTRIBUTE_SHUTDOWN,
	ATTRIBUTE_MARK,
	ATTRIBUTE_CGROUP_ID,
	ATTRIBUTE_SOCKOPT,
	ATTRIBUTE_COUNT
};

struct field_info {
	const char *name;  /* JSON key; struct tcp_info's member without tcpi_ */
	const char *type;  /* "u8" "u16" "u32" "u64" */
	const char *unit;
	const char *since; /* kernel version, "base", or "" outside struct tcp_info */
	const char *doc;
	uint8_t name_len;
	uint8_t size;      /* bytes of type; a counter wraps at 2^(8 * size) */
	uint8_t group;     /* enum field_group */
	uint8_t kind;      /* enum field_kind */
	uint8_t rtt;       /* enum field_rtt */
	uint8_t all_ones;  /* enum field_all_ones */
	uint8_t attribute; /* enum field_attribute */
	uint8_t lsb;       /* lowest bit, counted from the byte at offset (little-endian) */
	uint8_t width;     /* bits */
	uint16_t offset;   /* in struct tcp_info, struct inet_diag_msg or the attribute's payload */
};

extern const struct field_info catalogue[FIELD_COUNT];

/* The value that stands for "unlimited" or "unset": all ones in the field's width. */
static inline uint64_t field_all_ones(enum field f)
{
	return catalogue[f].size == 8 ? UINT64_MAX : (1ULL << (8 * catalogue[f].size)) - 1;
}

/*
 * The field called name[0..len), or FIELD_COUNT. hint: the field expected (names in a timeline
 * come in the catalogue's order, so the field behind the last one found is nearly always right);
 * any value is allowed.
 */
enum field field__find(const char *name, size_t len, unsigned int hint);

const char *field_kind__name(enum field_kind kind);

/*
 * a - b for two readings of a field that wraps (COUNTER, SEQUENCE): serial number arithmetic in
 * the field's own width (RFC 1982), so that segs_out may pass 2^32. For u64 a plain difference.
 */
int64_t field__difference(enum field f, uint64_t a, uint64_t b);

/* A set of fields. */
#define FIELD_SET_WORDS ((FIELD_COUNT + 63) / 64)
struct field_set {
	uint64_t word[FIELD_SET_WORDS];
};

static inline void field_set__add(struct field_set *s, enum field f)
{
	s->word[f / 64] |= 1ULL << (f % 64);
}

static inline void field_set__remove(struct field_set *s, enum field f)
{
	s->word[f / 64] &= ~(1ULL << (f % 64));
}

static inline bool field_set__has(const struct field_set *s, enum field f)
{
	return s->word[f / 64] >> (f % 64) & 1;
}

/*
 * The layout of struct tcp_info that a kernel uses. Length tells most of it; 6.18 and 7.0 share
 * 280 bytes and differ in the last four, so the caller says which (from BTF: struct tcp_info has a
 * member tcpi_ecn_mode, or not).
 */
enum tcp_info_layout { TCP_INFO_LAYOUT_6_18, TCP_INFO_LAYOUT_7_0 };

/*
 * Decode the first len bytes of a struct tcp_info: values into value[f], fields wholly inside len
 * into *present (added; a field beyond len stays as it was). value has FIELD_COUNT entries.
 */
void tcp_info__decode(const void *bytes, size_t len, enum tcp_info_layout layout,
		      struct field_set *present, uint64_t *value);

/* Decode the fields that live in one attribute's payload (or struct inet_diag_msg). Same terms. */
void attribute__decode(enum field_attribute attribute, const void *bytes, size_t len,
		       struct field_set *present, uint64_t *value);

#endif
