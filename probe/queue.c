// SPDX-License-Identifier: BSD-2-Clause
/* Records on their way from the BPF programs to user space. */
#include "queue.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "programs.h"

struct queue {
	record_fn fn;
	void *ctx;
	struct ring_buffer *ring; /* of records, or the bell of lanes */
	bool has_lanes;
	struct lanes lanes;
	size_t lane_bytes, slot_bytes;
	uint64_t ring_bytes;
	const unsigned long *consumer_pos, *producer_pos; /* the ring's first two pages */
	unsigned long awaited_pos;
};

int queue__prepare(struct probe_bpf *skel, enum generation generation, uint64_t bytes)
{
	struct record_settings *settings = &skel->rodata->settings;
	int cpus = libbpf_num_possible_cpus(), err;
	uint32_t slots;

	if (cpus < 0)
		return cpus;
#if defined(__x86_64__) || defined(__i386__)
	settings->stores_in_order = true;
#endif
	if (!generation__has_lanes(generation)) {
		settings->wakeup_bytes = bytes / 8;
		return bpf_map__set_max_entries(skel->maps.ring, bytes);
	}
	slots = lanes__slots(bytes, cpus);
	settings->lane_mask = slots - 1;
	settings->wakeup_slots = slots / 8;
	err = bpf_map__set_max_entries(skel->maps.ring, sysconf(_SC_PAGESIZE));
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.lanes, cpus);
	return err ? err : bpf_map__set_max_entries(skel->maps.slots, cpus * slots);
}

static int on_ring(void *ctx, void *data, size_t size)
{
	struct queue *q = ctx;

	return q->has_lanes ? 0 /* the bell */ : q->fn(q->ctx, data, size);
}

/* What of an array map is mapped. */
static size_t array_bytes(const struct bpf_map *map)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t bytes = (size_t)bpf_map__max_entries(map) * bpf_map__value_size(map);

	return (bytes + page - 1) / page * page;
}

static int map_lanes(struct queue *q, const struct probe_bpf *skel)
{
	void *p;

	q->lanes.count = bpf_map__max_entries(skel->maps.lanes);
	q->lanes.slots_per_lane = skel->rodata->settings.lane_mask + 1;
	q->lanes.awaited = calloc(q->lanes.count, sizeof(*q->lanes.awaited));
	q->lanes.read = calloc(q->lanes.count, sizeof(*q->lanes.read));
	if (!q->lanes.awaited || !q->lanes.read)
		return -ENOMEM;
	q->lane_bytes = array_bytes(skel->maps.lanes);
	p = mmap(NULL, q->lane_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		 bpf_map__fd(skel->maps.lanes), 0);
	if (p == MAP_FAILED)
		return -errno;
	q->lanes.lane = p;
	q->slot_bytes = array_bytes(skel->maps.slots);
	p = mmap(NULL, q->slot_bytes, PROT_READ, MAP_SHARED, bpf_map__fd(skel->maps.slots), 0);
	if (p == MAP_FAILED)
		return -errno;
	q->lanes.slots = p;
	return 0;
}

static int map_positions(struct queue *q, int ring_fd)
{
	long page = sysconf(_SC_PAGESIZE);
	void *p;

	p = mmap(NULL, page, PROT_READ, MAP_SHARED, ring_fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	q->consumer_pos = p;
	p = mmap(NULL, page, PROT_READ, MAP_SHARED, ring_fd, page);
	if (p == MAP_FAILED)
		return -errno;
	q->producer_pos = p;
	return 0;
}

int queue__open(struct queue **pq, const struct probe_bpf *skel, enum generation generation,
		record_fn fn, void *ctx)
{
	struct queue *q = calloc(1, sizeof(*q));
	int fd = bpf_map__fd(skel->maps.ring), err;

	if (!q)
		return -ENOMEM;
	q->fn = fn;
	q->ctx = ctx;
	q->has_lanes = generation__has_lanes(generation);
	q->ring_bytes = bpf_map__max_entries(skel->maps.ring);
	q->ring = ring_buffer__new(fd, on_ring, q, NULL);
	if (!q->ring)
		err = -errno;
	else
		err = q->has_lanes ? map_lanes(q, skel) : map_positions(q, fd);
	if (err) {
		queue__close(q);
		return err;
	}
	*pq = q;
	return 0;
}

int queue__fd(const struct queue *q)
{
	return ring_buffer__epoll_fd(q->ring);
}

int queue__consume(struct queue *q)
{
	int err = ring_buffer__consume(q->ring);

	if (err < 0)
		return err;
	return q->has_lanes ? lanes__consume(&q->lanes, q->fn, q->ctx) : 0;
}

void queue__await(struct queue *q)
{
	if (q->has_lanes)
		lanes__await(&q->lanes);
	else
		q->awaited_pos = __atomic_load_n(q->producer_pos, __ATOMIC_ACQUIRE);
}

bool queue__reached(const struct queue *q)
{
	if (q->has_lanes)
		return lanes__reached(&q->lanes);
	return (long)(__atomic_load_n(q->consumer_pos, __ATOMIC_ACQUIRE) - q->awaited_pos) >= 0;
}

uint64_t queue__left(const struct queue *q)
{
	unsigned long bytes;

	if (q->has_lanes)
		return lanes__left(&q->lanes);
	bytes = __atomic_load_n(q->producer_pos, __ATOMIC_ACQUIRE) -
		__atomic_load_n(q->consumer_pos, __ATOMIC_ACQUIRE);
	return (bytes + sizeof(struct record) - 1) / sizeof(struct record);
}

uint64_t queue__enough(const struct queue *q, uint64_t lost)
{
	const size_t header = 8; /* of a record in the ring buffer */

	if (q->has_lanes)
		return lanes__enough(q->lanes.slots_per_lane, q->lanes.count, lost);
	if (lost > RING_BYTES_MAX / sizeof(union record_slot))
		return 0;
	return ring_size(q->ring_bytes + lost * (sizeof(union record_slot) + header));
}

void queue__close(struct queue *q)
{
	long page = sysconf(_SC_PAGESIZE);

	if (!q)
		return;
	ring_buffer__free(q->ring);
	if (q->lanes.lane)
		munmap(q->lanes.lane, q->lane_bytes);
	if (q->lanes.slots)
		munmap((void *)q->lanes.slots, q->slot_bytes);
	free(q->lanes.awaited);
	free(q->lanes.read);
	if (q->consumer_pos)
		munmap((void *)q->consumer_pos, page);
	if (q->producer_pos)
		munmap((void *)q->producer_pos, page);
	free(q);
}
