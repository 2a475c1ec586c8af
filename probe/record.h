/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the BPF programs and user space share: settings, and one record a sample. The fields come from timeline/catalogue.def, the widest first, so that there is no padding between
 * them. Whether the running kernel has a field is said once (features.h), not in each record.
 */
#ifndef TCPW_PROBE_RECORD_H
#define TCPW_PROBE_RECORD_H

#include <linux/types.h>
#include <stdbool.h>

#include "timeline/flow.h"

/* The bytes of struct tcp_info that are kept from a getsockopt call: room for what may come. */
#define RECORD_TCP_INFO_BYTES 320

/* In cb_mrtt and cb_srtt: the kernel hands no arguments to the RTT callback (before 6.10). */
#define RECORD_NO_ARGUMENT 0xffffffffU

/* Which BPF program or callback made the record. The first member of every record. */
enum record_type {
	RECORD_CONNECT,
	RECORD_ESTABLISHED,
	RECORD_RTT,
	RECORD_STATE, /* old_state, new_state tell which; CLOSE is the last of a flow */
	RECORD_POLL,
	RECORD_SEGMENT,
	RECORD_MARK,
	RECORD_TCP_INFO, /* struct record_tcp_info, the kernel's own bytes at a mark */
	RECORD_BARE_MARK, /* the instant alone: the socket did not come to rest */
};

struct record_flow {
	__u64 cookie;
	__u32 netns;
	__u16 family;
	__u16 local_port;      /* host order */
	__u8 local_addr[16];   /* network order; IPv4 as ::ffff:a.b.c.d */
	__u8 remote_addr[16];
	__u16 remote_port;     /* host order */
	__u16 ignored;         /* in the programs' state: the filter does not want this flow */
	__u16 pad[2];
};
_Static_assert(sizeof(struct record_flow) == 56, "no implicit padding");

struct record_head {
	__u32 type;    /* enum record_type */
	__u32 commit;  /* in a lane's slot: set last, see struct record_lane */
	__u64 time_ns; /* CLOCK_MONOTONIC */
	__u64 seq;     /* from 1, per flow; also counts records that were lost */
	struct record_flow flow;
};
_Static_assert(sizeof(struct record_head) == 80, "no implicit padding");

/* What the congestion control at hand publishes: the netlink attribute that its get_info() fills. */
enum record_cc { CC_NONE, CC_BBRINFO, CC_DCTCPINFO, CC_VEGASINFO };

#define MEMBER8_u64(name) __u64 name;
#define MEMBER8_u32(name)
#define MEMBER8_u16(name)
#define MEMBER8_u8(name)
#define MEMBER4_u64(name)
#define MEMBER4_u32(name) __u32 name;
#define MEMBER4_u16(name)
#define MEMBER4_u8(name)
#define MEMBER2_u64(name)
#define MEMBER2_u32(name)
#define MEMBER2_u16(name) __u16 name;
#define MEMBER2_u8(name)
#define MEMBER1_u64(name)
#define MEMBER1_u32(name)
#define MEMBER1_u16(name)
#define MEMBER1_u8(name) __u8 name;

