/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One flow's settled states, as the probe shows them, and netlink's windows that wait for the first
 * one behind them. Says of each window whether the history over it is whole, and of each value
 * whether the socket held it.
 */
#ifndef TCPW_COMPARE_DRIVEN_H
#define TCPW_COMPARE_DRIVEN_H

#include "timeline/sample.h"

/* A field that receive events see moving: its place in the catalogue, and what else moves it. */
struct driven_field {
	enum field field;
	uint8_t moved_by;
};
enum {
	BY_SENDING = 1, /* by sending too, and by what goes with it */
	BY_TIMER = 2,	/* by a timer of the socket */
	READ_EARLY = 4, /* tcp_get_info() reads it before it takes the lock */
	READ_LATE = 8,	/* the kernel reads it after it let go of the lock: what get_info() fills */
	BY_LOSS = 16,	/* by entering the state Loss, which then shows */
	BY_MSS = 32,	/* by snd_mss, of which it is a product */
};

#define DRIVEN_MAX 40 /* sets of them are 64-bit masks */
extern struct driven_field driven[DRIVEN_MAX];
extern unsigned int driven_count;
void driven__init(void); /* may be called again */
uint8_t driven__moved_by(enum field f); /* of any field: what moves it but ACKs */

/* Why a window's history is not proven. */
enum gap {
	GAP_NONE,
	GAP_NO_EVENT, /* no settled state before or behind it */
	GAP_STATE,    /* not ESTABLISHED: no segment events */
	GAP_CHAIN,    /* an acknowledgement that was not seen */
	GAP_COUNT,    /* more ACKs counted than seen */
	GAP_CROWDED,  /* too many windows waited */
	GAPS
};

enum belonging { MEMBER_ABSENT, MEMBER, MEMBER_MOVED, MEMBER_UNPROVEN, MEMBER_NOT };

/* What became of a window (or of `weight` equal ones). */
struct window_verdict {
	uint64_t weight, t_ns;
	enum gap gap;
	uint64_t reported;				/* by netlink: bit i is driven[i] */
	enum belonging field[DRIVEN_MAX];		/* with GAP_NONE */
	bool again[DRIVEN_MAX]; /* MEMBER_MOVED, as in the window before: behind both is the same event */
	uint64_t got[DRIVEN_MAX], expected[DRIVEN_MAX]; /* expected: behind the window */
};

struct driven_history;
typedef void driven_told(void *arg, const struct window_verdict *v);

/* in_all: how many windows wait in all histories together. NULL: no memory. */
struct driven_history *driven_history__new(driven_told *told, void *arg, unsigned int *in_all);
void driven_history__free(struct driven_history *h);

/* A settled state of the probe. It may conclude windows. */
void driven_history__event(struct driven_history *h, const struct sample *s);
/* A netlink sample, when its window begins. 0 or -ENOMEM. */
int driven_history__window(struct driven_history *h, const struct sample *s);
/* No more events: the windows that still wait are told. */
void driven_history__close(struct driven_history *h);

#endif
