// SPDX-License-Identifier: BSD-2-Clause
/* The field catalogue as a table, and the decoding of kernel structures by it. */
#include "catalogue.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "bit positions in catalogue.def are those of a little-endian machine");

#define TCP_INFO_BYTES 280 /* of the longest struct tcp_info in the catalogue */

#define SIZE_u8 1
#define SIZE_u16 2
#define SIZE_u32 4
#define SIZE_u64 8
#define NAMED(n, t, u, k, d)                                                                       \
	.name = #n, .name_len = sizeof(#n) - 1, .type = #t, .size = SIZE_##t, .unit = #u,          \
	.kind = KIND_##k, .doc = d
/* width 0: the whole type, filled in by the users of the table */
#define AT(o) .offset = (o)
#define BITS(o, l, w) .offset = (o), .lsb = (l), .width = (w)

const struct field_info catalogue[FIELD_COUNT] = {
#define TCPI(n, type, unit, kind, at, since_, rtt_, all_ones_, have, expr, doc)                \
	[FIELD_##n] = { NAMED(n, type, unit, kind, doc), .group = GROUP_TCP_INFO,                  \
			.since = #since_, .rtt = RTT_##rtt_, .all_ones = ALL_ONES_##all_ones_,     \
			at },
#define SOCK(n, type, unit, kind, have, expr, doc)                                                 \
	[FIELD_##n] = { NAMED(n, type, unit, kind, doc), .group = GROUP_SOCK, .since = "" },
#define CALL(n, type, unit, kind, doc)                                                             \
	[FIELD_##n] = { NAMED(n, type, unit, kind, doc), .group = GROUP_CALL, .since = "" },
#define CC(n, type, unit, kind, attr, at, rtt_, all_ones_, have, expr, doc)                         \
	[FIELD_##n] = { NAMED(n, type, unit, kind, doc), .group = GROUP_CC, .since = "",           \
			.attribute = ATTRIBUTE_##attr, .rtt = RTT_##rtt_,                          \
			.all_ones = ALL_ONES_##all_ones_, at },
#define ATTR(n, type, unit, kind, attr, at, doc)                                                   \
	[FIELD_##n] = { NAMED(n, type, unit, kind, doc), .group = GROUP_ATTR, .since = "",         \
			.attribute = ATTRIBUTE_##attr, at },
#include "catalogue.def"
};

/* The fields that kernel 7.0 moved inside the same 280 bytes. */
static const struct relayout {
	enum field field;
	struct field_info at;
} relayout_7_0[] = {
#define RELAYOUT(n, at_, since) { FIELD_##n, { at_ } },
#include "catalogue.def"
};

enum field field__find(const char *name, size_t len, unsigned int hint)
{
	unsigned int f = hint < FIELD_COUNT ? hint : 0;

	for (unsigned int i = 0; i < FIELD_COUNT; i++) {
		const struct field_info *info = &catalogue[f];

		if (info->name_len == len && !memcmp(info->name, name, len))
			return f;
		if (++f == FIELD_COUNT)
			f = 0;
	}
	return FIELD_COUNT;
}

const char *field_kind__name(enum field_kind kind)
{
	static const char *const names[] = {
		[KIND_CONSTANT] = "constant", [KIND_COUNTER] = "counter",
		[KIND_GAUGE] = "gauge",       [KIND_AGE] = "age",
		[KIND_DURATION] = "duration", [KIND_RATE] = "rate",
		[KIND_ENUM] = "enum",         [KIND_FLAGS] = "flags",
		[KIND_SEQUENCE] = "sequence",
	};

	return names[kind];
}

int64_t field__difference(enum field f, uint64_t a, uint64_t b)
{
	switch (catalogue[f].size) {
	case 1:
		return (int8_t)(a - b);
	case 2:
		return (int16_t)(a - b);
	case 4:
		return (int32_t)(a - b);
	default:
		return (int64_t)(a - b);
	}
}

/*
 * The decoders are written out, one field after the other, so that every place is a constant to the
 * compiler: they run for each sample, beside the traffic that is observed.
 */
#define FLATTEN static inline __attribute__((always_inline))

/* false, and nothing stored, where the field does not lie wholly inside the bytes */
FLATTEN bool decode_one(const struct field_info at, unsigned int size, const uint8_t *bytes,
			size_t len, uint64_t *value)
{
	unsigned int width = at.width ? at.width : 8 * size;
	size_t end = at.offset + (at.lsb + width + 7) / 8;
	uint64_t v = 0;

	if (end > len)
		return false;
	memcpy(&v, bytes + at.offset, end - at.offset);
	v >>= at.lsb;
	if (width < 64)
		v &= (1ULL << width) - 1;
	*value = v;
	return true;
}

#define DECODE(n, type, ...)                                                                         \
	if (decode_one((struct field_info) { __VA_ARGS__ }, SIZE_##type, bytes, len, &value[FIELD_##n]))   \
		field_set__add(&found, FIELD_##n);

static void add_all(struct field_set *to, const struct field_set *from)
{
	for (unsigned int i = 0; i < FIELD_SET_WORDS; i++)
		to->word[i] |= from->word[i];
}

FLATTEN void decode_tcp_info(const uint8_t *bytes, size_t len, bool layout_7_0,
			     struct field_set *present, uint64_t *value)
{
	struct field_set found = { 0 };

#define TCPI(n, type, unit, kind, at_, since, rtt, all_ones, have, expr, doc)                      \
	if (layout_7_0 || strcmp(#since, "7.0"))                                                   \
		DECODE(n, type, at_)
#include "catalogue.def"
	add_all(present, &found);
	if (!layout_7_0)
		return;
	for (size_t i = 0; i < sizeof(relayout_7_0) / sizeof(relayout_7_0[0]); i++) {
		enum field f = relayout_7_0[i].field;

		if (decode_one(relayout_7_0[i].at, catalogue[f].size, bytes, len, &value[f]))
			field_set__add(present, f);
	}
}

void tcp_info__decode(const void *bytes, size_t len, enum tcp_info_layout layout,
		      struct field_set *present, uint64_t *value)
{
	/* A length that is known spares the question whether each field is there. */
	if (len >= TCP_INFO_BYTES && layout == TCP_INFO_LAYOUT_6_18)
		decode_tcp_info(bytes, TCP_INFO_BYTES, false, present, value);
	else
		decode_tcp_info(bytes, len, layout == TCP_INFO_LAYOUT_7_0, present, value);
}

FLATTEN void decode_attribute(enum field_attribute attribute, const uint8_t *bytes, size_t len,
			      struct field_set *present, uint64_t *value)
{
	struct field_set found = { 0 };

#define CC(n, type, unit, kind, attr, at_, rtt, all_ones, have, expr, doc)                         \
	ATTR(n, type, unit, kind, attr, at_, doc)
#define ATTR(n, type, unit, kind, attr, at_, doc)                                                  \
	if (attribute == ATTRIBUTE_##attr)                                                         \
		DECODE(n, type, at_)
#include "catalogue.def"
	add_all(present, &found);
}

void attribute__decode(enum field_attribute attribute, const void *bytes, size_t len,
		       struct field_set *present, uint64_t *value)
{
#define CASE(a)                                                                                    \
	case a:                                                                                    \
		decode_attribute(a, bytes, len, present, value);                                   \
		break
	switch (attribute) {
		CASE(ATTRIBUTE_MSG);
		CASE(ATTRIBUTE_MEMINFO);
		CASE(ATTRIBUTE_SKMEMINFO);
		CASE(ATTRIBUTE_VEGASINFO);
		CASE(ATTRIBUTE_DCTCPINFO);
		CASE(ATTRIBUTE_BBRINFO);
		CASE(ATTRIBUTE_TOS);
		CASE(ATTRIBUTE_TCLASS);
		CASE(ATTRIBUTE_CLASS_ID);
		CASE(ATTRIBUTE_SHUTDOWN);
		CASE(ATTRIBUTE_MARK);
		CASE(ATTRIBUTE_CGROUP_ID);
		CASE(ATTRIBUTE_SOCKOPT);
	case ATTRIBUTE_NONE:
	case ATTRIBUTE_COUNT:
		break;
	}
#undef CASE
}
