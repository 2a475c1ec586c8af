/* SPDX-License-Identifier: BSD-2-Clause */
/* Records on their way from the BPF programs to user space: through lanes, or the ring buffer. */
#ifndef TCPW_PROBE_QUEUE_H
#define TCPW_PROBE_QUEUE_H

#include "generation.h"
#include "lanes.h"

struct probe_bpf;
struct queue;

/* Size the maps, before loading, to take about bytes. 0 or -errno. */
int queue__prepare(struct probe_bpf *skel, enum generation generation, uint64_t bytes);

/* Map what was loaded; records go to fn. 0 or -errno. */
int queue__open(struct queue **q, const struct probe_bpf *skel, enum generation generation,
		record_fn fn, void *ctx);

/* A file descriptor that becomes readable when much is waiting. */
int queue__fd(const struct queue *q);

/* Hand over what is there, until fn returns nonzero. 0, what fn returned, or -errno. */
int queue__consume(struct queue *q);

/* Note what is reserved now; true once all of it was consumed. */
void queue__await(struct queue *q);
bool queue__reached(const struct queue *q);

/* Records that were reserved and not consumed. */
uint64_t queue__left(const struct queue *q);

/* The --ring-size that would have held so many records more, with a reader as fast; 0: none may be. */
uint64_t queue__enough(const struct queue *q, uint64_t lost);

void queue__close(struct queue *q); /* NULL is allowed */

#endif
