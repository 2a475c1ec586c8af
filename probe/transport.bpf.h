/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * How records reach user space, in two ways: reserve() a record, write it, publish() it.
 *
 * With atomic operations that return values (5.12): per-CPU lanes of slots in memory that user
 * space maps (struct record_lane), a few nanoseconds a record. The BPF ring buffer would be less
 * code, but alone, with nothing extracted, it costs as much as a whole sample should (measured:
 * 4.1 to 4.6 empty callbacks on warm caches, 5.5 to 6.0 on cold ones; the whole sample through a
 * lane is 3.6 to 3.9 and 4.0 to 5.8, probe/bench.c): two calls and a lock that all CPUs share, taken with interrupts off. It is
 * only the bell here, which wakes the reader when much is waiting.
 *
 * Before 5.12, the BPF ring buffer takes the records.
 */
#ifndef TCPW_PROBE_TRANSPORT_BPF_H
#define TCPW_PROBE_TRANSPORT_BPF_H

#include "probe/kernel.h"

#include <bpf/bpf_helpers.h>

#include "probe/record.h"

__u64 losses[LOSS_COUNT];

static __always_inline void lost(enum record_loss cause)
{
	__sync_fetch_and_add(&losses[cause], 1);
}

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* this and the following are set before loading */
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct record_lane);
} lanes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, union record_slot);
} slots SEC(".maps");

#ifdef ATOMIC_RESULTS

/*
 * A record will follow: have the lane's cache line brought while other work is done. Otherwise
 * the exchange in reserve(), behind which nothing may overtake, waits for it alone.
 */
static __always_inline void announce(void)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct record_lane *lane = bpf_map_lookup_elem(&lanes, &cpu);

	if (lane)
		(void)*(volatile __u64 *)&lane->produced;
}

/* An attempt fails only if an interrupt on this CPU took a position in the midst of it. */
#define RESERVE_ATTEMPTS 8

/* Is there room at position? Wakes the reader when much is waiting, and says when to ask again. */
static __noinline bool has_room(struct record_lane *lane, __u64 position)
{
	__u64 consumed, taken;
	__u32 nothing = 0;

	if (!lane)
		return false;
	consumed = *(volatile __u64 *)&lane->consumed;
	taken = position - consumed;
	if ((__s64)taken < 0) /* others were faster: the exchange will fail */
		return true;
	if (taken < settings.wakeup_slots) {
		lane->look_again = consumed + settings.wakeup_slots;
		return true;
	}
	lane->look_again = consumed + settings.lane_mask + 1;
	if (taken > settings.lane_mask)
		return false;
	/* The reader may have come and gone by then: ring again after as much more. */
	if (taken + settings.wakeup_slots <= settings.lane_mask)
		lane->look_again = position + settings.wakeup_slots;
	bpf_ringbuf_output(&ring, &nothing, sizeof(nothing), BPF_RB_FORCE_WAKEUP);
	return true;
}

/* size: of a member of union record_slot. NULL, counted as lost, if there is no room. */
static __always_inline void *reserve(__u32 size, __u32 *ticket)
{
	__u32 cpu = bpf_get_smp_processor_id(), slot;
	struct record_lane *lane = bpf_map_lookup_elem(&lanes, &cpu);
	__u64 position;

	*ticket = 0;
	if (!lane)
		return 0;
	for (int i = 0; i < RESERVE_ATTEMPTS; i++) {
		position = *(volatile __u64 *)&lane->produced;
		if (position >= *(volatile __u64 *)&lane->look_again && !has_room(lane, position))
			break;
		if (__sync_val_compare_and_swap(&lane->produced, position, position + 1) != position)
			continue;
		slot = cpu * (settings.lane_mask + 1) + (position & settings.lane_mask);
		*ticket = position + 1;
		return bpf_map_lookup_elem(&slots, &slot); /* in range, so never NULL */
	}
	lost(LOSS_RING_FULL);
	return 0;
}

/* The commit word must be seen after the record. */
static __always_inline void publish(struct record_head *head, __u32 ticket)
{
	if (settings.stores_in_order) {
		asm volatile("" ::: "memory");
		*(volatile __u32 *)&head->commit = ticket;
	} else {
		__sync_lock_test_and_set(&head->commit, ticket); /* BPF_XCHG: fully ordered */
	}
}

#else

static __always_inline void announce(void)
{
}

static __always_inline void *reserve(__u32 size, __u32 *ticket)
{
	void *record = bpf_ringbuf_reserve(&ring, size, 0);

	*ticket = 0;
	if (!record)
		lost(LOSS_RING_FULL);
	return record;
}

/* Wake the reader only when much is waiting: a wake-up costs several times the record. */
static __always_inline void publish(struct record_head *head, __u32 ticket)
{
	__u64 waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);

	bpf_ringbuf_submit(head, waiting >= settings.wakeup_bytes ? BPF_RB_FORCE_WAKEUP
								  : BPF_RB_NO_WAKEUP);
}

#endif

#endif