struct record_fields {
#define TCPI(name, type, unit, kind, at, since, rtt, all_ones, have, expr, doc) MEMBER8_##type(name)
#define SOCK(name, type, unit, kind, have, expr, doc) MEMBER8_##type(name)
#define CALL(name, type, unit, kind, doc) MEMBER8_##type(name)
#include "timeline/catalogue.def"
#define TCPI(name, type, unit, kind, at, since, rtt, all_ones, have, expr, doc) MEMBER4_##type(name)
#define SOCK(name, type, unit, kind, have, expr, doc) MEMBER4_##type(name)
#define CALL(name, type, unit, kind, doc) MEMBER4_##type(name)
#include "timeline/catalogue.def"
#define TCPI(name, type, unit, kind, at, since, rtt, all_ones, have, expr, doc) MEMBER2_##type(name)
#define SOCK(name, type, unit, kind, have, expr, doc) MEMBER2_##type(name)
#define CALL(name, type, unit, kind, doc) MEMBER2_##type(name)
#include "timeline/catalogue.def"
#define TCPI(name, type, unit, kind, at, since, rtt, all_ones, have, expr, doc) MEMBER1_##type(name)
#define SOCK(name, type, unit, kind, have, expr, doc) MEMBER1_##type(name)
#define CALL(name, type, unit, kind, doc) MEMBER1_##type(name)
#include "timeline/catalogue.def"
	__u8 cc_info; /* enum record_cc: which of the following holds values */
	union { /* behind all else: sockets that publish nothing leave it untouched */
		struct {
#define OF_BBRINFO(member) member
#define OF_DCTCPINFO(member)
#define OF_VEGASINFO(member)
#define CC(name, type, unit, kind, attribute, at, rtt, all_ones, have, expr, doc)                  \
	OF_##attribute(__##type name;)
#include "timeline/catalogue.def"
#undef OF_BBRINFO
#undef OF_DCTCPINFO
#undef OF_VEGASINFO
		};
		struct {
#define OF_DCTCPINFO(member) member
#define OF_BBRINFO(member)
#define OF_VEGASINFO(member)
#define CC(name, type, unit, kind, attribute, at, rtt, all_ones, have, expr, doc)                  \
	OF_##attribute(__##type name;)
#include "timeline/catalogue.def"
#undef OF_BBRINFO
#undef OF_DCTCPINFO
#undef OF_VEGASINFO
		};
		struct {
#define OF_VEGASINFO(member) member
#define OF_BBRINFO(member)
#define OF_DCTCPINFO(member)
#define CC(name, type, unit, kind, attribute, at, rtt, all_ones, have, expr, doc)                  \
	OF_##attribute(__##type name;)
#include "timeline/catalogue.def"
#undef OF_BBRINFO
#undef OF_DCTCPINFO
#undef OF_VEGASINFO
		};
	};
};

struct record {
	struct record_head head;
	char cong[16]; /* congestion control; "" where reading it would cost too much */
	struct record_fields fields;
} __attribute__((aligned(8)));

struct record_tcp_info {
	struct record_head head;
	__u32 len; /* bytes that the caller's buffer and the kernel's structure share */
	__u32 pad;
	__u8 bytes[RECORD_TCP_INFO_BYTES];
};
_Static_assert(sizeof(struct record_tcp_info) == 88 + RECORD_TCP_INFO_BYTES, "no implicit padding");

/*
 * A lane is one CPU's ring of slots. Position p is slot p % (number of slots). A program takes a
 * position by compare-and-exchange of produced, unless all slots between consumed and produced are
 * taken, writes the record in place, and publishes it by the commit word: the low half of p + 1,
 * which no earlier lap can have left there.
 *
 * The reader is alone in writing consumed, and the programs read it only once produced comes to
 * look_again: a value that the other CPU keeps writing costs as much to read as half a sample. The
 * two sides have cache lines of their own (two each, for machines that fetch in pairs).
 */
struct record_lane {
	__u64 produced;
	__u64 look_again; /* never above consumed + number of slots */
	__u64 produced_pad[14];
	__u64 consumed;
	__u64 consumed_pad[15];
};
_Static_assert(sizeof(struct record_lane) == 256, "no implicit padding");

union record_slot {
	struct record_head head;
	struct record record;
	struct record_tcp_info tcp_info;
};
_Static_assert(sizeof(union record_slot) % 8 == 0, "array maps round elements up to 8 bytes");

/* Constants of the BPF programs once loaded; the verifier drops what they rule out. */
struct record_settings {
	__u64 cgroup_id;       /* of the watched cgroup; 0: the root, every socket */
	__u64 wakeup_bytes;    /* wake the reader when this much waits in the ring buffer */
	__u32 lane_mask;       /* a lane's slots less one; a power of two less one */
	__u32 wakeup_slots;    /* wake the reader when this many slots of a lane are taken */
	__u32 kernel_version;  /* KERNEL_VERSION() of linux/version.h */
	__u32 hz;
	__u32 usecs_per_jiffy; /* USEC_PER_SEC / HZ rounded down */
	__u32 msecs_per_jiffy; /* MSEC_PER_SEC / HZ, 0 if that is no whole number */
	bool want_rtt;
	bool stores_in_order;  /* on this processor (x86) other CPUs see stores in program order */
	__u8 pad[6];
	struct flow_filter filter;
};

/* Why a record was lost; indices of the BPF programs' counters. */
enum record_loss {
	LOSS_RING_FULL, /* the ring had no room: the reader is too slow */
	LOSS_NO_STATE,  /* no memory for the flow's state: the flow is not watched */
	LOSS_COUNT
};

#endif
