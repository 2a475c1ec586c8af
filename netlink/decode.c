// SPDX-License-Identifier: BSD-2-Clause
/*
 * The decoder. Every length is checked before a byte is read; unknown attributes are skipped; an
 * attribute that is shorter than this program knows means absent fields, a longer one is fine.
 * inet_sk_diag_fill() and inet_diag_handler_get_info() in net/ipv4/inet_diag.c write what is read
 * here.
 */
#include "decode.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>

/* Attributes whose payload the catalogue describes. The others are handled by name or skipped. */
static const uint8_t attribute_of[] = {
	[INET_DIAG_MEMINFO] = ATTRIBUTE_MEMINFO,
	[INET_DIAG_VEGASINFO] = ATTRIBUTE_VEGASINFO,
	[INET_DIAG_TOS] = ATTRIBUTE_TOS,
	[INET_DIAG_TCLASS] = ATTRIBUTE_TCLASS,
	[INET_DIAG_SKMEMINFO] = ATTRIBUTE_SKMEMINFO,
	[INET_DIAG_SHUTDOWN] = ATTRIBUTE_SHUTDOWN,
	[INET_DIAG_DCTCPINFO] = ATTRIBUTE_DCTCPINFO,
	[INET_DIAG_MARK] = ATTRIBUTE_MARK,
	[INET_DIAG_BBRINFO] = ATTRIBUTE_BBRINFO,
	[INET_DIAG_CLASS_ID] = ATTRIBUTE_CLASS_ID,
	[INET_DIAG_CGROUP_ID] = ATTRIBUTE_CGROUP_ID,
	[INET_DIAG_SOCKOPT] = ATTRIBUTE_SOCKOPT,
};

/* What inet_diag_handler_get_info() leaves zero: absent, not 0. */
static const uint8_t unfilled_at_destroy[] = {
	FIELD_uid, FIELD_inode, FIELD_timer, FIELD_timer_retrans, FIELD_timer_expires,
};

uint64_t decode__cookie(const struct inet_diag_sockid *id)
{
	return (uint64_t)id->idiag_cookie[1] << 32 | id->idiag_cookie[0];
}

static void decode_endpoint(struct endpoint *e, uint16_t family, const __be32 addr[4], __be16 port)
{
	if (family == AF_INET) {
		memset(e->addr, 0, 10);
		memset(e->addr + 10, 0xff, 2);
		memcpy(e->addr + 12, addr, 4);
	} else {
		memcpy(e->addr, addr, 16);
	}
	e->port = __builtin_bswap16(port);
}

static void decode_name(char name[16], const uint8_t *text, size_t len)
{
	size_t n = strnlen((const char *)text, len);

	if (n > 15)
		n = 15;
	memcpy(name, text, n);
	name[n] = '\0';
}

/*
 * One step through attributes: false at the end, or (*bad) at one that does not fit. An attribute
 * is a struct nlattr and its payload, padded to four bytes; the last one's padding may be missing.
 */
static bool next_attribute(const uint8_t **at, size_t *left, uint16_t *type,
			   const uint8_t **payload, size_t *len, bool *bad)
{
	struct nlattr a;
	size_t padded;

	if (*left < sizeof(a))
		return false;
	memcpy(&a, *at, sizeof(a));
	if (a.nla_len < sizeof(a) || a.nla_len > *left) {
		*bad = true;
		return false;
	}
	*type = a.nla_type & NLA_TYPE_MASK;
	*payload = *at + sizeof(a);
	*len = a.nla_len - sizeof(a);
	padded = NLA_ALIGN(a.nla_len);
	if (padded > *left)
		padded = *left;
	*at += padded;
	*left -= padded;
	return true;
}

static bool decode_ulp(char name[16], const uint8_t *at, size_t left)
{
	const uint8_t *payload;
	bool bad = false;
	uint16_t type;
	size_t len;

	while (next_attribute(&at, &left, &type, &payload, &len, &bad))
		if (type == INET_ULP_INFO_NAME)
			decode_name(name, payload, len);
	return !bad;
}

/* Check the fixed part of a message; *at and *left are then its attributes. 0 or -EBADMSG. */
static int open_message(const void *bytes, size_t len, struct inet_diag_msg *msg,
			const uint8_t **at, size_t *left)
{
	const size_t fixed = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(*msg));
	struct nlmsghdr nlh;

	if (len < NLMSG_HDRLEN)
		return -EBADMSG;
	memcpy(&nlh, bytes, sizeof(nlh));
	if (nlh.nlmsg_len > len || nlh.nlmsg_len < fixed)
		return -EBADMSG;
	*at = (const uint8_t *)bytes + NLMSG_HDRLEN;
	memcpy(msg, *at, sizeof(*msg));
	*at += NLMSG_ALIGN(sizeof(*msg));
	*left = nlh.nlmsg_len - fixed;
	return msg->idiag_family == AF_INET || msg->idiag_family == AF_INET6 ? 0 : -EBADMSG;
}

int decode__identity(const void *bytes, size_t len, struct inet_diag_msg *msg)
{
	const uint8_t *at;
	size_t left;

	return open_message(bytes, len, msg, &at, &left);
}

uint16_t decode__info_length(const void *bytes, size_t len)
{
	const uint8_t *at, *payload;
	struct inet_diag_msg msg;
	size_t left, length;
	bool bad = false;
	uint16_t type;

	if (open_message(bytes, len, &msg, &at, &left))
		return 0;
	while (next_attribute(&at, &left, &type, &payload, &length, &bad))
		if (type == INET_DIAG_INFO)
			return length;
	return 0;
}

int decode__message(const void *bytes, size_t len, const struct decode_layout *layout,
		    uint32_t netns, struct sample *s)
{
	bool bad = false, info = false;
	const uint8_t *at, *payload;
	struct inet_diag_msg msg;
	size_t left, length;
	uint16_t type;
	int err;

	err = open_message(bytes, len, &msg, &at, &left);
	if (err)
		return err;

	s->seq = 0;
	s->cong[0] = s->ulp[0] = '\0';
	memset(&s->present, 0, sizeof(s->present));
	s->flow.cookie = decode__cookie(&msg.id);
	s->flow.netns = netns;
	s->flow.family = msg.idiag_family;
	decode_endpoint(&s->flow.local, msg.idiag_family, msg.id.idiag_src, msg.id.idiag_sport);
	decode_endpoint(&s->flow.remote, msg.idiag_family, msg.id.idiag_dst, msg.id.idiag_dport);
	attribute__decode(ATTRIBUTE_MSG, &msg, sizeof(msg), &s->present, s->value);
	if (s->event == EVENT_destroy)
		for (size_t i = 0; i < sizeof(unfilled_at_destroy); i++)
			field_set__remove(&s->present, unfilled_at_destroy[i]);

	while (!bad && next_attribute(&at, &left, &type, &payload, &length, &bad)) {
		if (type == INET_DIAG_INFO) {
			if (layout->tcp_info_max && length > layout->tcp_info_max)
				length = layout->tcp_info_max;
			tcp_info__decode(payload, length, layout->tcp_info, &s->present, s->value);
			info = true;
		} else if (type == INET_DIAG_CONG) {
			decode_name(s->cong, payload, length);
		} else if (type == INET_DIAG_ULP_INFO) {
			bad = !decode_ulp(s->ulp, payload, length);
		} else if (type < sizeof(attribute_of) && attribute_of[type]) {
			attribute__decode(attribute_of[type], payload, length, &s->present,
					  s->value);
		}
	}
	if (bad)
		return -EBADMSG;
	return info ? 0 : -ENODATA;
}
