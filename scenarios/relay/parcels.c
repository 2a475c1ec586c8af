// SPDX-License-Identifier: BSD-2-Clause
/* Packets on their way. */
#include "parcels.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

#define POOL_BYTES (PARCELS_MAX * sizeof(struct parcel))

/* The parcel given back last is taken next: what is not needed is never touched. */
struct parcel_pool {
	struct parcel *parcels, *free;
	size_t fresh; /* parcels from here on were never taken */
};

int parcel_pool__new(struct parcel_pool **pp)
{
	struct parcel_pool *pool = calloc(1, sizeof(*pool));

	*pp = NULL;
	if (!pool)
		return -ENOMEM;
	pool->parcels = mmap(NULL, POOL_BYTES, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (pool->parcels == MAP_FAILED) {
		free(pool);
		return -ENOMEM;
	}
	*pp = pool;
	return 0;
}

struct parcel *parcel_pool__take(struct parcel_pool *pool)
{
	struct parcel *p = pool->free;

	if (p)
		pool->free = p->next;
	else if (pool->fresh < PARCELS_MAX)
		p = &pool->parcels[pool->fresh++];
	return p;
}

void parcel_pool__give(struct parcel_pool *pool, struct parcel *p)
{
	p->next = pool->free;
	pool->free = p;
}

void parcel_pool__free(struct parcel_pool *pool)
{
	if (!pool)
		return;
	munmap(pool->parcels, POOL_BYTES);
	free(pool);
}

void parcel_queue__init(struct parcel_queue *q)
{
	q->head = NULL;
	q->tail = &q->head;
}

void parcel_queue__push(struct parcel_queue *q, struct parcel *p)
{
	p->next = NULL;
	*q->tail = p;
	q->tail = &p->next;
}

struct parcel *parcel_queue__pop(struct parcel_queue *q)
{
	struct parcel *p = q->head;

	q->head = p->next;
	if (!q->head)
		q->tail = &q->head;
	return p;
}
