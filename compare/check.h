/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a check is: an observer of the one merged pass over all timelines, which says at its end
 * what it found. Each lives in its own pair of files; judge.c has the list.
 */
#ifndef TCPW_COMPARE_CHECK_H
#define TCPW_COMPARE_CHECK_H

#include "run.h"
#include "verdict.h"

/*
 * A sample and the window in which it holds. An instant's window begins and ends at once. begin is
 * called in the order of sample->t0_ns, end in the order of the ends; at equal times, windows end
 * first, then come instants, then windows begin. So at begin, everything that had ended no later is
 * known to have ended: "before" needs no tolerance.
 */
struct window {
	const struct sample *sample; /* valid from begin to end */
	struct flow_entry *flow;
	enum witness witness;
	uint64_t end_ns;
	uint64_t *state; /* the checks', zeroed at begin */
	/* merge.c */
	uint64_t serial;
	struct window *next;
	struct sample *copy;
};

struct check;

struct check_ops {
	size_t flow_size, window_size; /* bytes of state that merge.c keeps for it, zeroed */
	uint32_t events;	       /* 1 << enum sample_event: which samples it wants */
	void (*begin)(struct check *c, const struct window *w);
	void (*end)(struct check *c, const struct window *w); /* NULL: not interested */
	/*
	 * A sample of run->foreign[which], in the order of t0_ns, behind all of the collectors' that
	 * begin no later. It belongs to no flow yet, and nothing tells its end. NULL: not interested.
	 */
	void (*foreign)(struct check *c, unsigned int which, const struct sample *s);
	/* Append to v what was found. 0 or -ENOMEM. */
	int (*finish)(struct check *c, struct verdict *v);
	void (*free)(struct check *c);
};

/* A check embeds this as its first member. */
struct check {
	const struct check_ops *ops;
	struct run *run;
	size_t flow_offset, window_offset; /* set by merge.c, in words */
};

#define EVENT_BIT(name) (1U << EVENT_##name)
/* Every sample that carries the socket's state; tcp_info is the kernel's own fill, handed to
 * iperf3 between the moment it was taken and the mark. */
#define EVENTS_STATE (~EVENT_BIT(tcp_info))

static inline void *check__flow_state(const struct check *c, const struct flow_entry *f)
{
	return (void *)(f->state + c->flow_offset);
}

static inline void *check__window_state(const struct check *c, const struct window *w)
{
	return (void *)(w->state + c->window_offset);
}

#endif
