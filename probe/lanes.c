// SPDX-License-Identifier: BSD-2-Clause
/* The reader of lanes. Works on memory alone. */
#include "lanes.h"

#define SLOTS_MIN 16

/* Slots are given back in batches, since each time costs the producer a cache miss: so many at once,
 * but never more than a quarter of a lane. */
#define BATCH 64

static uint32_t batch(const struct lanes *l)
{
	return l->slots_per_lane / 4 < BATCH ? l->slots_per_lane / 4 : BATCH;
}

uint64_t ring_size(uint64_t bytes)
{
	uint64_t size = 1;

	while (size < bytes && size <= RING_BYTES_MAX)
		size *= 2;
	return size <= RING_BYTES_MAX ? size : 0;
}

uint64_t lanes__enough(uint32_t slots_per_lane, uint32_t count, uint64_t lost)
{
	/* Slots are a power of two, too: as many bytes have room for no fewer. */
	uint64_t slots = lost < RING_BYTES_MAX ? ring_size(slots_per_lane + lost) : 0;

	if (!slots || slots > RING_BYTES_MAX / count / sizeof(union record_slot))
		return 0;
	return ring_size(slots * count * sizeof(union record_slot));
}

uint32_t lanes__slots(uint64_t bytes, uint32_t count)
{
	uint64_t most = bytes / sizeof(union record_slot) / count;
	uint32_t slots = SLOTS_MIN;

	while (slots * 2ULL <= most && slots < 1U << 30)
		slots *= 2;
	return slots;
}

/* The lane's oldest record, if it is published. */
static const union record_slot *oldest(const struct lanes *l, uint32_t i)
{
	uint64_t position = l->read[i];
	const union record_slot *slot = &l->slots[(uint64_t)i * l->slots_per_lane +
						  (position & (l->slots_per_lane - 1))];

	return __atomic_load_n(&slot->head.commit, __ATOMIC_ACQUIRE) == (uint32_t)(position + 1)
		       ? slot : NULL;
}

/* The slots may be written again only after they were read. */
static void give_back(struct lanes *l, uint32_t i)
{
	if (l->lane[i].consumed != l->read[i])
		__atomic_store_n(&l->lane[i].consumed, l->read[i], __ATOMIC_RELEASE);
}

static int hand_over(struct lanes *l, uint32_t i, const union record_slot *slot, record_fn fn,
		     void *ctx)
{
	int stop = fn(ctx, slot, slot->head.type == RECORD_TCP_INFO ? sizeof(slot->tcp_info)
								    : sizeof(slot->record));

	if (++l->read[i] - l->lane[i].consumed >= batch(l))
		give_back(l, i);
	return stop;
}

static int consume(struct lanes *l, record_fn fn, void *ctx)
{
	for (;;) {
		const union record_slot *first = NULL;
		uint64_t others_ns = UINT64_MAX;
		uint32_t lane = 0;

		for (uint32_t i = 0; i < l->count; i++) {
			const union record_slot *slot = oldest(l, i);

			if (!slot)
				continue;
			if (!first || slot->head.time_ns < first->head.time_ns) {
				if (first)
					others_ns = first->head.time_ns;
				first = slot;
				lane = i;
			} else if (slot->head.time_ns < others_ns) {
				others_ns = slot->head.time_ns;
			}
		}
		if (!first)
			return 0;
		/* The lane with the oldest record, as long as it is the oldest. */
		do {
			int stop = hand_over(l, lane, first, fn, ctx);

			if (stop)
				return stop;
			first = oldest(l, lane);
		} while (first && first->head.time_ns <= others_ns);
	}
}

int lanes__consume(struct lanes *l, record_fn fn, void *ctx)
{
	int stop = consume(l, fn, ctx);

	for (uint32_t i = 0; i < l->count; i++)
		give_back(l, i);
	return stop;
}

void lanes__await(struct lanes *l)
{
	/* The caller has just read the clock: no position may be read ahead of that. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (uint32_t i = 0; i < l->count; i++)
		l->awaited[i] = __atomic_load_n(&l->lane[i].produced, __ATOMIC_ACQUIRE);
}

bool lanes__reached(const struct lanes *l)
{
	for (uint32_t i = 0; i < l->count; i++)
		if (l->read[i] < l->awaited[i])
			return false;
	return true;
}

uint64_t lanes__left(const struct lanes *l)
{
	uint64_t left = 0;

	for (uint32_t i = 0; i < l->count; i++)
		left += __atomic_load_n(&l->lane[i].produced, __ATOMIC_ACQUIRE) - l->read[i];
	return left;
}
